"""Accepted events whose case is not known here yet. They wait, visibly: until their case appears, or a person decides.

A partner may have so many of them and no more, so that one gone wrong does not fill the disk; past that it hears what it always heard.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, or_, select

from domain.errors import NotFound
from store import contacts, keys, log, vault
from store.arrivals import Acceptance, Arrival, Kept, MakeReceipt
from store.columns import utc
from store.database import Database
from store.names import new_id, system_now
from store.tables import cases, payloads, strays, vacancies

Row = dict[str, Any]

MOST = 200


@dataclass(frozen=True)
class Stray:
    """One of them with its bytes. `proof` is what the door knew of it besides: sender, hash, signature, time."""

    id: str
    body: bytes
    proof: Row
    receipt: Row | None


async def keep(db: Database, arrival: Arrival, make_receipt: MakeReceipt | None, most: int = MOST) -> Acceptance | None:
    """Keep an event for a case nobody knows; None when the same event is kept already. Raises NotFound past `most` of one partner."""
    subject = arrival.case or f"vacancy/{arrival.vacancy}"

    def work(tx: Connection) -> Acceptance | None:
        mine = select(func.count()).where(strays.c.source == arrival.source, strays.c.state == "unrouted")
        if tx.execute(mine).scalar_one() >= most:
            raise NotFound(f"there is no case {subject}, and too many events of this partner wait for theirs", code="unknown_case")
        row = arrival.model_dump(include={"source", "event_id", "type", "sha256", "signature", "key_id", "received_at"})
        row |= {"id": new_id(), "subject": subject, "payload": new_id(), "state": "unrouted", "reason": "unknown_case", "closed_at": None}
        row["receipt"] = make_receipt(row["id"], subject) if make_receipt else None
        new = db.insert(strays).values(**row).on_conflict_do_nothing(index_elements=["source", "event_id"]).returning(strays.c.id)
        if tx.execute(new).first() is None:
            return None
        body = arrival.payload or b""
        tx.execute(insert(payloads), [contacts.payload_row(vault.pen(db, tx), row["payload"], row["id"], arrival.type, body)])
        log.add(tx, log.of_event(row, f"partner/{arrival.source}"))
        return Acceptance(row["id"], True, subject, utc(arrival.received_at), arrival.sha256, "unrouted", row["receipt"])

    return await db.write(work)


async def find(db: Database, source: str, event_id: str) -> Kept | None:
    query = select(strays).where(strays.c.source == source, strays.c.event_id == event_id)
    row = await db.read(lambda rx: rx.execute(query).mappings().first())
    return None if row is None else _kept(row)


async def at_home(db: Database, limit: int = 100) -> list[Stray]:
    """Those whose case is here now; not those it has refused before."""
    named = select(cases.c.case_id).where(cases.c.case_id == strays.c.subject).exists()
    published = select(vacancies.c.reference).where("vacancy/" + vacancies.c.reference == strays.c.subject).exists()
    waiting = _whole().where(strays.c.state == "unrouted", strays.c.reason == "unknown_case", or_(named, published))
    query = waiting.order_by(strays.c.received_at).limit(limit)
    return await db.read(lambda rx: [_stray(row, vault.pen(db, rx)) for row in rx.execute(query).mappings()])


async def get(db: Database, id_: str) -> Stray:
    """Raises NotFound."""
    query = _whole().where(strays.c.id == id_)
    found = await db.read(lambda rx: [_stray(row, vault.pen(db, rx)) for row in rx.execute(query).mappings()])
    if not found:
        raise NotFound(f"there is no event {id_}", code="unknown_event")
    return found[0]


async def listed(db: Database, state: str = "unrouted") -> Sequence[RowMapping]:
    query = select(strays).where(strays.c.state == state).order_by(strays.c.received_at, strays.c.id)
    return await db.read(lambda rx: rx.execute(query).mappings().all())


def take(tx: Connection, id_: str) -> bool:
    """Whether it still waits; nobody else may take it until this transaction ends."""
    still = select(strays.c.id).where(strays.c.id == id_, strays.c.state == "unrouted")
    return tx.execute(still.with_for_update()).first() is not None


def leave(tx: Connection, id_: str, reason: str) -> None:
    """Its case is there and does not take it: it waits for a person now."""
    tx.execute(strays.update().where(strays.c.id == id_).values(reason=reason))


def remove(tx: Connection, stray: Stray) -> None:
    """It is a row of the inbox now."""
    ref = tx.execute(select(strays.c.payload).where(strays.c.id == stray.id)).scalar_one()
    tx.execute(payloads.delete().where(payloads.c.ref == ref))
    keys.erase(tx, [stray.id], system_now())  # it is sealed for its case now: no old copy of it opens
    tx.execute(strays.delete().where(strays.c.id == stray.id))


def discard(tx: Connection, id_: str, at: datetime, reason: str = "discarded") -> bool:
    """Put it away for good, with its bytes. False when it no longer waits."""
    if not take(tx, id_):
        return False
    ref = tx.execute(select(strays.c.payload).where(strays.c.id == id_)).scalar_one()
    tx.execute(payloads.delete().where(payloads.c.ref == ref))
    keys.erase(tx, [id_], utc(at))
    tx.execute(strays.update().where(strays.c.id == id_).values(state="discarded", reason=reason, closed_at=utc(at)))
    return True


def _whole() -> Select[Any]:
    return select(strays, payloads.c.ref, payloads.c.compartment, payloads.c.body).join(payloads, payloads.c.ref == strays.c.payload)


def _stray(row: RowMapping, pen: vault.Pen) -> Stray:
    names = ("source", "sha256", "signature", "key_id", "received_at")
    body = contacts.payload_opened(pen, row["ref"], row["id"], row["compartment"], row["body"])
    return Stray(row["id"], body, {name: row[name] for name in names}, row["receipt"])


def _kept(row: RowMapping) -> Kept:
    history: list[Row] = [{"state": "accepted", "at": row["received_at"]}]
    if row["closed_at"]:
        history.append({"state": row["state"], "at": row["closed_at"], "reason": row["reason"]})
    names = ("source", "event_id", "type", "received_at", "sha256", "state", "reason", "closed_at", "receipt")
    same = {name: row[name] for name in names}
    return Kept(inbox_id=row["id"], case=row["subject"], closed_by_step=None, history=tuple(history), **same)
