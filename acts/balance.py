"""Balance watch: off until the data protection officer and the head of HR turn it on; what is declared is read for its reports alone.

A report covers one vacancy that takes no more applications, or one calendar year (UTC) that is over, and is issued once: a candidate is
counted in one report of each kind, ever. So no two reports have anybody in common, and their difference says nothing about anybody.
"""

import json
from collections.abc import Iterable
from typing import Any

from pydantic import ValidationError

from domain.balance import LEAST
from domain.balance_people import DECIDERS, READERS, Attribute, Declaration, people, selection, trace, waiting
from domain.erasure import check_pair
from domain.errors import BadInput, Conflict, FourEyes, NotAllowed, NotFound, NotNow
from domain.sealing import Keyring
from domain.vacancy import OVER
from domain.words import Role
from domain.words import roles as roles_among
from store.balance import Balance, Report, Switch
from store.clock import DoorClock
from store.database import Database
from store.people import People
from store.queries import Queries


class BalanceDesk:
    """A desk's own part: `Desk.balance`."""

    def __init__(self, db: Database, people: People, queries: Queries, clock: DoorClock) -> None:
        self._kept, self._people, self._queries, self._clock = Balance(db), people, queries, clock

    # ---- the switch -------------------------------------------------------------------------------------------------------

    async def on(self) -> bool:
        turned = [each for each in await self._kept.switches() if each.approved_at is not None]
        return bool(turned) and max(turned, key=lambda each: each.approved_at or each.proposed_at).turn == "on"

    async def waiting(self) -> Switch | None:
        """What was proposed and waits for the other office."""
        return next((each for each in reversed(await self._kept.switches()) if each.approved_at is None), None)

    async def propose(self, person: str, turn: str) -> None:
        """Raises NotFound, NotAllowed, Conflict."""
        await self._one_of(person, DECIDERS)
        if await self.on() == (turn == "on"):
            raise Conflict(f"balance watch is {turn} already", code="balance_unchanged")
        if await self.waiting() is not None:
            raise Conflict("another turn waits for the other office: muster balance approve", code="balance_proposed")
        await self._kept.propose(turn, person, await self._clock.now())

    async def approve(self, person: str) -> str:
        """Turn it as it was proposed; "on" or "off". Raises NotFound, NotAllowed, FourEyes."""
        found = await self.waiting()
        if found is None:
            raise NotFound("nobody proposed to turn balance watch: muster balance propose", code="not_proposed")
        first, second = await self._people.staff(found.proposed_by), await self._people.staff(person)
        if found.proposed_by == person:
            raise FourEyes("the other office has to approve what one proposed", code="four_eyes")
        check_pair(first.person, first.roles, person, second.roles)
        await self._kept.approve(found, person, await self._clock.now())
        return found.turn

    # ---- what is declared -------------------------------------------------------------------------------------------------

    async def declare(self, person: str, ring: Keyring, lines: Iterable[str]) -> int:
        """Keep declarations, one JSON object a line; how many. All or none. Raises NotNow while off, BadInput, NotFound, NotAllowed."""
        await self._one_of(person, frozenset({Role.DATA_PROTECTION_OFFICER}))
        await self._must_be_on()
        said = {}
        for number, line in enumerate(lines, 1):
            if line.strip():
                given = _declaration(number, line)
                said[await self._people.candidate_of(given.case)] = given.said()
        if said:
            await self._kept.declare(ring, said, person, await self._clock.now())
        return len(said)

    async def forget(self, person: str, case: str) -> bool:
        """Consent is withdrawn; whether there was anything. Raises NotFound, NotAllowed."""
        await self._one_of(person, frozenset({Role.DATA_PROTECTION_OFFICER}))
        return await self._kept.forget(await self._people.candidate_of(case))

    # ---- reports ----------------------------------------------------------------------------------------------------------

    async def issue(
        self, person: str, ring: Keyring | None, by: Attribute, *, vacancy: str | None = None, year: int | None = None
    ) -> Report:
        """Make a report, once. Raises NotNow while off or while the slice is open, Conflict for one that was issued, NotAllowed."""
        await self._one_of(person, DECIDERS)
        await self._must_be_on()
        name, now = slice_of(vacancy, year), await self._clock.now()
        try:
            await self._kept.report(name, by)
        except NotFound:
            pass
        else:
            raise Conflict(f"the report by {by} for {name} was issued: muster report balance", code="report_issued")
        await self._closed(vacancy, year)
        traces = [found for journal in (await self._queries.journals(vacancy)).values() if (found := trace(journal))]
        everybody = people(each for each in traces if year is None or each.received_at.year == year)
        before = await self._kept.counted(by)
        ours = {who: each for who, each in everybody.items() if who not in before}
        figures = waiting(ours)
        if by is not Attribute.WAITING:
            if ring is None:
                raise NotNow("what was declared cannot be read without the keyring: muster keys init", code="no_keyring")
            figures = selection(ours, await self._kept.said(ring, ours, by, person, name, now))
        body = {"slice": name, "by": str(by), "least": LEAST, "counted_before": len(everybody) - len(ours), **figures}
        report = Report(name, str(by), body, person, now)
        await self._kept.issue(report, ours)
        return report

    async def given(self, person: str, by: Attribute, *, vacancy: str | None = None, year: int | None = None) -> dict[str, Any]:
        """A report that was issued, for those who may read it. Raises NotFound, NotAllowed."""
        await self._one_of(person, READERS)
        return await self.issued(by, vacancy=vacancy, year=year)

    async def issued(self, by: Attribute, *, vacancy: str | None = None, year: int | None = None) -> dict[str, Any]:
        """The same, where somebody else has checked who asks."""
        found = await self._kept.report(slice_of(vacancy, year), by)
        return {**found.body, "issued_by": found.issued_by, "issued_at": found.issued_at.isoformat()}

    async def _closed(self, vacancy: str | None, year: int | None) -> None:
        now = await self._clock.now()
        if year is not None and year >= now.year:
            raise NotNow(f"{year} is not over: a report covers a whole year, once", code="slice_open")
        if vacancy is not None and (await self._queries.vacancy(vacancy))["status"] not in OVER:
            raise NotNow(f"vacancy {vacancy} is not over: a report covers a whole competition, once", code="slice_open")

    async def _must_be_on(self) -> None:
        if not await self.on():
            raise NotNow("balance watch is off: two offices turn it on (muster balance propose on)", code="balance_off")

    async def _one_of(self, person: str, wanted: frozenset[Role]) -> None:
        """A delegation does not reach this far."""
        if not wanted & roles_among((await self._people.staff(person)).roles):
            raise NotAllowed(f"balance watch is for: {', '.join(sorted(wanted))}", code="wrong_role")


def slice_of(vacancy: str | None, year: int | None) -> str:
    """Raises BadInput unless it is exactly one of the two."""
    if (vacancy is None) == (year is None):
        raise BadInput("name one vacancy, or one year", code="bad_slice")
    return f"vacancy/{vacancy}" if vacancy is not None else f"year/{year}"


def _declaration(number: int, line: str) -> Declaration:
    try:
        return Declaration.model_validate(json.loads(line))
    except (ValueError, ValidationError):
        # What stands there is nobody's to read in an error.
        raise BadInput(
            f"line {number} is no declaration: hire, consent (true), gender, nation, age, disability", code="bad_declaration"
        ) from None
