"""Importing hires in flight from a file: previewed row by row, then all of them begun in one transaction, and their stories started."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from acts.carrier import Carrier
from config.files import load_calendar
from domain.announcements import messages_of
from domain.deeds import HR, check_deed
from domain.errors import BadInput, NotFound
from domain.importing import Ledger, Origin, begin, objections
from domain.importing_file import Mistake, Row, read
from domain.messages import Announcement, Step
from domain.moment import Moment
from domain.vacancy import OVER, Published
from domain.words import PostState
from domain.words import roles as roles_among
from store.arrivals import Contact
from store.clock import DoorClock
from store.database import Database
from store.imports import PREFIX, Imports, Newcomer, Standing
from store.names import new_hire, new_id
from store.people import People
from store.queries import Queries
from store.vacancies import Vacancies

#: Who knows these people by their source_id, where no partner does.
SOURCE = "import"


@dataclass(frozen=True)
class Outlook:
    """One row, before anything is done: `new`, or `unchanged` with the case it began before. Names nobody."""

    line: int
    source_id: str
    vacancy: str
    stage: str
    post: str
    state: str
    case: str = ""


@dataclass(frozen=True)
class Preview:
    """What an import would do. With mistakes it does nothing at all."""

    file_sha256: str
    rows: tuple[Outlook, ...]
    mistakes: tuple[Mistake, ...]


@dataclass
class _Ground:
    """What the rows are held against: frozen vacancies with their posts, HR, the hires there are."""

    now: datetime
    published: dict[str, Published] = field(default_factory=dict)
    posts: dict[str, dict[str, Ledger]] = field(default_factory=dict)
    over: dict[str, str] = field(default_factory=dict)
    hr: frozenset[str] = frozenset()
    standing: dict[tuple[str, str], Standing] = field(default_factory=dict)

    def moment(self, person: str, vacancy: str) -> Moment:
        frozen = self.published[vacancy]
        return Moment(self.now, f"person:{person}", frozen, load_calendar(frozen.rules.calendar), office=load_calendar)


class Importing:
    def __init__(self, db: Database, people: People, queries: Queries, clock: DoorClock, carrier: Callable[[], Carrier]) -> None:
        self._kept, self._vacancies = Imports(db), Vacancies(db)
        self._people, self._queries, self._clock, self._carrier = people, queries, clock, carrier

    async def preview(self, person: str, raw: bytes, source: str = SOURCE) -> Preview:
        """Every row and every mistake; nothing is written. Raises NotFound, NotAllowed, BadInput for a file that is no UTF-8."""
        rows, mistakes = await self._read(person, raw)
        ground = await self._ground(rows, source)
        found = [*mistakes, *(each for row in rows for each in self._wrong(row, person, ground))]
        looked = tuple(_outlook(row, ground) for row in rows)
        return Preview(hashlib.sha256(raw).hexdigest(), looked, tuple(sorted(found, key=lambda x: (x.line, x.column))))

    async def carry_out(self, person: str, raw: bytes, source: str = SOURCE) -> Preview:
        """Begin every new hire of the file, or none; the same file again changes nothing. Then every story of it runs.

        Raises as `preview`, BadInput with all mistakes, Conflict when one was begun meanwhile, EngineUnavailable after the writing:
        the same again, or `muster recover`, then starts the stories.
        """
        before = await self.preview(person, raw, source)
        if before.mistakes:
            wrong = [{"line": x.line, "column": x.column, "right": x.right} for x in before.mistakes]
            raise BadInput(f"{len(wrong)} mistakes: nothing was imported", code="not_importable", mistakes=wrong)
        rows, _ = await self._read(person, raw)
        ground = await self._ground(rows, source)
        new = [row for row in rows if (row.vacancy, row.source_id) not in ground.standing]
        if new:
            known = await self._kept.people(source, (row.source_id for row in new))
            candidates = known | {row.source_id: new_id() for row in new if row.source_id not in known}
            sha256 = before.file_sha256
            await self._kept.begin([_newcomer(row, person, source, sha256, candidates[row.source_id], ground) for row in new])
        await self._start(rows, source)
        after = await self._ground(rows, source)
        begun = {(row.vacancy, row.source_id) for row in new}
        return Preview(before.file_sha256, tuple(_outlook(row, after, begun) for row in rows), ())

    async def _read(self, person: str, raw: bytes) -> tuple[list[Row], list[Mistake]]:
        who = await self._people.staff(person)
        check_deed("import_hires", who.roles)
        try:
            return read(raw.decode("utf-8"))
        except UnicodeDecodeError:
            raise BadInput("the file is not UTF-8", code="not_text") from None

    async def _ground(self, rows: Iterable[Row], source: str) -> _Ground:
        rows = list(rows)
        staff = await self._people.list_staff()
        ground = _Ground(now=await self._clock.now(), hr=frozenset(each.person for each in staff if HR & roles_among(each.roles)))
        for reference in {row.vacancy for row in rows}:
            try:
                ground.published[reference] = await self._vacancies.get(reference)
                ground.over[reference] = (await self._queries.vacancy(reference))["status"]
            except NotFound:
                continue
            ledger = await self._queries.posts(reference)
            ground.posts[reference] = {row["post"]: Ledger(PostState(row["state"]), bool(row["funded"])) for row in ledger}
        ground.standing = await self._kept.standing(source, {row.source_id for row in rows})
        return ground

    def _wrong(self, row: Row, person: str, ground: _Ground) -> list[Mistake]:
        stands = ground.standing.get((row.vacancy, row.source_id))
        if stands is not None:
            if stands.row == _bytes(row):
                return []
            right = "this person's hire as it is here: a row that was imported is not changed by a file, but by acts on the case"
            return [Mistake(row.line, "source_id", right)]
        if row.vacancy not in ground.published or not ground.over[row.vacancy]:
            return [Mistake(row.line, "vacancy", "the reference of a vacancy that is published here")]
        if ground.over[row.vacancy] in OVER:
            return [Mistake(row.line, "vacancy", f"a vacancy that is not over; this one is {ground.over[row.vacancy]}")]
        return objections(row, ground.moment(person, row.vacancy), ground.posts[row.vacancy], ground.hr)

    async def _start(self, rows: Iterable[Row], source: str) -> None:
        """Start what should run and does not: also what an earlier try had written when Temporal was away."""
        carrier = self._carrier()
        going = set(await self._queries.open_cases())
        standing = await self._kept.standing(source, {row.source_id for row in rows})
        for row in rows:
            case = standing[row.vacancy, row.source_id].case
            if case in going and not await carrier.running(case):
                await carrier.start(case, await carrier.start_delay(case))


def _bytes(row: Row) -> bytes:
    """What a row says, whatever line it stands on and however the file is laid out."""
    return json.dumps(row.model_dump(mode="json", exclude={"line"}), sort_keys=True).encode()


def _outlook(row: Row, ground: _Ground, begun: Iterable[tuple[str, str]] = ()) -> Outlook:
    stands = ground.standing.get((row.vacancy, row.source_id))
    state = "new" if stands is None else "imported" if (row.vacancy, row.source_id) in begun else "unchanged"
    return Outlook(row.line, row.source_id, row.vacancy, str(row.stage), row.post, state, stands.case if stands else "")


def _newcomer(row: Row, person: str, source: str, file_sha256: str, candidate: str, ground: _Ground) -> Newcomer:
    case, application = new_hire(), PREFIX + new_id()
    m = ground.moment(person, row.vacancy)
    origin = Origin(file_sha256, person, case, candidate, application)
    posts = ground.posts[row.vacancy]
    state, facts = begin(row, origin, m, funded=posts[row.post].funded if row.post else True)
    step = Step(
        case=case,
        after=0,
        step=f"import/{file_sha256[:16]}/{row.line}",
        at=m.at,
        actor=m.actor,
        facts=tuple(facts),
        messages=tuple(messages_of(state, tuple(facts))),
        announcements=(Announcement(type="hire.stage_changed", subject=case, data={"vacancy": row.vacancy, "stage": str(row.stage)}),),
    )
    return Newcomer(
        case=case,
        candidate=candidate,
        application=application,
        source=source,
        source_id=row.source_id,
        vacancy=row.vacancy,
        contact=Contact(name=row.name, email=row.email, language=row.language),
        received_at=row.received_at,
        body=_application(row),
        row=_bytes(row),
        step=step,
    )


def _application(row: Row) -> dict[str, Any]:
    """The application as far as the file tells it; the checks find the rest not stated, which a person looks at."""
    person = {"id": row.source_id, "status": row.status, "nationalities": list(row.nationalities), "seconded_by": row.seconded_by}
    return {"candidate": person, "channel": "internal" if row.serving else "public", "vacancy": row.vacancy}
