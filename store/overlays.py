"""Policy overlays: what was decided, by whom, and what became of it."""

from functools import partial

from sqlalchemy import Connection, RowMapping, select

from domain.errors import Conflict, NotFound
from domain.log.leaf import Kind, Leaf
from domain.overlays import Standing
from store import log
from store.database import Database
from store.tables import overlays


class Overlays:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(self) -> list[Standing]:
        """All of them, the oldest first."""
        wanted = select(overlays).order_by(overlays.c.proposed_at, overlays.c.overlay)
        return await self._db.read(lambda rx: [_standing(row) for row in rx.execute(wanted).mappings()])

    async def get(self, overlay: str) -> Standing:
        """Raises NotFound."""
        wanted = select(overlays).where(overlays.c.overlay == overlay)
        row = await self._db.read(lambda rx: rx.execute(wanted).mappings().one_or_none())
        if row is None:
            raise NotFound(f"there is no overlay {overlay}", code="unknown_overlay")
        return _standing(row)

    async def put(self, before: Standing | None, now: Standing) -> Standing:
        """Write a decision by conditional update: it was taken on `before`. Raises Conflict when another one was first."""
        await self._db.write(partial(self._put, before, now))
        return now

    def _put(self, before: Standing | None, now: Standing, tx: Connection) -> None:
        if before is None:
            new = self._db.insert(overlays).values(**_row(now)).on_conflict_do_nothing().returning(overlays.c.overlay)
            written = tx.execute(new).first() is not None
        else:
            was = {name: _row(before)[name] for name in ("approved_at", "lifted_at")}
            still = [overlays.c[name].is_(None) if value is None else overlays.c[name].is_not(None) for name, value in was.items()]
            written = tx.execute(overlays.update().where(overlays.c.overlay == now.id, *still).values(**_row(now))).rowcount == 1
        if not written:
            raise Conflict(f"overlay {now.id} was decided on meanwhile", code="decided_meanwhile")
        log.add(tx, _leaf(now))


def _leaf(now: Standing) -> Leaf:
    """What was just decided: the last of proposed, approved, lifted."""
    what, at = next((w, a) for w, a in (("lifted", now.lifted_at), ("approved", now.approved_at), ("proposed", now.proposed_at)) if a)
    row = {name: value for name, value in _row(now).items() if name != "body"}
    return log.about(Kind.DECISION, f"overlay/{now.id}", what, at, what=what, **row)


def _row(standing: Standing) -> dict[str, object]:
    names = ("proposed_by", "proposed_at", "approved_by", "approved_at", "lifted_by", "lifted_at")
    about = {"overlay": standing.id, "sha256": standing.overlay.sha256, "body": standing.overlay.model_dump(mode="json")}
    return {**about, **{name: getattr(standing, name) for name in names}}


def _standing(row: RowMapping) -> Standing:
    names = ("proposed_by", "proposed_at", "approved_by", "approved_at", "lifted_by", "lifted_at")
    return Standing.model_validate({"overlay": row["body"], **{name: row[name] for name in names}})
