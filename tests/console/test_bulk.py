"""One act on many hires: chosen, previewed one by one, confirmed, followed, cancelled."""

import asyncio
import re
from typing import Any

import pytest

from acts.desk import Desk
from console.choosing import Source, chosen
from console.pages import hires
from console.visits import Visitor
from domain.errors import BadInput, EngineUnavailable, NotNow
from domain.messages import Receipt
from domain.sessions import How
from domain.words import roles
from tests.console.conftest import Browser, Console, Told, csrf
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN

BOTH = [f"hire/{AT_CONDITIONS}", f"hire/{AT_SHORTLISTING}"]


class Mixed(Told):
    """A desk that does one of two, and refuses the other."""

    async def act(
        self, person: str, case: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        self.done.append((person, case, act, args, request))
        if case == BOTH[1]:
            raise NotNow("it is held already", code="held")
        return Receipt(case=case, number=41)


def acting_with(console: Console, desk: Desk) -> None:
    async def acting() -> Desk:
        return desk

    object.__setattr__(console.reception, "acting", acting)


async def sent(browser: Browser, act: str, cases: list[str], step: str, **form: str) -> Any:
    found = csrf((await browser.get("/me")).text)
    return await browser.post("/bulk", {"csrf": found, "act": act, "case": cases, "step": step, **form})


async def finished(console: Console, name: str) -> Any:
    for _ in range(200):
        found = await console.desk.bulk.get(name)
        if all(item.state not in ("pending",) for item in found.items):
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("the operation did not end")


async def test_the_list_offers_open_hires_to_who_may_act_and_nobody_else(console: Console) -> None:
    page = (await (await console.as_("hr_officer")).get("/hires?ending=")).text
    assert set(re.findall(r'name="case" value="([^"]+)"', page)) == set(BOTH)
    assert f"hire/{WITHDRAWN}" in page
    assert 'name="case"' not in (await (await console.as_("auditor")).get("/hires?ending=")).text


async def test_a_preview_says_for_each_what_would_be_done_and_does_nothing(console: Console) -> None:
    browser = await console.as_("hr_officer")
    query = "&".join(f"case={case}" for case in BOTH)
    chosen = (await browser.get(f"/bulk?{query}")).text
    assert set(re.findall(r'name="act" value="(\w+)"', chosen)) == {"hold", "resume", "extend", "confirm_lapse", "reopen_lapse"}
    assert 'name="reason"' in (await browser.get(f"/bulk?act=hold&{query}")).text
    preview = await sent(browser, "resume", BOTH, "preview", reason="over")
    assert "0 of 2 would be done" in preview.text
    assert preview.text.count("is left out") == 2
    preview = await sent(browser, "hold", BOTH, "preview", reason="security_situation")
    assert "2 of 2 would be done. Nothing is done yet." in preview.text
    assert "Ada Example" in preview.text
    assert await console.desk.bulk.list() == []


async def test_what_is_confirmed_is_carried_out_one_by_one_and_told_so(console: Console) -> None:
    desk = Mixed(console.db)
    desk.done = []
    acting_with(console, desk)
    browser = await console.as_("hr_officer")
    answer = await sent(browser, "hold", BOTH, "confirm", reason="security_situation")
    name = answer.headers["location"].removeprefix("/operations/")
    found = await finished(console, name)
    assert [(item.case, item.state, item.number) for item in found.items] == [(BOTH[0], "done", 41), (BOTH[1], "refused", None)]
    page = (await browser.get(f"/operations/{name}")).text
    assert "it is held already" in page
    assert "entry 41" in page
    assert f'href="/operations/{name}"' in (await browser.get("/operations")).text
    assert (await (await console.as_("auditor")).get(f"/operations/{name}")).status_code == 200


async def test_what_failed_is_tried_again_and_what_is_left_is_cancelled(console: Console) -> None:
    desk = Told(console.db)
    desk.done, desk.answer = [], EngineUnavailable("away")
    acting_with(console, desk)
    browser = await console.as_("hr_officer")
    name = (await sent(browser, "hold", BOTH, "confirm", reason="security_situation")).headers["location"].removeprefix("/operations/")
    for _ in range(400):
        if {item.state for item in (await console.desk.bulk.get(name)).items} == {"failed"} and len(desk.done) == 6:
            break
        await asyncio.sleep(0.02)
    page = (await browser.get(f"/operations/{name}")).text
    assert page.count("failed, to be tried again") == 3
    other = await console.as_("hr_head")
    theirs = (await other.get(f"/operations/{name}")).text
    assert 'value="resume"' not in theirs
    assert (await other.post(f"/operations/{name}", {"csrf": csrf(theirs), "step": "resume"})).status_code == 403
    assert len(desk.done) == 6, "nobody acts in another's name"
    await browser.post(f"/operations/{name}", {"csrf": csrf(page), "step": "cancel"})
    assert (await console.desk.bulk.get(name)).state == "cancelled"


async def test_what_may_end_hires_is_confirmed_by_their_number(console: Console, told: Told) -> None:
    browser = await console.as_("hr_officer")
    answer = await sent(browser, "confirm_lapse", BOTH, "confirm")
    assert "0 of 2 would be done" in answer.text, "nothing has lapsed: nothing to confirm, whatever is typed"
    assert told.done == []


async def test_who_does_not_act_on_hires_does_not_act_on_many(console: Console) -> None:
    for person in ("auditor", "medical_advisers_office", "nobody"):
        browser = await console.as_(person)
        assert (await browser.get(f"/bulk?case={BOTH[0]}")).status_code == 403
        assert (await sent(browser, "hold", BOTH, "confirm", reason="security_situation")).status_code == 403


async def test_acts_that_judge_people_are_not_done_to_many(console: Console) -> None:
    browser = await console.as_("hr_officer")
    assert (await sent(browser, "screen", BOTH, "confirm", eligible="no", reason="education")).status_code == 400
    assert await console.desk.bulk.list() == []


async def test_deadlines_are_chosen_as_hires_are_and_extended_together(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get("/deadlines")).text
    offered = re.findall(r'name="due" value="([^"]+)"', page)
    assert all(each.startswith("hire/") for each in offered)
    mine = next(each for each in offered if each.startswith(BOTH[0]))
    chosen = (await browser.get("/bulk", params={"act": "extend", "due": mine})).text
    key = mine.partition(" ")[2]
    assert f'name="cases" value="{BOTH[0]}"' in chosen
    assert re.search(rf'name="deadline"[^>]*value="{key}"|value="{key}" selected', chosen), "the one that was ticked is meant"
    preview = await sent(browser, "extend", BOTH[:1], "preview", deadline=key, days="3", reason="security_situation")
    assert "would be done. Nothing is done yet." in preview.text
    assert "→" in preview.text, "the new day stands there before anything is confirmed"
    assert 'name="due"' not in (await (await console.as_("auditor")).get("/deadlines")).text
    assert (await browser.get("/bulk", params={"act": "extend", "due": "vacancy/250442 closing"})).status_code == 400


async def test_all_that_match_are_looked_up_when_the_act_is_previewed_and_are_then_those(console: Console) -> None:
    browser = await console.as_("hr_officer")
    form = (await browser.get("/bulk", params={"act": "hold", "of": "hires", "q": "ending=none"})).text
    assert ('name="of" value="hires"' in form, 'name="cases"' in form) == (True, False), "not looked up for good yet"
    token = csrf(form)
    said = {"csrf": token, "act": "hold", "of": "hires", "q": "ending=none", "step": "preview", "reason": "security_situation"}
    preview = (await browser.post("/bulk", said)).text
    snapshot = re.search(r'name="cases" value="([^"]*)"', preview)
    assert snapshot is not None
    assert set(BOTH) <= set(snapshot[1].split())
    assert f"hire/{WITHDRAWN}" not in snapshot[1], "who has ended is not meant"
    assert 'name="of"' not in preview, "what comes to match later is not meant"
    desk = Told(console.db)
    desk.done = []
    acting_with(console, desk)
    confirmed = {"csrf": token, "act": "hold", "cases": snapshot[1], "step": "confirm", "reason": "security_situation"}
    name = (await browser.post("/bulk", confirmed)).headers["location"].removeprefix("/operations/")
    assert {item.case for item in (await finished(console, name)).items} <= set(snapshot[1].split())


async def test_filters_narrow_all_that_match_and_a_deadline_list_gives_its_hires(console: Console) -> None:
    browser = await console.as_("hr_officer")
    one = (await browser.get("/bulk", params={"act": "hold", "of": "hires", "q": "stage=shortlisting"})).text
    assert "<h1>One act on one hire</h1>" in one
    ended = (await browser.get("/bulk", params={"act": "hold", "of": "hires", "q": "ending=withdrawn"})).text
    assert "No hire is chosen." in ended, "what has ended cannot be acted on"
    due = (await browser.get("/bulk", params={"act": "extend", "of": "deadlines", "q": ""})).text
    assert 'name="of" value="deadlines"' in due
    assert (await browser.get("/bulk", params={"of": "staff"})).status_code == 404
    assert (await browser.get("/bulk", params={"of": "hires", "q": "stage=nonsense"})).status_code == 400


async def test_nobody_chooses_more_at_once_than_their_role_allows(console: Console) -> None:
    crowd = Crowd()
    visitor = await a_visitor(console, "hr_officer")
    source = Source(hires.LISTING, crowd.matching)
    with pytest.raises(BadInput, match="more than 200 hires match"):
        await chosen(visitor, {"of": ["hires"], "q": [""]}, (source,))
    assert crowd.asked == [201], "not one more is looked up than it takes to know"
    assert len((await chosen(await a_visitor(console, "hr_head"), {"of": ["hires"], "q": [""]}, (source,))).cases) == 900


async def test_the_list_offers_all_that_match_only_as_a_choice_of_its_own(console: Console) -> None:
    rows = (await (await console.as_("hr_officer")).get("/hires?ending=none")).text
    assert "/bulk?of=hires" not in rows, "everything is on the page: ticking all is enough"
    count = await console.desk.pages.count({"ending": None})
    assert count == len(await console.desk.pages.hires({"ending": None}))


async def test_the_results_of_an_operation_are_taken_along_and_that_is_on_record(console: Console) -> None:
    desk = Mixed(console.db)
    desk.done = []
    acting_with(console, desk)
    browser = await console.as_("hr_officer")
    name = (await sent(browser, "hold", BOTH, "confirm", reason="security_situation")).headers["location"].removeprefix("/operations/")
    await finished(console, name)
    page = (await browser.get(f"/operations/{name}")).text
    assert 'action="/exports/operation"' in page
    taken = await browser.post("/exports/operation", {"csrf": csrf(page), "format": "json", "operation": name})
    rows = taken.json()["rows"]
    told = [(row["hire"], row["outcome"], row["entry"]) for row in rows]
    assert told == [(AT_CONDITIONS, "done", 41), (AT_SHORTLISTING, "refused", None)]
    assert rows[1]["why"] == "it is held already"
    for kind in ("csv", "xlsx"):
        answer = await browser.post("/exports/operation", {"csrf": csrf(page), "format": kind, "operation": name})
        assert (answer.status_code, name in answer.headers["content-disposition"]) == (200, True)
    looks = await console.desk.reads.of("lists")
    assert len([each for each in looks if f"operation={name}" in each["about"]]) == 3
    assert (await browser.post("/exports/operation", {"csrf": csrf(page), "format": "csv"})).status_code == 400
    nobody = await console.as_("medical_advisers_office")
    assert (await nobody.post("/exports/operation", {"csrf": csrf((await nobody.get("/me")).text), "operation": name})).status_code == 403


class Crowd:
    """A list of nine hundred."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def matching(self, visitor: Visitor, asked: Any, most: int) -> list[str]:
        self.asked.append(most)
        return [f"hire/n{n}" for n in range(900)][:most]


async def a_visitor(console: Console, person: str) -> Visitor:
    """This person as a page meets them."""
    session, _ = await console.desk.sessions.begin(person, How.LINK)
    who = await console.desk.people.staff(person)
    return Visitor(person, who.name, roles(who.roles), session, "", {}, console.desk, console.reception.acting)
