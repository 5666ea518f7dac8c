"""The data keys of subjects, kept wrapped; and who decided that a generation of compartments' keys is destroyed.

A subject (a person, a case) has a random key of its own in each compartment it has data in. No key stands in a table in clear.
"""

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from domain.log.leaf import Kind, Leaf
from domain.sealing import Compartment, DataKey, Key, KeyErased, Keyring, NotOpened, unwrap, wrap
from store import log
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import data_keys, erased_keys, key_destructions, people

#: Begins a sealed value among texts. No name begins so.
SEALED_TEXT = "\u2060sealed:"
_INSERT: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Destruction:
    destruction: str
    compartment: str
    epoch: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class DataKeys:
    """Subjects' keys in clear for a process that has the keyring: made once, held for `keep_s` seconds, erased for everybody.

    An erasure elsewhere is noticed after `keep_s` at the latest; what was sealed in between opens for nobody. Work within a transaction
    uses `to_seal` and `to_open` below, which hold nothing.
    """

    def __init__(
        self, db: Database, ring: Keyring, *, keep_s: float = 1.0, most: int = 4096, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._db, self._ring, self._keep_s, self._most, self._now = db, ring, keep_s, most, now
        self._held: OrderedDict[tuple[str, Compartment], tuple[float, DataKey]] = OrderedDict()

    async def to_seal(self, subject: str, compartment: Compartment) -> DataKey:
        """The subject's key, made where there is none yet. Raises KeyErased, KeyGone, StoreUnavailable."""
        held = self._found(subject, compartment)
        if held is None:
            held = await self._db.read(lambda rx: _kept(rx, self._ring, subject, compartment))
        if held is None:
            held = await self._db.write(lambda tx: to_seal(tx, self._ring, subject, compartment))
        return self._hold(held)

    async def to_open(self, subject: str, compartment: Compartment) -> DataKey:
        """The subject's key. Raises KeyErased, NotOpened where there never was one, KeyGone, StoreUnavailable."""
        held = self._found(subject, compartment)
        return held or self._hold(await self._db.read(lambda rx: to_open(rx, self._ring, subject, compartment)))

    def _found(self, subject: str, compartment: Compartment) -> DataKey | None:
        until, key = self._held.get((subject, compartment), (0.0, None))
        return key if self._now() < until else None

    def _hold(self, key: DataKey) -> DataKey:
        name = (key.subject, key.compartment)
        if self._found(*name) is None:
            self._held[name] = (self._now() + self._keep_s, key)
        self._held.move_to_end(name)
        while len(self._held) > self._most:
            self._held.popitem(last=False)
        return key


def to_seal(tx: Connection, ring: Keyring, subject: str, compartment: Compartment) -> DataKey:
    """The key that a subject's data is sealed with, made where there is none yet. Raises KeyErased, KeyGone."""
    if held := _kept(tx, ring, subject, compartment):
        return held
    _alone_with(tx, subject)
    if _is_erased(tx, subject):
        raise _erased(subject)
    epoch, key = ring.newest(compartment)
    wrapped = wrap(key, compartment, epoch, Key.new(), subject)
    row = {"subject": subject, "compartment": str(compartment), "epoch": epoch, "wrapped": wrapped}
    tx.execute(_INSERT[tx.dialect.name](data_keys).on_conflict_do_nothing(index_elements=["subject", "compartment"]), [row])
    return to_open(tx, ring, subject, compartment)


def to_open(rx: Connection, ring: Keyring, subject: str, compartment: Compartment) -> DataKey:
    """The key that a subject's data was sealed with. Raises KeyErased, NotOpened where there never was one, KeyGone."""
    if held := _kept(rx, ring, subject, compartment):
        return held
    if _is_erased(rx, subject):
        raise _erased(subject)
    raise NotOpened(f"{subject} has no key {compartment} in this store: is it the right one, and whole?", code="no_data_key")


def rewrap(tx: Connection, ring: Keyring, compartment: Compartment, limit: int = 500) -> int:
    """Wrap up to so many keys of a compartment again, under its newest generation; how many those were. None left: 0.

    What the keys sealed stays as it is. Once none is left under an old generation it can be destroyed, and with it whatever an old
    backup holds of those keys. Raises KeyGone.
    """
    epoch, newest = ring.newest(compartment)
    older = select(data_keys.c.subject, data_keys.c.epoch, data_keys.c.wrapped).where(
        data_keys.c.compartment == compartment, data_keys.c.epoch != epoch
    )
    rows = tx.execute(older.order_by(data_keys.c.subject).limit(limit).with_for_update()).all()
    for row in rows:
        key = unwrap(ring.key(compartment, row.epoch), row.wrapped, compartment, row.subject)
        mine = (data_keys.c.subject == row.subject, data_keys.c.compartment == compartment)
        new = {"epoch": epoch, "wrapped": wrap(newest, compartment, epoch, key, row.subject)}
        tx.execute(data_keys.update().where(*mine).values(new))
    return len(rows)


def erase(tx: Connection, subjects: Collection[str], at: datetime) -> int:
    """Erase these subjects' keys in every compartment, for good; how many there were. They are given no new ones."""
    for subject in sorted(subjects):
        _alone_with(tx, subject)
        once = _INSERT[tx.dialect.name](erased_keys).on_conflict_do_nothing(index_elements=["subject"])
        tx.execute(once, [{"subject": subject, "erased_at": at}])
    return tx.execute(delete(data_keys).where(data_keys.c.subject.in_(subjects))).rowcount


def _kept(rx: Connection, ring: Keyring, subject: str, compartment: Compartment) -> DataKey | None:
    mine = select(data_keys.c.epoch, data_keys.c.wrapped).where(data_keys.c.subject == subject, data_keys.c.compartment == compartment)
    row = rx.execute(mine).first()
    if row is None:
        return None
    return DataKey(subject, compartment, row.epoch, unwrap(ring.key(compartment, row.epoch), row.wrapped, compartment, subject))


def _is_erased(rx: Connection, subject: str) -> bool:
    return rx.execute(select(erased_keys.c.subject).where(erased_keys.c.subject == subject)).first() is not None


def _alone_with(tx: Connection, subject: str) -> None:
    """Until its end no other transaction makes or erases keys of this subject: no key is made beside an erasure. SQLite has one writer."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(subject, 776002))))


def _erased(subject: str) -> KeyErased:
    return KeyErased(f"what was kept about {subject} is erased, and its keys: nothing of it opens", code="key_erased", subject=subject)


class Destructions:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> list[Destruction]:
        query = select(key_destructions).order_by(key_destructions.c.proposed_at)
        return await self._db.read(lambda rx: [_destruction(row) for row in rx.execute(query).mappings()])

    async def find(self, compartment: str, epoch: str) -> Destruction | None:
        return next((each for each in await self.all() if (each.compartment, each.epoch) == (compartment, epoch)), None)

    async def propose(self, compartment: str, epoch: str, person: str, at: datetime) -> None:
        row = {"destruction": new_id(), "compartment": compartment, "epoch": epoch, "proposed_by": person, "proposed_at": at}
        await self._db.write(lambda tx: tx.execute(insert(key_destructions).values(**row)))

    async def approve(self, found: Destruction, person: str, at: datetime) -> None:
        """Note the second person, and a leaf in the log, in one transaction. Who was first stays."""
        once = key_destructions.update().where(
            key_destructions.c.destruction == found.destruction, key_destructions.c.approved_by.is_(None)
        )
        content: dict[str, Any] = {
            "what": "destroyed",
            "compartment": found.compartment,
            "epoch": found.epoch,
            "proposed_by": f"person:{found.proposed_by}",
            "approved_by": f"person:{person}",
        }
        leaf = Leaf(Kind.KEY, "keys", found.destruction, at, content)

        def work(tx: Any) -> None:
            if tx.execute(once.values(approved_by=person, approved_at=at)).rowcount:
                log.add(tx, leaf)

        await self._db.write(work)

    async def kept_plain(self) -> bool:
        """Is there somebody here whose data stands in clear?"""
        names = select(people.c.name).limit(1)
        found = await self._db.read(lambda rx: rx.execute(names).scalar_one_or_none())
        return found is not None and not found.startswith(SEALED_TEXT)

    async def wrapped_under(self, compartment: str, epoch: str) -> int:
        """How many subjects' keys this generation wraps."""
        query = select(func.count()).where(data_keys.c.compartment == compartment, data_keys.c.epoch == epoch)
        return await self._db.read(lambda rx: rx.execute(query).scalar_one())


def _destruction(row: RowMapping) -> Destruction:
    found = dict(row)
    for name in ("proposed_at", "approved_at"):
        found[name] = utc(found[name]) if found[name] else None
    return Destruction(**found)
