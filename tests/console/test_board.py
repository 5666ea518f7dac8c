"""The board: every open hire under its stage, as much of each as the reader may see, a few cards of however many there are."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert

from console.cards import Tick, ticks
from console.pages.board import IN_COLUMN
from domain.looking import Category
from store.tables import cases, conditions, hires
from tests.console.conftest import Console
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, NAME, WITHDRAWN
from tests.store.making import NOON


async def page(console: Console, person: str, query: str = "") -> str:
    return (await (await console.as_(person)).get(f"/board{query}")).text


def column(text: str, heading: str) -> str:
    """The part of the page under a column's heading."""
    return next(part for part in text.split("<section class=") if heading in part)


async def test_every_open_hire_stands_in_the_column_of_its_stage_and_ended_ones_at_the_end(console: Console) -> None:
    text = await page(console, "hr_officer")
    assert f"/hires/{AT_CONDITIONS}" in column(text, "conditions of appointment")
    assert f"/hires/{AT_SHORTLISTING}" in column(text, "up to the short list")
    assert f"/hires/{WITHDRAWN}" in column(text, "ended in the last 30 days")
    apart = await page(console, "hr_officer", "?apart=true")
    assert f"/hires/{AT_SHORTLISTING}" in column(apart, ">shortlisting<")


async def test_a_card_says_how_each_condition_stands_in_words(console: Console) -> None:
    card = column(await page(console, "hr_officer"), "conditions of appointment")
    assert "security clearance: requested" in card
    assert "accreditation and notification: waiting" in card


async def test_a_name_stands_only_where_names_may_be_seen(console: Console) -> None:
    assert NAME in await page(console, "hr_officer")
    assert NAME not in await page(console, "auditor")
    await console.desk.preferences.put("hr_officer", masked="on")
    assert NAME not in await page(console, "hr_officer")


async def test_an_office_has_a_board_of_its_own_hires_with_its_own_condition_and_no_deadline_of_others(console: Console) -> None:
    text = await page(console, "medical_advisers_office")
    assert f"/hires/{AT_CONDITIONS}" in text
    assert f"/hires/{AT_SHORTLISTING}" not in text
    assert "medical approval: " in text
    assert "security clearance: " not in text
    assert "days left" not in text


async def test_a_card_offers_what_is_possible_now_and_says_of_the_rest_why_not(console: Console) -> None:
    browser = await console.as_("hr_head")
    menu = (await browser.get(f"/board/{AT_SHORTLISTING}/acts")).text
    assert f'href="/hires/{AT_SHORTLISTING}/acts/shortlist"' in menu
    assert "/acts/issue_offer" not in menu
    assert re.search(r'aria-disabled="true"[^>]*>[^<]+</a><small[^>]*>The case is not on hold', menu)
    # The same without a script: the card is opened by its address.
    assert f'href="/hires/{AT_SHORTLISTING}/acts/shortlist"' in (await browser.get(f"/board?menu={AT_SHORTLISTING}")).text


async def test_who_only_reads_is_offered_nothing(console: Console) -> None:
    assert "What can be done" not in await page(console, "auditor")
    assert (await (await console.as_("auditor")).get(f"/board/{AT_SHORTLISTING}/acts")).status_code == 403


async def test_a_menu_of_a_hire_of_nobodys_office_is_as_if_it_were_not_there(console: Console) -> None:
    browser = await console.as_("medical_advisers_office")
    assert (await browser.get(f"/board/{AT_SHORTLISTING}/acts")).status_code == 404
    assert (await browser.get("/board/zzzz9999/acts")).status_code == 404


async def test_lanes_divide_the_board_by_vacancy(console: Console) -> None:
    text = await page(console, "hr_officer", "?group=vacancy")
    first, second = re.split(r'<h2 id="lane-\d">', text)[1:]
    assert {AT_SHORTLISTING in first, AT_SHORTLISTING in second} == {True, False}
    assert ("270311" in first.split("<")[0]) == (AT_SHORTLISTING in first)


async def test_the_same_stands_in_a_table(console: Console) -> None:
    text = await page(console, "hr_officer", "?table=true")
    assert 'class="board' not in text
    for hire in (AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN):
        assert f'<th scope="row"><a href="/hires/{hire}">' in text


async def test_a_column_of_many_shows_the_most_pressing_ones_and_how_many_more_there_are(console: Console) -> None:
    many = IN_COLUMN + 5
    await _at_interview(console, many)
    found = column(await page(console, "hr_officer"), ">interview<")
    assert f"{many} hires" in found
    assert "3 overdue" in found
    assert found.count("data-card") == IN_COLUMN
    assert found.index("/hires/many0") < found.index("/hires/many1")
    assert '<a href="/hires?stage=interview">5 more</a>' in found


async def test_what_does_not_exist_is_refused(console: Console) -> None:
    browser = await console.as_("hr_officer")
    for query in ("?group=colour", "?colour=blue", "?menu=BOGUS!", "?owner=%27"):
        assert (await browser.get(f"/board{query}")).status_code == 400, query


async def test_an_answer_on_a_card_is_looked_at_and_that_is_on_record(console: Console) -> None:
    case = f"hire/{AT_CONDITIONS}"
    await _answered(console, case)
    for person in ("hr_officer", "accreditation_desk", "hr_officer"):
        await page(console, person)
    looks = [(row["reader"], row["what"], row["about"]) for row in await console.desk.who_looked(case)]
    assert looks == [("person:hr_officer", [str(Category.MEDICAL)], "board")]


@pytest.mark.parametrize(
    ("states", "shown"),
    [
        ({}, []),
        ({"clearance": "satisfied", "clearance.fr": "requested"}, [Tick("clearance", "requested", "running")]),
        ({"clearance": "satisfied", "clearance.fr": "refused"}, [Tick("clearance", "refused", "overdue")]),
        ({"budget": "waived", "medical": "withheld"}, [Tick("medical", "withheld", "waiting"), Tick("budget", "waived", "done")]),
    ],
)
def test_a_tick_shows_the_worst_state_of_all_nations_asked(states: dict[str, str], shown: list[Tick]) -> None:
    assert list(ticks({"condition": name, "state": state} for name, state in states.items())) == shown


async def _at_interview(console: Console, many: int) -> None:
    """Rows of hires that wait for the board, every one due a day after the one before; three are overdue."""
    now = await console.desk.clock.now()
    row = {
        "vacancy": "250442",
        "candidate": "P",
        "stage": "interview",
        "ending": None,
        "number": 1,
        "held": False,
        "needs": [],
        "turn": ["board"],
        "received_at": NOON,
        "late": False,
        "updated_at": NOON,
        "since": NOON,
        "review": "",
    }
    rows = [{**row, "case_id": f"hire/many{n:02}", "candidate": f"P{n}", "next_deadline": now + timedelta(days=n - 2)} for n in range(many)]
    own = ({"case_id": row["case_id"], "kind": "hire", "vacancy": "250442", "candidate": row["candidate"]} for row in rows)
    made = [{**each, "linked": False, "created_at": NOON} for each in own]
    await console.db.write(lambda tx: (tx.execute(insert(cases), made), tx.execute(insert(hires), rows)))


async def _answered(console: Console, case: str) -> None:
    """The Medical Adviser's answer stands in the row."""
    fit = (
        conditions.update()
        .where(conditions.c.case_id == case, conditions.c.condition == "medical")
        .values(state="satisfied", outcome="fit")
    )
    await console.db.write(lambda tx: tx.execute(fit))
