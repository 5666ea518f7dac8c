"""Exports for auditors over the people's API: the same files as beside the store, for the same people."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from acts.evidence import Evidence
from acts.in_person import TokenDesk
from config.settings import Settings
from connectors.log_key import load_log_key
from domain.log.verify import code, members_of, verify
from store.database import Database
from tests.gateway.api.conftest import Api, app_of
from tests.gateway.api.played import AT_CONDITIONS


@pytest.fixture
async def exporting(db: Database, tmp_path: Path) -> AsyncIterator[Api]:
    settings = Settings(data_dir=tmp_path)
    load_log_key(settings.log_key, f"{settings.source}/log")
    desk = TokenDesk(db, evidence=Evidence(settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app_of(desk)), base_url="http://api") as http:
        yield Api(db, http, desk)


async def test_a_dossier_and_the_log_come_as_files_that_verify(exporting: Api) -> None:
    at = f"/hires/{AT_CONDITIONS}/dossier"
    answer = await exporting.get(at, "auditor", params={"language": "fr", "redact": "clearance", "purpose": "tribunal"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip")
    log = await exporting.get("/log", "auditor")
    assert log.status_code == 200
    assert code(verify(answer.content, log=log.content)) == 0
    assert [name for name in members_of(answer.content) if name.endswith(".pdf")] == ["dossier.fr.pdf"]
    assert (
        code(verify((await exporting.get("/vacancies/250442/dossier", "data_protection_officer", params={"language": "en"})).content)) == 0
    )
    reads = await exporting.desk.reads.by("person:auditor")
    assert [(row["about"], row["purpose"]) for row in reads] == [("dossier", "tribunal"), ("log_export", "audit")]


async def test_who_may_not_gets_nothing_and_what_is_wrong_is_said(exporting: Api) -> None:
    at = f"/hires/{AT_CONDITIONS}/dossier"
    assert (await exporting.get(at, "hr_officer")).status_code == 403
    assert (await exporting.get(at, "auditor", params={"letters": "true"})).status_code == 403
    assert (await exporting.get("/hires/zz99/dossier", "auditor")).status_code == 404
    wrong = await exporting.get(at, "auditor", params={"redact": "nonsense"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "nothing_to_redact")
    assert (await exporting.get("/log", "auditor", params={"begin": 10**9})).json()["code"] == "bad_range"


async def test_without_the_log_key_nothing_is_exported_and_no_key_is_made(exporting: Api, tmp_path: Path) -> None:
    Settings(data_dir=tmp_path).log_key.unlink()
    answer = await exporting.get("/log", "auditor")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_log_key")
    assert not Settings(data_dir=tmp_path).log_key.exists()
