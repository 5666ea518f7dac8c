"""Personal access tokens, by the hash of their secret. The secret itself is nowhere."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, select

from domain.errors import NotFound
from domain.log.leaf import Kind
from domain.tokens import Token
from store import log
from store.database import Database
from store.tables import tokens

_SHOWN = [column for column in tokens.c if column.name != "sha256"]


class Tokens:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def add(self, token: Token, sha256: str) -> None:
        row = {**token.model_dump(), "scope": str(token.scope), "sha256": sha256}

        def work(tx: Connection) -> None:
            tx.execute(insert(tokens).values(row))
            about = {"token": token.token, "person": token.person, "scope": str(token.scope), "expires_at": token.expires_at}
            log.add(tx, log.about(Kind.KEY, "keys", f"token/{token.token}/made", token.created_at, act="token_made", **about))

        await self._db.write(work)

    async def get(self, token: str) -> Token:
        """One token by its id. Raises NotFound."""
        found = await self._found(select(*_SHOWN).where(tokens.c.token == token))
        if not found:
            raise NotFound(f"there is no token {token}", code="unknown_token")
        return found[0]

    async def by_hash(self, sha256: str) -> Token | None:
        """The token whose secret has this hash, whatever its state."""
        found = await self._found(select(*_SHOWN).where(tokens.c.sha256 == sha256))
        return found[0] if found else None

    async def revoke(self, token: str, at: datetime) -> Token:
        """From now on it counts for nothing; revoking twice keeps the first moment. Raises NotFound."""
        once = tokens.update().where(tokens.c.token == token, tokens.c.revoked_at.is_(None)).values(revoked_at=at)

        def work(tx: Connection) -> None:
            if tx.execute(once).rowcount:
                log.add(tx, log.about(Kind.KEY, "keys", f"token/{token}/revoked", at, act="token_revoked", token=token))

        await self._db.write(work)
        return await self.get(token)

    async def used(self, token: str, day: date) -> None:
        """Note the day a token was used; never the hour."""
        await self._db.write(lambda tx: tx.execute(tokens.update().where(tokens.c.token == token).values(last_used=day)))

    async def _found(self, query: Select[Any]) -> list[Token]:
        return await self._db.read(lambda rx: [_token(row) for row in rx.execute(query).mappings()])

    async def list(self, person: str | None = None) -> list[Token]:
        """All tokens, or one person's, the oldest first."""
        wanted = select(*_SHOWN).order_by(tokens.c.created_at, tokens.c.token)
        return await self._found(wanted if person is None else wanted.where(tokens.c.person == person))


def _token(row: RowMapping) -> Token:
    return Token.model_validate(dict(row))
