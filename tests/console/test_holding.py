"""Taking an act back: for a moment it is nothing, then it is the ordinary act, and nobody is told it was undone when it was not."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from acts.holding import ABANDONED, Holding
from domain import acts
from domain.competition import ACTS as VACANCY_ACTS
from domain.errors import EngineUnavailable, NotFound, NotNow
from store.held import HeldActs
from store.names import system_now
from tests.console.conftest import Console, Told, csrf
from tests.gateway.api.played import AT_SHORTLISTING

CASE = f"hire/{AT_SHORTLISTING}"
MOMENT = timedelta(seconds=10)


class Watch:
    """A clock that goes on when it is told."""

    def __init__(self) -> None:
        self.at = system_now()

    def __call__(self) -> datetime:
        return self.at

    def passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def holding(console: Console, told: Told, watch: Watch) -> Holding:
    """Every desk of this console holds acts for ten seconds of this watch."""
    told.holding = Holding(console.db, told, MOMENT, watch)
    console.desk.holding = Holding(console.db, console.desk, MOMENT, watch)
    return told.holding


async def shortlist(console: Console, person: str = "hr_head", **given: str) -> Any:
    browser = await console.as_(person)
    path = f"/hires/{AT_SHORTLISTING}/acts/shortlist"
    kept = dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', (await browser.get(path)).text.split('id="held"')[-1]))
    return await browser.post(path, kept | {"shortlisted": "yes", "reason": "profile_matches", "step": "confirm"} | given)


async def held_by(console: Console, person: str = "hr_head") -> str:
    (found,) = await console.desk.holding.of(person)
    return found.held


async def press(console: Console, held: str, what: str, person: str = "hr_head") -> Any:
    browser = await console.as_(person)
    return await browser.post(f"/held/{held}/{what}", {"csrf": csrf((await browser.get("/me")).text), "next": "/hires"})


async def test_a_confirmed_act_waits_its_moment_and_is_then_done_once(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    answer = await shortlist(console)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/hires/{AT_SHORTLISTING}")
    page = (await (await console.as_("hr_head")).get(f"/hires/{AT_SHORTLISTING}")).text
    assert "data-undo" in page
    await holding.carry_due()
    assert told.done == []
    watch.passes(10)
    await holding.carry_due()
    await holding.carry_due()
    ((person, case, act, args, version),) = told.done
    assert (person, case, act, args) == ("hr_head", CASE, "shortlist", {"shortlisted": True, "reason": "profile_matches"})
    assert version == (await console.desk.standing(CASE)).number
    page = (await (await console.as_("hr_head")).get("/")).text
    assert "data-undo" not in page
    assert "It cannot be taken back any more." in page
    kept = await HeldActs(console.db).find(await held_by(console))
    assert kept is not None
    assert (kept.state, kept.number, kept.args) == ("done", 99, {})


async def test_it_is_taken_back_on_any_page_and_then_never_done(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    await shortlist(console)
    held = await held_by(console)
    assert f"/held/{held}/undo" in (await (await console.as_("hr_head")).get("/vacancies")).text
    assert (await press(console, held, "undo")).status_code == 303
    assert (await press(console, held, "undo")).status_code == 303  # a second press says nothing else
    watch.passes(60)
    await holding.carry_due()
    assert told.done == []
    assert await console.desk.holding.of("hr_head") == []


async def test_what_took_effect_is_not_said_to_be_taken_back(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    await shortlist(console)
    held = await held_by(console)
    watch.passes(10)
    await holding.carry_due()
    answer = await press(console, held, "undo")
    assert answer.status_code == 409
    assert "took effect already" in answer.text


async def test_nobody_touches_what_another_one_holds(console: Console, told: Told, holding: Holding) -> None:
    await shortlist(console)
    held = await held_by(console)
    assert held not in (await (await console.as_("hr_officer")).get(f"/hires/{AT_SHORTLISTING}")).text
    for what in ("undo", "now", "seen"):
        assert (await press(console, held, what, "hr_officer")).status_code in (404, 503)
    with pytest.raises(NotFound):
        await holding.at_once("hr_officer", held)
    assert told.done == []


async def test_who_does_not_want_to_wait_has_it_done(console: Console, told: Told, holding: Holding) -> None:
    await shortlist(console)
    assert (await holding.at_once("hr_head", await held_by(console))).state == "done"
    assert len(told.done) == 1


async def test_what_the_case_refuses_by_then_is_told_until_it_was_seen(
    console: Console, told: Told, holding: Holding, watch: Watch
) -> None:
    await shortlist(console)
    held = await held_by(console)
    told.answer = NotNow("the stage has passed", code="stage_passed")
    watch.passes(10)
    await holding.carry_due()
    watch.passes(3600)
    page = (await (await console.as_("hr_head")).get("/")).text
    assert "was not done" in page
    assert "the stage has passed" in page
    await press(console, held, "seen")
    assert "the stage has passed" not in (await (await console.as_("hr_head")).get("/")).text


async def test_what_the_case_refuses_already_is_said_at_once_and_nothing_typed_is_lost(
    console: Console, told: Told, holding: Holding
) -> None:
    page = await shortlist(console, version="1")
    assert page.status_code == 412
    assert 'value="profile_matches"' in page.text
    assert await console.desk.holding.of("hr_head") == []


async def test_while_temporal_is_away_it_waits_longer(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    await shortlist(console)
    told.answer = EngineUnavailable("no Temporal here")
    watch.passes(10)
    await holding.carry_due()
    (found,) = await holding.of("hr_head")
    assert found.state == "going"  # the case may have taken it: it is asked again, and not said to be taken back
    with pytest.raises(NotNow):
        await holding.take_back("hr_head", found.held)
    told.answer = None
    watch.passes(10)
    await holding.carry_due()
    assert [each.state for each in await holding.of("hr_head")] == ["done"]


async def test_what_a_killed_process_had_begun_is_done_by_the_next_one(
    console: Console, told: Told, holding: Holding, watch: Watch
) -> None:
    """The same request again: the case gives the same receipt, it does nothing twice."""
    await shortlist(console)
    held, kept = await held_by(console), HeldActs(console.db)
    watch.passes(10)
    assert await kept.begin(held, watch(), watch() + ABANDONED) is not None  # and then it is killed
    await holding.carry_due()
    assert told.done == []
    with pytest.raises(NotNow, match="took effect already, or is just doing so"):
        await holding.take_back("hr_head", held)
    watch.passes(ABANDONED.total_seconds())
    await holding.carry_due()
    assert len(told.done) == 1


async def test_sending_the_same_form_twice_is_one_act(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    await shortlist(console, request="ab" * 12)
    await shortlist(console, request="ab" * 12)
    watch.passes(10)
    await holding.carry_due()
    assert len(told.done) == 1


async def test_whoever_goes_on_with_the_case_has_done_what_they_did_before(
    console: Console, told: Told, holding: Holding, watch: Watch
) -> None:
    await shortlist(console)
    assert told.done == []
    await shortlist(console)
    assert len(told.done) == 1
    assert {each.state for each in await holding.of("hr_head")} == {"done", "held"}


async def test_where_a_deadline_would_pass_meanwhile_it_is_done_at_once(console: Console, told: Told, watch: Watch) -> None:
    number = (await console.desk.standing(CASE)).number
    left = await console.desk.judged("hr_head", CASE, "shortlist", {"shortlisted": True, "reason": "profile_matches"}, number)
    assert left is not None
    for length, waits in ((left - timedelta(seconds=1), True), (left + timedelta(seconds=1), False)):
        holding = Holding(console.db, console.desk, length, watch)
        args: dict[str, Any] = {"shortlisted": True, "reason": "profile_matches"}
        found = await holding.accept("hr_head", CASE, "shortlist", args, f"{int(waits):024x}", number)
        assert (found is not None) == waits


async def test_a_form_sent_again_after_it_was_taken_back_says_so(console: Console, told: Told, holding: Holding) -> None:
    await shortlist(console, request="cd" * 12)
    await press(console, "cd" * 12, "undo")
    answer = await shortlist(console, request="cd" * 12)
    assert answer.status_code == 409
    assert "was not done" in answer.text
    assert await console.desk.holding.of("hr_head") == []


async def test_what_was_typed_is_there_again_for_who_was_refused(console: Console, told: Told, holding: Holding, watch: Watch) -> None:
    await shortlist(console, shortlisted="no", reason="experience_short")
    held = await held_by(console)
    told.answer = NotNow("the stage has passed", code="stage_passed")
    watch.passes(10)
    await holding.carry_due()
    browser = await console.as_("hr_head")
    page = (await browser.get(f"/hires/{AT_SHORTLISTING}/acts/shortlist?held={held}")).text
    assert 'value="experience_short"' in page
    other = await console.as_("hr_officer")
    assert 'value="experience_short"' not in (await other.get(f"/hires/{AT_SHORTLISTING}/acts/shortlist?held={held}")).text


async def test_others_see_that_somebody_is_about_to_act(console: Console, told: Told, holding: Holding) -> None:
    await shortlist(console)
    page = (await (await console.as_("hr_officer")).get(f"/hires/{AT_SHORTLISTING}")).text
    assert "Hr Head" in page.split('id="held"')[1].split("<header")[0]
    assert "data-undo" not in page


@pytest.mark.parametrize(("name", "table"), [("hire", acts.ACTS), ("vacancy", VACANCY_ACTS)])
def test_what_takes_an_act_back_is_an_act_of_the_same_case(name: str, table: Any) -> None:
    pairs = {act.name: act.taken_back_by for act in table.values() if act.taken_back_by}
    assert pairs
    assert set(pairs.values()) <= set(table)
