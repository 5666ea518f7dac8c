"""What an open page hears: that a case changed, and nothing of it; only cases its reader may know; nothing once the session is over."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from console.pages.live import _told
from console.pulse import Pulse
from console.visits import Visitor, _visitor
from domain.sessions import How
from store.changes import Changes
from tests.console.conftest import Console
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, go_on, play


async def visitor_of(console: Console, person: str) -> Visitor:
    session, secret = await console.desk.sessions.begin(person, How.LINK)
    return await _visitor(console.reception, session, secret)


@pytest.fixture
async def pulse(console: Console) -> AsyncIterator[Pulse]:
    pulse = Pulse(Changes(console.db), every_s=0.01)
    async with pulse.beating():
        yield pulse


async def first(stream: AsyncIterator[str], kind: str) -> tuple[int, list[str]]:
    """The next event of a kind: its position and its cases."""
    async for text in stream:
        lines = dict(line.split(": ", 1) for line in text.strip().splitlines())
        if lines.get("event") == kind:
            return int(lines.get("id", 0)), json.loads(lines["data"]) or []
    raise AssertionError(f"the stream ended without {kind}")


async def test_a_page_hears_which_case_changed_and_nothing_else(console: Console, pulse: Pulse) -> None:
    world, visitor = play(), await visitor_of(console, "hr_officer")
    stream = _told(visitor, pulse, await pulse.changes.position())
    position, _ = await first(stream, "still")
    hearing = asyncio.create_task(first(stream, "changed"))
    world.act(f"hire/{AT_SHORTLISTING}", "shortlist", shortlisted=True)
    await go_on(console.db, world)
    beyond, cases = await asyncio.wait_for(hearing, 10)
    assert f"hire/{AT_SHORTLISTING}" in cases
    assert beyond > position


async def test_whoever_comes_back_hears_what_was_written_meanwhile(console: Console, pulse: Pulse) -> None:
    world, visitor = play(), await visitor_of(console, "hr_officer")
    left_at = await pulse.changes.position()
    world.act(f"hire/{AT_SHORTLISTING}", "shortlist", shortlisted=True)
    await go_on(console.db, world)
    _, cases = await first(_told(visitor, pulse, left_at), "changed")
    assert f"hire/{AT_SHORTLISTING}" in cases


async def test_an_office_hears_nothing_of_hires_it_has_nothing_to_do_with(console: Console, pulse: Pulse) -> None:
    _, everybody = await first(_told(await visitor_of(console, "hr_officer"), pulse, 0), "changed")
    _, office = await first(_told(await visitor_of(console, "medical_advisers_office"), pulse, 0), "changed")
    assert f"hire/{AT_SHORTLISTING}" in everybody
    assert f"hire/{AT_SHORTLISTING}" not in office
    assert f"hire/{AT_CONDITIONS}" in office


async def test_a_stream_ends_with_the_session(console: Console, pulse: Pulse) -> None:
    visitor = await visitor_of(console, "hr_officer")
    stream = _told(visitor, pulse, await pulse.changes.position())
    await first(stream, "still")
    await console.desk.sessions.end_all("hr_officer")
    world = play()
    world.act(f"hire/{AT_SHORTLISTING}", "shortlist", shortlisted=True)
    await go_on(console.db, world)
    assert await asyncio.wait_for(first(stream, "over"), 10)
    assert [text async for text in stream] == []


async def test_watching_does_not_prolong_a_session(console: Console, pulse: Pulse) -> None:
    visitor = await visitor_of(console, "hr_officer")
    before = (await console.desk.sessions.of("hr_officer"))[0].seen_at
    stream = _told(visitor, pulse, await pulse.changes.position())
    await first(stream, "still")
    assert (await console.desk.sessions.of("hr_officer"))[0].seen_at == before


async def test_a_page_that_keeps_itself_up_to_date_does_not_prolong_one_either(console: Console) -> None:
    browser = await console.as_("hr_officer")
    kept = console.desk.sessions
    before = (await kept.of("hr_officer"))[0].seen_at
    kept._now = lambda: before + timedelta(minutes=5)
    assert (await browser.get("/hires", headers={"muster-watching": "1"})).status_code == 200
    assert (await kept.of("hr_officer"))[0].seen_at == before
    await browser.get("/hires")
    assert (await kept.of("hr_officer"))[0].seen_at > before


async def test_a_console_that_stops_lets_every_page_go(console: Console, pulse: Pulse) -> None:
    stream = _told(await visitor_of(console, "hr_officer"), pulse, await pulse.changes.position())
    await first(stream, "still")
    pulse.closing.set()
    assert await asyncio.wait_for(_rest(stream), 5) == []


async def _rest(stream: AsyncIterator[str]) -> list[str]:
    return [text async for text in stream]
