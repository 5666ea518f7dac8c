"""What the log's doors answer, from the leaves and the checkpoints that were signed: nothing is signed here, so no key is needed."""

import asyncio
import base64
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from domain.errors import BadInput, NotFound, NotNow
from domain.log.leaf import Kind
from domain.log.note import proof_text
from domain.log.tree import Tree, leaf_hash
from store.checkpoints import PIECE, Checkpoint, Forked, Places
from store.database import Database
from store.tables import checkpoints, inbox, leaves, log_size, strays

Row = dict[str, Any]


class Proofs:
    """The tree of one process, grown from the leaves when somebody asks. Never says what the signed checkpoints do not."""

    def __init__(self, db: Database) -> None:
        self._db, self._tree, self._turn = db, Tree(), asyncio.Lock()

    async def checkpoint(self) -> Checkpoint:
        """The newest one signed. Raises NotNow while there is none."""
        query = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(1)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotNow("nothing of the log is signed yet; ask again in some seconds", code="not_signed_yet")
        return Checkpoint(**row)

    async def of_event(self, source: str, event: str) -> str:
        """The tlog-proof of an event that was accepted, by its sender's id of it. Raises NotFound, NotNow while it is not signed yet."""
        ids = await self._db.read(lambda rx: _ids(rx, source, event))
        if not ids:
            raise NotFound("no event with this id was accepted from this sender", code="unknown_event")
        return await self._proof(leaves.c.kind == str(Kind.EVENT), leaves.c.ref.in_(ids))

    async def of_leaf(self, index: int) -> str:
        """The tlog-proof of the leaf at `index`. Raises NotFound, NotNow."""
        return await self._proof(leaves.c.position == index)

    async def consistency(self, earlier: int, later: int | None = None) -> Row:
        """That the log of `later` leaves (the newest signed when not said) goes on from that of `earlier`: sizes, roots, hashes in base64.
        Raises BadInput for sizes the log never had, NotNow."""
        newest = await self.checkpoint()
        size = newest.size if later is None else later
        if not 0 < earlier <= size <= newest.size:
            raise BadInput(f"from and to must be sizes of the log, 1 to {newest.size}, in this order", code="bad_query")
        tree = await self._grown(newest)
        steps = [_text(step) for step in tree.consistency(earlier, size)]
        return {"from": earlier, "to": size, "from_root": _text(tree.root(earlier)), "to_root": _text(tree.root(size)), "proof": steps}

    async def entries(self, first: int, limit: int) -> list[Row]:
        """The texts of leaves from `first` on, in their order: commitments, the case and the moment, and nothing of what happened."""
        query = select(leaves.c.position, leaves.c.body).where(leaves.c.position >= first).order_by(leaves.c.position).limit(limit)
        return await self._db.read(lambda rx: [{"index": row.position, "leaf": row.body} for row in rx.execute(query)])

    async def signed(self) -> list[Checkpoint]:
        """Every checkpoint that was signed, the smallest first."""
        query = select(checkpoints).order_by(checkpoints.c.size)
        return await self._db.read(lambda rx: [Checkpoint(**row) for row in rx.execute(query).mappings()])

    async def newest(self, limit: int) -> list[Checkpoint]:
        """The newest checkpoints, the newest first."""
        query = select(checkpoints).order_by(checkpoints.c.size.desc()).limit(limit)
        return await self._db.read(lambda rx: [Checkpoint(**row) for row in rx.execute(query).mappings()])

    async def of_size(self, size: int) -> Checkpoint:
        """The checkpoint over so many leaves. Raises NotFound."""
        query = select(checkpoints).where(checkpoints.c.size == size)
        row = await self._db.read(lambda rx: rx.execute(query).mappings().first())
        if row is None:
            raise NotFound("no checkpoint has so many leaves", code="no_checkpoint")
        return Checkpoint(**row)

    async def places(self) -> list[Row]:
        """The places outside that have been told, or could not be."""
        return await Places(self._db).all()

    async def size(self) -> int:
        """How many leaves the log's counter has."""
        return await self._db.read(lambda rx: rx.execute(select(log_size.c.size)).scalar_one_or_none() or 0)

    async def texts(self, first: int) -> list[Row]:
        """A piece of the log from `first` on: position, text, and the hash that was written beside it."""
        query = select(leaves.c.position, leaves.c.body, leaves.c.sha256).where(leaves.c.position >= first)
        return await self._rows(query.order_by(leaves.c.position).limit(PIECE))

    async def leaves_of(self, stream: str) -> list[Row]:
        """The leaves of a stream in the order of the log: position, kind and ref."""
        query = select(leaves.c.position, leaves.c.kind, leaves.c.ref).where(leaves.c.stream == stream)
        return await self._rows(query.order_by(leaves.c.position))

    async def _rows(self, query: Select[Any]) -> list[Row]:
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def _proof(self, *which: ColumnElement[bool]) -> str:
        here = select(leaves.c.position, leaves.c.body).where(*which)
        found = await self._db.read(lambda rx: rx.execute(here).first())
        if found is None:
            raise NotFound("the log has no such leaf", code="unknown_leaf")
        newest = await self.checkpoint()
        if found.position >= newest.size:
            raise NotNow("this leaf is not signed yet; ask again in some seconds", code="not_signed_yet")
        tree = await self._grown(newest)
        return proof_text(found.body, found.position, tree.inclusion(found.position, newest.size), newest.note)

    async def _grown(self, newest: Checkpoint) -> Tree:
        """The tree, at least as large as the checkpoint. Raises Forked when the leaves are not the ones that were signed."""
        async with self._turn:
            while len(self._tree) < newest.size:
                for row in await self._db.read(self._next):
                    if row.position != len(self._tree):
                        raise Forked(f"the log has no leaf {len(self._tree)}", code="log_gap")
                    self._tree.append(leaf_hash(row.body.encode()))
        if _text(self._tree.root(newest.size)) != newest.root:
            raise Forked(f"the first {newest.size} leaves are not the ones that were signed", code="log_forked", size=newest.size)
        return self._tree

    def _next(self, rx: Connection) -> Any:
        query = select(leaves.c.position, leaves.c.body).where(leaves.c.position >= len(self._tree))
        rows = rx.execute(query.order_by(leaves.c.position).limit(PIECE)).all()
        if not rows:
            raise Forked(f"the log has no leaf {len(self._tree)}", code="log_shrunk")
        return rows


def _ids(rx: Connection, source: str, event: str) -> list[str]:
    """Our ids of an event, wherever it is kept."""
    tables = [(inbox.c.id, inbox), (strays.c.id, strays)]
    found = [rx.execute(select(own).where(of.c.source == source, of.c.event_id == event)).scalar_one_or_none() for own, of in tables]
    return [each for each in found if each is not None]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
