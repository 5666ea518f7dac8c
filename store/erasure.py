"""Erasing what is kept about a person, and the legal holds that forbid it. Facts, read model and the log's leaves stay whole."""

import asyncio
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, text, update

from domain.erasure import Hold, Standing, check_decider, check_erasable, check_pair
from domain.errors import FourEyes, NotAllowed, NotFound, NotNow
from domain.hire import IN_REVIEW
from domain.log.leaf import Kind, Leaf
from store import contacts, keys, log, vault
from store.columns import utc
from store.database import Database
from store.names import folded, new_id
from store.tables import (
    applications,
    balance_counted,
    balance_declarations,
    cases,
    data_keys,
    erasures,
    hires,
    holds,
    inbox,
    journal,
    leaf_contents,
    leaves,
    letters,
    log_keys,
    notes,
    outbox,
    payloads,
    people,
    people_words,
    staff,
)

#: A proposal that was neither approved nor taken back.
_WAITS = (erasures.c.erased_at.is_(None), erasures.c.withdrawn_at.is_(None))
NAMED = {"candidate": people.c.candidate, "case": cases.c.case_id, "vacancy": cases.c.vacancy}


@dataclass(frozen=True)
class Erased:
    """What went, by table. `traces`: SQLite files that still hold a name, address or wrapped key of the person; None on PostgreSQL, unseen.

    PostgreSQL keeps dead rows until VACUUM, and its WAL and every backup until they are recycled; nothing here reaches them.
    """

    rows: dict[str, int]
    traces: tuple[str, ...] | None


@dataclass(frozen=True)
class Foreseen:
    """What erasing a person would do now: what would go by table, what stays (rows that hold no personal data), what stands against it."""

    candidate: str
    cases: tuple[str, ...]
    goes: dict[str, int]
    stays: dict[str, int]
    against: str = ""
    why: str = ""


class _Undone(Exception):
    """Ends a transaction that was only a rehearsal."""


