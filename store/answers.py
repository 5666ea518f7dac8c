"""Idempotency-Keys of the people's API: who asked what under which key, and what was answered.

A row is taken before anything is done and holds the answer afterwards. One whose process died is taken over when its lease is over;
that is harmless, because the key is also the request id of what is done.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from domain.errors import BadInput, Conflict
from store.database import Database
from store.tables import api_answers

#: How long an answer is kept, and how long one who took a key and says nothing is believed to be at work still.
KEPT = timedelta(days=7)
LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Key:
    """A key belongs to one token and one address."""

    token: str
    route: str
    key: str


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


class Answers:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def take(self, key: Key, sha256: str, now: datetime) -> str | Answer:
        """A claim to go on with, or the answer given before.

        Raises Conflict (`still_running`) while another one is at it, BadInput (`key_reused`) when the key was used for other content.
        """
        claim = secrets.token_hex(8)
        found = await self._db.write(partial(_take, self._db, key, sha256, now, claim))
        if found is None:
            return claim
        if found.sha256 != sha256:
            raise BadInput("this Idempotency-Key was used before for other content", code="key_reused")
        if found.status is None:
            raise Conflict("the first request with this Idempotency-Key is still running; ask again in a moment", code="still_running")
        return Answer(found.status, found.headers, found.body)

    async def keep(self, key: Key, claim: str, answer: Answer) -> None:
        """What was answered; nothing if another one has taken the key over meanwhile."""
        kept = api_answers.update().where(_row(key), api_answers.c.claim == claim)
        values = {"status": answer.status, "headers": answer.headers, "body": answer.body}
        await self._db.write(lambda tx: tx.execute(kept.values(**values)))

    async def give_back(self, key: Key, claim: str) -> None:
        """Nothing was done: the key is free again."""
        mine = api_answers.delete().where(_row(key), api_answers.c.claim == claim, api_answers.c.status.is_(None))
        await self._db.write(lambda tx: tx.execute(mine))


def _take(db: Database, key: Key, sha256: str, now: datetime, claim: str, tx: Connection) -> Any:
    """None when the key is ours now, else the row that stands in the way."""
    tx.execute(api_answers.delete().where(api_answers.c.taken_at < now - KEPT))
    fresh = {"sha256": sha256, "claim": claim, "taken_at": now, "status": None, "headers": None, "body": None}
    row = db.insert(api_answers).values(token=key.token, route=key.route, key=key.key, **fresh).on_conflict_do_nothing()
    if tx.execute(row.returning(api_answers.c.key)).first() is not None:
        return None
    silent = api_answers.update().where(
        _row(key), api_answers.c.status.is_(None), api_answers.c.sha256 == sha256, api_answers.c.taken_at < now - LEASE
    )
    if tx.execute(silent.values(claim=claim, taken_at=now)).rowcount == 1:
        return None
    return tx.execute(select(api_answers).where(_row(key))).one()


def _row(key: Key) -> ColumnElement[bool]:
    return (api_answers.c.token == key.token) & (api_answers.c.route == key.route) & (api_answers.c.key == key.key)
