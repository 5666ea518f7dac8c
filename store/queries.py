"""Everything the doors show, read from the read model: plain dicts, aware UTC datetimes, never a write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, literal, or_, select, text

from domain.errors import NotFound
from domain.facts import Entry
from domain.hire import IN_REVIEW
from domain.vacancy import OVER
from store.columns import utc
from store.database import Database
from store.histories import Histories
from store.readmodel import derive
from store.records import entry_of
from store.tables import NEEDY, cases, conditions, deadlines, hires, inbox, journal, leaves, outbox, posts, staff, vacancies

Row = dict[str, Any]


@dataclass(frozen=True)
class Drift:
    """A row of the read model that is not what the journal gives: the fields that differ, as either has them. None: it has no such row."""

    table: str
    row: str
    shown: Row | None
    given: Row | None


class Queries:
    def __init__(self, db: Database) -> None:
        self._db = db

    # ---- hires ------------------------------------------------------------------------------------------------------------

    async def hires(
        self,
        vacancy: str | None = None,
        stage: str | None = None,
        ending: str | None = None,
        needs: str | None = None,
        held: bool | None = None,
        owner: str | None = None,
    ) -> list[Row]:
        """Hires by any of these, the one with the nearest deadline first. `needs` is the name of an act, with or without its object."""
        wanted = select(hires).order_by(hires.c.next_deadline.nulls_last(), hires.c.case_id)
        for column, value in ((hires.c.vacancy, vacancy), (hires.c.stage, stage), (hires.c.ending, ending), (hires.c.owner, owner)):
            wanted = wanted if value is None else wanted.where(column == str(value))
        wanted = wanted if held is None else wanted.where(hires.c.held == held)
        return await self._rows(wanted if needs is None else wanted.where(self.needing(needs)))

    async def hire(self, case: str) -> Row:
        """One hire, with `conditions` and `deadlines`. Raises NotFound."""
        row = await self._one(select(hires).where(hires.c.case_id == case), f"hire {case}")
        parts = {
            "conditions": await self._rows(select(conditions).where(conditions.c.case_id == case).order_by(conditions.c.condition)),
            "deadlines": await self._rows(select(deadlines).where(deadlines.c.case_id == case).order_by(deadlines.c.due_at)),
        }
        return row | parts

    async def brief(self, cases_: Iterable[str]) -> list[Row]:
        """Of each of these hires: vacancy, candidate, stage."""
        wanted = select(hires.c.case_id, hires.c.vacancy, hires.c.candidate, hires.c.stage).where(hires.c.case_id.in_(list(cases_)))
        return await self._rows(wanted)

    async def in_need(self) -> list[Row]:
        """Of each hire that needs something of somebody: vacancy, candidate, stage, `needs`, next deadline and owner."""
        columns = [hires.c[name] for name in ("case_id", "vacancy", "candidate", "stage", "needs", "next_deadline", "owner")]
        return await self._rows(select(*columns).where(text(NEEDY)).order_by(hires.c.next_deadline.nulls_last(), hires.c.case_id))

    async def by_stage(self) -> dict[str, int]:
        """How many open hires stand at each stage."""
        query = select(hires.c.stage, func.count()).where(hires.c.ending.is_(None), hires.c.stage.is_not(None)).group_by(hires.c.stage)
        return await self._db.read(lambda rx: {row[0]: row[1] for row in rx.execute(query)})

    async def ranked(self, vacancy: str) -> list[Row]:
        """The hires of a vacancy in order of merit: by rank where there is one, then by score; each with its `place`, from 1."""
        order = (hires.c.rank.nulls_last(), hires.c.score.desc().nulls_last(), hires.c.received_at, hires.c.case_id)
        rows = await self._rows(select(hires).where(hires.c.vacancy == vacancy).order_by(*order))
        return [{"place": n, **row} for n, row in enumerate(rows, 1)]

    async def timeline(self, case: str) -> list[Row]:
        """The journal of a case, entry by entry; the fact stands in `body`. Raises NotFound for an unknown case."""
        await self._one(select(cases.c.case_id).where(cases.c.case_id == case), f"case {case}")
        return await self._rows(select(journal).where(journal.c.case_id == case).order_by(journal.c.number))

    async def journals(self, vacancy: str | None = None, named: Sequence[str] = ()) -> dict[str, list[Entry]]:
        """The journals of all hires, of one vacancy's or of those named, by case."""
        wanted = select(journal).join(cases, cases.c.case_id == journal.c.case_id).where(cases.c.kind == "hire")
        wanted = wanted if vacancy is None else wanted.where(cases.c.vacancy == vacancy)
        wanted = wanted.where(cases.c.case_id.in_(named)) if named else wanted
        found: dict[str, list[Entry]] = {}
        for row in await self._db.read(lambda rx: rx.execute(wanted.order_by(journal.c.case_id, journal.c.number)).mappings().all()):
            found.setdefault(row["case_id"], []).append(entry_of(row))
        return found

    async def newest_journals(self, vacancy: str, limit: int) -> list[list[Entry]]:
        """The journals of the hires of a vacancy that were received last, at most so many."""
        last = select(hires.c.case_id).where(hires.c.vacancy == vacancy).order_by(hires.c.received_at.desc().nulls_last(), hires.c.case_id)
        query = select(journal).where(journal.c.case_id.in_(last.limit(limit))).order_by(journal.c.case_id, journal.c.number)
        rows = await self._db.read(lambda rx: rx.execute(query).mappings().all())
        return [[entry_of(row) for row in each] for _, each in groupby(rows, lambda row: row["case_id"])]

    async def entries(self, case: str) -> list[Entry]:
        """One case's journal; empty for a case that has none."""
        query = select(journal).where(journal.c.case_id == case).order_by(journal.c.number)
        return await self._db.read(lambda rx: [entry_of(row) for row in rx.execute(query).mappings()])

    async def staff_journals(self) -> list[list[Entry]]:
        """The journals of the staff who have one: absences and delegations."""
        theirs = select(literal("staff/") + staff.c.person)  # by the key: looking for a beginning would read every journal there is
        query = select(journal).where(journal.c.case_id.in_(theirs)).order_by(journal.c.case_id, journal.c.number)
        rows = await self._db.read(lambda rx: rx.execute(query).mappings().all())
        return [[entry_of(row) for row in each] for _, each in groupby(rows, lambda row: row["case_id"])]

    async def open_deadlines(self) -> list[Row]:
        """Every open deadline of a case that is not on hold: while one is, its clocks stand still."""
        held = select(hires.c.case_id).where(hires.c.held)
        wanted = select(deadlines).where(deadlines.c.state.in_(("open", "lapse_due")), deadlines.c.case_id.not_in(held))
        return await self._rows(wanted.order_by(deadlines.c.due_at, deadlines.c.case_id, deadlines.c.key))

    async def told(self, kinds: Iterable[str], since: datetime) -> list[Entry]:
        """Journal entries of these kinds of fact from that moment of the cases' time on, the oldest first."""
        query = select(journal).where(journal.c.kind.in_(list(kinds)), journal.c.at >= since)
        rows = await self._db.read(
            lambda rx: rx.execute(query.order_by(journal.c.at, journal.c.case_id, journal.c.number)).mappings().all()
        )
        return [entry_of(row) for row in rows]

    async def open_cases(self) -> list[str]:
        """Every case that should be running: hires not over, vacancies not over; vacancies first, hires wait for them."""
        going = await self._rows(select(vacancies.c.reference).where(vacancies.c.status.not_in(OVER)).order_by(vacancies.c.reference))
        not_over = or_(hires.c.ending.is_(None), hires.c.review.in_(IN_REVIEW))
        waiting = await self._rows(select(hires.c.case_id).where(not_over).order_by(hires.c.case_id))
        return [f"vacancy/{row['reference']}" for row in going] + [row["case_id"] for row in waiting]

    # ---- vacancies --------------------------------------------------------------------------------------------------------

    async def vacancies(self) -> list[Row]:
        """Every vacancy with `posts` (by state) and `hires` (by stage or ending), the oldest first."""
        columns = [c for c in vacancies.c if c.name not in ("spec", "rules")]
        rows = await self._rows(select(*columns).order_by(vacancies.c.published_at, vacancies.c.reference))
        ledger = await self._tally(posts, posts.c.vacancy, posts.c.state)
        people = await self._tally(hires, hires.c.vacancy, func.coalesce(hires.c.ending, hires.c.stage))
        return [row | {"posts": ledger.get(row["reference"], {}), "hires": people.get(row["reference"], {})} for row in rows]

    async def vacancy(self, reference: str) -> Row:
        """One vacancy, spec and rules included, with `posts`, `deadlines`, and `counts` of hires by stage or ending. Raises NotFound."""
        row = await self._one(select(vacancies).where(vacancies.c.reference == reference), f"vacancy {reference}")
        counts = await self._tally(hires, hires.c.vacancy, func.coalesce(hires.c.ending, hires.c.stage), hires.c.vacancy == reference)
        own = select(deadlines).where(deadlines.c.case_id == f"vacancy/{reference}").order_by(deadlines.c.due_at)
        return row | {"posts": await self.posts(reference), "deadlines": await self._rows(own), "counts": counts.get(reference, {})}

    async def posts(self, vacancy: str) -> list[Row]:
        """The ledger of a vacancy's posts."""
        return await self._rows(select(posts).where(posts.c.vacancy == vacancy).order_by(posts.c.post))

    # ---- the traffic ------------------------------------------------------------------------------------------------------

    async def inbox(self, state: str | None = None, case: str | None = None, source: str | None = None, limit: int = 100) -> list[Row]:
        """Inbox rows, the newest first; the personal part is not among them."""
        wanted = select(inbox).order_by(inbox.c.seq.desc()).limit(limit)
        for column, value in ((inbox.c.state, state), (inbox.c.case_id, case), (inbox.c.source, source)):
            wanted = wanted if value is None else wanted.where(column == value)
        return await self._rows(wanted)

    async def counts(self) -> Row:
        """How many of everything: cases by kind, hires by stage and by ending, inbox, outbox and deadlines by state, and five numbers."""
        return {
            "cases": await self._by(cases, cases.c.kind),
            "stages": await self._by(hires, hires.c.stage),
            "endings": await self._by(hires, hires.c.ending),
            "inbox": await self._by(inbox, inbox.c.state),
            "outbox": await self._by(outbox, outbox.c.state),
            "deadlines": await self._by(deadlines, deadlines.c.state),
            "reminded": await self._number(select(func.count()).where(journal.c.kind == "deadline_reminded")),
            "escalated": await self._number(select(func.count()).where(journal.c.kind == "deadline_escalated")),
            "needs": len([row for row in await self._rows(select(hires.c.needs)) if row["needs"]]),
            "unkept_histories": len(await Histories(self._db).unkept()),
            "leaves": await self._number(select(func.count()).select_from(leaves)),
        }

    async def drift(self, case: str | None = None) -> list[str]:
        """Where the read model, of one case or of all, is not what the journal gives: "case: table"; empty when all is well."""
        found: list[str] = []
        wanted = select(cases.c.case_id, cases.c.kind).order_by(cases.c.case_id)
        for row in await self._rows(wanted if case is None else wanted.where(cases.c.case_id == case)):
            drifted = await self._db.read(partial(_drift_of, row["case_id"], row["kind"]))
            found += [f"{row['case_id']}: {table}" for table in dict.fromkeys(each.table for each in drifted)]
        return found

    async def drifted(self, case: str) -> list[Drift]:
        """The same of one case, row by row, with the fields that differ. Raises NotFound."""
        row = await self._one(select(cases.c.kind).where(cases.c.case_id == case), f"case {case}")
        return await self._db.read(partial(_drift_of, case, row["kind"]))

    # ---- how it is read ---------------------------------------------------------------------------------------------------

    def needing(self, act: str) -> ColumnElement[bool]:
        """True for hires whose list `needs` holds `act`, or `act` with an object ("settle_reply:medical")."""
        each = func.json_each if self._db.dialect == "sqlite" else func.jsonb_array_elements_text
        item = each(hires.c.needs).table_valued("value").alias("need")
        return select(1).select_from(item).where((item.c.value == act) | item.c.value.startswith(f"{act}:", autoescape=True)).exists()

    async def _rows(self, query: Select[Any]) -> list[Row]:
        return await self._db.read(lambda rx: dicts(rx, query))

    async def _one(self, query: Select[Any], what: str) -> Row:
        rows = await self._rows(query)
        if not rows:
            raise NotFound(f"there is no {what}", code="unknown")
        return rows[0]

    async def _number(self, query: Select[Any]) -> int:
        return await self._db.read(lambda rx: int(rx.execute(query).scalar_one()))

    async def _by(self, table: Table, column: ColumnElement[Any]) -> dict[str, int]:
        query = select(column, func.count()).select_from(table).where(column.is_not(None)).group_by(column).order_by(column)
        return await self._db.read(lambda rx: {row[0]: row[1] for row in rx.execute(query)})

    async def _tally(self, table: Table, key: Any, what: Any, *conditions: ColumnElement[bool]) -> dict[str, dict[str, int]]:
        query = select(key, what, func.count()).select_from(table).where(*conditions).group_by(key, what)
        found: dict[str, dict[str, int]] = {}
        for owner, value, number in await self._db.read(lambda rx: rx.execute(query).all()):
            found.setdefault(owner, {})[value or "new"] = number
        return found