class Erasures:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def hold(self, kind: str, subject: str, reason: str, person: str, at: datetime, until: date | None = None) -> str:
        """Place a legal hold on a "candidate", a "case" or a "vacancy". Raises NotFound, NotAllowed."""
        new = {"hold": new_id(), "kind": kind, "subject": subject, "reason": reason, "until": until}
        new |= {"placed_by": person, "placed_at": utc(at)}

        def work(tx: Connection) -> str:
            check_decider(_roles(tx, person))
            if tx.execute(select(NAMED[kind]).where(NAMED[kind] == subject)).first() is None:
                raise NotFound(f"there is no {kind} {subject}", code="unknown")
            tx.execute(insert(holds), [new])
            said = {"subject": f"{kind}/{subject}", "reason": reason, "until": str(until or ""), "person": person}
            log.add(tx, _decided(f"hold/{new['hold']}/placed", at, **said))
            return str(new["hold"])

        return await self._db.write(work)

    async def lift(self, hold: str, person: str, at: datetime) -> bool:
        """Propose to lift a hold, or lift it as the second person: True when it is lifted. Raises NotFound, NotAllowed, FourEyes."""

        def work(tx: Connection) -> bool:
            check_decider(_roles(tx, person))
            row = tx.execute(select(holds).where(holds.c.hold == hold, holds.c.lifted_at.is_(None)).with_for_update()).mappings().first()
            if row is None:
                raise NotFound(f"no hold {hold} stands", code="unknown")
            if row["lift_proposed_by"] == person:
                raise FourEyes("a second person lifts a hold", code="four_eyes")
            first = row["lift_proposed_by"] is None
            new: dict[str, Any] = {"lift_proposed_by": person} if first else {"lifted_by": person, "lifted_at": utc(at)}
            tx.execute(update(holds).where(holds.c.hold == hold).values(new))
            log.add(tx, _decided(f"hold/{hold}/{'lift_proposed' if first else 'lifted'}", at, hold=hold, person=person))
            return not first

        return await self._db.write(work)

    async def foresee(self, candidate: str, at: datetime) -> Foreseen:
        """What erasing them would do: done, counted and undone in one transaction. Raises NotFound."""
        found: list[Foreseen] = []

        def work(tx: Connection) -> None:
            _words(tx, vault.pen(self._db, tx), candidate)
            found.append(_foreseen(tx, candidate, utc(at)))
            raise _Undone

        with suppress(_Undone):
            await self._db.write(work)
        return found[0]

    async def propose(self, candidate: str, reason: str, person: str, at: datetime) -> str:
        """Propose to erase a person; the id of the proposal, of the one that waits already if there is one.

        Raises NotFound, NotAllowed, and NotNow while something stands against it.
        """
        new = {"erasure": new_id(), "candidate": candidate, "reason": reason, "proposed_by": person, "proposed_at": utc(at)}

        def work(tx: Connection) -> str:
            check_decider(_roles(tx, person))
            _words(tx, vault.pen(self._db, tx), candidate)
            check_erasable(_standing(tx, candidate), at.date())
            waits = select(erasures.c.erasure).where(erasures.c.candidate == candidate, *_WAITS)
            if (stands := tx.execute(waits).scalars().first()) is not None:
                return str(stands)
            tx.execute(insert(erasures), [new])
            log.add(tx, _decided(f"erasure/{new['erasure']}/proposed", at, **new))
            return str(new["erasure"])

        return await self._db.write(work)

    async def approve(self, erasure: str, person: str, at: datetime) -> Erased:
        """Approve as the second person, and erase. Raises as `propose` does, and FourEyes; what stands against it is looked at again."""

        def work(tx: Connection) -> tuple[dict[str, int], list[bytes]]:
            row = _waiting(tx, erasure)
            check_pair(row["proposed_by"], _roles(tx, row["proposed_by"]), person, _roles(tx, person))
            words = _words(tx, vault.pen(self._db, tx), row["candidate"])
            traces = [*(word.encode() for word in words), *_key_bytes(tx, row["candidate"])]
            check_erasable(_standing(tx, row["candidate"]), at.date())
            gone = _erase(tx, row["candidate"], utc(at))
            tx.execute(update(erasures).where(erasures.c.erasure == erasure).values(approved_by=person, erased_at=utc(at)))
            who = {"proposed_by": f"person:{row['proposed_by']}", "approved_by": f"person:{person}"}
            log.add(tx, log.about(Kind.KEY, "keys", f"erased/{erasure}", utc(at), what="erased", candidate=row["candidate"], **who))
            return gone, traces

        gone, traces = await self._db.write(work)
        return Erased(gone, await sweep(self._db, traces))

    async def withdraw(self, erasure: str, person: str, at: datetime) -> None:
        """Take a proposal back before it is approved, as either office: one person is enough to keep. Raises NotFound, NotAllowed."""

        def work(tx: Connection) -> None:
            check_decider(_roles(tx, person))
            candidate = _waiting(tx, erasure)["candidate"]
            tx.execute(update(erasures).where(erasures.c.erasure == erasure).values(withdrawn_by=person, withdrawn_at=utc(at)))
            log.add(tx, _decided(f"erasure/{erasure}/withdrawn", at, erasure=erasure, candidate=candidate, person=person))

        await self._db.write(work)


def _waiting(tx: Connection, erasure: str) -> Mapping[Any, Any]:
    """The proposal of that id, locked. Raises NotFound when there is none, or when it was approved or taken back."""
    row = tx.execute(select(erasures).where(erasures.c.erasure == erasure, *_WAITS).with_for_update()).mappings().first()
    if row is None:
        raise NotFound(f"no erasure {erasure} is proposed", code="unknown")
    return row


def _decided(ref: str, at: datetime, **said: Any) -> Leaf:
    """The leaf of a decision about erasing or holding, in a stream of its own: the keys of the cases' streams go with the person."""
    return log.about(Kind.DECISION, "privacy", ref, at, **said)


def _foreseen(tx: Connection, candidate: str, at: datetime) -> Foreseen:
    against = why = ""
    standing = _standing(tx, candidate)
    try:
        check_erasable(standing, at.date())
    except NotNow as refusal:
        against, why = refusal.code, refusal.message
    theirs = tuple(tx.execute(select(cases.c.case_id).where(cases.c.candidate == candidate).order_by(cases.c.case_id)).scalars())
    by_case = {"journal": journal.c.case_id, "leaves": leaves.c.stream, "inbox": inbox.c.case_id, "outbox": outbox.c.case_id}
    stays = {name: len(tx.execute(select(column).where(column.in_(theirs))).all()) for name, column in by_case.items()}
    return Foreseen(candidate, theirs, _erase(tx, candidate, at), {"cases": len(theirs), **stays}, against, why)


def _roles(tx: Connection, person: str) -> list[str]:
    """The roles of a member of staff. A delegation does not reach this far."""
    row = tx.execute(select(staff.c.roles).where(staff.c.person == person)).first()
    if row is None:
        raise NotAllowed(f"{person} is not a member of staff", code="privacy_role")
    return list(row.roles)


