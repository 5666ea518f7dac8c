"""What the pages say to whom: every role, both languages; and acting by form up to the case's own answer."""

import re
from typing import Any

import httpx
import pytest

from domain.errors import NotNow, Stale
from domain.words import Role
from tests.console.conftest import Browser, Console, Told, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME

PAGES = (
    "/",
    "/board",
    "/board?group=vacancy&compact=true",
    "/board?group=owner&apart=true",
    "/board?table=true",
    f"/board?menu={AT_SHORTLISTING}",
    "/hires",
    "/hires?ending=",
    "/me",
    "/me/views",
    "/audit",
    "/audit/log",
    "/audit/report?made=true",
    f"/audit/cases/hire/{AT_CONDITIONS}",
    f"/audit/cases/hire/{AT_CONDITIONS}/facts/9",
    "/vacancies",
    "/vacancies/250442",
    "/vacancies/250442/time",
    "/reserve",
    "/reserve/250442",
    "/vacancies/250442/acts/extend_list",
    "/deadlines",
    "/deadlines/month",
    "/deadlines/month?month=2026-05&day=2026-05-01",
    "/deadlines/load",
    "/deadlines/load?by=owner",
    "/deadlines/what-if",
    f"/deadlines/what-if?hire={AT_CONDITIONS}&day=2027-01-04",
    f"/deadlines/what-if?hire={AT_SHORTLISTING}&day=",
    "/deadlines?within=month",
    f"/hires/{AT_CONDITIONS}",
    f"/hires/{AT_CONDITIONS}?show=mine",
    f"/hires/{AT_CONDITIONS}/data",
    f"/hires/{AT_CONDITIONS}/messages",
    f"/hires/{AT_CONDITIONS}/technical",
    f"/hires/{AT_SHORTLISTING}/acts/shortlist",
)


@pytest.mark.parametrize("role", [*map(str, Role), "nobody"])
async def test_every_page_answers_every_role_with_a_page_or_a_plain_no(console: Console, role: str) -> None:
    browser = await console.as_(role)
    for path in PAGES:
        answer = await browser.get(path)
        assert answer.status_code in (200, 403, 404), path
        assert "<h1>" in answer.text


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_page_is_in_the_language_of_whoever_reads_it(console: Console, language: str) -> None:
    await console.desk.preferences.put("hr_head", language=language)
    browser = await console.as_("hr_head")
    for path in PAGES:
        answer = await browser.get(path)
        text = answer.text
        assert answer.status_code in (200, 403), path
        assert f'<html lang="{language}"' in text
        assert ("Se déconnecter" in text) == (language == "fr")


async def test_names_are_shown_to_hr_and_to_nobody_who_works_without_them(console: Console) -> None:
    assert NAME in (await (await console.as_("hr_officer")).get("/hires")).text
    for role in ("auditor", "medical_advisers_office", "office_of_security", "appointing_authority", "hiring_manager"):
        browser = await console.as_(role)
        for path in ("/", "/hires?ending=", f"/hires/{AT_CONDITIONS}"):
            assert NAME not in (await browser.get(path)).text


async def test_names_can_be_masked(console: Console) -> None:
    await console.desk.preferences.put("hr_officer", masked="on")
    assert NAME not in (await (await console.as_("hr_officer")).get("/hires")).text


async def test_an_office_sees_its_own_condition_and_no_other(console: Console) -> None:
    text = (await (await console.as_("medical_advisers_office")).get(f"/hires/{AT_CONDITIONS}")).text
    assert "medical approval" in text
    assert "security clearance" not in text


async def test_a_hire_of_nobodys_office_is_as_if_it_were_not_there(console: Console) -> None:
    browser = await console.as_("medical_advisers_office")
    unknown, foreign = await browser.get("/hires/zzzz9999"), await browser.get(f"/hires/{AT_SHORTLISTING}")
    assert unknown.status_code == foreign.status_code == 404


async def test_the_list_keeps_its_filters_in_its_address(console: Console) -> None:
    browser = await console.as_("hr_officer")
    text = (await browser.get("/hires?stage=shortlisting")).text
    assert f"/hires/{AT_SHORTLISTING}" in text
    assert f"/hires/{AT_CONDITIONS}" not in text
    assert (await browser.get("/hires?stage=bogus")).status_code == 400
    assert (await browser.get("/hires?colour=blue")).status_code == 400
    assert (await browser.get("/hires?cursor=bogus")).status_code == 400


async def test_the_search_leads_to_a_hire_by_its_id_and_finds_people_by_how_their_names_begin(console: Console) -> None:
    browser = await console.as_("hr_officer")
    token = csrf((await browser.get("/find")).text)

    async def found(words: str, who: Browser = browser, proof: str = token) -> httpx.Response:
        return await who.post("/find", {"csrf": proof, "words": words})

    assert [(each.status_code, each.headers["location"]) for each in (await found(AT_CONDITIONS), await found("250442"))] == [
        (303, f"/hires/{AT_CONDITIONS}"),
        (303, "/vacancies/250442"),
    ]
    assert f"/hires/{AT_CONDITIONS}" in (await found("ada exam")).text
    assert "Nobody is found" in (await found("zzyzx")).text
    assert (await found("a")).status_code == 400
    # A name is found by nobody who may not know it.
    auditor = await console.as_("auditor")
    assert AT_CONDITIONS not in (await found("ada exam", auditor, csrf((await auditor.get("/find")).text))).text


async def test_no_name_that_somebody_searches_for_stands_in_an_address(console: Console) -> None:
    browser = await console.as_("hr_officer")
    assert (await browser.get("/find?words=ada")).status_code == 400
    assert (await browser.get("/hires?words=ada")).status_code == 400
    assert '<form class="find" action="/find" method="post"' in (await browser.get("/")).text


