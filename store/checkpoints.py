"""The checkpoints of the log: the tree over its leaves, kept in memory and grown from the table, signed when it has grown.

A checkpoint is signed only if the log still begins with every one signed before. Where it does not (somebody edited, removed or put
back leaves below one), nothing is signed and the refusal says from which checkpoint on; what was published earlier stays true.
"""

import base64
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select

from domain.errors import Conflict, NotFound, NotNow
from domain.log import verify
from domain.log.epochs import Handover, handed, keys_text
from domain.log.leaf import Kind
from domain.log.note import LogKey, proof_text
from domain.log.tree import Tree, leaf_hash
from store import log
from store.database import Database
from store.names import system_now
from store.tables import checkpoints, leaves, log_epochs, log_places

PIECE = 20_000
#: How often a handover is tried before it is left to a quieter moment.
CATCHES = 20


@dataclass(frozen=True)
class Checkpoint:
    """One that was signed. `published_at` is None until every place outside has it."""

    size: int
    root: str
    note: str
    at: datetime
    published_at: datetime | None = None

    @property
    def hash(self) -> bytes:
        """The root as its bytes; empty for what is no base64."""
        try:
            return base64.b64decode(self.root, validate=True)
        except ValueError:
            return b""

    def is_of(self, tree: Tree) -> bool:
        """Does this tree begin with it?"""
        return self.size <= len(tree) and tree.root(self.size) == self.hash


class Forked(Conflict):
    """The log no longer is the one that was signed: an alarm, for people."""


class Checkpoints:
    """The tree of one process. It is read from the leaves' texts, never from the hashes beside them."""

    def __init__(self, db: Database, key: LogKey, clock: Callable[[], datetime] = system_now) -> None:
        self._db, self._key, self._clock, self._tree = db, key, clock, Tree()
        self._last: Checkpoint | None = None
        self.handovers: list[Handover] = []

    @property
    def outside(self) -> "Places":
        """How publishing goes."""
        return Places(self._db, self._clock)

    async def places(self) -> list[dict[str, Any]]:
        """The places outside that have been told, or could not be."""
        return await self.outside.all()

    @property
    def tree(self) -> Tree:
        """As far as it has grown; a proof is asked for with the size of a checkpoint."""
        return self._tree

    async def keys(self) -> str:
        """The log's public keys in one line, as verifiers read them: the first, and the handovers to those after it."""
        query = select(log_epochs).order_by(log_epochs.c.number)
        self.handovers = await self._db.read(lambda rx: [_handover(row) for row in rx.execute(query).mappings()])
        return keys_text(self._key.text, self.handovers)

    async def grown(self) -> int:
        """Take up the leaves written since; how many there are now. Raises Forked when a position is missing."""
        while rows := await self._db.read(self._next):
            for row in rows:
                if row.position != len(self._tree):
                    raise Forked(f"the log has no leaf {len(self._tree)}", code="log_gap")
                self._tree.append(leaf_hash(row.body.encode()))
        return len(self._tree)

    def _next(self, rx: Connection) -> Any:
        last = rx.execute(select(func.max(leaves.c.position))).scalar()
        if (0 if last is None else last + 1) < len(self._tree):
            raise Forked(f"there were {len(self._tree)} leaves, and some are gone", code="log_shrunk")
        here = select(leaves.c.position, leaves.c.body).where(leaves.c.position >= len(self._tree))
        return rx.execute(here.order_by(leaves.c.position).limit(PIECE)).all()

    async def sign(self) -> Checkpoint | None:
        """A checkpoint over everything there is; None while the log is empty. The last one again when nothing was added.

        Raises Forked, and signs nothing, unless the log goes on from every checkpoint signed before.
        """
        size, keys = await self.grown(), verify.keys_of(await self.keys())
        if keys.each[-1] != verify.key_of(self._key.text):
            raise Forked("the log was handed to another key than this one (muster log seal finishes a handover)", code="log_key_changed")
        for before in await self._signed_since(self._last.size if self._last else 0):
            self._goes_on_from(before, size, keys)
            self._last = before
        if self._last and self._last.size == size:
            return self._last
        self._last = await self._signed(size) if size else None
        return self._last

    def _goes_on_from(self, before: Checkpoint, size: int, keys: verify.Keys) -> None:
        if before.size > size:
            raise Forked(f"a log of {before.size} leaves was signed, and there are {size}", code="log_shrunk", size=before.size)
        try:
            signed = verify.checkpoint_of(before.note.encode(), keys, "it")
        except verify.Wrong as wrong:
            raise Forked(f"the checkpoint of {before.size} leaves: {wrong}", code="log_forked", size=before.size) from None
        if self._root(before.size) != before.root or signed != (self._key.origin, before.size, self._tree.root(before.size)):
            raise Forked(f"the first {before.size} leaves are not the ones that were signed", code="log_forked", size=before.size)

    async def _signed(self, size: int) -> Checkpoint:
        """Kept unless the log was handed on meanwhile: whoever hands it on holds the log's lock, as this does. Raises Forked."""
        new = self._checkpoint(size)

        def keep(tx: Connection) -> None:
            log.hold(tx)
            if tx.execute(select(func.count()).select_from(log_epochs)).scalar_one() != len(self.handovers):
                raise Forked("the log was handed to another key while this was signed", code="log_key_changed")
            tx.execute(self._db.insert(checkpoints).values(**asdict(new)).on_conflict_do_nothing())

        await self._db.write(keep)
        return new

    def _checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(size, self._root(size), self._key.checkpoint(size, self._tree.root(size)), self._clock())

    async def hand_over(self, new: LogKey, by: str) -> Handover:
        """End this epoch: a last checkpoint, the handover, and the leaf the next epoch begins with, in one transaction. From then on this
        key signs nothing more. Raises Forked; NotNow for an empty log, or one that grows too fast to be caught between two leaves."""
        for _ in range(CATCHES):
            last = await self.sign()
            if last is None:
                raise NotNow("the log is empty: there is nothing to hand over yet", code="log_empty")
            handover = handed(self._key, len(self.handovers) + 2, last.size, self._tree.root(last.size), new)
            if await self._db.write(partial(self._keep, handover=handover, by=by)):
                return handover
        raise NotNow("the log grew each time it was about to be handed over: try again when less is written", code="log_busy")

    def _keep(self, tx: Connection, handover: Handover, by: str) -> bool:
        if log.hold(tx) != handover.size:
            return False  # a leaf came in between: its root is another one
        at = self._clock()
        tx.execute(insert(log_epochs).values(**asdict(handover), by=by, at=at))
        log.add(tx, log.about(Kind.EPOCH, "log", str(handover.number), at, note=handover.note, by=by))
        return True

    def _root(self, size: int) -> str:
        return base64.b64encode(self._tree.root(size)).decode()

    async def all(self) -> list[Checkpoint]:
        """Every one signed, the smallest first."""
        query = select(checkpoints).order_by(checkpoints.c.size)
        return await self._db.read(lambda rx: [Checkpoint(**row) for row in rx.execute(query).mappings()])

    async def unpublished(self) -> list[Checkpoint]:
        """What no place outside has yet, the smallest first."""
        query = select(checkpoints).where(checkpoints.c.published_at.is_(None)).order_by(checkpoints.c.size)
        return await self._db.read(lambda rx: [Checkpoint(**row) for row in rx.execute(query).mappings()])

    async def _signed_since(self, size: int) -> list[Checkpoint]:
        query = select(checkpoints).where(checkpoints.c.size > size).order_by(checkpoints.c.size)
        return await self._db.read(lambda rx: [Checkpoint(**row) for row in rx.execute(query).mappings()])

    async def published(self, size: int) -> None:
        """Every place outside has it."""
        noted = checkpoints.update().where(checkpoints.c.size == size, checkpoints.c.published_at.is_(None))
        await self._db.write(lambda tx: tx.execute(noted.values(published_at=self._clock())))

    async def proof(self, kind: str, stream: str, ref: str) -> str:
        """The tlog-proof of one leaf, against a checkpoint that has it. Raises NotFound, Forked."""
        here = select(leaves.c.position, leaves.c.body).where(leaves.c.kind == kind, leaves.c.stream == stream, leaves.c.ref == ref)
        found = await self._db.read(lambda rx: rx.execute(here).first())
        if found is None:
            raise NotFound("the log has no such leaf", code="unknown_leaf")
        made = await self.sign()
        assert made is not None  # there is at least this leaf
        return proof_text(found.body, found.position, self._tree.inclusion(found.position, made.size), made.note)


