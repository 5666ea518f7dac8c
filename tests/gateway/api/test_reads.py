"""What the API shows: hires as far as each office may see them, versions, pages, and the rest of what the command line shows."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from config.files import load_calendar, load_rules
from domain.tokens import Scope
from store.balance import Balance, Report
from store.histories import Histories
from tests.gateway.api.conftest import Api
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, LETTER, NAME, WITHDRAWN
from tests.store.making import NOON

CASE = f"/hires/{AT_CONDITIONS}"


async def test_hr_sees_a_whole_hire_with_its_version(api: Api) -> None:
    answer = await api.get(CASE)
    said = answer.json()
    assert (answer.status_code, said["stage"], answer.headers["etag"]) == (200, "conditions", f'"{said["number"]}"')
    assert {each["condition"] for each in said["conditions"]} >= {"clearance", "medical"}
    assert said["number"] == (await api.desk.hire(f"hire/{AT_CONDITIONS}"))["number"]
    same = await api.get(CASE, headers={"if-none-match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_the_medical_office_sees_the_medical_part_and_no_other(api: Api) -> None:
    said = (await api.get(CASE, "medical_advisers_office")).json()
    assert [each["condition"] for each in said["conditions"]] == ["medical"]
    assert {each["party"] for each in said["deadlines"]} <= {"medical_adviser"}
    assert {"score", "rank", "owner", "terms", "turn"} & said.keys() == set()
    listed = (await api.get("/hires", "medical_advisers_office")).json()["items"]
    assert [each["case_id"] for each in listed] == [f"hire/{AT_CONDITIONS}"]
    for other in (AT_SHORTLISTING, "zzzzzzzz"):
        assert (await api.get(f"/hires/{other}", "medical_advisers_office")).status_code == 404
    assert (await api.get(f"{CASE}/timeline", "medical_advisers_office")).status_code == 403


async def test_a_hiring_manager_sees_what_waits_for_a_hiring_manager(api: Api) -> None:
    listed = (await api.get("/hires", "hiring_manager")).json()["items"]
    assert [(each["case_id"], each["needs"]) for each in listed] == [(f"hire/{AT_SHORTLISTING}", ["shortlist"])]
    assert (await api.get(CASE, "hiring_manager")).status_code == 404


async def test_a_list_is_filtered_sorted_and_cut_to_fields(api: Api) -> None:
    asked = "/hires?vacancy=250442&sort=case&fields=stage,ending"
    assert (await api.get(asked)).json()["items"] == [
        {"case_id": f"hire/{AT_CONDITIONS}", "stage": "conditions", "ending": None},
        {"case_id": f"hire/{WITHDRAWN}", "stage": None, "ending": "withdrawn"},
    ]
    assert len((await api.get("/hires?needs=shortlist")).json()["items"]) == 1
    for wrong in ("/hires?stagee=offer", "/hires?limit=0", "/hires?limit=201", "/hires?sort=name", "/hires?stage=nowhere"):
        assert (await api.get(wrong)).status_code == 422


async def test_pages_follow_each_other_by_link_and_meet_everyone_once(api: Api) -> None:
    seen, path = [], "/hires?limit=1&sort=received"
    while path:
        answer = await api.get(path)
        seen += [each["case_id"] for each in answer.json()["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == (answer.json()["next"] is not None)
        path = link.partition(">")[0].removeprefix("</api/v1") if link else ""
    assert sorted(seen) == sorted(f"hire/{each}" for each in (AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN))
    cursor = (await api.get("/hires?limit=1")).json()["next"]
    other = await api.get(f"/hires?limit=1&stage=offer&cursor={cursor}".replace("offer", "selection"))
    assert (other.status_code, other.json()["code"]) == (422, "bad_cursor")


async def test_a_timeline_comes_in_pages_and_is_the_journal(api: Api) -> None:
    first = (await api.get(f"{CASE}/timeline?limit=10")).json()
    rest = (await api.get(f"{CASE}/timeline?limit=200&cursor={first['next']}")).json()
    whole = await api.desk.timeline(f"hire/{AT_CONDITIONS}")
    assert [each["number"] for each in first["items"]] == list(range(1, 11))
    assert [each["body"] for each in first["items"] + rest["items"]] == [row["body"] for row in whole] or rest["next"] is None


async def test_why_a_hire_waits_is_told_in_both_languages(api: Api) -> None:
    english = (await api.get(f"{CASE}/why")).json()
    french = (await api.get(f"{CASE}/why?language=fr")).json()
    assert english["waiting"] == french["waiting"] != []
    assert english["text"] != french["text"]
    act = (await api.get(f"{CASE}/why?act=propose_contract")).json()
    assert (act["act"], act["possible"]) == ("propose_contract", False)


async def test_what_else_is_known_of_a_hire(api: Api) -> None:
    assert (await api.get(f"{CASE}/status")).json()["status"]["vacancy"] == "250442"
    assert [each["step"]["what"] for each in (await api.get(f"{CASE}/undo")).json()]
    assert (await api.get(f"{CASE}/forecast")).json()["forecast"]["case"] == f"hire/{AT_CONDITIONS}"
    assert (await api.get(f"{CASE}/contract")).json()["code"] == "nothing_proposed"
    [letter] = (await api.get(f"{CASE}/letters")).json()
    assert letter["letter"] == LETTER


async def test_a_letter_is_for_who_deals_with_people(api: Api) -> None:
    assert NAME in (await api.get(f"/letters/{LETTER}")).json()["body"]
    assert (await api.get(f"/letters/{LETTER}/pdf")).json()["code"] == "no_pdf"
    await api.desk.people.keep_paper(LETTER, b"%PDF-1.7 paper", "tests")
    paper = await api.get(f"/letters/{LETTER}/pdf")
    assert (paper.content, paper.headers["content-type"]) == (b"%PDF-1.7 paper", "application/pdf")
    assert (await api.get(f"/letters/{LETTER}", "data_protection_officer")).status_code == 200


async def test_a_name_is_searched_for_in_a_body_never_in_an_address(api: Api) -> None:
    found = await api.http.post("/api/v1/people/search", json={"words": "ADA ex"}, headers=await api.by("hr_officer"))
    assert {each["name"] for each in found.json()["items"]} == {NAME}
    assert (await api.get("/people/search?words=ada")).status_code == 405
    nothing = await api.http.post("/api/v1/people/search", json={"words": "  "}, headers=await api.by("hr_officer"))
    assert nothing.status_code == 422


async def test_the_board_sees_no_name_and_only_its_own_table(api: Api) -> None:
    table = await api.get("/vacancies/250442/board")
    assert (table.status_code, table.json()["vacancy"]) == (200, "250442")
    file = await api.get(f"{CASE}/board")
    assert file.json()["case"] == f"hire/{AT_CONDITIONS}"
    assert NAME not in file.text
    assert "nationalities" not in file.text
    assert (await api.get("/vacancies/250442/board", "auditor")).status_code == 403


async def test_who_is_ranked_how_is_not_for_everybody(api: Api) -> None:
    whole = (await api.get("/vacancies/250442")).json()
    part = (await api.get("/vacancies/250442", "line_manager")).json()
    assert whole["report"]["lines"]
    assert {"counts", "report", "listed"} & part.keys() == set()
    assert all("hire" not in post for post in part["posts"])
    assert [each["reference"] for each in (await api.get("/vacancies?limit=1")).json()["items"]]


async def test_deadlines_come_by_page_with_their_explanation(api: Api) -> None:
    due = (await api.get("/deadlines")).json()["items"]
    assert due == sorted(due, key=lambda each: (each["due_at"], each["case"], each["key"])) != []
    assert {each["key"] for each in due} == {item.key for item in await api.desk.agenda()}
    assert due[0]["explained"]
    party = due[0]["party"]
    assert {each["party"] for each in (await api.get(f"/deadlines?party={party}")).json()["items"]} == {party}
    assert (await api.get("/deadlines?role=medical_advisers_office")).json()["items"] == []
    assert (await api.get("/deadlines?overdue=true&party=board")).json()["items"] == []
    assert (await api.get("/deadlines?within_hours=1")).json()["items"] == []


async def test_my_work_is_mine_and_a_colleagues_is_for_hr(api: Api) -> None:
    assert [each["need"] for each in (await api.get("/worklist", "hiring_manager")).json()] == ["shortlist"]
    assert (await api.get("/staff/hiring_manager/worklist")).json()[0]["need"] == "shortlist"
    assert (await api.get("/staff/hr_head/worklist", "hiring_manager")).status_code == 403
    assert (await api.get("/staff/unknown/worklist")).status_code == 404


async def test_a_policy_is_checked_compared_and_rehearsed_and_nothing_is_written(api: Api) -> None:
    headers, rules = await api.by("hr_head"), load_rules("standard").model_dump(mode="json")
    slower = {
        **rules,
        "version": "99.1",
        "deadlines": {**rules["deadlines"], "screening": {**rules["deadlines"]["screening"], "target": 77}},
    }

    async def post(path: str, body: object) -> httpx.Response:
        return await api.http.post(f"/api/v1{path}", json=body, headers=headers)

    before = await api.desk.queries.counts()
    assert (await post("/policies/check", slower)).json()["version"] == "99.1"
    assert [each["will"] for each in (await post("/policies/diff", {"was": rules, "will": slower})).json()] == [77, "99.1"]
    assert (await post("/policies/rehearse", {"rules": slower})).json()["open"] == 2
    for elsewhere in ("../secrets", "/etc/passwd", "other.toml"):
        refused = await post("/policies/rehearse", {"rules": {**rules, "calendar": elsewhere}})
        assert (refused.status_code, refused.json()["code"]) == (422, "not_in_order")
    assert await api.desk.queries.counts() == before


async def test_a_calendar_is_compared_day_by_day(api: Api) -> None:
    calendar = load_calendar("hq-brussels").model_dump(mode="json")
    day = next(iter(calendar["closed"]))
    open_then = {**calendar, "closed": {each: why for each, why in calendar["closed"].items() if each != day}}
    said = await api.http.post("/api/v1/calendars/diff", json={"was": calendar, "will": open_then}, headers=await api.by("auditor"))
    assert [(each["day"], each["will"]) for each in said.json()] == [(day, None)]


@pytest.mark.parametrize("body", [b'{"words": "a", "words": "b"}', b'{"words": NaN}', b'{"words": "a\\u0000"}', b"{", b"\xff"])
async def test_bodies_are_strict_json(api: Api, body: bytes) -> None:
    headers = {**(await api.by("hr_officer")), "content-type": "application/json"}
    answer = await api.http.post("/api/v1/people/search", content=body, headers=headers)
    assert answer.status_code == 400


async def test_a_fault_names_its_place_and_repeats_nothing(api: Api) -> None:
    answer = await api.http.post("/api/v1/people/search", json={"wrods": "Ada Lovelace"}, headers=await api.by("hr_officer"))
    assert {each["pointer"] for each in answer.json()["errors"]} == {"/words", "/wrods"}
    assert "Lovelace" not in answer.text


async def test_a_notice_is_read_and_larger_bodies_are_taken_there_alone(api: Api) -> None:
    headers = {**(await api.by("hr_officer")), "content-type": "text/plain"}
    nothing = await api.http.post("/api/v1/notices/preview", content=b"x" * 100_000, headers=headers)
    assert nothing.status_code == 422
    wrong = await api.http.post("/api/v1/notices/preview", content=b"x", headers={**headers, "content-type": "image/png"})
    assert wrong.status_code == 415
    elsewhere = await api.http.post("/api/v1/people/search", content=b"x" * 100_000, headers=headers)
    assert elsewhere.status_code == 413


async def test_reading_works_while_temporal_is_away_and_what_needs_it_says_so(api: Api) -> None:
    headers = await api.by("hr_officer", Scope.READ)
    assert (await api.http.get("/api/v1/hires", headers=headers)).status_code == 200
    away = await api.http.get("/api/v1/housekeeping", headers=headers)
    assert (away.status_code, away.json()["code"]) == (503, "unavailable")


async def test_a_policy_of_a_moment_and_figures_since_a_day(api: Api) -> None:
    assert (await api.get("/policies/standard")).json()["about"]["name"] == "standard"
    assert (await api.get("/policies/standard?version=0.0")).status_code == 404
    assert (await api.get("/reports/turns?vacancy=250442")).json()["cases"] == 2
    later = (datetime.now(UTC) + timedelta(days=9)).date()
    assert (await api.get(f"/reports/turns?since={later}")).json()["cases"] == 0


async def test_a_balance_report_is_read_as_it_was_issued_by_those_it_is_for(api: Api) -> None:
    asked = "/reports/balance?by=gender&period=2026"
    said = await api.get(asked, "auditor")
    assert (said.status_code, said.json()["code"]) == (404, "not_issued")
    body = {"slice": "year/2026", "by": "gender", "least": 10, "counted_before": 0, "people": 0, "steps": []}
    await Balance(api.db).issue(Report("year/2026", "gender", body, "hr_head", NOON), [])
    for office in ("auditor", "data_protection_officer", "hr_head"):
        given = (await api.get(asked, office)).json()
        assert (given["people"], given["issued_by"]) == (0, "hr_head")
    assert (await api.get(asked, "hr_officer")).status_code == 403
    for wrong in ("/reports/balance", "/reports/balance?by=religion&period=2026", f"{asked}&vacancy=250442"):
        assert (await api.get(wrong, "auditor")).status_code == 422


async def test_a_recorded_history_is_told_from_the_store_when_temporal_is_not_there(api: Api) -> None:
    event = {"eventId": "1", "eventTime": "2026-03-02T12:00:00Z", "eventType": "EVENT_TYPE_WORKFLOW_EXECUTION_STARTED"}
    head = {"workflow_id": f"hire/{AT_CONDITIONS}", "run_id": "r1", "namespace": "muster", "last_event": 1, "build_id": "b1"}
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    none = await api.get(f"{CASE}/history")
    assert (none.status_code, none.json()["code"]) == (404, "no_history")
    await Histories(api.desk.db).keep({**head, "history": {"events": [event]}, "known": {}}, at, at)
    [run] = (await api.get(f"{CASE}/history")).json()["runs"]
    assert (run["source"], run["intact"], run["last_event"]) == ("store", True, 1)
    assert run["events"] == [{"number": 1, "at": "2026-03-02T12:00:00Z", "kind": "workflow_execution_started"}]
    assert (await api.get(f"{CASE}/history", "medical_advisers_office")).status_code == 403
