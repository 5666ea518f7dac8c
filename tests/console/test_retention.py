"""Retention in the console: what is kept for how long and why, erasures by two offices, holds that two people lift, and nobody's name."""

import re
from datetime import date

import pytest

from acts.outlook import Outlooks
from config.files import load_retention
from console.pages.retention import REASONS
from domain.retention import Category, Item
from domain.retention_report import ahead
from store.erasure import Erasures
from store.names import system_now
from tests.console.conftest import Browser, Console, csrf
from tests.gateway.api.played import AT_CONDITIONS, NAME, WITHDRAWN

DPO, HEAD = "data_protection_officer", "hr_head"
NEW = "/retention/erasures/new"


async def sent(browser: Browser, page: str, path: str = "", **form: str) -> tuple[int, str]:
    """A form of a page, as a person sends it: the answer, and where it leads or what it says."""
    token = csrf((await browser.get(page)).text)
    answer = await browser.post(path or page, {"csrf": token, **form})
    return answer.status_code, answer.headers.get("location", answer.text)


async def proposed(console: Console, person: str = DPO) -> str:
    """The address of an erasure that waits."""
    status, address = await sent(await console.as_(person), NEW, hire=WITHDRAWN, reason="asked_by_person", step="confirm")
    assert status == 303, address
    return address


async def test_each_category_says_how_long_it_is_kept_and_on_what_basis(console: Console) -> None:
    page = (await (await console.as_("auditor")).get("/retention")).text
    assert "24 months after the hire is over" in page
    assert "until no complaint about the competition can be brought any more" in page
    assert "nothing is erased under them until the data protection officer has confirmed them" in page
    assert "Propose to erase a person" not in page


@pytest.mark.parametrize(("person", "status"), [(DPO, 200), (HEAD, 200), ("auditor", 200), ("hr_officer", 403), ("board_chair", 403)])
async def test_retention_is_for_the_two_offices_and_the_auditor(console: Console, person: str, status: int) -> None:
    browser = await console.as_(person)
    for path in ("/retention", "/retention/due"):
        assert (await browser.get(path)).status_code == status
    deciding = 200 if person in (DPO, HEAD) else 403
    for path in (NEW, "/retention/holds/new"):
        assert (await browser.get(path)).status_code == deciding


async def test_what_would_go_is_seen_before_anything_is_proposed(console: Console) -> None:
    status, page = await sent(await console.as_(DPO), NEW, hire=WITHDRAWN, reason=REASONS[0], step="preview")
    assert status == 200
    assert "name and address: 1" in page
    assert "facts by random numbers" in page
    assert await console.desk.privacy.waiting() == []


async def test_who_is_still_in_a_competition_cannot_be_erased_and_that_is_said_first(console: Console) -> None:
    browser = await console.as_(HEAD)
    status, page = await sent(browser, NEW, hire=AT_CONDITIONS, reason=REASONS[0], step="preview")
    assert (status, "record the withdrawal first" in page, 'value="confirm"' in page) == (200, True, False)
    status, _ = await sent(browser, NEW, hire=AT_CONDITIONS, reason=REASONS[0], step="confirm")
    assert (status, await console.desk.privacy.waiting()) == (409, [])
    assert (await sent(browser, NEW, hire="nobody22", reason=REASONS[0]))[0] == 404


async def test_the_other_office_erases_and_never_who_proposed_it(console: Console) -> None:
    address = await proposed(console)
    first, second = await console.as_(DPO), await console.as_(HEAD)
    own = (await first.get(address)).text
    assert "It waits for the other office" in own
    assert "Approve, and erase" not in own
    assert (await first.post(f"{address}/approve", {"csrf": csrf(own)})).status_code == 409
    assert len(await console.desk.privacy.waiting()) == 1
    status, page = await sent(second, address, f"{address}/approve")
    assert status == 200
    assert "It is gone for good" in page
    assert "name and address: 1" in page
    assert await console.desk.privacy.waiting() == []
    assert (await second.get(address)).status_code == 404


async def test_an_erasure_is_approved_with_a_fresh_proof_only(console: Console) -> None:
    address = await proposed(console)
    console.desk.sessions.bounds = console.desk.sessions.bounds.model_copy(update={"fresh": console.desk.sessions.bounds.fresh * 0})
    status, page = await sent(await console.as_(HEAD), address, f"{address}/approve")
    assert (status, len(await console.desk.privacy.waiting())) == (403, 1)
    assert "Approve, and erase" in page


async def test_either_office_takes_a_proposal_back(console: Console) -> None:
    for office in (DPO, HEAD):
        address = await proposed(console)
        assert await sent(await console.as_(office), address, f"{address}/withdraw") == (303, "/retention?done=withdrawn")
        assert await console.desk.privacy.waiting() == []


