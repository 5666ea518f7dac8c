"""The log over the people's API: page by page, for those who may, with a trace where somebody is looked for."""

from tests.gateway.api.conftest import Api
from tests.gateway.api.played import AT_CONDITIONS


async def test_the_trail_comes_in_pages_in_the_order_of_the_log(api: Api) -> None:
    seen, path = [], "/audit/trail?limit=20"
    while path:
        answer = await api.get(path, "auditor")
        assert answer.status_code == 200, answer.text
        seen += [each["position"] for each in answer.json()["items"]]
        link = answer.headers.get("link", "")
        path = link.partition(">")[0].removeprefix("</api/v1") if link else ""
    assert seen == list(range(len(seen)))
    assert len(seen) > 60


async def test_looking_for_a_candidate_takes_a_purpose_and_is_noted_with_it(api: Api) -> None:
    asked = f"/audit/trail?candidate=hire/{AT_CONDITIONS}"
    assert (await api.get(asked, "auditor")).json()["code"] == "purpose_missing"
    found = (await api.get(f"{asked}&purpose=complaint", "auditor")).json()["items"]
    assert {each["stream"] for each in found} == {f"hire/{AT_CONDITIONS}"}
    (read,) = (await api.get("/audit/trail?leaf=read", "auditor")).json()["items"]
    assert (read["actor"], read["reason"], read["what"]) == ("person:auditor", "complaint", "read")


async def test_a_trail_is_cut_by_who_what_and_when(api: Api) -> None:
    one = (await api.get("/audit/trail?what=screened&actor=hr.officer", "hr_head")).json()["items"]
    assert {(each["what"], each["actor"]) for each in one} == {("screened", "person:hr.officer")}
    assert (await api.get("/audit/trail?since=2031-01-01T00:00:00Z", "hr_head")).json()["items"] == []
    assert (await api.get("/audit/trail?since=2031-01-01", "hr_head")).status_code == 422
    assert (await api.get("/audit/interventions?vacancy=999999", "hr_head")).status_code == 404


async def test_a_hire_as_it_was_and_what_a_fact_of_it_changed(api: Api) -> None:
    entries = (await api.get(f"/hires/{AT_CONDITIONS}/timeline?limit=200", "auditor")).json()["items"]
    then = (await api.get(f"/hires/{AT_CONDITIONS}/as-of?at={entries[0]['at']}", "auditor")).json()
    assert then["policy"]["name"] == "standard"
    now = (await api.get(f"/hires/{AT_CONDITIONS}", "auditor")).json()
    assert (then["stage"], now["stage"]) == ("received", "conditions")
    assert then["number"] < now["number"]
    number = next(each["number"] for each in entries if each["kind"] == "stage_entered" and each["body"]["stage"] == "conditions")
    changed = (await api.get(f"/hires/{AT_CONDITIONS}/changes/{number}", "auditor")).json()
    assert {"of": "", "field": "stage", "was": "conditional_offer", "is": "conditions"} in changed["changes"]


async def test_the_report_is_for_auditors_data_protection_and_the_head_of_hr(api: Api) -> None:
    for person, status in (("auditor", 200), ("data_protection_officer", 200), ("hr_head", 200), ("hr_officer", 403)):
        assert (await api.get("/audit/report", person)).status_code == status
    assert (await api.get("/audit/trail", "hr_officer")).status_code == 403
