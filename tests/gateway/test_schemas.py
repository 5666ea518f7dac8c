"""The schemas of events are there to be read: listed, each under its type, kept by whoever read them once."""

import pytest

from config.schemas import PROMISED, schema
from tests.gateway.door import Caller


async def test_every_schema_that_is_listed_can_be_read_and_is_that_of_the_model(caller: Caller) -> None:
    listed = (await caller.http.get("/schemas")).json()["schemas"]
    assert {entry["name"] for entry in listed} == {kind.removeprefix("events/") for kind in PROMISED}
    for entry in listed:
        answer = await caller.http.get(entry["href"])
        kind = entry["name"] if entry["name"] == "envelope" else f"events/{entry['name']}"
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
        assert answer.json() == schema(kind)
        assert answer.json().get("x-direction") == entry["direction"]
        assert answer.headers["etag"] == f'"{entry["version"]}"'


@pytest.mark.parametrize("path", ["/schemas", "/schemas/clearance.replied", "/schemas/hire.ended", "/schemas/envelope"])
async def test_whoever_holds_a_version_is_told_that_it_is_still_the_one(caller: Caller, path: str) -> None:
    first = await caller.http.get(path)
    tag = first.headers["etag"]
    assert "max-age" in first.headers["cache-control"]
    for held in (tag, f"W/{tag}", f'"older", {tag}', "*"):
        again = await caller.http.get(path, headers={"if-none-match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await caller.http.get(path, headers={"if-none-match": '"older"'})).status_code == 200


async def test_there_is_no_schema_of_another_name(caller: Caller) -> None:
    for name in ("clearance", "policy", "events%2Fclearance.replied", "int.muster.clearance.replied"):
        answer = await caller.http.get(f"/schemas/{name}")
        assert answer.status_code == 404
        assert answer.json()["code"] in ("unknown_schema", "no_such_address")
    assert (await caller.http.get("/schemas?all=1")).status_code == 400