def _handover(row: RowMapping) -> Handover:
    return Handover(row["number"], row["size"], row["before"], row["key"], row["note"])


async def published_sizes(db: Database) -> dict[str, int]:
    """How many checkpoints were signed and how many are outside; up to which leaf each goes."""
    query = select(checkpoints.c.size, checkpoints.c.published_at)
    rows = await db.read(lambda rx: rx.execute(query).all())
    out = [row.size for row in rows if row.published_at is not None]
    sizes = {"signed_up_to": max((row.size for row in rows), default=0), "published_up_to": max(out, default=0)}
    return {"signed": len(rows), "published": len(out), **sizes}


class Places:
    """How publishing goes, a row a place outside: up to which size it has the checkpoints, and what went wrong since."""

    def __init__(self, db: Database, clock: Callable[[], datetime] = system_now) -> None:
        self._db, self._clock = db, clock

    async def all(self) -> list[dict[str, Any]]:
        query = select(log_places).order_by(log_places.c.place)
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])

    async def of(self, place: str) -> dict[str, Any] | None:
        return next((each for each in await self.all() if each["place"] == place), None)

    async def has(self, place: str, size: int) -> None:
        """The place has everything up to this size."""
        await self._put(place, {"size": size, "at": self._clock(), "failed_at": None, "error": ""})

    async def failed(self, place: str, code: str) -> None:
        """It could not be told; since when is kept until it can be again."""
        before = await self.of(place) or {"size": 0, "at": None}
        since = before.get("failed_at") or self._clock()
        await self._put(place, {"size": before["size"], "at": before["at"], "failed_at": since, "error": code})

    async def _put(self, place: str, row: dict[str, Any]) -> None:
        new = self._db.insert(log_places).values(place=place, **row).on_conflict_do_update(index_elements=["place"], set_=row)
        await self._db.write(lambda tx: tx.execute(new))
