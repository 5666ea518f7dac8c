"""The board's table: who is before it and what may be read of them, for the board alone; and each member scores from there."""

import re

import pytest

from tests.console.conftest import Console, Told, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME

TABLE = "/vacancies/250442/board"


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_board_sees_candidates_without_names(console: Console, language: str) -> None:
    await console.desk.preferences.put("board_member", language=language)
    browser = await console.as_("board_member")
    page = await browser.get(TABLE)
    assert page.status_code == 200
    assert NAME not in page.text
    assert TABLE in (await browser.get("/vacancies/250442")).text


@pytest.mark.parametrize("role", ["auditor", "medical_advisers_office", "hiring_manager", "appointing_authority", "nobody"])
async def test_it_is_nobody_elses(console: Console, role: str) -> None:
    browser = await console.as_(role)
    assert (await browser.get(TABLE)).status_code == 403
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}/board")).status_code == 403


async def test_what_the_board_reads_of_somebody_names_neither_them_nor_where_they_are_from(console: Console) -> None:
    browser = await console.as_("board_member")
    page = (await browser.get(f"/hires/{AT_CONDITIONS}/board")).text
    assert "Candidate" in page
    assert NAME not in page
    assert "That you read this is on record." in page
    looked = [each for each in await console.desk.reads.of(f"hire/{AT_CONDITIONS}") if each["reader"] == "person:board_member"]
    assert looked


async def test_a_member_of_the_board_reaches_the_forms_of_the_board_and_no_hire(console: Console) -> None:
    browser = await console.as_("board_member")
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}/acts/mark_assessment")).status_code == 200
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}")).status_code == 403
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}/acts/issue_offer")).status_code == 403


async def test_points_are_given_one_competency_at_a_time(console: Console, told: Told) -> None:
    browser = await console.as_("board_member")
    path = f"/hires/{AT_SHORTLISTING}/acts/score"
    page = (await browser.get(path)).text
    fields = re.findall(r'name="(competencies\.\d+)" type="number"', page)
    vacancy = (await console.desk.queries.hire(f"hire/{AT_SHORTLISTING}"))["vacancy"]
    spec = (await console.desk.vacancies_store.get(vacancy)).spec
    assert len(fields) == len(spec.competencies) > 1
    assert spec.competencies[0] in page
    form = dict(re.findall(r'name="(version|request)" value="([^"]+)"', page)) | {"csrf": csrf(page)}
    given = {name: str(60 + n) for n, name in enumerate(fields)}
    preview = (await browser.post(path, form | given | {"step": "preview"})).text
    assert all(f'name="{name}" value="{points}"' in preview for name, points in given.items())
    answer = await browser.post(path, form | given | {"step": "confirm"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hires/{AT_SHORTLISTING}/board?done=99")
    ((_, _, act, args, _),) = told.done
    assert (act, args) == ("score", {"competencies": {str(n + 1): 60 + n for n in range(len(fields))}})
    assert (await browser.post(path, form | given | {fields[0]: "101", "step": "confirm"})).status_code == 400
