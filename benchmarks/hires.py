"""Complete hires per second through everything, beside bare Temporal workflows with the same asks and replies, in the same run.

A hire here goes from the signed application to entry on duty: 5 asks, 16 signed events in, 10 acts of people, letters, journal,
read model, outbox and leaves. The bare workflow has the same number of activities, signals and updates and does nothing else.
"""

import asyncio
import contextlib
import os
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker

from benchmarks._bare import ACTS, ASKS, REPLIES, Bare, bare_ask
from benchmarks._installation import Installation, installation
from config.files import load_rules, load_vacancy
from domain.errors import NotFound
from domain.vacancy import Closing, VacancySpec

HIRES = int(os.environ.get("BENCH_HIRES", "24"))
SIDE_BY_SIDE = 8
PATIENCE_S = 30
APPLICATION: dict[str, Any] = {
    "channel": "public",
    "role_profiles": [],
    "languages": [{"code": "en", "level": "V"}, {"code": "fr", "level": "III"}],
    "education": [{"level": "higher_secondary", "field": "office", "from": "2001-09-01", "to": "2005-06-30"}],
    "experience": [{"employer": "E", "title": "Assistant", "from": "2006-01-01", "to": "2020-01-01", "related": True}],
    "declarations": {"relatives": False, "military_service": True, "ai_used": False},
    "answers": [{"question": "motivation", "text": "Because I would like to."}],
    "attachments": [],
    "contact": {"name": "Bench Candidate", "email": "bench@example.org", "language": "en"},
}


async def bare(client: Client, count: int) -> float:
    """Bare cases per second."""
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(n: int) -> None:
        async with gate:
            handle = await client.start_workflow(Bare.run, id=f"bare/{n}", task_queue="bare")
            for k in range(REPLIES):
                await handle.signal(Bare.reply, k)
                if k < ACTS:
                    await handle.execute_update(Bare.act, k)
            await handle.result()

    async with Worker(client, task_queue="bare", workflows=[Bare], activities=[bare_ask]):
        started = time.perf_counter()
        await asyncio.gather(*(one(n) for n in range(count)))
        return count / (time.perf_counter() - started)


def vacancy(posts: int) -> VacancySpec:
    """The pool, open without end and with a post for everyone, so that a hire never waits for a date."""
    spec = load_vacancy("250442")
    post = spec.posts[0]
    many = tuple(post.model_copy(update={"id": f"P{n}"}) for n in range(posts))
    return spec.model_copy(update={"posts": many, "closing": Closing(ongoing=True), "reference": "bench"})


