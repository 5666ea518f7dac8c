"""The one write path: a step of a case becomes facts, and everything that follows from them, in one transaction or not at all."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, insert, literal, or_, select

from domain import facts as f
from domain.errors import BadInput, JournalConflict, NotFound
from domain.facts import FACT, Entry
from domain.messages import Step
from domain.words import MessageFate
from store import contacts, ledger, log, slots, vault
from store.columns import utc
from store.database import Database, Insert
from store.names import canonical_sha256, new_id, system_now
from store.readmodel import Reading, View
from store.tables import (
    cases,
    conditions,
    deadlines,
    hires,
    inbox,
    journal,
    letters,
    outbox,
    staff,
    vacancies,
)

Row = dict[str, Any]

_READ_JOURNAL = select(journal).where(journal.c.case_id == bindparam("case")).order_by(journal.c.number)
_LOCK_CASE = select(cases).where(cases.c.case_id == bindparam("case")).with_for_update(key_share=True)
_LOCK_STAFF = select(literal("staff").label("kind"), staff.c.person).where(staff.c.person == bindparam("person")).with_for_update()
#: Spelled out because IN cannot be executed for many rows at once.
_CLOSE = (
    inbox.update()
    .where(
        inbox.c.id == bindparam("message"), or_(inbox.c.state == "open", inbox.c.state == "parked")
    )  # IN cannot be executed for many rows at once
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
        self._upserts = {table.name: _upsert(db, table) for table in (hires, conditions, deadlines)}

    async def append(self, step: Step) -> tuple[Entry, ...]:
        """Write a step: journal, posts, read model, inbox closings, messages, outbox, log leaves. Returns its journal entries.

        A step already written is returned as it stands, and nothing changes. Raises JournalConflict if the same step was written
        with other facts or the case went on meanwhile, PostTaken if a post it reserves is not free, NotFound for an unknown case or
        addressee, BadInput for what a store cannot keep. After any of them nothing at all is written.
        """
        if not step.facts and (step.announcements or step.letters or step.notices):
            raise BadInput("a step that announces something must leave a fact", code="no_fact")
        return await self._db.write(partial(self._append, step))

    async def append_all(self, steps: Sequence[Step], first: Callable[[Connection], None]) -> None:
        """Write several steps, of several cases, in one transaction: all or nothing. `first` writes what they refer to."""

        def work(tx: Connection) -> None:
            first(tx)
            for step in steps:
                self._append(step, tx)

        await self._db.write(work)

    async def journal(self, case: str) -> list[Entry]:
        """The facts of a case in order; empty for a case that has none."""
        return await self._db.read(partial(_entries, case=case))

    # ---- the parts of one write -------------------------------------------------------------------------------------------

    def _append(self, step: Step, tx: Connection) -> tuple[Entry, ...]:
        case = self._case(tx, step)
        before = _entries(tx, step.case)
        written = tuple(e for e in before if e.step == step.step)
        if written:
            return _as_written(written, step)
        if step.facts and len(before) != step.after:
            raise JournalConflict(f"{step.case} stands at {len(before)}, not {step.after}", case=step.case, step=step.step)
        new = _numbered(step, len(before))
        self._write(tx, case, step, before, new)
        return new

    def _case(self, tx: Connection, step: Step) -> RowMapping:
        """The case's row, locked for the transaction. A first fact brings its own: a case taken over from another system.

        The journal of a member of staff is no case: it hangs on the person's row.
        """
        if step.case.startswith("staff/"):
            return _staff_row(tx, step.case)
        found = tx.execute(_LOCK_CASE, {"case": step.case}).mappings().one_or_none()
        if found is not None:
            return found
        first = _case_of(step, self._clock())
        if first is None:
            raise NotFound(f"there is no case {step.case}", code="unknown_case", case=step.case)
        tx.execute(self._db.insert(cases).on_conflict_do_nothing(), [first])
        return tx.execute(_LOCK_CASE, {"case": step.case}).mappings().one()

    def _write(self, tx: Connection, case: RowMapping, step: Step, before: list[Entry], new: tuple[Entry, ...]) -> None:
        recorded_at = self._clock()
        if new:
            tx.execute(insert(journal), [_journal_row(e, recorded_at) for e in new])
            if case["kind"] == "vacancy":
                ledger.enter_facts(tx, case["vacancy"], step.facts)
            if case["kind"] == "hire":
                slots.enter_facts(tx, case["vacancy"], step.case, step.facts)
            if case["kind"] != "staff":
                self._update_read_model(tx, case, before, new)
        if step.closes:
            tx.execute(_CLOSE, _closings(step))
        if step.messages:
            self._send_messages(tx, step)
        if step.letters:
            pen = vault.pen(self._db, tx)
            tx.execute(insert(letters), [contacts.letter_row(pen, letter.model_dump()) for letter in step.letters])
        if step.announcements or step.letters or step.notices:
            tx.execute(insert(outbox), _outbox_rows(step, new[-1].number))
        if new:
            self._add_leaves(tx, new, recorded_at)

    def _update_read_model(self, tx: Connection, case: RowMapping, before: list[Entry], new: Iterable[Entry]) -> None:
        """Fold the whole journal; write the rows that differ from what it gave before this step."""
        reading = Reading(case["case_id"], case["kind"]).take(before)
        was = reading.view()
        now = reading.take(new).view()
        self._upsert(tx, hires, [now.hire] if now.hire else [])
        self._upsert(tx, conditions, _changed(was.conditions, now.conditions))
        self._upsert(tx, deadlines, _changed(was.deadlines, now.deadlines))
        if now.vacancy:
            _update_vacancy(tx, now)

    def _upsert(self, tx: Connection, table: Table, rows: list[Row]) -> None:
        if rows:
            tx.execute(self._upserts[table.name], rows)

    def _send_messages(self, tx: Connection, step: Step) -> None:
        """Each message becomes an inbox row of its addressee. A step without facts may be repeated, so its messages may stand already."""
        linked = [_linked_case(m.to, m.data, self._clock()) for m in step.messages if m.type == "hire.linked"]
        if linked:
            tx.execute(self._db.insert(cases).on_conflict_do_nothing(), linked)
        _check_addressees(tx, {m.to for m in step.messages})
        statement: Any = insert(inbox) if step.facts else self._db.insert(inbox).on_conflict_do_nothing()
        tx.execute(statement, [_message_row(step, n) for n in range(len(step.messages))])

    def _add_leaves(self, tx: Connection, new: Sequence[Entry], recorded_at: datetime) -> None:
        """Last of all, because whoever writes to the log holds up every other writer until it commits."""
        log.add(tx, *(log.of_fact(entry, recorded_at) for entry in new))


def _staff_row(tx: Connection, case: str) -> RowMapping:
    found = tx.execute(_LOCK_STAFF, {"person": case.removeprefix("staff/")}).mappings().one_or_none()
    if found is None:
        raise NotFound(f"there is no person {case.removeprefix('staff/')}", code="unknown", case=case)
    return found


def _upsert(db: Database, table: Table) -> Insert:
    statement = db.insert(table)
    keys = [c.name for c in table.primary_key]
    values = {c.name: statement.excluded[c.name] for c in table.c if c.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=values)


def _entries(connection: Connection, case: str) -> list[Entry]:
    rows = connection.execute(_READ_JOURNAL, {"case": case}).all()
    return [entry_of(row._mapping) for row in rows]


def entry_of(row: Mapping[Any, Any]) -> Entry:
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


def _check_addressees(tx: Connection, wanted: set[str]) -> None:
    known = set(tx.execute(select(cases.c.case_id).where(cases.c.case_id.in_(wanted))).scalars())
    if missing := sorted(wanted - known):
        raise NotFound(f"no such case to write to: {', '.join(missing)}", code="unknown_case")


def _update_vacancy(tx: Connection, now: View) -> None:
    row = now.vacancy or {}
    values = {"new_status": row["status"], "new_number": row["number"], "new_closes_at": row["closes_at"]}
    tx.execute(_VACANCY, {"ref": row["reference"], **values})


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
    empty = dict.fromkeys(("signature", "key_id", "payload", "lease_until", "closed_at", "closed_by_step", "receipt", "linked_to"))
    return {"id": new_id(), **empty, "state": "open", "reason": "", "attempts": 0}


def _outbox_rows(step: Step, number: int) -> list[Row]:
    events = [{"kind": "event", "type": a.type, "subject": a.subject, "body": a.data} for a in step.announcements]
    mail = [{"kind": "letter", "type": f"letter.{x.template}", "subject": x.case, "body": {"letter": x.letter}} for x in step.letters]
    waiting: Row = {"state": "pending", "attempts": 0, "next_at": None, "lease_until": None, "sent_at": None, "error": ""}
    common: Row = {"case_id": step.case, "number": number, "at": step.at, **waiting}
    told = [
        {"kind": "letter", "type": f"notice.{x.type}", "subject": step.case, "body": {"staff": x.person, "about": x.about}}
        for x in step.notices
    ]
    return [{"id": new_id(), "n": n, **common, **row} for n, row in enumerate([*events, *mail, *told])]
