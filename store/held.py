"""Acts that are held for a moment. Whoever changes one says from which state: taken back, it is not done; begun, it is not taken back.

`due_at` is when one is to be done; of one that is under way, when it is to be begun again because nothing was heard of it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, delete, or_, select, update

from domain.held import HeldAct, State
from store.columns import utc
from store.database import Database
from store.tables import held_acts

_AT = held_acts.c
_OPEN = _AT.state.in_(("held", "going"))


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
        told = or_(_OPEN, _AT.state == "refused", lately)
        query = select(held_acts).where(_AT.person == person, _AT.seen_at.is_(None), told).order_by(_AT.given_at.desc()).limit(10)
        return await self._db.read(lambda rx: [_act(row) for row in rx.execute(query).mappings()])

    async def on(self, case: str, person: str) -> HeldAct | None:
        """What this person has under way on a case."""
        return next((each for each in await self.under_way(case) if each.person == person), None)

    async def under_way(self, case: str) -> list[HeldAct]:
        """What is to take effect on a case, the first due first."""
        query = select(held_acts).where(_AT.case_id == case, _OPEN).order_by(_AT.due_at)
        return await self._db.read(lambda rx: [_act(row) for row in rx.execute(query).mappings()])

    async def due(self, now: datetime) -> list[tuple[str, str]]:
        """What is to be done now, with its case: held long enough, or begun by somebody who did not come to the end."""
        query = select(_AT.held, _AT.case_id).where(_OPEN, _AT.due_at <= utc(now)).order_by(_AT.due_at).limit(50)
        return await self._db.read(lambda rx: [(row.held, row.case_id) for row in rx.execute(query)])

    async def begin(self, held: str, now: datetime, again_at: datetime) -> HeldAct | None:
        """Take one in hand until `again_at`; None where somebody else has it, or it is settled."""
        free = or_(_AT.state == "held", and_(_AT.state == "going", _AT.due_at <= utc(now)))
        if not await self._change(held, free, state="going", due_at=utc(again_at)):
            return None
        return await self.find(held)

    async def again(self, held: str, at: datetime) -> None:
        """No answer came: it is begun again then. It stays under way, for the case may have taken it all the same."""
        await self._change(held, _AT.state == "going", due_at=utc(at))

    async def settle(self, held: str, state: State, at: datetime, among: Collection[str] = ("going",), **said: Any) -> bool:
        """How it ended; False where it is in none of the states `among` any more. What it asked for is kept no longer, but of one that
        was refused: its person may want to go on from there."""
        asked: dict[str, Any] = {} if state == "refused" else {"args": {}}
        return await self._change(held, _AT.state.in_(list(among)), state=state, settled_at=utc(at), **asked, **said)

    async def seen(self, held: str, person: str, at: datetime) -> None:
        told = and_(_AT.person == person, _AT.state.in_(("done", "refused")))
        await self._change(held, told, seen_at=utc(at), args={})

    async def forget(self, settled_before: datetime) -> None:
        """What ended so long ago was told, or is stale."""
        await self._db.write(lambda tx: tx.execute(delete(held_acts).where(_AT.settled_at <= utc(settled_before))))

    async def _change(self, held: str, still: ColumnElement[bool], **values: Any) -> bool:
        change = update(held_acts).where(_AT.held == held, still).values(**values)
        return await self._db.write(lambda tx: bool(tx.execute(change).rowcount))


def _act(row: RowMapping) -> HeldAct:
    return HeldAct.model_validate({**row, "case": row["case_id"]}, extra="ignore")
