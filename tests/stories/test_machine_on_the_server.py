"""A sample of the state machine's walks, played again on real workers and a real server: the journals tell the same story."""

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment

from domain.errors import Refusal
from domain.facts import Entry
from domain.messages import Message
from tests.fakes import FakeAuthority, FakeStore
from tests.machine.script import Line, Scripted, counted, telling
from tests.stories.conftest import Scene, when

WALKS, AMONG = 10, 40
#: Far enough past an instant that its timer has fired, near enough that nothing else has.
PAST = timedelta(milliseconds=300)
NATIONS = ("be", "fr", "no")
AUTHORITIES = ("assessment", "medical", "verification", "host-nation", "budget", *(f"nation-{n}" for n in NATIONS))


class Stage:
    """One walk on its way over the server."""

    def __init__(self, server: WorkflowEnvironment, walk: Scripted) -> None:
        self.walk = walk
        store = FakeStore(
            vacancies={p.spec.reference: p for p in walk.published},
            cases=dict(walk.store.cases),
            applications=dict(walk.store.applications),
        )
        authorities = {name: FakeAuthority() for name in (*AUTHORITIES, *(f"administration-{n}" for n in NATIONS))}
        self.scene = Scene(server, store, walk.published[0], authorities, f"q-{walk.tag}")
        self.delivered: set[int] = set()

    async def play(self) -> None:
        async with self.scene.worker():
            for line in self.walk.lines:
                await self.reach(line)
                await self.say(line)
                await self.rest(line)

    async def reach(self, line: Line) -> None:
        """The case's own clock, as late as it was in the walk. What is said at the very instant of a deadline is said before it strikes."""
        case = line.case
        if case not in self.scene.store.journals:
            await self.begin(line)
        if case not in self.scene.store.journals or self.over(case):
            return
        strikes = line.message is None and line.request is None
        ahead = line.at + (PAST if strikes else -PAST) - await self.scene.time(case)
        if ahead > timedelta(0):
            moved = await self.scene.env.fast_forward(self.scene.handle(case), ahead)
            assert moved or self.over(case), "a review window that passes ends the story on the way"

    async def begin(self, line: Line) -> None:
        """A case that comes later begins later: its first moment is the walk's, and not that of the machine this runs on."""
        delay = line.at - PAST - datetime.now(UTC)
        if delay <= timedelta(0):
            return
        await self.scene.carrier.start(line.case, delay)
        await self.scene.env.fast_forward(self.scene.handle(line.case), delay)

    def over(self, case: str) -> bool:
        if case not in self.scene.store.journals:
            return False
        return self.scene.vacancy(case).over if case.startswith("vacancy/") else self.scene.state(case).over

    async def say(self, line: Line) -> None:
        if line.request is not None:
            assert await self.refusal_of(line) == line.refused, line
        elif line.message is not None:
            message = self.own(line) if line.carried_from else line.message
            await self.scene.carrier.deliver(line.case, message)
            if not line.kept:
                await self.scene.read(message.id)

    async def refusal_of(self, line: Line) -> str:
        """The code with which the server refused what was asked; empty when it was done."""
        assert line.request is not None
        try:
            await self.scene.carrier.ask(line.case, line.request)
        except Refusal as refusal:
            return refusal.code
        return ""

    def own(self, line: Line) -> Message:
        """What the server's own case sent, where in the walk that case sent the same."""
        assert line.message is not None
        for n, (sender, sent) in enumerate(self.scene.store.sent):
            if n not in self.delivered and (sender, sent.to, sent.type) == (line.carried_from, line.case, line.message.type):
                self.delivered.add(n)
                return line.message.model_copy(update={"data": dict(sent.data)})
        raise AssertionError(f"{line.carried_from} sent no {line.message.type} to {line.case}")

    async def rest(self, line: Line) -> None:
        """Until the story has done what it does by itself, and has written as much as the walk did."""
        try:
            await when(lambda: counted(self.scene.store.journals.get(line.case, [])) >= line.long)
        except TimeoutError:
            pytest.fail(f"{line}: the server wrote {told(self.scene.store.journals[line.case])[-3:]}")
        assert counted(self.scene.store.journals.get(line.case, [])) == line.long, (line, told(self.scene.store.journals[line.case])[-3:])


def told(journal: list[Entry]) -> list[tuple[str, str, str]]:
    """Who wrote which fact with which words; dates, spans of time and hashes over them are the clock's, and the clocks differ."""
    return [(e.actor, e.fact.kind, timeless(e.fact.model_dump(mode="json"))) for e in journal if e.fact.kind != "budget_asked"]


def timeless(body: dict[str, Any]) -> str:
    text = json.dumps({k: v for k, v in body.items() if k not in ("rule", "seconds", "remind_at")}, sort_keys=True)
    text = re.sub(r"\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)?)?", "a day", text)
    return re.sub(r"[0-9a-f]{64}", "a hash", text)


async def test_what_the_machine_walks_in_memory_happens_the_same_way_on_the_server(server: WorkflowEnvironment) -> None:
    walks = telling(range(AMONG), datetime.now(UTC), WALKS)
    for walk in walks:
        stage = Stage(server, walk)
        async with asyncio.timeout(60):
            await stage.play()
        for case, journal in walk.store.journals.items():
            here, there = told(journal), told(stage.scene.store.journals[case])
            assert there[: len(here)] == here, case
            # the server's own clock may have struck once more after the walk's last word
            assert {kind for _, kind, _ in there[len(here) :]} <= {"deadline_reminded", "deadline_missed", "deadline_escalated"}, case
