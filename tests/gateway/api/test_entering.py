"""What is entered beside acts on cases: once per key, in the caller's own name, and no approval among it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx

from acts.in_person import TokenDesk
from config.files import load_rules, load_vacancy
from gateway.api.app import described
from gateway.api.wiring import routers
from store.queries import Queries
from store.records import Records
from tests.gateway.api.conftest import CURSORS
from tests.gateway.api.test_acting import HIRE, Person, hr, token
from tests.store import making as m

__all__ = ["hr"]


async def send(person: Person, path: str, body: Any, *, key: str | None = "k-1", **more: str) -> httpx.Response:
    headers = person.headers | ({"Idempotency-Key": key} if key else {}) | more
    return await person.http.post(f"/api/v1{path}", json=body, headers=headers)


async def named(hr: Person, who: str) -> Person:
    return replace(hr, headers=await token(TokenDesk(hr.db), who))


async def test_a_vacancy_is_published_once_under_the_edition_in_force(hr: Person) -> None:
    spec = load_vacancy("250442").model_copy(update={"reference": "260001"})
    closing = {"ongoing": True}
    body = {"spec": spec.model_dump(mode="json") | {"closing": closing}, "policy": "standard"}
    first, again = await send(hr, "/vacancies", body), await send(hr, "/vacancies", body)
    assert (first.status_code, first.headers["location"]) == (201, "/api/v1/vacancies/260001")
    assert (again.status_code, again.json()) == (201, first.json())
    assert [row["event_id"] for row in await Queries(hr.db).inbox(case="vacancy/260001")] != []
    assert (await send(await named(hr, "board_member"), "/vacancies", body)).status_code == 403


async def test_a_policy_and_an_overlay_are_proposed_by_token_and_approved_by_none(hr: Person) -> None:
    head = await named(hr, "hr_head")
    rules = load_rules("standard").model_copy(update={"version": "99.1"})
    answer = await send(head, "/policies", {"rules": rules.model_dump(mode="json")})
    assert (answer.status_code, answer.json()["approved_by"]) == (201, None)
    overlay = {"overlay": "summer-freeze", "kind": "freeze", "reason": "budget_freeze"}
    answer = await send(head, "/overlays", overlay)
    assert (answer.status_code, answer.json()["state"]) == (201, "proposed")
    assert (await send(head, "/overlays/summer-freeze/approve", {})).status_code == 404
    paths = described(routers(CURSORS)).openapi()["paths"]
    assert not [path for path in paths if path.endswith("/approve")]


async def test_an_absence_is_entered_and_taken_back_by_whom_it_concerns(hr: Person) -> None:
    today = (await TokenDesk(hr.db).clock.now()).date()
    days = {"starts_on": f"{today}", "ends_on": f"{today + timedelta(days=9)}", "deputy": "hr_head"}
    first, again = await send(hr, "/staff/hr_officer/absences", days), await send(hr, "/staff/hr_officer/absences", days)
    assert (first.status_code, len(first.json()["absences"])) == (200, 1)
    assert again.json() == first.json()
    [number] = first.json()["absences"]
    assert (await send(await named(hr, "board_member"), "/staff/hr_officer/absences", days)).status_code == 403
    taken_back = await send(hr, f"/staff/hr_officer/notes/{number}/revoke", {})
    assert (taken_back.status_code, taken_back.json()["absences"]) == (200, {})


async def test_all_open_cases_of_a_person_are_handed_over(hr: Person) -> None:
    await hr.post("hand_over", {"owner": "hr_officer"})
    answer = await send(hr, "/staff/hr_officer/hand-over", {"to": "hr_head"})
    assert [each["case"] for each in answer.json()] == [HIRE]
    assert (await Queries(hr.db).hire(HIRE))["owner"] == "hr_head"


async def test_one_act_on_many_is_an_operation_with_what_became_of_each(hr: Person) -> None:
    body = {"act": "hold", "args": {"reason": "security_situation"}, "cases": [HIRE]}
    answer, again = await send(hr, "/operations", body), await send(hr, "/operations", body)
    assert (answer.status_code, answer.json()["state"], answer.json()["counts"]) == (200, "done", {"done": 1})
    assert answer.headers["location"] == f"/api/v1/operations/{answer.json()['operation']}"
    assert (again.json(), await hr.number()) == (answer.json(), 3)
    assert (await send(hr, "/operations", {**body, "act": "screen"}, key="k-2")).json()["code"] == "not_in_bulk"


async def test_one_act_on_many_is_shown_first_case_by_case(hr: Person) -> None:
    spec = load_vacancy("250442").model_copy(update={"reference": "260001"}).model_dump(mode="json")
    await send(hr, "/vacancies", {"spec": spec | {"closing": {"ongoing": True}}})
    case = "hire/aaaaaaaa"
    await Records(hr.db).append(m.step(case, 0, m.received("260001"), m.entered(), name="open"))
    body = {"act": "hold", "args": {"reason": "security_situation"}, "vacancy": "260001"}
    seen = await send(hr, "/operations/preview", body, key=None)
    assert [(each["case"], each["possible"]) for each in seen.json()] == [(case, True)]
    assert len(await Records(hr.db).journal(case)) == 2


async def test_who_does_not_want_to_wait_gets_the_operation_at_once(hr: Person) -> None:
    body = {"act": "hold", "args": {"reason": "security_situation"}, "cases": [HIRE]}
    answer = await send(hr, "/operations", body, Prefer="respond-async")
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "respond-async")
    name = answer.json()["operation"]
    resumed = await send(hr, f"/operations/{name}/resume", {}, key="k-2")
    assert (resumed.json()["counts"], await hr.number()) == ({"done": 1}, 3)
    other = await send(await named(hr, "hr_head"), f"/operations/{name}/resume", {})
    assert (other.status_code, other.json()["code"]) == (403, "not_yours")
    assert (await send(await named(hr, "hr_head"), f"/operations/{name}/cancel", {})).json()["counts"] == {"done": 1}


async def test_a_file_of_hires_is_held_against_what_there_is_and_only_the_head_of_hr_begins_them(hr: Person) -> None:
    assert (await send(hr, "/imports/hires", {"csv": "a,b\n1,2\n"})).status_code == 403
    head = await named(hr, "hr_head")
    seen = await send(head, "/imports/hires/preview", {"csv": "a,b\n1,2\n"}, key=None)
    assert seen.status_code == 200
    assert seen.json()["mistakes"]
    answer = await send(head, "/imports/hires", {"csv": "a,b\n1,2\n"})
    assert (answer.status_code, answer.json()["code"]) == (422, "not_importable")