def _words(tx: Connection, pen: vault.Pen, candidate: str) -> list[str]:
    row = tx.execute(select(people).where(people.c.candidate == candidate)).mappings().first()
    if row is None:
        raise NotFound(f"there is no candidate {candidate}, or it is erased", code="unknown")
    contact = contacts.contact_of(pen, dict(row))
    return [word for word in (contact.name, contact.email, row["name"], row["email"], folded(contact.name, contact.email)) if word]


def _key_bytes(tx: Connection, candidate: str) -> list[bytes]:
    """The wrapped keys of a subject: what is looked for in the files afterwards, because a copy of one would be a copy of everything."""
    return list(tx.execute(select(data_keys.c.wrapped).where(data_keys.c.subject == candidate)).scalars())


def _standing(tx: Connection, candidate: str) -> Standing:
    mine = select(cases.c.case_id, cases.c.vacancy, hires.c.ending, hires.c.review).outerjoin(hires, hires.c.case_id == cases.c.case_id)
    rows = tx.execute(mine.where(cases.c.candidate == candidate).order_by(cases.c.case_id)).all()
    theirs = [row.case_id for row in rows]
    covering = (
        (holds.c.kind == "candidate") & (holds.c.subject == candidate),
        (holds.c.kind == "case") & holds.c.subject.in_(theirs),
        (holds.c.kind == "vacancy") & holds.c.subject.in_([row.vacancy for row in rows]),
    )
    held = tx.execute(select(holds).where(holds.c.lifted_at.is_(None), or_(*covering)).order_by(holds.c.hold)).all()
    unsent = select(outbox.c.seq).where(outbox.c.kind == "letter", outbox.c.sent_at.is_(None), outbox.c.case_id.in_(theirs))
    return Standing(
        open_cases=[row.case_id for row in rows if row.ending is None or row.review in IN_REVIEW],  # its workflow still reads its history
        holds=[Hold(row.hold, row.reason, row.until) for row in held],
        unsent=len(tx.execute(unsent).all()),
    )


def _erase(tx: Connection, candidate: str, at: datetime) -> dict[str, int]:
    """Delete every personal row of theirs, their keys and those of their streams; how many rows went from each table."""
    theirs = list(tx.execute(select(cases.c.case_id).where(cases.c.candidate == candidate)).scalars())
    refs = select(inbox.c.payload).where(inbox.c.case_id.in_(theirs), inbox.c.payload.is_not(None))
    # What binds a history says only its hash; the salt that opens it is kept beside it.
    bound = select(leaves.c.position).where(leaves.c.stream.in_(theirs), leaves.c.kind != str(Kind.HISTORY))
    statements = {
        "payloads": delete(payloads).where(or_(payloads.c.ref.in_(refs), payloads.c.subject.in_([candidate, *theirs]))),
        "applications": delete(applications).where(applications.c.candidate == candidate),
        "letters": delete(letters).where(or_(letters.c.candidate == candidate, letters.c.case_id.in_(theirs))),
        "notes": delete(notes).where(or_(notes.c.candidate == candidate, notes.c.case_id.in_(theirs))),
        "leaf_contents": delete(leaf_contents).where(leaf_contents.c.position.in_(bound)),
        "log_keys": delete(log_keys).where(log_keys.c.stream.in_(theirs)),
        "balance_declarations": delete(balance_declarations).where(balance_declarations.c.candidate == candidate),
        "balance_counted": delete(balance_counted).where(balance_counted.c.candidate == candidate),
        "people_words": delete(people_words).where(people_words.c.candidate == candidate),
        "people": delete(people).where(people.c.candidate == candidate),
    }
    gone = {name: tx.execute(statement).rowcount for name, statement in statements.items()}
    return gone | {"data_keys": keys.erase(tx, [candidate, *theirs], at)}


async def sweep(db: Database, words: list[bytes]) -> tuple[str, ...] | None:
    """Empty SQLite's write-ahead log, then look for the erased words and keys in every byte of its files."""
    if db.dialect != "sqlite":
        return None
    path = Path(await db.read(_file))
    return await asyncio.to_thread(_found, path, words)


def _file(rx: Connection) -> str:
    return str(rx.execute(text("PRAGMA database_list")).all()[0][2])


def _found(path: Path, words: list[bytes]) -> tuple[str, ...]:
    link = sqlite3.connect(path, isolation_level=None, timeout=10)
    try:
        link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        link.close()
    files = [file for file in (path, Path(f"{path}-wal")) if file.exists()]
    return tuple(file.name for file in files if any(word in file.read_bytes() for word in words))
