"""Whoever looks at something of a special category through the people's API leaves a trace, or does not see it."""

import pytest
from sqlalchemy import text

from domain.facts import ConditionReplied
from domain.messages import Step
from domain.words import Condition, Outcome
from store.reads import Reads
from store.records import Records
from tests.gateway.api.conftest import Api
from tests.gateway.api.played import AT_CONDITIONS, LETTER

CASE = f"hire/{AT_CONDITIONS}"


async def looks(api: Api, person: str) -> list[tuple[str, list[str], str]]:
    return [(row["stream"], row["what"], row["about"]) for row in await Reads(api.db).by(f"person:{person}")]


@pytest.mark.parametrize("page", ["", "/timeline?limit=200", "/why", "/status"])
async def test_every_page_of_a_hire_that_tells_an_answer_is_noted(api: Api, page: str) -> None:
    await answered(api)
    assert (await api.get(f"/hires/{AT_CONDITIONS}{page}", "hr_officer")).status_code == 200
    ((case, what, about),) = await looks(api, "hr_officer")
    assert case == CASE
    assert "medical" in what
    assert about == (page.strip("/").partition("?")[0] or "hire")


async def test_an_office_is_noted_with_its_own_condition_alone(api: Api) -> None:
    await answered(api)
    for office in ("office_of_security", "medical_advisers_office"):
        assert (await api.get(f"/hires/{AT_CONDITIONS}", office)).status_code == 200
    assert await looks(api, "medical_advisers_office") == [(CASE, ["medical"], "hire")]
    assert await looks(api, "office_of_security") == []


async def test_an_auditor_sees_the_case_without_the_answer_so_there_is_no_look_to_note(api: Api) -> None:
    await answered(api)
    shown = (await api.get(f"/hires/{AT_CONDITIONS}", "auditor")).json()
    (medical,) = [each for each in shown["conditions"] if each["condition"] == "medical"]
    assert (medical["state"], medical["outcome"], medical["authority"]) == ("withheld", None, "medical")
    journal = (await api.get(f"/hires/{AT_CONDITIONS}/timeline?limit=200", "auditor")).json()["items"]
    assert [(each["kind"], each["body"], each["actor"]) for each in journal[-1:]] == [("withheld", {}, "partner:medical")]
    assert await looks(api, "auditor") == []


async def test_a_letter_and_a_search_are_noted(api: Api) -> None:
    assert (await api.get(f"/letters/{LETTER}")).status_code == 200
    found = await api.http.post("/api/v1/people/search", json={"words": "ada"}, headers=await api.by("hr_head"))
    assert len(found.json()["items"]) == 3
    ((_, what, about),) = await looks(api, "hr_officer")
    assert (what, about) == (["identity", "letter"], LETTER)
    noted = await looks(api, "hr_head")
    assert len(noted) == 3
    assert {(what[0], about) for _, what, about in noted} == {("identity", "search")}


async def test_auditor_and_data_protection_officer_see_who_looked_and_nobody_else_does(api: Api) -> None:
    await answered(api)
    await api.get(f"/hires/{AT_CONDITIONS}", "medical_advisers_office")
    for person in ("auditor", "data_protection_officer"):
        shown = (await api.get(f"/hires/{AT_CONDITIONS}/reads", person)).json()
        assert [(row["reader"], row["what"], row["about"]) for row in shown] == [("person:medical_advisers_office", ["medical"], "hire")]
    assert (await api.get(f"/hires/{AT_CONDITIONS}/reads", "hr_head")).status_code == 403
    assert (await api.get("/hires/none/reads", "auditor")).status_code == 404


async def test_what_cannot_be_noted_is_not_shown(api: Api) -> None:
    await answered(api)
    await api.db.write(lambda tx: tx.execute(text("DROP TABLE reads")))
    shown = await api.get(f"/hires/{AT_CONDITIONS}", "hr_officer")
    assert shown.status_code >= 500
    assert "medical" not in shown.text


async def answered(api: Api) -> None:
    """The Medical Adviser answered."""
    records = Records(api.db)
    last = (await records.journal(CASE))[-1]
    reply = ConditionReplied(condition=Condition.MEDICAL, outcome=Outcome.FIT)
    await records.append(Step(case=CASE, after=last.number, step="reply", at=last.at, actor="partner:medical", facts=(reply,)))
