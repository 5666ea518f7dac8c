"""The log as it is read for an export: leaves with their positions, and what each is bound to."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from domain.errors import Conflict
from domain.facts import Entry
from domain.log.leaf import Kind, canonical, salt
from store.database import Database
from store.records import entry_of
from store.tables import cases, erasures, histories, journal, leaf_contents, leaves, log_keys


@dataclass(frozen=True)
class Bound:
    """A leaf with what it is bound to, as a dossier discloses it; None once the person it is about was erased."""

    index: int
    kind: str
    ref: str
    text: str
    disclosed: Mapping[str, Any] | None  # {"salt": hex, "content": {…}}


class LogBook:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def about(self, stream: str, size: int) -> list[Bound]:
        """Every leaf of a stream among the first `size` of the log, in order. Raises Conflict where what one is bound to is gone,
        and nobody was erased: then somebody took it away."""
        return await self._db.read(lambda rx: _about(rx, stream, size))

    async def texts(self, begin: int, end: int) -> list[str]:
        """The leaves from `begin` up to `end`, as they are hashed."""
        here = select(leaves.c.body).where(leaves.c.position >= begin, leaves.c.position < end).order_by(leaves.c.position)
        return await self._db.read(lambda rx: list(rx.execute(here).scalars()))


def _about(rx: Connection, stream: str, size: int) -> list[Bound]:
    key = rx.execute(select(log_keys.c.key).where(log_keys.c.stream == stream)).scalar_one_or_none()
    erased = _is_erased(rx, stream)
    facts = {entry.number: entry for entry in map(entry_of, rx.execute(select(journal).where(journal.c.case_id == stream)).mappings())}
    said = select(leaves, leaf_contents.c.content).outerjoin(leaf_contents, leaf_contents.c.position == leaves.c.position)
    rows = rx.execute(said.where(leaves.c.stream == stream, leaves.c.position < size).order_by(leaves.c.position)).mappings()
    own = {f"{row.run_id}/{row.last_event}": row.salt for row in rx.execute(select(histories).where(histories.c.case_id == stream))}
    return [Bound(row["position"], row["kind"], row["ref"], row["body"], _disclosed(key, own, row, facts, erased)) for row in rows]


def _is_erased(rx: Connection, case: str) -> bool:
    """Whether the person this case is about was erased, by two people: what was bound before that opens no more."""
    who = select(cases.c.candidate).where(cases.c.case_id == case)
    done = select(erasures.c.erasure).where(erasures.c.candidate.in_(who), erasures.c.erased_at.is_not(None))
    return rx.execute(done).first() is not None


def _disclosed(
    key: bytes | None, histories_own: Mapping[str, bytes], row: Mapping[Any, Any], facts: Mapping[int, Entry], erased: bool
) -> dict[str, Any] | None:
    """Of somebody erased, only what was written since, under the stream's new key, and histories, whose salts are kept beside them. Of
    anybody else everything: what is not there, or not what the leaf is bound to, is for the checks to find."""
    fact = facts.get(row["number"]) if row["kind"] == Kind.FACT else None
    content: dict[str, Any] | None = fact.model_dump(mode="json") if fact is not None else row["content"]
    kept = histories_own.get(row["ref"]) if row["kind"] == Kind.HISTORY else None
    own = kept or (key and salt(key, row["kind"], row["stream"], row["ref"]))
    if not erased and (content is None or own is None):
        raise Conflict(
            f"what leaf {row['position']} of the log is bound to is not in the store", code="content_missing", leaf=row["position"]
        )
    if content is None or own is None:
        return None
    if erased and hmac.new(own, canonical(content), hashlib.sha256).hexdigest() not in row["body"]:
        return None
    return {"salt": own.hex(), "content": content}
