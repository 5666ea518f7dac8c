"""The one write path: a step of a case becomes facts, and everything that follows from them, in one transaction or not at all."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import facts as f
from domain.errors import BadInput, JournalConflict, NotFound
from domain.facts import FACT, Entry
from domain.messages import Step
from domain.words import MessageFate
from store import ledger
from store.columns import utc
from store.database import Database
from store.names import canonical_sha256, new_id, system_now
from store.readmodel import Reading, View
from store.tables import (
    cases,
    conditions,
    deadlines,
    hires,
    inbox,
    journal,
    leaves,
    letters,
    log_size,
    outbox,
    vacancies,
)

Row = dict[str, Any]

_READ_JOURNAL = select(journal).where(journal.c.case_id == bindparam("case")).order_by(journal.c.number)
_LOCK_CASE = select(cases).where(cases.c.case_id == bindparam("case")).with_for_update(key_share=True)
_CLOSE = (
    inbox.update()
    .where(inbox.c.id == bindparam("message"), inbox.c.state.in_(("open", "parked")))
    .values(
        state=bindparam("fate"),
        reason=bindparam("why"),
        closed_at=bindparam("closed"),
        closed_by_step=bindparam("by"),
        lease_until=None,
    )
)
_VACANCY = (
    vacancies.update()
    .where(vacancies.c.reference == bindparam("ref"))
    .values(status=bindparam("new_status"), number=bindparam("new_number"), closes_at=bindparam("new_closes_at"))
)


class Records:
    """The journals and all that is derived from them. `clock` gives `recorded_at`: the system's, whatever the door's clock says."""

    def __init__(self, db: Database, clock: Callable[[], datetime] = system_now) -> None:
        self._db = db
        self._clock = clock

    async def append(self, step: Step) -> tuple[Entry, ...]:
        """Write a step: journal, posts, read model, inbox closings, messages, outbox, log leaves. Returns its journal entries.

        A step already written is returned as it stands, and nothing changes. Raises JournalConflict if the same step was written
        with other facts or the case went on meanwhile, PostTaken if a post it reserves is not free, NotFound for an unknown case or
        addressee, BadInput for what a store cannot keep. After any of them nothing at all is written.
        """
        if not step.facts and (step.announcements or step.letters):
            raise BadInput("a step that announces something must leave a fact", code="no_fact")
        async with self._db.transaction() as tx:
            case = await self._case(tx, step)
            before = await _entries(tx, step.case)
            written = tuple(e for e in before if e.step == step.step)
            if written:
                return _as_written(written, step)
            if step.facts and len(before) != step.after:
                raise JournalConflict(f"{step.case} stands at {len(before)}, not {step.after}", case=step.case, step=step.step)
            new = _numbered(step, len(before))
            await self._write(tx, case, step, before, new)
            return new

    async def journal(self, case: str) -> list[Entry]:
        """The facts of a case in order; empty for a case that has none."""
        async with self._db.reading() as rx:
            return await _entries(rx, case)

    # ---- the parts of one write -------------------------------------------------------------------------------------------

    async def _case(self, tx: AsyncConnection, step: Step) -> RowMapping:
        """The case's row, locked for the transaction. A first fact brings its own: a case taken over from another system."""
        found = (await tx.execute(_LOCK_CASE, {"case": step.case})).mappings().one_or_none()
        if found is not None:
            return found
        first = _case_of(step, self._clock())
        if first is None:
            raise NotFound(f"there is no case {step.case}", code="unknown_case", case=step.case)
        await tx.execute(self._db.insert(cases).on_conflict_do_nothing(), [first])
        return (await tx.execute(_LOCK_CASE, {"case": step.case})).mappings().one()

    async def _write(self, tx: AsyncConnection, case: RowMapping, step: Step, before: list[Entry], new: tuple[Entry, ...]) -> None:
        if new:
            await tx.execute(insert(journal), [_journal_row(e, self._clock()) for e in new])
            if case["kind"] == "vacancy":
                await ledger.enter_facts(tx, case["vacancy"], step.facts)
            await self._update_read_model(tx, case, before, new)
        if step.closes:
            await tx.execute(_CLOSE, _closings(step))
        if step.messages:
            await self._send_messages(tx, step)
        if step.letters:
            await tx.execute(insert(letters), [_letter_row(letter) for letter in step.letters])
        if step.announcements or step.letters:
            await tx.execute(insert(outbox), _outbox_rows(step, new[-1].number))
        if new:
            await self._add_leaves(tx, new)

    async def _update_read_model(self, tx: AsyncConnection, case: RowMapping, before: list[Entry], new: Iterable[Entry]) -> None:
        """Fold the whole journal; write the rows that differ from what it gave before this step."""
        reading = Reading(case["case_id"], case["kind"]).take(before)
        was = reading.view()
        now = reading.take(new).view()
        await self._upsert(tx, hires, (), [now.hire] if now.hire else [])
        await self._upsert(tx, conditions, ("condition",), _changed(was.conditions, now.conditions))
        await self._upsert(tx, deadlines, ("key",), _changed(was.deadlines, now.deadlines))
        if now.vacancy:
            await _update_vacancy(tx, now)

    async def _upsert(self, tx: AsyncConnection, table: Any, more_keys: tuple[str, ...], rows: list[Row]) -> None:
        if not rows:
            return
        keys = ("case_id", *more_keys)
        statement = self._db.insert(table)
        values = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
        await tx.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=values), rows)

    async def _send_messages(self, tx: AsyncConnection, step: Step) -> None:
        """Each message becomes an inbox row of its addressee. A step without facts may be repeated, so its messages may stand already."""
        linked = [_linked_case(m.to, m.data, self._clock()) for m in step.messages if m.type == "hire.linked"]
        if linked:
            await tx.execute(self._db.insert(cases).on_conflict_do_nothing(), linked)
        await _check_addressees(tx, {m.to for m in step.messages})
        statement: Any = insert(inbox) if step.facts else self._db.insert(inbox).on_conflict_do_nothing()
        await tx.execute(statement, [_message_row(step, n) for n in range(len(step.messages))])

    async def _add_leaves(self, tx: AsyncConnection, new: Sequence[Entry]) -> None:
        """Last of all, because on PostgreSQL whoever raised the size holds up every other writer until it commits."""
        grow = self._db.insert(log_size).values(id=1, size=len(new))
        grow = grow.on_conflict_do_update(index_elements=["id"], set_={"size": log_size.c.size + grow.excluded.size})
        size = (await tx.execute(grow.returning(log_size.c.size))).scalar_one()
        first = size - len(new)
        rows = [{"position": first + n, "case_id": e.case, "number": e.number, "sha256": canonical_sha256(e)} for n, e in enumerate(new)]
        await tx.execute(insert(leaves), rows)


