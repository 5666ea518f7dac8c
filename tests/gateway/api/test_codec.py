"""The codec server: histories opened for whom they are, each look in the log, for the pages of one origin."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from acts.engine import CaseKeys
from acts.in_person import TokenDesk
from acts.opening import CLOSED, ERASED, Opener
from acts.rights import SEES, Resource
from config.codec import SealingCodec
from config.cursors import Cursors
from config.keyring import FileKeyring
from config.settings import Settings
from domain.words import Role
from gateway.api.callers import Pace
from gateway.api.wiring import Desks, Opening, api_app
from store.database import Database
from store.keys import erase
from store.tables import leaves
from tests.gateway.api.conftest import Api
from tests.store.making import NOON

UI = "https://temporal.example.org"
DECODE, ENCODE = "/api/v1/codec/decode", "/api/v1/codec/encode"
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'{"outcome": "fit"}')


@pytest.fixture
def keys(db: Database, tmp_path: Path) -> CaseKeys:
    return CaseKeys(db, FileKeyring.made(tmp_path / "keyring.json", NOON), keep_s=0.0)


@pytest.fixture
async def door(db: Database, keys: CaseKeys, tmp_path: Path) -> AsyncIterator[Api]:
    app = api_app(
        Desks(Settings(data_dir=tmp_path), db), Cursors(b"a key of the tests"), Pace(10_000, 10_000), Opening(Opener(db, keys), UI)
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as http:
        yield Api(db, http, TokenDesk(db))


async def sealed(keys: CaseKeys, case: str = "hire/1", namespace: str = "muster") -> Payload:
    codec = SealingCodec(keys).with_context(WorkflowSerializationContext(namespace, case))
    return (await codec.encode([PLAIN]))[0]


def body(*payloads: Payload) -> dict[str, Any]:
    def text(raw: bytes) -> str:
        return base64.b64encode(raw).decode()

    return {"payloads": [{"metadata": {k: text(v) for k, v in each.metadata.items()}, "data": text(each.data)} for each in payloads]}


def shown(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    return [json.loads(base64.b64decode(each["data"])) for each in answer.json()["payloads"]]


async def looks(db: Database) -> list[str]:
    query = select(leaves.c.stream).where(leaves.c.kind == "read").order_by(leaves.c.position)
    return list(await db.read(lambda rx: rx.execute(query).scalars().all()))


async def test_a_history_is_opened_and_the_look_is_in_the_log_once_for_each_case(door: Api, keys: CaseKeys) -> None:
    asked = body(await sealed(keys), await sealed(keys), await sealed(keys, "hire/2"), PLAIN)
    answer = await door.http.post(DECODE, json=asked, headers=await door.by("hr_officer"))
    assert shown(answer) == [{"outcome": "fit"}] * 4
    assert answer.json() == body(PLAIN, PLAIN, PLAIN, PLAIN)
    assert await looks(door.db) == ["hire/1", "hire/2"]
    assert shown(await door.http.post(DECODE, json={}, headers=await door.by("hr_officer"))) == []


async def test_only_who_may_read_histories_gets_one(door: Api, keys: CaseKeys) -> None:
    asked = body(await sealed(keys))
    got = {role: (await door.http.post(DECODE, json=asked, headers=await door.by(str(role)))).status_code for role in Role}
    assert {role for role, status in got.items() if status == 200} == SEES[Resource.HISTORIES] == {Role.HR_OFFICER, Role.HR_HEAD}
    assert {status for role, status in got.items() if role not in SEES[Resource.HISTORIES]} == {403}
    assert await looks(door.db) == ["hire/1", "hire/1"]


async def test_without_a_token_nothing_is_opened(door: Api, keys: CaseKeys) -> None:
    for headers in ({}, {"authorization": "Bearer mst_nobody"}, {"authorization": "Bearer eyJhbGciOi.an.identity-token"}):
        assert (await door.http.post(DECODE, json=body(await sealed(keys)), headers=headers)).status_code == 401


async def test_an_erased_case_says_so_at_once_and_the_others_open(door: Api, keys: CaseKeys) -> None:
    asked = body(await sealed(keys), await sealed(keys, "hire/2"))
    headers = await door.by("hr_head")
    assert shown(await door.http.post(DECODE, json=asked, headers=headers)) == [{"outcome": "fit"}] * 2
    await door.db.write(lambda tx: erase(tx, ["hire/1"], NOON))
    assert shown(await door.http.post(DECODE, json=asked, headers=headers)) == [ERASED, {"outcome": "fit"}]
    assert await looks(door.db) == ["hire/1", "hire/2", "hire/2"]


async def test_what_claims_another_place_does_not_open_and_is_no_look(door: Api, keys: CaseKeys) -> None:
    await sealed(keys, "hire/2")
    moved = await sealed(keys)
    moved.metadata["workflow"] = b"hire/2"
    unknown, nameless = await sealed(keys), await sealed(keys)
    unknown.metadata["workflow"] = b"hire/never"
    del nameless.metadata["namespace"]
    answer = await door.http.post(DECODE, json=body(moved, unknown, nameless), headers=await door.by("hr_head"))
    assert shown(answer) == [CLOSED] * 3
    assert await looks(door.db) == []


async def test_nothing_is_encrypted_here(door: Api) -> None:
    answer = await door.http.post(ENCODE, json=body(PLAIN), headers=await door.by("hr_head"))
    assert (answer.status_code, answer.json()["code"]) == (403, "codec_only_opens")


async def test_pages_of_the_web_ui_may_ask_and_no_others(door: Api, keys: CaseKeys) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "authorization,content-type,x-namespace"}
    answer = await door.http.options(DECODE, headers={"origin": UI, **asked})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, UI)
    assert "authorization" in answer.headers["access-control-allow-headers"]
    given, headers = body(await sealed(keys)), await door.by("hr_head")
    opened = await door.http.post(DECODE, json=given, headers={**headers, "origin": UI, "x-namespace": "muster"})
    assert (opened.status_code, opened.headers["access-control-allow-origin"]) == (200, UI)
    refused = await door.http.post(DECODE, json=given, headers={"origin": UI})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, UI)
    for origin in ("https://evil.example.org", "null", f"{UI}.evil.example"):
        for strange in (await door.http.options(DECODE, headers={"origin": origin, **asked}),
                        await door.http.post(DECODE, json=given, headers={**headers, "origin": origin})):  # fmt: skip
            assert strange.status_code == 403
            assert "access-control-allow-origin" not in strange.headers
    assert await looks(door.db) == ["hire/1"]
    elsewhere = await door.http.get("/api/v1/me", headers={**headers, "origin": UI})
    assert "access-control-allow-origin" not in elsewhere.headers


async def test_what_is_too_much_or_no_base64_is_refused(door: Api) -> None:
    headers = await door.by("hr_head")
    for given, status in (
        (body(*[PLAIN] * 1001), 422),
        ({"payloads": [{"data": "§"}]}, 422),
        ({"payloads": [{"data": "A" * 3_000_000}]}, 413),
    ):
        assert (await door.http.post(DECODE, json=given, headers=headers)).status_code == status


async def test_it_is_off_unless_asked_for(api: Api) -> None:
    for method, path in (("POST", DECODE), ("POST", ENCODE), ("OPTIONS", DECODE)):
        assert (await api.http.request(method, path, headers=await api.by("hr_head"))).status_code == 404
