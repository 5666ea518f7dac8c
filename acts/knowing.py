"""What the judgements of a case looked up beside its journal, put together so that they can be judged again years later.

Nothing personal: the vacancy as published, policies, calendars, overlays, when the door was shut; of a vacancy also who was in the
competition at each act (cases, stages and scores, as the journals have them).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from activities.reciting import Knowledge
from domain.competition import Rival
from domain.errors import NotFound
from domain.facts import Entry
from domain.words import Stage
from store.calendars import Calendars
from store.database import Database
from store.door_log import DoorLog
from store.editions import Editions
from store.names import system_now
from store.overlays import Overlays
from store.readmodel import Row, derive
from store.records import entry_of
from store.tables import cases, journal
from store.vacancies import Vacancies

FAR = "9999"


@dataclass(frozen=True)
class Written:
    """A journal entry and when it was written: what a judgement could see is what had been written by then."""

    entry: Entry
    at: datetime


class Knowing:
    def __init__(self, db: Database) -> None:
        self._db = db
        self._vacancies, self._editions, self._overlays = Vacancies(db), Editions(db), Overlays(db)
        self._doors, self._calendars = DoorLog(db), Calendars(db)

    async def of(self, case: str) -> Knowledge:
        """What is known of a case; nothing where its vacancy is not here."""
        try:
            reference = await self._db.read(lambda rx: _vacancy_of(rx, case))
            published = await self._vacancies.get(reference)
        except NotFound:
            return Knowledge()
        rivals = await self._db.read(lambda rx: _rivals(rx, case, reference)) if case.startswith("vacancy/") else {}
        return Knowledge(
            published=published,
            editions=tuple(await self._editions.list(published.rules.name)),
            calendars=tuple((await self._calendars.in_force()).values()),
            overlays=tuple(await self._overlays.list()),
            outages=tuple((each.since, each.until) for each in await self._doors.outages(system_now())),
            rivals=rivals,
        )


def _vacancy_of(rx: Connection, case: str) -> str:
    found = rx.execute(select(cases.c.vacancy).where(cases.c.case_id == case)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no {case}", code="unknown_case", case=case)
    return str(found)


def _rivals(rx: Connection, case: str, vacancy: str) -> dict[str, tuple[Rival, ...]]:
    """Who was in the competition at each act on it, in the order the read model gives them."""
    acts = {each.entry.step: each.at for each in reversed(_journals(rx, case)) if each.entry.step.startswith("act/")}
    hires = rx.execute(select(cases.c.case_id, cases.c.created_at).where(cases.c.vacancy == vacancy, cases.c.kind == "hire")).all()
    journals = {row.case_id: (row.created_at, _journals(rx, row.case_id)) for row in sorted(hires, key=lambda row: str(row.case_id))}
    return {step: tuple(_then(journals, at)) for step, at in acts.items()}


def _journals(rx: Connection, case: str) -> list[Written]:
    rows = rx.execute(select(journal).where(journal.c.case_id == case).order_by(journal.c.number)).mappings()
    return [Written(entry_of(row), row["recorded_at"]) for row in rows]


def _then(journals: dict[str, tuple[datetime, list[Written]]], at: datetime) -> Iterable[Rival]:
    """The hires as they stood at `at`; one accepted and not begun comes last, as the inbox tells of it."""
    begun: list[Row] = []
    waiting: list[Rival] = []
    for case, (created_at, written) in journals.items():
        row = derive(case, "hire", [each.entry for each in written if each.at <= at]).hire
        if row is not None:
            begun.append(row)
        elif created_at <= at:
            waiting.append(Rival(case=case, stage=Stage.RECEIVED))
    begun.sort(key=lambda row: (row["next_deadline"].isoformat() if row["next_deadline"] else FAR, row["case_id"]))
    return [*map(_rival, begun), *waiting]


def _rival(row: Row) -> Rival:
    stage = row["stage"] and Stage(row["stage"])
    return Rival(case=row["case_id"], stage=stage, score=row["score"] or 0, late=row["late"], candidate=row["candidate"])