def dicts(rx: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row) for row in rx.execute(query).mappings()]


def _drift_of(case: str, kind: str, rx: Connection) -> list[Drift]:
    """Which rows differ for one case; read in one view, so that a step written meanwhile is seen whole or not at all."""
    rows = rx.execute(select(journal).where(journal.c.case_id == case).order_by(journal.c.number)).mappings()
    view = derive(case, kind, [entry_of(row) for row in rows])
    parts: list[tuple[str, Iterable[Row], Select[Any]]] = [
        ("deadlines", view.deadlines.values(), select(deadlines).where(deadlines.c.case_id == case)),
        ("conditions", view.conditions.values(), select(conditions).where(conditions.c.case_id == case)),
        ("hires", [view.hire] if view.hire else [], select(hires).where(hires.c.case_id == case)),
    ]
    if view.vacancy is not None:
        reference = view.vacancy["reference"]
        columns = [vacancies.c[name] for name in view.vacancy]
        ledger = select(posts.c.id, posts.c.state, posts.c.hire, posts.c.funded)
        parts.append(("vacancies", [view.vacancy], select(*columns).where(vacancies.c.reference == reference)))
        parts.append(("posts", view.posts.values(), ledger.where(posts.c.vacancy == reference)))
    return [each for table, wanted, query in parts for each in _drifts(table, wanted, dicts(rx, query))]


def _drifts(table: str, wanted: Iterable[Row], there: Iterable[Row]) -> Iterable[Drift]:
    given, shown = _by_name(table, wanted), _by_name(table, there)
    for name in sorted(given.keys() | shown.keys()):
        one, other = shown.get(name), given.get(name)
        if one is None or other is None:
            yield Drift(table, name, one, other)
        elif fields := [field for field in one | other if one.get(field) != other.get(field)]:
            yield Drift(table, name, {field: one.get(field) for field in fields}, {field: other.get(field) for field in fields})


#: What tells the rows of one case apart, where it has several of them.
_NAMED = {"deadlines": "key", "conditions": "condition", "posts": "id"}


def _by_name(table: str, rows: Iterable[Row]) -> dict[str, Row]:
    plain = ({field: utc(value) if isinstance(value, datetime) else value for field, value in row.items()} for row in rows)
    return {str(row[_NAMED[table]]) if table in _NAMED else "": row for row in plain}
