"""The inbox: every delivery to a case is a row here, kept before it is acknowledged and re-sent until the case has closed it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, or_, select

from domain.errors import BadInput, Conflict, NotFound, Refusal, VacancyClosed
from domain.events import parse
from domain.log.leaf import Leaf
from domain.messages import Message
from domain.words import MessageFate
from store import contacts, log, strays, vault
from store.arrivals import Acceptance, Arrival, Contact, Kept, MakeReceipt, arrival_of
from store.columns import utc
from store.database import Database
from store.names import new_hire, new_id, system_now
from store.records import fresh_inbox_row
from store.tables import applications, cases, hires, inbox, journal, payloads, people, signal_decisions, vacancies

Row = dict[str, Any]

SUBMITTED = "application.submitted"

#: A row its case does not close (a hold of months) is sent again this often at least: 10 000 signals would last two years and more.
LONGEST_LEASE = timedelta(hours=2)


@dataclass(frozen=True)
class Delivery:
    """A leased row on its way to its case. `attempts` counts this one too; `candidate` is None for a vacancy's own case."""

    case: str
    message: Message
    attempts: int
    kind: str
    vacancy: str
    candidate: str | None


class _KnownAlready(Exception):
    """Somebody else stored the same event in this very moment: undo, and read theirs."""


