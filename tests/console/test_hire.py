"""One hire: its course in words, its tabs, and what of them each office sees."""

import re

import pytest

from console.pages.hire import Engine
from tests.console.conftest import Console, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, LETTER, NAME, PAPER, WITHDRAWN

HIRE = f"/hires/{AT_CONDITIONS}"
TABS = ("", "/data", "/messages", "/technical")
OFFICES = {"medical_advisers_office": "medical approval", "office_of_security": "security clearance"}


async def page(console: Console, person: str, path: str) -> str:
    return (await (await console.as_(person)).get(path)).text


def lines(text: str) -> list[str]:
    """The entries of the list, as one reads them."""
    return re.findall(r'<span class="line">(.*?)</span>', text)


async def test_the_course_of_a_hire_is_told_in_words_with_what_is_planned_above_what_runs_above_what_happened(console: Console) -> None:
    text = await page(console, "hr_officer", HIRE)
    found = lines(text)
    assert found.index("Next stage: contract offer") < found.index("Papers of the candidate are missing: security clearance")
    assert found.index("Papers of the candidate are missing: security clearance") < found.index("offer answered: accepted")
    assert "condition requested: security clearance, medical approval, verification of studies and work experience" in found
    assert found[-1] == "application received"
    assert not any("_" in line for line in found)


async def test_the_same_course_is_told_in_french(console: Console) -> None:
    await console.desk.preferences.put("hr_officer", language="fr")
    found = lines(await page(console, "hr_officer", HIRE))
    assert "Étape suivante\u202f: offre de contrat" in found
    assert found[-1] == "candidature reçue"


async def test_what_is_shown_of_the_course_stands_in_the_address(console: Console) -> None:
    messages = lines(await page(console, "hr_officer", f"{HIRE}?show=messages"))
    assert "application received" in messages
    assert not [line for line in messages if line.startswith("screened")]
    assert lines(await page(console, "hr_officer", f"{HIRE}?show=failures")) == []
    mine = lines(await page(console, "hr_officer", f"{HIRE}?show=mine"))
    assert "Papers of the candidate are missing: medical approval" in mine  # HR follow what the candidate owes
    assert "application received" not in mine
    assert (await (await console.as_("hr_officer")).get(f"{HIRE}?show=bogus")).status_code == 400


async def test_an_entry_holds_who_when_whence_and_the_message_it_came_with(console: Console) -> None:
    text = await page(console, "hr_officer", HIRE)
    entry = text[text.index("offer answered: accepted") :]
    entry = entry[: entry.index("</details>")]
    assert "<dt>Source</dt><dd>A message that came in</dd>" in entry
    assert re.search(r"<dt>Message or request</dt><dd>m\d+</dd>", entry)
    assert "condition opened: accreditation and notification" in entry


async def test_a_wait_says_its_clock_with_the_rule_and_what_comes_next(console: Console) -> None:
    text = await page(console, "hr_officer", HIRE)
    entry = text[text.index('class="line">Papers of the candidate are missing: medical approval') :]
    entry = entry[: entry.index("</details>")]
    assert "30 days from 17 March 2026" in entry
    assert "<dt>Next reminder</dt>" in entry
    assert "<dt>Limit</dt>" in entry


async def test_a_hire_that_has_ended_plans_nothing(console: Console) -> None:
    text = await page(console, "hr_officer", f"/hires/{WITHDRAWN}")
    assert "Next stage" not in text
    assert 'class="point ahead"' not in text


async def test_the_conditions_stand_as_bars_that_say_in_words_what_they_show(console: Console) -> None:
    text = await page(console, "hr_officer", HIRE)
    bars = re.findall(r'<svg class="picture gantt-bar" role="img".*?<title[^>]*>(.*?)</title><desc[^>]*>(.*?)</desc>', text)
    assert bars[0][0] == "security clearance"
    assert len(bars) == 4
    assert "Asked on 17 March 2026. Due 31 March 2026" in bars[0][1]
    assert 'class="picture gantt-bar"' not in await page(console, "hr_officer", f"/hires/{AT_SHORTLISTING}")


async def test_what_is_known_says_whence_and_since_when(console: Console) -> None:
    text = await page(console, "hr_officer", f"{HIRE}/data")
    row = text[text.index('<th scope="row">eligible</th>') :]
    assert "<td>Yes</td>" in row[: row.index("</tr>")]
    assert "17 March 2026" in row[: row.index("</tr>")]


async def test_the_messages_of_a_case_say_what_became_of_each(console: Console) -> None:
    text = await page(console, "hr_officer", f"{HIRE}/messages")
    assert "Letter: Your application has arrived" in text
    assert "to be sent" in text


