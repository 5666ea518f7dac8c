"""Wrapped data keys, and who decided that a generation of keys is destroyed. No key stands here in clear."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, or_, select

from domain.hire import IN_REVIEW
from domain.log.leaf import Kind, Leaf
from domain.vacancy import OVER
from store import log
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import data_keys, hires, key_destructions, vacancies


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
    """The wrapped key of a subject in a compartment; whoever has the keyring unwraps it (`domain.sealing`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def get(self, subject: str, compartment: str) -> bytes | None:
        query = select(data_keys.c.wrapped).where(data_keys.c.subject == subject, data_keys.c.compartment == compartment)
        return await self._db.read(lambda rx: rx.execute(query).scalar_one_or_none())

    async def put(self, subject: str, compartment: str, epoch: str, wrapped: bytes) -> bytes:
        """Keep it, unless somebody was first; the wrapped key that is kept."""
        row = {"subject": subject, "compartment": compartment, "epoch": epoch, "wrapped": wrapped}
        new = self._db.insert(data_keys).values(**row).on_conflict_do_nothing(index_elements=["subject", "compartment"])
        await self._db.write(lambda tx: tx.execute(new))
        return await self.get(subject, compartment) or wrapped

    async def forget(self, subject: str) -> None:
        """All keys of a subject: what they encrypted opens no more."""
        await self._db.write(lambda tx: tx.execute(delete(data_keys).where(data_keys.c.subject == subject)))

    async def under(self, compartment: str, epoch: str) -> int:
        """How many subjects' keys this generation wraps."""
        query = select(func.count()).where(data_keys.c.compartment == compartment, data_keys.c.epoch == epoch)
        return await self._db.read(lambda rx: rx.execute(query).scalar_one())


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

    async def open_cases(self) -> int:
        """How many cases are not over: their histories have to be read until they are. One whose review may still come counts too."""
        open_hires = select(func.count()).where(or_(hires.c.ending.is_(None), hires.c.review.in_([str(each) for each in IN_REVIEW])))
        open_vacancies = select(func.count()).where(vacancies.c.status.not_in(OVER))
        return await self._db.read(lambda rx: rx.execute(open_hires).scalar_one() + rx.execute(open_vacancies).scalar_one())


def _destruction(row: RowMapping) -> Destruction:
    found = dict(row)
    for name in ("proposed_at", "approved_at"):
        found[name] = utc(found[name]) if found[name] else None
    return Destruction(**found)
