"""Acts that are held for a moment. Whoever changes one says from which state: taken back, it is not done; begun, it is not taken back."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select, update

from domain.held import HeldAct, State
from store.columns import utc
from store.database import Database
from store.tables import held_acts

_AT = held_acts.c


class HeldActs:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def keep(self, act: HeldAct) -> None:
        """Keeping the same one again changes nothing."""
        row = act.model_dump() | {"case_id": act.case, "given_at": utc(act.given_at), "due_at": utc(act.due_at)}
        del row["case"]
        await self._db.write(lambda tx: tx.execute(self._db.insert(held_acts).values(row).on_conflict_do_nothing()))

    async def find(self, held: str) -> HeldAct | None:
        row = await self._db.read(lambda rx: rx.execute(select(held_acts).where(_AT.held == held)).mappings().first())
        return None if row is None else _act(row)

    async def of(self, person: str, settled_after: datetime) -> list[HeldAct]:
        """What somebody has to know of, the newest first: what is held, what was done just now, what was refused and not yet seen."""
        lately = and_(_AT.state == "done", _AT.settled_at > utc(settled_after))
        told = or_(_AT.state.in_(("held", "going")), _AT.state == "refused", lately)
        query = select(held_acts).where(_AT.person == person, _AT.seen_at.is_(None), told).order_by(_AT.given_at.desc()).limit(10)
        return await self._db.read(lambda rx: [_act(row) for row in rx.execute(query).mappings()])

    async def on(self, case: str, person: str) -> HeldAct | None:
        """What this person has under way on a case."""
        query = select(held_acts).where(_AT.case_id == case, _AT.person == person, _AT.state.in_(("held", "going")))
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        return None if row is None else _act(row)

    async def due(self, now: datetime, again_before: datetime) -> list[str]:
        """What is to be done now: held long enough, or begun by somebody who did not come to the end."""
        stuck = and_(_AT.state == "going", _AT.due_at <= utc(again_before))
        query = select(_AT.held).where(or_(and_(_AT.state == "held", _AT.due_at <= utc(now)), stuck)).order_by(_AT.due_at).limit(50)
        return await self._db.read(lambda rx: list(rx.execute(query).scalars()))

    async def begin(self, held: str, now: datetime, again_before: datetime) -> HeldAct | None:
        """Take one in hand; None where somebody else has it, or it is settled. `due_at` says since when it is under way."""
        free = or_(_AT.state == "held", and_(_AT.state == "going", _AT.due_at <= utc(again_before)))
        if not await self._change(held, free, state="going", due_at=utc(now)):
            return None
        return await self.find(held)

    async def put_back(self, held: str, due_at: datetime) -> None:
        """It could not be done yet."""
        await self._change(held, _AT.state == "going", state="held", due_at=utc(due_at))

    async def settle(self, held: str, state: State, at: datetime, among: Collection[str] = ("going",), **said: Any) -> bool:
        """How it ended; False where it is in none of the states `among` any more. What it asked for is kept no longer."""
        return await self._change(held, _AT.state.in_(list(among)), state=state, settled_at=utc(at), args={}, **said)

    async def seen(self, held: str, person: str, at: datetime) -> None:
        await self._change(held, and_(_AT.person == person, _AT.state.in_(("done", "refused"))), seen_at=utc(at))

    async def _change(self, held: str, still: ColumnElement[bool], **values: Any) -> bool:
        change = update(held_acts).where(_AT.held == held, still).values(**values)
        return await self._db.write(lambda tx: bool(tx.execute(change).rowcount))


def _act(row: RowMapping) -> HeldAct:
    return HeldAct.model_validate({**row, "case": row["case_id"]}, extra="ignore")