class Hires:
    """Plays hires side by side, timing each kind of step."""

    def __init__(self, place: Installation) -> None:
        self.place = place
        self.spent: defaultdict[str, float] = defaultdict(float)

    async def timed(self, what: str, doing: Any) -> Any:
        started = time.perf_counter()
        try:
            return await doing
        finally:
            self.spent[what] += time.perf_counter() - started

    async def until(self, case: str, holds: Any) -> dict[str, Any]:
        started = time.perf_counter()
        row: dict[str, Any] = {}
        while time.perf_counter() - started < PATIENCE_S:
            with contextlib.suppress(NotFound):  # not in the read model yet
                row = await self.place.desk.queries.hire(case)
                if holds(row):
                    self.spent["waiting for the case"] += time.perf_counter() - started
                    return row
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{case} stands still: {row}")

    async def event(self, partner: str, type_: str, case: str, **data: Any) -> dict[str, Any]:
        return await self.timed("events in", self.place.send(partner, type_, case, data))  # type: ignore[no-any-return]

    async def act(self, case: str, act: str, person: str = "chief", **args: Any) -> None:
        await self.timed("acts", self.place.desk.act(person, case, act, args))

    async def to_selection(self, n: int) -> str:
        candidate = {
            "id": f"c{n}",
            "status": "external",
            "nationalities": ["BE"],
            "employer_kind": "private",
            "clearance_on_file": None,
            "seconded_by": None,
        }
        receipt = await self.event("portal", "application.submitted", "vacancy/bench", **APPLICATION, candidate=candidate, vacancy="bench")
        case = str(receipt["case"])
        await self.until(case, lambda r: "screen" in r["needs"] and r["number"] >= 5)
        await self.act(case, "screen", eligible=True)
        await self.act(case, "shortlist", shortlisted=True)
        await self.event("assessment", "assessment.completed", case, reference="V1", answered_on=_day(0))
        await self.until(case, lambda r: "mark_assessment" in r["needs"])
        await self.act(case, "mark_assessment", score=80)
        at = datetime.now(UTC) + timedelta(days=3)
        await self.event("assessment", "interview.scheduled", case, starts_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"), minutes=45, place="HQ")
        await self.event("assessment", "interview.completed", case, attended=True)
        await self.until(case, lambda r: "mark_interview" in r["needs"])
        await self.act(case, "mark_interview", score=70)
        return case

    async def to_entry(self, case: str) -> None:
        await self.until(case, lambda r: "issue_offer" in r["needs"])
        await self.act(case, "issue_offer")
        await self.event("portal", "offer.answered", case, accepted=True)
        yes: dict[str, tuple[str, dict[str, Any]]] = {
            "clearance": (
                "nation-be",
                {
                    "outcome": "granted",
                    "level": "NS",
                    "issuer": "BE",
                    "reference": "R1",
                    "valid_from": _day(-100),
                    "valid_until": _day(2000),
                },
            ),
            "medical": ("medical", {"outcome": "fit", "reference": "R2", "valid_until": _day(300)}),
            "verification": ("verification", {"outcome": "confirmed", "claims": [], "reference": "R3"}),
            "accreditation": ("host-nation", {"outcome": "accepted", "reference": "R4"}),
        }
        await self.event("portal", "clearance.forms_received", case)
        await self.event("portal", "medical.file_received", case)
        for condition, (partner, reply) in yes.items():
            await self.event(partner, f"{condition}.acknowledged", case, expected=_day(20))
            await self.event(partner, f"{condition}.replied", case, **reply)
        await self.until(case, lambda r: "propose_contract" in r["needs"])
        await self.act(case, "propose_contract")
        terms = (await self.place.desk.hire(case))["terms_sha256"]
        await self.act(case, "approve_contract", person="second", sha256=terms)
        await self.event("portal", "contract.signed", case, signed=True, enters_on=_day(30))
        await self.event("hris", "duty.entered", case, entered_on=_day(30))
        await self.until(case, lambda r: r["stage"] == "probation")

    async def play(self, count: int) -> float:
        """Complete hires per second."""
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def limited(doing: Any) -> Any:
            async with gate:
                return await doing

        started = time.perf_counter()
        cases = await asyncio.gather(*(limited(self.to_selection(n)) for n in range(count)))
        lines = [{"hire": c, "score": 150, "rank": n + 1, "recommendation": "selected"} for n, c in enumerate(cases)]
        await self.place.desk.vacancy_act("chief", "bench", "submit_report", {"lines": lines})
        sha = (await self.place.desk.vacancy("bench"))["report"]["sha256"]
        await self.place.desk.vacancy_act("second", "bench", "decide_report", {"sha256": sha, "approved": True})
        await asyncio.gather(*(limited(self.to_entry(c)) for c in cases))
        self.cases = cases
        return count / (time.perf_counter() - started)


def _day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


async def events_per_hire(client: Client, case: str) -> int:
    return len((await client.get_workflow_handle(case).fetch_history()).events)


async def main() -> None:
    async with installation() as place:
        client = place.desk.carrier.client
        alone = await bare(client, HIRES)
        await place.desk.publish("chief", vacancy(HIRES), load_rules("standard"))
        hires = Hires(place)
        await _published(place)
        ours = await hires.play(HIRES)
        events = sorted([await events_per_hire(client, c) for c in hires.cases])
        bare_events = await events_per_hire(client, "bare/0")
        print(f"hires: {HIRES}, {SIDE_BY_SIDE} side by side, each {ASKS} asks, {REPLIES} replies, {ACTS} acts")
        print(f"history events per hire: {events[0]}..{events[-1]} (bare: {bare_events})")
        for what, seconds in sorted(hires.spent.items(), key=lambda item: -item[1]):
            print(f"  {what:<24}{seconds / HIRES * 1000:8.0f} ms per hire, of {SIDE_BY_SIDE} overlapping")
        print(f"complete hires per second: {ours:.2f}")
        print(f"bare cases per second:     {alone:.2f}")
        print(f"ratio bare : ours = {alone / ours:.2f}")


async def _published(place: Installation) -> None:
    async with asyncio.timeout(60):
        while True:
            if (await place.desk.queries.vacancy("bench"))["status"] == "published":
                return
            await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(main())