async def test_one_person_places_a_hold_and_two_lift_it(console: Console) -> None:
    first, second = await console.as_(HEAD), await console.as_(DPO)
    form = {"held": "hire", "covered": AT_CONDITIONS, "ground": "complaint", "until": ""}
    status, page = await sent(first, "/retention/holds/new", step="preview", **form)
    assert (status, "one hire alone" in page, await console.desk.privacy.holds()) == (200, True, [])
    assert (await sent(first, "/retention/holds/new", step="confirm", **form))[0] == 303
    [hold] = await console.desk.privacy.holds()
    lift = f"/retention/holds/{hold['hold']}/lift"
    assert (await sent(first, lift)) == (303, "/retention?done=lift_proposed#holds")
    assert (await sent(first, lift))[0] == 409
    assert len(await console.desk.privacy.holds()) == 1
    listed = (await second.get("/retention")).text
    assert "Lift this hold" in listed
    assert f"hire {AT_CONDITIONS}" in listed
    assert (await sent(second, lift)) == (303, "/retention?done=lifted#holds")
    assert await console.desk.privacy.holds() == []
    assert "lifted by data_protection_officer" in (await second.get("/retention?all=true")).text


async def test_a_hold_on_a_person_covers_all_their_hires_and_forbids_the_erasure(console: Console) -> None:
    browser = await console.as_(DPO)
    form = {"held": "person", "covered": WITHDRAWN, "ground": "court_case", "until": "", "step": "confirm"}
    assert (await sent(browser, "/retention/holds/new", **form))[0] == 303
    assert f"the person of {WITHDRAWN}" in (await browser.get("/retention")).text
    _, page = await sent(browser, NEW, hire=WITHDRAWN, reason=REASONS[0], step="preview")
    assert "A legal hold stands" in page


@pytest.mark.parametrize(("field", "value"), [("until", "soon"), ("held", "everybody"), ("covered", ""), ("ground", "because")])
async def test_what_is_no_hold_is_asked_again(console: Console, field: str, value: str) -> None:
    form = {"held": "hire", "covered": AT_CONDITIONS, "ground": "complaint", "until": "", "step": "confirm"} | {field: value}
    status, page = await sent(await console.as_(HEAD), "/retention/holds/new", **form)
    assert (status, f'href="#f-{field}"' in page) == (400, True)
    assert await console.desk.privacy.holds() == []


async def test_what_becomes_due_is_told_by_month_with_its_table(console: Console) -> None:
    page = (await (await console.as_(HEAD)).get("/retention/due")).text
    assert "Nothing is past its period" in page
    assert re.search(r"March 2027</th><td>Hires the candidate ended</td>", page)
    assert 'role="img"' in page


async def test_what_is_past_its_period_is_told_with_what_stops_it(console: Console) -> None:
    now = system_now().replace(year=2029)
    await Erasures(console.db).hold("case", f"hire/{WITHDRAWN}", "complaint", HEAD, now)
    await console.desk.clock.set(now)
    page = (await (await console.as_("auditor")).get("/retention/due")).text
    assert "past their period" in page or "past its period" in page
    assert ">held</span>" in page


async def test_what_is_due_is_counted_once_in_a_while_and_anew_when_a_hold_changes_it(console: Console) -> None:
    outlooks, desk, today = Outlooks(), console.desk.privacy, date(2026, 3, 2)
    first = await outlooks.of(desk, load_retention(), today)
    assert await outlooks.of(desk, load_retention(), today) is first
    await desk.place(HEAD, f"hire/{WITHDRAWN}", "complaint")
    second = await outlooks.of(desk, load_retention(), today)
    assert second is not first
    assert await outlooks.of(desk, load_retention(), date(2026, 3, 3)) is not second


async def test_no_page_of_retention_names_anybody(console: Console) -> None:
    address = await proposed(console)
    browser = await console.as_(HEAD)
    for path in ("/retention", "/retention/due", NEW, address, "/retention/holds/new"):
        page = (await browser.get(path)).text
        assert NAME not in page, path
        assert "ada@example.org" not in page, path


def test_months_ahead_run_from_this_one_to_the_same_in_a_year() -> None:
    def due(day: date) -> Item:
        return Item(Category.LETTERS, "hire/a", "c", 2, "not_yet", day)

    today = date(2026, 12, 31)
    months = ahead([due(date(2026, 12, 31)), due(date(2027, 12, 1)), due(date(2028, 1, 1))], today)
    assert (months[0].first, months[-1].first, len(months)) == (date(2026, 12, 1), date(2027, 12, 1), 13)
    assert [month.all for month in months] == [2, *[0] * 11, 2]