async def test_a_vacancy_shows_its_posts_and_where_its_candidates_stand(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get("/vacancies/250442")).text
    assert "Where the candidates stand" in text
    assert "conditions of appointment" in text
    assert "Where the candidates stand" not in (await (await console.as_("medical_advisers_office")).get("/vacancies/250442")).text


async def test_deadlines_stand_under_their_day_with_the_rule_they_come_from(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get("/deadlines")).text
    assert "working days" in text or "days from" in text
    assert f"/hires/{AT_CONDITIONS}" in text
    assert (await (await console.as_("hr_officer")).get("/deadlines?party=bogus")).status_code == 400


async def fill(console: Console, told: Told, **given: str) -> Any:
    """Open the form of the short list and send it, as HR's head."""
    browser = await console.as_("hr_head")
    path = f"/hires/{AT_SHORTLISTING}/acts/shortlist"
    page = (await browser.get(path)).text
    kept = dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', page))
    return await browser.post(path, kept | given)


async def test_an_act_is_shown_before_it_is_done(console: Console, told: Told) -> None:
    page = await fill(console, told, shortlisted="yes", reason="profile_matches", step="preview")
    assert page.status_code == 200
    assert told.done == []
    assert 'value="confirm"' in page.text


async def test_confirming_asks_the_case_with_what_was_seen_and_leads_back_with_a_receipt(console: Console, told: Told) -> None:
    answer = await fill(console, told, shortlisted="yes", reason="profile_matches", step="confirm")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hires/{AT_SHORTLISTING}?done=99")
    ((person, case, act, args, version),) = told.done
    assert (person, case, act) == ("hr_head", f"hire/{AT_SHORTLISTING}", "shortlist")
    assert args == {"shortlisted": True, "reason": "profile_matches"}
    assert version == (await console.desk.standing(case)).number


async def test_a_form_that_is_not_complete_says_which_field(console: Console, told: Told) -> None:
    page = await fill(console, told, reason="Not A Code", step="confirm")
    assert page.status_code == 400
    assert told.done == []
    assert 'id="wrong-shortlisted"' in page.text
    assert 'value="Not A Code"' in page.text


async def test_who_decided_on_an_older_case_sees_what_changed_and_keeps_what_was_typed(console: Console, told: Told) -> None:
    told.answer = Stale("the case has moved on", code="stale")
    page = await fill(console, told, shortlisted="no", reason="experience_short", step="confirm")
    assert page.status_code == 412
    assert 'value="experience_short"' in page.text


async def test_what_the_case_refuses_is_said_and_nothing_typed_is_lost(console: Console, told: Told) -> None:
    told.answer = NotNow("the stage has passed", code="stage_passed")
    page = await fill(console, told, shortlisted="no", reason="experience_short", step="confirm")
    assert page.status_code == 409
    assert "the stage has passed" in page.text
    assert 'value="experience_short"' in page.text


async def test_an_auditor_reads_and_never_acts(console: Console) -> None:
    browser = await console.as_("auditor")
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}/acts/shortlist")).status_code == 403
    page = (await browser.get(f"/hires/{AT_SHORTLISTING}")).text
    assert "/acts/" not in page
    answer = await browser.post(f"/hires/{AT_SHORTLISTING}/acts/shortlist", {"csrf": csrf(page), "version": "1", "request": "0" * 24})
    assert answer.status_code == 403


async def test_a_vacancy_says_what_it_was_published_with_and_goes_out_as_a_job_posting(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get("/vacancies/250442")).text
    assert "What it was published with" in page
    assert "is filled at the lower grade, G5" in page
    assert "security clearance, medical approval" in page
    posting = await browser.get("/vacancies/250442/jobposting.json")
    assert posting.headers["content-type"] == "application/ld+json"
    assert (posting.json()["@type"], posting.json()["identifier"]["value"]) == ("JobPosting", "250442")


@pytest.mark.parametrize(("act", "field"), [("extend", "deadline"), ("hold_condition", "condition")])
async def test_a_form_begun_from_what_it_is_about_has_it_chosen(console: Console, act: str, field: str) -> None:
    row = await console.desk.hire(f"hire/{AT_CONDITIONS}")
    about = row["conditions"][-1]["condition"] if field == "condition" else row["deadlines"][-1]["key"]
    page = (await (await console.as_("hr_officer")).get(f"/hires/{AT_CONDITIONS}/acts/{act}?about={about}")).text
    (chosen,) = re.findall(rf'<select[^>]*name="{field}".*?</select>', page, re.DOTALL)
    assert re.findall(r'value="([^"]*)" selected', chosen) == [about]


async def test_each_running_deadline_of_a_hire_leads_to_its_own_extension(console: Console) -> None:
    page = (await (await console.as_("hr_officer")).get(f"/hires/{AT_CONDITIONS}")).text
    row = await console.desk.hire(f"hire/{AT_CONDITIONS}")
    running = {each["key"] for each in row["deadlines"] if each["state"] in ("open", "lapse_due")}
    assert running
    assert set(re.findall(r'/acts/extend\?about=([^"]+)"', page)) == running


async def test_a_vacancy_says_what_contract_follows_and_who_comes_first(console: Console) -> None:
    text = (await (await console.as_("hr_officer")).get("/vacancies/250442")).text
    assert "a definite duration of 3 years" in text
    ranked = [row for row in await console.desk.queries.ranked("250442") if row["rank"] is not None]
    assert ranked
    assert "Order of merit" in text
    assert "Order of merit" not in (await (await console.as_("hiring_manager")).get("/vacancies/250442")).text
