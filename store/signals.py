"""Events that wait or had no effect, from inbox and strays; and what people decided about them."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, insert, literal, select, union_all
from sqlalchemy.exc import IntegrityError

from domain.errors import Conflict, NotFound
from domain.log.leaf import Kind as LeafKind
from domain.log.leaf import Leaf
from domain.signals import Kind
from store import log
from store.columns import utc
from store.database import Database
from store.tables import cases, inbox, signal_decisions, strays

Row = dict[str, Any]

#: What the desk shows unless asked for something else.
WAITING = ("unrouted", "parked")


@dataclass(frozen=True)
class Decision:
    """What one person proposed about an event, and what became of it: `led_to` is the event it made."""

    decision: str
    event: str
    kind: Kind
    to_case: str | None
    reason: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    state: str = "proposed"
    led_to: str | None = None


class Signals:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(self, state: str | None = None, partner: str | None = None, vacancy: str | None = None) -> list[Row]:
        """The oldest first."""
        every = _every().subquery()
        query = select(every).order_by(every.c.received_at, every.c.event)
        query = query.where(every.c.state.in_(WAITING if state is None else (state,)))
        if partner is not None:
            query = query.where(every.c.partner == partner)
        if vacancy is not None:
            query = query.where(every.c.vacancy == vacancy)
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def get(self, event: str) -> Row:
        """Raises NotFound."""
        every = _every().subquery()
        query = select(every).where(every.c.event == event).order_by(every.c.state)
        found = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if found is None:
            raise NotFound(f"there is no event {event}", code="unknown_event")
        return dict(found)

    async def newest(self, case: str, type_: str) -> Row | None:
        """The last event of a type that a case has applied."""
        every = _every().subquery()
        query = select(every).where(every.c.case == case, every.c.type == type_, every.c.state == "applied")
        query = query.order_by(every.c.received_at.desc(), every.c.event.desc()).limit(1)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        return None if row is None else dict(row)

    async def known(self, case: str) -> bool:
        query = select(cases.c.case_id).where(cases.c.case_id == case)
        return await self._db.read(lambda rx: rx.execute(query).first()) is not None


def _every() -> Select[Any]:
    """Every event of a partner, whichever table it stands in."""
    named = (inbox.c.source.label("partner"), inbox.c.event_id.label("sent_as"), inbox.c.type, inbox.c.case_id.label("case"))
    kept = select(inbox.c.id.label("event"), *named, inbox.c.received_at, inbox.c.state, inbox.c.reason, cases.c.vacancy).join(cases)
    kept = kept.where(~inbox.c.source.startswith("case:"), ~inbox.c.source.startswith("person:"))
    lost = select(
        strays.c.id.label("event"),
        strays.c.source.label("partner"),
        strays.c.event_id.label("sent_as"),
        strays.c.type,
        strays.c.subject.label("case"),
        strays.c.received_at,
        strays.c.state,
        strays.c.reason,
        literal("").label("vacancy"),
    )
    return union_all(kept, lost).subquery().select()


class Decisions:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def propose(self, decision: Decision) -> None:
        """Raises Conflict while something else is proposed about the same event."""
        try:
            await self._db.write(partial(_propose, decision))
        except IntegrityError:
            raise Conflict("something is proposed about this event already", code="proposed_already") from None

    async def done(
        self, decision: Decision, person: str, at: datetime, led_to: str | None, also: Callable[[Connection], None] = lambda tx: None
    ) -> None:
        """Write down what was decided at once, with what `also` writes."""

        def work(tx: Connection) -> None:
            also(tx)
            made = replace(decision, decided_by=person, decided_at=at, state="done", led_to=led_to)
            tx.execute(insert(signal_decisions), [_row(made)])
            log.add(tx, _leaf(made, at))

        await self._db.write(work)

    async def reject(self, decision: Decision, person: str, at: datetime) -> None:
        await self._db.write(lambda tx: log.add(tx, _settle(tx, decision, person, at, "rejected", None)))

    @staticmethod
    def close(tx: Connection, decision: Decision, person: str, at: datetime, led_to: str) -> Leaf:
        """Write it, and give its leaf for the end of the transaction. Raises Conflict when somebody decided meanwhile."""
        return _settle(tx, decision, person, at, "done", led_to)

    async def get(self, decision: str) -> Decision:
        """Raises NotFound."""
        query = select(signal_decisions).where(signal_decisions.c.decision == decision)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound(f"there is no proposal {decision}", code="unknown_decision")
        return Decision(**row)

    async def discarded(self, event: str) -> bool:
        """Whether somebody's putting away of this event is written down."""
        query = select(signal_decisions.c.decision).where(signal_decisions.c.event == event, signal_decisions.c.kind == "discard")
        return await self._db.read(lambda rx: rx.execute(query).first()) is not None

    async def open(self) -> dict[str, Decision]:
        """What is proposed, by event."""
        query = select(signal_decisions).where(signal_decisions.c.state == "proposed")
        rows = await self._db.read(lambda rx: rx.execute(query).mappings().all())
        return {row["event"]: Decision(**row) for row in rows}


def _settle(tx: Connection, decision: Decision, person: str, at: datetime, state: str, led_to: str | None) -> Leaf:
    still = signal_decisions.update().where(signal_decisions.c.decision == decision.decision, signal_decisions.c.state == "proposed")
    changed = still.values(decided_by=person, decided_at=utc(at), state=state, led_to=led_to)
    if tx.execute(changed).rowcount != 1:
        raise Conflict("somebody else decided about this event meanwhile", code="decided_already")
    return _leaf(replace(decision, decided_by=person, decided_at=at, state=state, led_to=led_to), at)


def _propose(decision: Decision, tx: Connection) -> None:
    tx.execute(insert(signal_decisions), [_row(decision)])
    log.add(tx, _leaf(decision, decision.proposed_at))


def _leaf(decision: Decision, at: datetime) -> Leaf:
    said = asdict(decision)
    said["what"] = said.pop("kind")
    return log.about(LeafKind.DECISION, f"event/{decision.event}", f"{decision.decision}/{decision.state}", at, **said)


def _row(decision: Decision) -> Row:
    return asdict(decision) | {"proposed_at": utc(decision.proposed_at)}
