"""What an auditor asks of an installation: who did what, what lay outside the normal path, how a case stood on a day, what a fact changed.

Rights are checked where somebody says who they are (a token, `--as`); a terminal beside the store shows what its reader could open anyway,
and everything that tells of a person leaves a trace of its own.
"""

import copy
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Self

from acts.carrier import Carrier
from acts.reconciling import Reconciling
from domain.editions import in_force
from domain.errors import BadInput, NotFound
from domain.facts import Entry
from domain.hire import fold
from domain.log.completeness import Completeness
from domain.log.report import AuditReport, report
from domain.log.trail import Trace, Wanted
from domain.looking import Category, Look, Reader, answered
from store.checkpoints import published_sizes
from store.database import Database
from store.editions import Editions
from store.queries import Queries
from store.readmodel import View, derive
from store.reads import Reads
from store.trail import Looked, Trail
from store.vacancies import Vacancies

CODE = re.compile(r"[a-z][a-z0-9_.]{1,63}")


class Auditing:
    """A desk's own part: `Desk.auditing`. `carrier` gives the way to Temporal, or None where a desk only reads; `reader` is who looks."""

    def __init__(self, db: Database, queries: Queries, carrier: Callable[[], Carrier | None], reader: Reader | None = None) -> None:
        self._db, self._queries, self._reader = db, queries, reader
        self._trail, self._reads, self._reconciling = Trail(db), Reads(db), Reconciling(db, queries, carrier)
        self._editions, self._vacancies = Editions(db), Vacancies(db)

    def read_by(self, reader: Reader | None) -> Self:
        """The same for somebody: what they look at is noted as theirs."""
        theirs = copy.copy(self)
        theirs._reader = reader
        return theirs

    async def reconcile(self) -> Completeness:
        """Every record against the others."""
        return await self._reconciling.reconcile()

    # ---- looking for something ---------------------------------------------------------------------------------------------

    async def search(self, wanted: Wanted, *, after: int = -1, limit: int | None = 50, **about: str) -> list[Trace]:
        """Traces in the order of the log, beyond position `after`, however far off they are. `about` and errors are `narrowed`'s."""
        return await self._trail.page(await self.narrowed(wanted, **about), after, limit)

    async def look(self, wanted: Wanted, after: int = -1) -> Looked:
        """What the next stretch of the log has of it, and where to go on: work of bounded length, for a page. `wanted` is narrowed."""
        return await self._trail.look(wanted, after)

    async def narrowed(self, wanted: Wanted, *, candidate: str = "", purpose: str = "", vacancy: str = "", policy: str = "") -> Wanted:
        """The same of these cases only. `policy` is NAME or NAME@VERSION.

        To look for a candidate takes a purpose, a code, and leaves a trace in each of their cases. Raises BadInput, NotFound.
        """
        streams = [] if wanted.streams is None else [wanted.streams]
        if candidate:
            streams.append(await self._cases_of(candidate, purpose))
        if vacancy:
            await self._queries.vacancy(vacancy)
            streams.append(await self._trail.of_vacancy(vacancy))
        if policy:
            streams.append(await self._trail.under_policy(*policy.split("@", 1)))
        return wanted.model_copy(update={"streams": frozenset.intersection(*streams) if streams else None})

    async def _cases_of(self, candidate: str, purpose: str) -> frozenset[str]:
        if not CODE.fullmatch(purpose):
            raise BadInput("looking for a person takes a purpose, as a code: complaint, subject_access, tribunal", code="purpose_missing")
        who = str((await self._queries.hire(candidate))["candidate"]) if candidate.startswith("hire/") else candidate
        theirs = await self._trail.of_candidate(who)
        if not theirs:
            raise NotFound("there is no such candidate", code="unknown")
        if self._reader is not None:
            reader = Reader(self._reader.who, purpose=purpose)
            await self._reads.note(reader, *(Look(case, frozenset({Category.IDENTITY}), "audit_search") for case in sorted(theirs)))
        return theirs

    async def interventions(self, wanted: Wanted, *, vacancy: str = "", limit: int | None = None) -> list[Trace]:
        """Every act outside the normal path, of one vacancy's cases or of all, in the order of the log."""
        return await self.search(wanted.model_copy(update={"interventions": True}), vacancy=vacancy, limit=limit)

    # ---- how a case stood --------------------------------------------------------------------------------------------------

    async def as_of(self, case: str, at: datetime) -> dict[str, Any]:
        """A hire as it was at that moment of its own time: stage, needs, conditions, deadlines as they were then counted, and the policy.

        Raises NotFound for a case that had not begun.
        """
        entries = [entry for entry in await self._entries(case) if entry.at <= at]
        if not entries:
            raise NotFound(f"{case} had not begun at {at.isoformat()}", code="not_begun", case=case)
        view = derive(case, "hire", entries)
        assert view.hire is not None  # a hire with entries has a row
        await self._noted(case, view, f"as_of/{entries[-1].number}")
        contract = {"terms": (state := fold(entries)).terms, "proposed_by": state.proposed_by, "approved": state.approved}
        parts = {"conditions": _rows(view.conditions.values(), "condition"), "deadlines": _rows(view.deadlines.values(), "due_at")}
        return {**view.hire, **contract, **parts, "as_of": at, "policy": await self._policy(str(view.hire["vacancy"]), at)}

    async def _policy(self, vacancy: str, at: datetime) -> dict[str, Any]:
        """The policy frozen for the vacancy, which is the one that counts; and the one then in force for new ones."""
        frozen = (await self._vacancies.get(vacancy)).rules
        edition = in_force(await self._editions.list(frozen.name), frozen.name, at)
        then = edition.version if edition else None
        return {"name": frozen.name, "version": frozen.version, "sha256": frozen.sha256, "in_force_then": then}

    async def diff(self, case: str, number: int) -> dict[str, Any]:
        """What one fact changed of how its case stands. Raises NotFound."""
        entries = await self._entries(case)
        if not 1 <= number <= len(entries):
            raise NotFound(f"{case} has no fact {number}", code="unknown_fact", case=case)
        kind = "vacancy" if case.startswith("vacancy/") else "hire"
        before, after = derive(case, kind, entries[: number - 1]), derive(case, kind, entries[:number])
        await self._noted(case, after, f"diff/{number}")
        entry = entries[number - 1]
        fact = entry.fact.model_dump(mode="json")
        told = {"case": case, "number": number, "at": entry.at, "actor": entry.actor, "step": entry.step, "fact": fact}
        return told | {"changes": list(changes(before, after))}

    async def _entries(self, case: str) -> list[Entry]:
        entries = await self._queries.entries(case)
        if not entries:
            raise NotFound(f"there is no {case}", code="unknown_case", case=case)
        return entries

    async def _noted(self, case: str, view: View, about: str) -> None:
        if self._reader is not None:
            await self._reads.note(self._reader, Look(case, answered(view.conditions.values()), about))

    # ---- what an auditor takes away ----------------------------------------------------------------------------------------

    async def report(self, since: datetime | None = None, until: datetime | None = None) -> AuditReport:
        """Counts, decisions with their persons and reasons, interventions, missed deadlines, readings, checkpoints, gaps."""
        traces = await self.search(Wanted(since=since, until=until), limit=None)
        ended = [entry for journal in (await self._queries.journals()).values() for entry in journal]
        within = [entry for entry in ended if (since is None or entry.at >= since) and (until is None or entry.at < until)]
        return report(traces, within, await self.reconcile(), await published_sizes(self._db), since, until)


def changes(before: View, after: View) -> Iterable[dict[str, Any]]:
    """Each field that is another afterwards: of what, which, was and is. What began or went says so by a None."""
    yield from _changed("", before.hire or before.vacancy, after.hire or after.vacancy)
    for family in ("posts", "conditions", "deadlines"):
        was, now = getattr(before, family), getattr(after, family)
        for key in sorted(was.keys() | now.keys()):
            yield from _changed(f"{family}:{key}", was.get(key), now.get(key))


def _changed(what: str, was: dict[str, Any] | None, now: dict[str, Any] | None) -> Iterable[dict[str, Any]]:
    known = {**(was or {}), **(now or {})}
    for field in known:
        if field in ("case_id", "number", "updated_at", "key", "condition", "id", "candidate"):
            continue
        old, new = (was or {}).get(field), (now or {}).get(field)
        if (old or None) != (new or None):
            yield {"of": what, "field": field, "was": old, "is": new}


def _rows(rows: Iterable[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row[order])