class Inbox:
    def __init__(self, db: Database, *, most_strays: int = strays.MOST) -> None:
        self._db, self._most_strays = db, most_strays
        #: The events being kept right now, by this process: whoever brings one of them once more waits for its answer.
        self._coming: dict[tuple[str, str], asyncio.Event] = {}

    # ---- coming in --------------------------------------------------------------------------------------------------------

    async def accept(self, arrival: Arrival, make_receipt: MakeReceipt | None = None) -> Acceptance:
        """Keep an arrival, with its personal part, in one transaction; a repeat gets the first answer, and changes nothing.

        `make_receipt(inbox_id, case)` is asked once, for the first, and its answer stored. Raises Conflict for the same source and
        event id with other bytes, NotFound for an unknown case, candidate or vacancy, BadInput for NUL characters and the like.
        """
        known = await self._answered(arrival)
        if known is not None:
            return known
        async with self._alone(arrival) as waited:
            if waited and (known := await self._answered(arrival)) is not None:
                return known
            try:
                return await self._db.write(partial(self._keep, arrival, make_receipt))
            except _KnownAlready:
                pass
            except NotFound:
                if arrival.payload is None:
                    raise
                if (kept := await strays.keep(self._db, arrival, make_receipt, self._most_strays)) is not None:
                    return kept
            known = await self._answered(arrival)
            assert known is not None  # an accepted event is never forgotten
            return known

    @asynccontextmanager
    async def _alone(self, arrival: Arrival) -> AsyncIterator[bool]:
        """One delivery of an event at a time: twenty at once are one write and nineteen reads. True for whoever had to wait.

        That they become one row is the table's doing, in whatever process they come; this only saves the writes that would be undone.
        """
        key, waited = (arrival.source, arrival.event_id), False
        while (other := self._coming.get(key)) is not None:
            waited = True
            await other.wait()
        self._coming[key] = mine = asyncio.Event()
        try:
            yield waited
        finally:
            del self._coming[key]
            mine.set()

    async def _answered(self, arrival: Arrival) -> Acceptance | None:
        kept = await self.find(arrival.source, arrival.event_id)
        if kept is None:
            return None
        if kept.sha256 != arrival.sha256:
            raise Conflict(f"event {arrival.event_id} was sent before with other content", code="other_content", inbox_id=kept.inbox_id)
        return Acceptance(kept.inbox_id, False, kept.case, kept.received_at, kept.sha256, kept.state, kept.receipt)

    def _keep(self, arrival: Arrival, make_receipt: MakeReceipt | None, tx: Connection, id_: str = "") -> Acceptance:
        case, candidate = self._route(tx, arrival)
        row = _inbox_row(arrival, case, candidate) | ({"id": id_} if id_ else {})
        receipt = make_receipt(row["id"], case) if make_receipt else None
        statement = self._db.insert(inbox).on_conflict_do_nothing(index_elements=["source", "event_id"])
        stored = tx.execute(statement.values(**row, receipt=receipt).returning(inbox.c.seq)).first()
        if stored is None:
            raise _KnownAlready
        _keep_personal(tx, vault.pen(self._db, tx), arrival, row, case, candidate)
        if arrival.payload is not None:  # a partner's; what people of ours say, their case's facts say
            log.add(tx, log.of_event(row, case))
        return Acceptance(row["id"], True, case, utc(arrival.received_at), arrival.sha256, "open", receipt)

    def _route(self, tx: Connection, arrival: Arrival) -> tuple[str, str | None]:
        """The case an arrival is for, and its candidate where there is one."""
        if arrival.type == SUBMITTED:
            return self._application_case(tx, arrival)
        if arrival.case is not None:
            return _known_case(tx, cases.c.case_id == arrival.case, arrival.case)
        if arrival.vacancy is None:
            raise BadInput("an event names its case, or its vacancy", code="no_case")
        if arrival.candidate_source_id is None:
            return _known_case(tx, and_(cases.c.vacancy == arrival.vacancy, cases.c.kind == "vacancy"), f"vacancy/{arrival.vacancy}")
        known = vault.pen(self._db, tx).blind(arrival.source, arrival.candidate_source_id)
        whose = select(people.c.candidate).where(people.c.source == arrival.source, people.c.source_id == known)
        theirs = and_(cases.c.vacancy == arrival.vacancy, cases.c.candidate == whose.scalar_subquery())
        return _known_case(tx, theirs, f"of this candidate for vacancy {arrival.vacancy}")

    def _application_case(self, tx: Connection, arrival: Arrival) -> tuple[str, str]:
        if arrival.vacancy is None or arrival.candidate_source_id is None:
            raise BadInput("an application names its vacancy and its candidate", code="no_case")
        found = tx.execute(select(vacancies.c.status, vacancies.c.closes_at).where(vacancies.c.reference == arrival.vacancy)).first()
        if found is None:
            raise NotFound(f"there is no vacancy {arrival.vacancy}", code="unknown_vacancy", vacancy=arrival.vacancy)
        # with a closing date it is a late application
        ongoing_and_over = found.closes_at is None and found.status in ("filled", "partly_filled", "lapsed")
        if found.status == "cancelled" or ongoing_and_over:
            raise VacancyClosed(f"vacancy {arrival.vacancy} is {found.status}", code="vacancy_over", vacancy=arrival.vacancy)
        candidate = self._person(tx, arrival)
        fresh = {"case_id": new_hire(), "kind": "hire", "vacancy": arrival.vacancy, "candidate": candidate, "linked": False}
        tx.execute(self._db.insert(cases).on_conflict_do_nothing(), [fresh | {"created_at": arrival.received_at}])
        theirs = and_(cases.c.vacancy == arrival.vacancy, cases.c.candidate == candidate, ~cases.c.linked)
        return (_known_case(tx, theirs, arrival.vacancy))[0], candidate

    def _person(self, tx: Connection, arrival: Arrival) -> str:
        """The candidate's random id, made if the source names this person for the first time; the newest contact counts."""
        pen = vault.pen(self._db, tx)
        row = {"source": arrival.source, "source_id": pen.blind(arrival.source, arrival.candidate_source_id or "")}
        named = select(people.c.candidate).where(people.c.source == row["source"], people.c.source_id == row["source_id"])
        candidate = tx.execute(named).scalar_one_or_none()
        if candidate is None:
            new = self._db.insert(people).values(candidate=new_id(), name="", email="", language="", **row)
            tx.execute(new.on_conflict_do_nothing(index_elements=["source", "source_id"]))
            candidate = tx.execute(named).scalar_one()
            contacts.write(tx, pen, candidate, arrival.contact or Contact())
        elif arrival.contact is not None:
            contacts.write(tx, pen, candidate, arrival.contact)
        return str(candidate)

    # ---- going on to the cases --------------------------------------------------------------------------------------------

    async def lease(self, limit: int, now: datetime, seconds: float) -> list[Delivery]:
        """Take up to `limit` open rows for `seconds`, the oldest first; nobody else gets them meanwhile. Each case's are in order.

        A row stays open, and comes back when its lease ends, until a step of its case closes it. Each time it was sent for nothing
        (the case is on hold, no worker runs) the next lease is twice as long, up to `LONGEST_LEASE`: a case takes only so many signals.
        """
        await self.adopt()
        if not await self._db.read(lambda rx: rx.execute(select(inbox.c.seq).where(_due(now)).limit(1)).all()):
            return []
        rows = await self._db.write(partial(_lease, limit, now, timedelta(seconds=seconds)))
        return [_delivery(row) for row in sorted(rows, key=lambda row: int(row["seq"]))]

    async def adopt(self) -> int:
        """Give every stray whose case has appeared to that case; how many those were. One that is refused there waits for a person."""
        found = await strays.at_home(self._db)
        return sum([await self._db.write(partial(self._adopt, stray)) for stray in found])

    def _adopt(self, stray: strays.Stray, tx: Connection, to: str | None = None) -> int:
        """The row a stray becomes, at its case or at `to`: same source, event id, bytes, time and receipt."""
        if not strays.take(tx, stray.id):
            return 0  # somebody else was quicker
        try:
            arrival = arrival_of(parse(stray.body), stray.body, **stray.proof)
            if to is not None:
                arrival = arrival.model_copy(update={"case": to})
            with tx.begin_nested():
                self._keep(arrival, lambda _id, _case: stray.receipt or {}, tx, id_=stray.id)
        except Refusal as refusal:
            if to is not None:
                raise
            strays.leave(tx, stray.id, refusal.code)
            return 0
        strays.remove(tx, stray)
        return 1

    async def reroute(self, stray_id: str, to: str, decide: Callable[[Connection], Leaf]) -> None:
        """Give a stray to the case a person named, with what `decide` writes. Raises NotFound, BadInput."""
        stray = await strays.get(self._db, stray_id)

        def work(tx: Connection) -> None:
            decided = decide(tx)
            if not self._adopt(stray, tx, to):
                raise NotFound(f"no event {stray_id} waits for its case any more", code="unknown_event")
            log.add(tx, decided)

        await self._db.write(work)

    async def again(self, message: str, new: str, to: str | None, at: datetime, decide: Callable[[Connection], Leaf]) -> None:
        """Put the same content once more, as the event `new` linked to `message`, to its case or to `to`, with what `decide` writes.

        It counts as received now: a person says it now. Raises NotFound, BadInput.
        """

        def work(tx: Connection) -> None:
            decided = decide(tx)
            row = tx.execute(select(inbox).where(inbox.c.id == message)).mappings().one_or_none()
            if row is None:
                raise NotFound(f"there is no event {message}", code="unknown_event")
            case = _known_case(tx, cases.c.case_id == (to or row["case_id"]), to or row["case_id"])[0]
            same = {name: row[name] for name in ("source", "type", "sha256", "signature", "key_id", "data", "payload")}
            event = {"id": new, "event_id": f"{row['event_id']}~{new[:8]}", "linked_to": message, "case_id": case, "received_at": utc(at)}
            tx.execute(insert(inbox), [fresh_inbox_row() | same | event])
            log.add(tx, log.of_event(same | event, case), decided)

        await self._db.write(work)

    async def release(self, ids: Iterable[str]) -> None:
        """Give leased rows back at once: they were not sent."""
        these = inbox.update().where(inbox.c.id.in_(list(ids)), inbox.c.state == "open")
        await self._db.write(lambda tx: tx.execute(these.values(lease_until=None, attempts=inbox.c.attempts - 1)))

    async def close(self, message_id: str, fate: MessageFate | str, reason: str, at: datetime | None = None) -> bool:
        """Close a row that no step will ever close, because its case is over. False if it was closed already."""
        still = inbox.update().where(inbox.c.id == message_id, inbox.c.state.in_(("open", "parked")))
        done = still.values(state=str(fate), reason=reason, closed_at=utc(at or system_now()), lease_until=None)
        return await self._db.write(lambda tx: tx.execute(done).rowcount) == 1

    # ---- questions --------------------------------------------------------------------------------------------------------

    async def find(self, source: str, event_id: str) -> Kept | None:
        """What became of an event of this sender; None if it was never accepted."""
        return await self._db.read(partial(_find, inbox.c.source == source, inbox.c.event_id == event_id)) or await strays.find(
            self._db, source, event_id
        )

    async def open_before(self, case: str, instant: datetime) -> int:
        """How many open rows of `case` were received strictly before `instant`: what a deadline must wait for."""
        return await self._count(inbox.c.case_id == case, inbox.c.received_at < instant)

    async def open_cases(self) -> list[str]:
        """The cases something is still on its way to."""
        query = select(inbox.c.case_id).distinct().where(inbox.c.state == "open").order_by(inbox.c.case_id)
        return await self._db.read(lambda rx: list(rx.execute(query).scalars()))

    async def unbegun(self, vacancy: str) -> list[str]:
        """Hires of a vacancy that are accepted, or called from another one, and have no fact yet: their first message is on its way."""
        begun = select(hires.c.case_id).where(hires.c.case_id == cases.c.case_id).exists()
        wanted = select(cases.c.case_id).where(cases.c.vacancy == vacancy, cases.c.kind == "hire", ~begun)
        return await self._db.read(lambda rx: list(rx.execute(wanted.order_by(cases.c.case_id)).scalars()))

    async def pending(self) -> int:
        """How many rows are open, leased or not."""
        return await self._count()

    async def _count(self, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(inbox).where(inbox.c.state == "open", *conditions)
        return await self._db.read(lambda rx: int(rx.execute(query).scalar_one()))


def _lease(limit: int, now: datetime, first: timedelta, tx: Connection) -> Sequence[RowMapping]:
    wanted = select(inbox, cases.c.kind, cases.c.vacancy, cases.c.candidate).join(cases).where(_due(now))
    wanted = wanted.order_by(inbox.c.lease_until.nulls_first(), inbox.c.seq).limit(limit)
    rows = tx.execute(wanted.with_for_update(skip_locked=True, of=inbox)).mappings().all()
    for attempts in sorted({row["attempts"] for row in rows}):
        leased = inbox.update().where(inbox.c.id.in_([row["id"] for row in rows if row["attempts"] == attempts]))
        until = now + min(first * 2 ** min(attempts, 20), max(first, LONGEST_LEASE))
        tx.execute(leased.values(lease_until=until, attempts=inbox.c.attempts + 1))
    return rows


def _due(now: datetime) -> ColumnElement[bool]:
    return and_(inbox.c.state == "open", or_(inbox.c.lease_until.is_(None), inbox.c.lease_until <= now))


def _known_case(tx: Connection, which: ColumnElement[bool], name: str) -> tuple[str, str | None]:
    query = select(cases.c.case_id, cases.c.candidate).where(which).order_by(cases.c.created_at.desc(), cases.c.case_id).limit(1)
    found = tx.execute(query).first()
    if found is None:
        raise NotFound(f"there is no case {name}", code="unknown_case", case=name)
    return found.case_id, found.candidate


def _inbox_row(arrival: Arrival, case: str, candidate: str | None) -> Row:
    """An application's row names its candidate, and refers to the application as the domain knows it, in `payload`."""
    submitted = arrival.type == SUBMITTED
    personal = submitted or arrival.payload is not None or arrival.application is not None
    row = fresh_inbox_row() | arrival.model_dump(include={"source", "event_id", "type", "sha256", "signature", "key_id", "received_at"})
    del row["receipt"]
    data = arrival.data | {"candidate": candidate} if submitted else arrival.data
    return row | {"case_id": case, "data": data, "payload": new_id() if personal else None}


def _keep_personal(tx: Connection, pen: vault.Pen, arrival: Arrival, row: Row, case: str, candidate: str | None) -> None:
    if arrival.payload is not None:
        tx.execute(insert(payloads), [contacts.payload_row(pen, row["payload"], candidate or case, arrival.type, arrival.payload)])
    if arrival.type == SUBMITTED or arrival.application is not None:
        body = contacts.application_body(pen, row["payload"], candidate or case, arrival.application or {})
        kept = {"application": row["payload"], "candidate": candidate, "case_id": case, "body": body}
        tx.execute(insert(applications), [kept | {"received_at": arrival.received_at}])


def _delivery(row: RowMapping) -> Delivery:
    message = Message(
        id=row["id"],
        type=row["type"],
        sender=row["source"],
        received_at=row["received_at"],
        data=row["data"],
        payload=row["payload"],
    )
    return Delivery(row["case_id"], message, row["attempts"] + 1, row["kind"], row["vacancy"], row["candidate"])


def _find(source: ColumnElement[bool], event_id: ColumnElement[bool], rx: Connection) -> Kept | None:
    row = rx.execute(select(inbox).where(source, event_id)).mappings().first()
    return None if row is None else _kept(row, _history(rx, row))


def _kept(row: RowMapping, history: tuple[Row, ...]) -> Kept:
    names = (
        "source",
        "event_id",
        "type",
        "received_at",
        "sha256",
        "state",
        "reason",
        "closed_at",
        "closed_by_step",
        "receipt",
    )
    linked = row["linked_to"]
    return Kept(inbox_id=row["id"], case=row["case_id"], history=history, linked_to=linked, **{name: row[name] for name in names})


def _history(rx: Connection, row: RowMapping) -> tuple[Row, ...]:
    """What an event became, and when: accepted, what its case did with it, what people decided, and under which id it came again."""
    steps: list[Row] = [{"state": "accepted", "at": row["received_at"]}]
    aside = select(journal.c.number, journal.c.at, journal.c.body).where(
        journal.c.case_id == row["case_id"], journal.c.kind == "message_set_aside"
    )
    for entry in rx.execute(aside.order_by(journal.c.number)):
        if entry.body["message"] == row["id"]:
            steps.append({"state": entry.body["fate"], "at": entry.at, "reason": entry.body["reason"], "number": entry.number})
    if row["state"] == "applied" and row["closed_by_step"]:
        by = select(journal.c.number, journal.c.at).where(journal.c.case_id == row["case_id"], journal.c.step == row["closed_by_step"])
        if (first := rx.execute(by.order_by(journal.c.number).limit(1)).first()) is not None:
            steps.append({"state": "applied", "at": first.at, "number": first.number})
    decided = select(signal_decisions).where(signal_decisions.c.event == row["id"], signal_decisions.c.state == "done")
    for decision in rx.execute(decided.order_by(signal_decisions.c.decided_at)):
        state = {"discard": "discarded", "replay": "replayed", "reroute": "rerouted"}[decision.kind]
        steps.append({"state": state, "at": decision.decided_at, "reason": decision.reason, "event": decision.led_to or ""})
    return tuple(sorted(steps, key=lambda step: step["at"]))