async def _entries(connection: AsyncConnection, case: str) -> list[Entry]:
    rows = (await connection.execute(_READ_JOURNAL, {"case": case})).all()
    return [entry_of(row._mapping) for row in rows]


def entry_of(row: RowMapping) -> Entry:
    """A journal row as the entry it was."""
    return Entry(
        case=row["case_id"],
        number=row["number"],
        at=row["at"],
        actor=row["actor"],
        step=row["step"],
        fact=FACT.validate_python(row["body"]),
    )


def _numbered(step: Step, last: int) -> tuple[Entry, ...]:
    at = utc(step.at)
    return tuple(
        Entry(case=step.case, number=last + n, at=at, actor=step.actor, step=step.step, fact=fact) for n, fact in enumerate(step.facts, 1)
    )


def _as_written(written: tuple[Entry, ...], step: Step) -> tuple[Entry, ...]:
    if [e.fact.model_dump(mode="json") for e in written] != [fact.model_dump(mode="json") for fact in step.facts]:
        raise JournalConflict(f"step {step.step} of {step.case} was written with other facts", case=step.case, step=step.step)
    return written


def _case_of(step: Step, now: datetime) -> Row | None:
    match step.facts[0] if step.facts else None:
        case f.ApplicationReceived(vacancy=vacancy, candidate=candidate, linked_from=origin):
            linked = origin is not None
            row: Row = {"kind": "hire", "vacancy": vacancy, "candidate": candidate, "linked": linked}
        case f.VacancyPublished(reference=reference):
            row = {"kind": "vacancy", "vacancy": reference, "candidate": None, "linked": False}
        case _:
            return None
    return {"case_id": step.case, **row, "created_at": now}


def _linked_case(case: str, data: Row, now: datetime) -> Row:
    return {
        "case_id": case,
        "kind": "hire",
        "vacancy": data["vacancy"],
        "candidate": data["candidate"],
        "linked": True,
        "created_at": now,
    }


async def _check_addressees(tx: AsyncConnection, wanted: set[str]) -> None:
    known = set((await tx.execute(select(cases.c.case_id).where(cases.c.case_id.in_(wanted)))).scalars())
    if missing := sorted(wanted - known):
        raise NotFound(f"no such case to write to: {', '.join(missing)}", code="unknown_case")


async def _update_vacancy(tx: AsyncConnection, now: View) -> None:
    row = now.vacancy or {}
    values = {"new_status": row["status"], "new_number": row["number"], "new_closes_at": row["closes_at"]}
    await tx.execute(_VACANCY, {"ref": row["reference"], **values})


def _changed(was: dict[str, Row], now: dict[str, Row]) -> list[Row]:
    return [row for key, row in now.items() if was.get(key) != row]


def _journal_row(entry: Entry, recorded_at: datetime) -> Row:
    return {
        "case_id": entry.case,
        "number": entry.number,
        "at": entry.at,
        "recorded_at": recorded_at,
        "actor": entry.actor,
        "step": entry.step,
        "kind": entry.fact.kind,
        "body": entry.fact.model_dump(mode="json"),
    }


def _closings(step: Step) -> list[Row]:
    return [
        {
            "message": c.message,
            "fate": str(c.fate),
            "why": c.reason,
            "closed": None if c.fate is MessageFate.PARKED else step.at,
            "by": step.step,
        }
        for c in step.closes
    ]


def _message_row(step: Step, n: int) -> Row:
    message = step.messages[n]
    return fresh_inbox_row() | {
        "source": f"case:{step.case}",
        "event_id": f"{step.step}/{n}",
        "type": message.type,
        "case_id": message.to,
        "received_at": step.at,
        "sha256": canonical_sha256(message),
        "data": message.data,
    }


def fresh_inbox_row() -> Row:
    """An inbox row with a new id and nothing known yet."""
    empty = dict.fromkeys(("signature", "key_id", "payload", "lease_until", "closed_at", "closed_by_step", "receipt"))
    return {"id": new_id(), **empty, "state": "open", "reason": "", "attempts": 0}


def _outbox_rows(step: Step, number: int) -> list[Row]:
    events = [{"kind": "event", "type": a.type, "subject": a.subject, "body": a.data} for a in step.announcements]
    mail = [{"kind": "letter", "type": f"letter.{x.template}", "subject": x.case, "body": {"letter": x.letter}} for x in step.letters]
    waiting: Row = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "sent_at": None, "error": ""}
    common: Row = {"case_id": step.case, "number": number, "at": step.at, **waiting}
    return [{"id": new_id(), "n": n, **common, **row} for n, row in enumerate([*events, *mail])]


def _letter_row(letter: Any) -> Row:
    row: Row = letter.model_dump()
    return {"case_id": row.pop("case"), **row}
