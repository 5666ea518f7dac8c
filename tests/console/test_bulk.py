"""One act on many hires: chosen, previewed one by one, confirmed, followed, cancelled."""

import asyncio
import re
from typing import Any

from acts.desk import Desk
from domain.errors import EngineUnavailable, NotNow
from domain.messages import Receipt
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
