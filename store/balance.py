"""What balance watch keeps: its switch, what people declared (sealed), who was counted, and the reports that were issued."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, insert, select

from domain.errors import Conflict, NotFound
from domain.log.leaf import Kind
from domain.looking import Category, Look, Reader
from domain.sealing import Compartment, Keyring, place
from store import keys, log, reads
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import balance_counted, balance_declarations, balance_reports, balance_switches, data_keys

BALANCE = Compartment.BALANCE
STREAM = "balance"


@dataclass(frozen=True)
class Switch:
    """A turn of the switch; without `approved_by` it waits for the other office."""

    switch: str
    turn: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None


@dataclass(frozen=True)
class Report:
    """A report as it was issued. `body` holds nothing that may not be published."""

    slice: str
    by: str
    body: dict[str, Any]
    issued_by: str
    issued_at: datetime


class Balance:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def switches(self) -> list[Switch]:
        """Oldest first."""
        query = select(balance_switches).order_by(balance_switches.c.proposed_at)
        return await self._db.read(lambda rx: [_switch(row) for row in rx.execute(query).mappings()])

    async def propose(self, turn: str, person: str, at: datetime) -> None:
        row = {"switch": new_id(), "turn": turn, "proposed_by": person, "proposed_at": at}
        await self._db.write(lambda tx: tx.execute(insert(balance_switches), [row]))

    async def approve(self, found: Switch, person: str, at: datetime) -> None:
        """Turn it, with a leaf in the log, in one transaction. Turned off, everything declared goes, and its keys."""
        who = {"proposed_by": f"person:{found.proposed_by}", "approved_by": f"person:{person}"}
        once = balance_switches.update().where(balance_switches.c.switch == found.switch, balance_switches.c.approved_by.is_(None))

        def work(tx: Connection) -> None:
            if not tx.execute(once.values(approved_by=person, approved_at=at)).rowcount:
                return
            if found.turn == "off":
                tx.execute(delete(balance_declarations))
                tx.execute(delete(data_keys).where(data_keys.c.compartment == str(BALANCE)))
            log.add(tx, log.about(Kind.DECISION, STREAM, found.switch, at, turn=found.turn, **who))

        await self._db.write(work)

    async def declare(self, ring: Keyring, said: Mapping[str, Mapping[str, str]], person: str, at: datetime) -> None:
        """Keep what these candidates declared, in place of what they said before: all of it or nothing. Raises KeyErased, KeyGone."""

        def work(tx: Connection) -> None:
            tx.execute(delete(balance_declarations).where(balance_declarations.c.candidate.in_(said)))
            rows = [{"candidate": who, "sealed": _sealed(tx, ring, who, each), "declared_at": at} for who, each in said.items()]
            tx.execute(insert(balance_declarations), rows)
            log.add(tx, log.about(Kind.DECISION, STREAM, f"declared/{new_id()}", at, person=f"person:{person}", declarations=len(rows)))

        await self._db.write(work)

    async def forget(self, candidate: str) -> bool:
        """Consent is withdrawn: what they declared goes, and its key. Whether there was anything."""

        def work(tx: Connection) -> bool:
            mine = (data_keys.c.subject == candidate) & (data_keys.c.compartment == str(BALANCE))
            tx.execute(delete(data_keys).where(mine))
            return bool(tx.execute(delete(balance_declarations).where(balance_declarations.c.candidate == candidate)).rowcount)

        return await self._db.write(work)

    async def counted(self, by: str) -> frozenset[str]:
        """Who was counted in a report of this kind."""
        query = select(balance_counted.c.candidate).where(balance_counted.c.by == by)
        return await self._db.read(lambda rx: frozenset(rx.execute(query).scalars()))

    async def said(self, ring: Keyring, candidates: Collection[str], by: str, person: str, about: str, at: datetime) -> dict[str, str]:
        """What these candidates said of one thing, for the figures alone. The log has the reading before anybody has the figures."""
        reader = Reader(f"person:{person}", purpose="balance_report")
        look = Look(STREAM, frozenset({Category.DECLARATION}), f"{about}/{by}")
        await self._db.write(lambda tx: reads.note(tx, reader, look, at=at))

        def work(rx: Connection) -> dict[str, str]:
            wanted = [row for row in rx.execute(select(balance_declarations)).mappings() if row["candidate"] in candidates]
            theirs = {row["candidate"]: opened(rx, ring, dict(row)) for row in wanted}
            return {who: each[by] for who, each in theirs.items() if by in each}

        return await self._db.read(work)

    async def issue(self, report: Report, counted: Collection[str]) -> None:
        """Keep a report and who was counted in it, with a leaf. Raises Conflict if another was issued meanwhile that shares somebody."""
        rows = [{"candidate": each, "by": report.by} for each in sorted(counted)]

        def work(tx: Connection) -> None:
            new = self._db.insert(balance_reports).values(**vars(report)).on_conflict_do_nothing().returning(balance_reports.c.slice)
            if tx.execute(new).first() is None:
                raise _twice(report)
            if sum(_marked(self._db, tx, rows[begin : begin + 500]) for begin in range(0, len(rows), 500)) != len(rows):
                raise _twice(report)
            content = {"slice": report.slice, "by": report.by, "person": f"person:{report.issued_by}", "figures": report.body}
            log.add(tx, log.about(Kind.DECISION, STREAM, f"issued/{new_id()}", report.issued_at, **content))

        await self._db.write(work)

    async def report(self, slice_: str, by: str) -> Report:
        """Raises NotFound for one that was not issued."""
        query = select(balance_reports).where(balance_reports.c.slice == slice_, balance_reports.c.by == by)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound(f"no report by {by} was issued for {slice_}: muster balance issue", code="not_issued")
        return Report(**{**row, "issued_at": utc(row["issued_at"])})


def _twice(report: Report) -> Conflict:
    return Conflict(f"a report by {report.by} was issued meanwhile; nothing is kept of this one", code="report_issued")


def _marked(db: Database, tx: Connection, rows: list[dict[str, str]]) -> int:
    """How many of these were not counted before."""
    marks = db.insert(balance_counted).values(rows).on_conflict_do_nothing()
    return len(tx.execute(marks.returning(balance_counted.c.candidate)).all())


def _place(candidate: str) -> bytes:
    return place("balance-declaration", candidate)


def _sealed(tx: Connection, ring: Keyring, candidate: str, said: Mapping[str, str]) -> bytes:
    # Padded to one length: how long it is would tell who declared what.
    text = json.dumps(dict(said)).encode().ljust(256)
    return keys.to_seal(tx, ring, candidate, BALANCE).seal(text, _place(candidate))


def opened(rx: Connection, ring: Keyring, row: Mapping[str, Any]) -> dict[str, str]:
    """What a row of declarations says. Raises KeyErased, KeyGone."""
    key = keys.to_open(rx, ring, row["candidate"], BALANCE)
    found: dict[str, str] = json.loads(key.open(row["sealed"], _place(row["candidate"])))
    return found


def _switch(row: RowMapping) -> Switch:
    found = dict(row)
    for name in ("proposed_at", "approved_at"):
        found[name] = utc(found[name]) if found[name] else None
    return Switch(**found)
