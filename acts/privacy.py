"""Erasures and legal holds, as the two offices that decide on them use them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from acts.subject_export import Archive, archive
from config.words import Words
from domain import looking
from domain.erasure import check_decider
from domain.errors import BadInput, NotFound, NotNow
from domain.log.note import LogKey
from domain.looking import Look, Reader
from domain.retention import Item, Schedule
from domain.retention_report import Month, Report, ahead, lines, report
from domain.words import Role
from store.clock import DoorClock
from store.database import Database
from store.erasure import Erased, Erasures, Foreseen
from store.names import canonical_sha256
from store.people import People
from store.privacy import PrivacyBook
from store.reads import Reads
from store.retention import Retention
from store.subject import Subjects

REASON = re.compile(r"[a-z][a-z0-9_.]{1,63}")


class PrivacyDesk:
    """A desk's own part: `Desk.privacy`. A candidate may also be named by one of their hires."""

    def __init__(self, db: Database, people: People, clock: DoorClock) -> None:
        self._retention, self._subjects, self._reads = Retention(db), Subjects(db), Reads(db)
        self._kept, self._book, self._people, self._clock = Erasures(db), PrivacyBook(db), people, clock

    async def foresee(self, candidate: str) -> Foreseen:
        """What erasing them would do, and what stands against it; nothing is written. Raises NotFound."""
        return await self._kept.foresee(await self.candidate(candidate), await self._clock.now())

    async def propose(self, person: str, candidate: str, reason: str) -> str:
        """Propose to erase a person; the proposal's id. Raises NotFound, NotAllowed, BadInput, NotNow; a NotNow is entered in the log."""
        _code(reason)
        who, now = await self.candidate(candidate), await self._clock.now()
        try:
            return await self._kept.propose(who, reason, person, now)
        except NotNow as refusal:
            await self._book.note("erasure_refused", person, now, subject=who, reason=refusal.code)
            raise

    async def approve(self, person: str, erasure: str) -> Erased:
        """Approve as the other office, and erase. Raises as `propose` does, and FourEyes."""
        now = await self._clock.now()
        try:
            return await self._kept.approve(erasure, person, now)
        except NotNow as refusal:
            subject = next((row["candidate"] for row in await self._book.waiting() if row["erasure"] == erasure), None)
            await self._book.note("erasure_refused", person, now, subject=subject, reason=refusal.code)
            raise

    async def withdraw(self, person: str, erasure: str) -> None:
        """Take a proposal back, as either office: one's own, or the other's that one refuses. Raises NotFound, NotAllowed."""
        await self._kept.withdraw(erasure, person, await self._clock.now())

    async def waiting(self) -> list[dict[str, Any]]:
        """The erasures that wait for the other office."""
        return await self._book.waiting()

    async def place(self, person: str, subject: str, reason: str, until: date | None = None) -> str:
        """Place a legal hold on a candidate, on a hire (`hire/…`) or on a vacancy (`vacancy/…`). Raises NotFound, NotAllowed, BadInput."""
        _code(reason)
        now = await self._clock.now()
        if until is not None and until < now.date():
            raise BadInput("a hold ends today at the earliest", code="hold_over", field="until")
        kind, _, name = subject.rpartition("/")
        named = {"hire": ("case", subject), "vacancy": ("vacancy", name), "": ("candidate", subject)}
        if kind not in named:
            raise BadInput("a hold is on a candidate, on hire/ID or on vacancy/REF", code="hold_subject", field="subject")
        return await self._kept.hold(*named[kind], reason, person, now, until)

    async def lift(self, person: str, hold: str) -> bool:
        """Propose to lift a hold, or lift it as the second person: True when it is lifted. Raises NotFound, NotAllowed, FourEyes."""
        return await self._kept.lift(hold, person, await self._clock.now())

    async def holds(self, *, all_: bool = False) -> list[dict[str, Any]]:
        """The holds that stand, or all there ever were."""
        return await self._book.holds(all_=all_)

    async def outlook(self, schedule: Schedule) -> tuple[Report, list[Month]]:
        """What `due` says, and what becomes due within a year, by month; nothing is written."""
        now = await self._clock.now()
        items = await self._retention.foresee(schedule, now)
        return report("", now, "", schedule, canonical_sha256(schedule), items), ahead(items, now.date())

    async def cases_of(self, candidates: Iterable[str]) -> dict[str, list[str]]:
        """The cases of these candidates, by their ids."""
        return await self._book.cases_of(candidates)

    async def erasure(self, erasure: str) -> dict[str, Any]:
        """One that waits. Raises NotFound."""
        return _one(await self._book.waiting(), "erasure", erasure)

    async def hold(self, hold: str) -> dict[str, Any]:
        """One that stands. Raises NotFound."""
        return _one(await self._book.holds(), "hold", hold)

    async def due(self, schedule: Schedule) -> Report:
        """What retention would delete now, per category, and what stops what; nothing is written."""
        return (await self.outlook(schedule))[0]

    async def retain(self, person: str, schedule: Schedule, key: LogKey) -> Report:
        """Delete what is due; `report` as `due` gives it, and `note`: the report in words and its hash, signed with the log's key.

        Raises NotFound, NotAllowed, and NotNow while the periods are examples that no data protection officer confirmed.
        """
        check_decider((await self._people.staff(person)).roles)
        schedule.check_confirmed()
        if Role.DATA_PROTECTION_OFFICER not in (await self._people.staff(schedule.confirmed_by)).roles:
            raise NotNow(f"{schedule.confirmed_by} is no data protection officer", code="retention_unconfirmed")
        now, sha256 = await self._clock.now(), canonical_sha256(schedule)

        def made(run: str, items: Sequence[Item], gone: Mapping[str, int]) -> Report:
            told = report(run, now, person, schedule, sha256, items, gone)
            text = [f"{key.origin} retention report {run}", f"sha256 of the report: {canonical_sha256(told)}", *lines(told)]
            return {"report": told, "note": key.note("\n".join(text) + "\n")}

        return await self._retention.carry_out(schedule, person, now, made)

    async def export(self, person: str, candidate: str) -> Archive:
        """Everything kept about somebody in one archive, as they may ask for it; the log has it before anybody does.

        Raises NotFound, NotAllowed.
        """
        check_decider((await self._people.staff(person)).roles)
        who, now = await self.candidate(candidate), await self._clock.now()
        found = await self._subjects.everything(who)
        entry = await self._book.note("export", person, now, subject=who, reason="access_request")
        looks = [Look(case, frozenset({looking.Category.EXPORT}), entry) for case in found.cases]
        await self._reads.note(Reader(f"person:{person}", purpose="access_request"), *looks)
        return archive(found, Words.load(), now)

    async def candidate(self, named: str) -> str:
        """Whom `hire/…` is about, or the candidate named. Raises NotFound."""
        return await self._people.candidate_of(named) if named.startswith("hire/") else named


def _one(rows: Iterable[dict[str, Any]], name: str, wanted: str) -> dict[str, Any]:
    found = next((row for row in rows if row[name] == wanted), None)
    if found is None:
        raise NotFound(f"there is no {name} {wanted} that waits or stands", code="unknown")
    return found


def _code(reason: str) -> None:
    if not REASON.fullmatch(reason):
        raise BadInput("a reason is a code such as asked_by_person, never a sentence", code="not_a_code", field="reason")
