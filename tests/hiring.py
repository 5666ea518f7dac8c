"""How a competition is played against a whole installation: candidates, authorities, HR and the board, each by their own door.

Whoever plays waits for what the read model shows before the next move, and goes on asking under the same ids while something is down.
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from config.files import load_rules, load_vacancy
from domain.competition import report_sha256
from domain.errors import NotFound, NotNow, Trouble
from domain.facts import ReportLine
from domain.messages import Receipt
from domain.rules import Rules
from domain.vacancy import Closing, Published, VacancySpec
from tests.installation import Installation

Row = dict[str, Any]

APPLICATION: Row = {
    "channel": "public",
    "role_profiles": [],
    "languages": [{"code": "en", "level": "V"}, {"code": "fr", "level": "III"}],
    "education": [{"level": "higher_secondary", "field": "office", "from": "2001-09-01", "to": "2005-06-30"}],
    "experience": [{"employer": "E", "title": "Assistant", "from": "2006-01-01", "to": "2020-01-01", "related": True}],
    "declarations": {"relatives": False, "military_service": True, "ai_used": False},
    "answers": [{"question": "motivation", "text": "Because I would like to."}],
    "attachments": [],
}
#: What each authority says yes with: its partner, and the reply.
CONDITIONS = {"clearance": "nation-be", "medical": "medical", "verification": "verification", "accreditation": "host-nation"}
ASKED = sorted(["assessment", *CONDITIONS])


def vacancy(reference: str, posts: int = 1, closes_at: datetime | None = None) -> VacancySpec:
    """The pool under another reference: with so many equal posts, open without end or closing at an instant (to the second)."""
    spec = load_vacancy("250442")
    made = tuple(spec.posts[0].model_copy(update={"id": f"{reference}-{n}"}) for n in range(1, posts + 1))
    closing = Closing(ongoing=True)
    if closes_at is not None:
        wall = closes_at.astimezone(ZoneInfo(spec.duty_station.zone))
        closing = Closing(date=wall.date(), time=wall.time().replace(microsecond=0))
    return spec.model_copy(update={"reference": reference, "posts": made, "closing": closing})


def day(ahead: int) -> str:
    return (datetime.now(UTC) + timedelta(days=ahead)).date().isoformat()


def deadline(row: Row, key: str) -> Row:
    """One deadline of a case, as the read model shows it."""
    found: Row = next(d for d in row["deadlines"] if d["key"] == key)
    return found


class Hiring:
    """Everyone who takes part. `patience_s` is how long a case may stand still before that is an error."""

    def __init__(self, place: Installation, patience_s: float = 60) -> None:
        self.place, self.patience_s = place, patience_s
        self.applied = self.interviews = 0

    # ---- the moves --------------------------------------------------------------------------------------------------------

    async def event(self, partner: str, type_: str, case: str, **data: Any) -> Row:
        return await self.place.send(partner, type_, case, data)

    async def act(self, case: str, act: str, person: str = "chief", **args: Any) -> Receipt:
        """An act, asked under one id until it is answered. Raises the refusal the case gives."""
        request = secrets.token_hex(8)
        async with asyncio.timeout(self.patience_s):
            while True:
                try:
                    return await self.place.desk.act(person, case, act, args, request=request)
                except Trouble:
                    await asyncio.sleep(0.2)

    async def until(self, case: str, holds: Callable[[Row], Any]) -> Row:
        """The case as the read model shows it, as soon as that `holds`."""
        row: Row = {}
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            with contextlib.suppress(NotFound):  # not in the read model yet
                row = await self.place.desk.queries.hire(case)
                if holds(row):
                    return row
            await asyncio.sleep(0.02)
        raise TimeoutError(f"{case} stands still: {row}\n{self.place.logs()}")

    async def became(self, receipt: Row, state: str) -> Row:
        """What the gateway tells the sender of an event, as soon as that is `state`."""
        told: Row = {}
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            told = await self.place.told(receipt["source"], receipt["event"])
            if told["state"] == state:
                return told
            await asyncio.sleep(0.05)
        raise TimeoutError(f"{receipt['event']} became {told}")

    # ---- chapters ---------------------------------------------------------------------------------------------------------

    async def publish(self, spec: VacancySpec, rules: Rules | None = None) -> Published:
        """Published, and its case has begun."""
        published = await self.place.desk.publish("chief", spec, rules or load_rules("standard"))
        await self.vacancy_is(spec.reference, "published")
        return published

    async def vacancy_is(self, reference: str, *statuses: str) -> Row:
        row: Row = {}
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            row = await self.place.desk.queries.vacancy(reference)
            if row["status"] in statuses:
                return row
            await asyncio.sleep(0.02)
        raise TimeoutError(f"vacancy {reference} stands still: {row['status']}\n{self.place.logs()}")

    def application(self, reference: str) -> Row:
        """The data of a new candidate's application."""
        self.applied += 1
        candidate = {
            "id": f"c{self.applied}",
            "status": "external",
            "nationalities": ["BE"],
            "employer_kind": "private",
            "clearance_on_file": None,
            "seconded_by": None,
        }
        contact = {"name": f"Candidate {self.applied}", "email": f"c{self.applied}@example.org", "language": "en"}
        return {**APPLICATION, "candidate": candidate, "contact": contact, "vacancy": reference}

    async def apply(self, reference: str) -> str:
        """A new candidate; the case it began (or will, when it is delivered)."""
        receipt = await self.event("portal", "application.submitted", f"vacancy/{reference}", **self.application(reference))
        return str(receipt["case"])

    async def to_assessment(self, case: str) -> None:
        """Screened and shortlisted; the assessment is being asked for."""
        await self.judged(case)
        await self.act(case, "screen", eligible=True)
        await self.act(case, "shortlist", shortlisted=True)

    async def judged(self, case: str) -> None:
        """Until the eligibility checks have run: nobody screens before."""
        await self.until(case, lambda r: "screen" in r["needs"])
        deadline = time.monotonic() + self.patience_s
        while not any(entry["kind"] == "eligibility_judged" for entry in await self.place.desk.timeline(case)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{case} is not judged\n{self.place.logs()}")
            await asyncio.sleep(0.02)

    async def invited(self, case: str) -> None:
        """Until the assessment is asked for, and the time to answer it runs."""
        await self.until(case, lambda r: any(d["key"] == "assessment_answer" for d in r["deadlines"]))

    async def to_selection(self, case: str) -> None:
        """From the assessment asked for to the wait for the board's report."""
        await self.event("assessment", "assessment.completed", case, reference="V1", answered_on=day(0))
        await self.until(case, lambda r: "mark_assessment" in r["needs"])
        await self.act(case, "mark_assessment", score=80)
        self.interviews += 1  # one board sees one candidate at a time
        at = datetime.now(UTC) + timedelta(days=3, hours=self.interviews)
        await self.event("assessment", "interview.scheduled", case, starts_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"), minutes=45, place="HQ")
        await self.event("assessment", "interview.completed", case, attended=True)
        await self.until(case, lambda r: "mark_interview" in r["needs"])
        await self.act(case, "mark_interview", score=70)

    async def select(self, reference: str, cases: Iterable[str]) -> None:
        """The board's report, every case recommended in this order, decided by another person."""
        lines = [{"hire": c, "score": 150, "rank": n, "recommendation": "selected"} for n, c in enumerate(cases, 1)]
        await self.act(f"vacancy/{reference}", "submit_report", lines=lines)
        sha = report_sha256(ReportLine.model_validate(line) for line in lines)
        await self.act(f"vacancy/{reference}", "decide_report", person="second", sha256=sha, approved=True)

    async def to_conditions(self, case: str) -> None:
        """The conditional offer, accepted; the authorities are being asked."""
        await self.until(case, lambda r: "issue_offer" in r["needs"])
        await self.act(case, "issue_offer")
        await self.event("portal", "offer.answered", case, accepted=True)

    async def asked(self, case: str) -> None:
        """Until everyone who can be asked at first has been: all but accreditation, which waits for others."""
        await self.until(case, lambda r: sum(c["state"] == "requested" for c in r["conditions"]) >= 3)

    async def satisfy(self, case: str, *conditions: str) -> None:
        """Each condition named is acknowledged and answered with yes."""
        said: dict[str, Row] = {
            "clearance": {
                "outcome": "granted",
                "level": "NS",
                "issuer": "BE",
                "reference": "R1",
                "valid_from": day(-100),
                "valid_until": day(2000),
            },
            "medical": {"outcome": "fit", "reference": "R2", "valid_until": day(300)},
            "verification": {"outcome": "confirmed", "claims": [], "reference": "R3"},
            "accreditation": {"outcome": "accepted", "reference": "R4"},
        }
        papers = {"clearance": "clearance.forms_received", "medical": "medical.file_received"}
        for condition in conditions:
            if condition in papers:
                await self.event("portal", papers[condition], case)
            await self.event(CONDITIONS[condition], f"{condition}.acknowledged", case, expected=day(20))
            await self.event(CONDITIONS[condition], f"{condition}.replied", case, **said[condition])

    async def to_duty(self, case: str) -> None:
        """From conditions met to the first day of probation."""
        await self.until(case, lambda r: "propose_contract" in r["needs"])
        await self.act(case, "propose_contract")
        terms = (await self.place.desk.hire(case))["terms_sha256"]
        await self.act(case, "approve_contract", person="second", sha256=terms)
        await self.event("portal", "contract.signed", case, signed=True, enters_on=day(30))
        await self.event("hris", "duty.entered", case, entered_on=day(30))
        await self.until(case, lambda r: r["stage"] == "probation")

    async def confirm(self, case: str) -> None:
        """The line manager confirms the appointment."""
        await self.act(case, "decide_probation", person="second", confirmed=True)
        await self.until(case, lambda r: r["ending"] == "appointed_and_confirmed")

    async def close_notice(self, reference: str) -> None:
        """Without a closing date a person says that it is over, once the vacancy has heard that its posts are filled."""
        async with asyncio.timeout(self.patience_s):
            while True:
                try:
                    await self.act(f"vacancy/{reference}", "close_notice", reason="all_filled")
                except NotNow:
                    await asyncio.sleep(0.2)
                else:
                    return