async def test_the_technical_tab_leads_to_temporal_where_an_address_is_set(console: Console) -> None:
    text = await page(console, "hr_officer", f"{HIRE}/technical")
    assert f"hire/{AT_CONDITIONS}" in text
    assert "No address is set" in text
    where = Engine("muster", "hiring", "https://temporal.example")
    assert where.link("hire/h003") == "https://temporal.example/namespaces/muster/workflows/hire%2Fh003"
    assert where.link("hire/h003", "a b") == "https://temporal.example/namespaces/muster/workflows/hire%2Fh003/a%20b"


async def test_the_journal_is_taken_along_as_the_visitor_may_see_it(console: Console) -> None:
    answer = await (await console.as_("hr_officer")).get(f"{HIRE}/journal.json")
    assert "attachment" in answer.headers["content-disposition"]
    assert len(answer.json()["entries"]) == 56
    cut = (await (await console.as_("auditor")).get(f"{HIRE}/journal.json")).json()["entries"]
    assert {entry["kind"] for entry in cut if "medical" in str(entry)} == set()
    assert any(entry["kind"] == "withheld" for entry in cut)


async def test_an_office_sees_its_own_condition_in_every_tab_and_nothing_of_the_others(console: Console) -> None:
    for office, own in OFFICES.items():
        (other,) = set(OFFICES.values()) - {own}
        browser = await console.as_(office)
        for tab in TABS:
            answer = await browser.get(HIRE + tab)
            assert answer.status_code == (200 if tab in ("", "/messages") else 403), (office, tab)
            assert other not in answer.text
            assert NAME not in answer.text
        text = (await browser.get(HIRE)).text
        assert f"condition requested: {own}" in text
        assert "screened" not in text
        assert (await browser.get(f"{HIRE}/journal.json")).status_code == 403


async def test_who_does_not_see_the_answers_sees_no_plan_that_depends_on_them(console: Console) -> None:
    text = await page(console, "auditor", HIRE)
    assert "Answer expected" not in text
    assert "Next stage" not in text
    assert "planned" not in text.lower()
    assert "not shown" in text.lower() or "withheld" in text.lower()


@pytest.mark.parametrize("role", ["board_member", "board_chair", "data_protection_officer", "key_administrator"])
async def test_who_has_no_business_with_a_hire_sees_none_of_its_tabs(console: Console, role: str) -> None:
    browser = await console.as_(role)
    for tab in (*TABS, "/journal.json"):
        assert (await browser.get(HIRE + tab)).status_code in (403, 404)


async def test_an_auditor_finds_nothing_to_do_on_any_tab(console: Console) -> None:
    for tab in TABS:
        assert "/acts/" not in await page(console, "auditor", HIRE + tab)


async def test_a_letter_is_read_and_taken_along_by_whom_names_are_shown(console: Console) -> None:
    await console.desk.people.keep_paper(LETTER, PAPER, "tests")
    browser = await console.as_("hr_officer")
    assert f"Dear {NAME}" in (await browser.get(f"{HIRE}/letters/{LETTER}")).text
    paper = await browser.get(f"{HIRE}/letters/{LETTER}/pdf")
    assert (paper.headers["content-type"], paper.content) == ("application/pdf", PAPER)
    assert [look["about"] for look in await console.desk.who_looked(f"hire/{AT_CONDITIONS}") if look["about"] == LETTER]
    auditor = await console.as_("auditor")
    assert (await auditor.get(f"{HIRE}/letters/{LETTER}")).status_code == 403
    assert (await browser.get(f"/hires/{AT_SHORTLISTING}/letters/{LETTER}")).status_code == 404


async def noted(console: Console, person: str, body: str) -> int:
    browser = await console.as_(person)
    given = csrf((await browser.get(HIRE)).text)
    return (await browser.post(f"{HIRE}/notes", {"csrf": given, "body": body})).status_code


async def test_a_note_stands_apart_from_the_facts_and_whoever_reads_it_is_on_record(console: Console) -> None:
    assert await noted(console, "hr_officer", "Prefers <a call> in the afternoon") == 303
    browser = await console.as_("hr_head")
    text = (await browser.get(HIRE)).text
    assert "Prefers &lt;a call&gt; in the afternoon" in text
    assert "afternoon" not in (await browser.get(f"{HIRE}/journal.json")).text
    looks = [look for look in await console.desk.who_looked(f"hire/{AT_CONDITIONS}") if "note" in look["what"]]
    assert [(look["reader"], look["about"]) for look in looks] == [("person:hr_head", "notes")]


async def test_a_note_is_for_whom_the_answers_are(console: Console) -> None:
    assert await noted(console, "hr_officer", "Prefers a call in the afternoon") == 303
    for person in ("auditor", "medical_advisers_office", "office_of_security", "hiring_manager", "line_manager"):
        assert "afternoon" not in await page(console, person, HIRE)
        assert await noted(console, person, "mine") == 403
    assert await noted(console, "hr_officer", "   ") == 400
    assert await noted(console, "hr_officer", "x" * 2001) == 400
