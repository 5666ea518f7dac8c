"""Personal access tokens: made, listed, revoked, and the person behind one found. The secret is shown once and never kept or logged."""

from datetime import datetime

from acts.secrecy import fresh, hashed, well_formed
from domain.errors import NotAllowed
from domain.tokens import DEFAULT_DAYS, Scope, Token, labelled, lifetime
from store.database import Database
from store.names import new_id, system_now
from store.people import People
from store.tokens import Tokens

PREFIX = "mst_"


class NotProved(NotAllowed):
    """No token, or none that counts: who is asking is not known."""


class TokenBook:
    """A desk's own part: `Desk.tokens`. Tokens live by the system's clock, which no demonstration sets."""

    def __init__(self, db: Database, people: People) -> None:
        self._kept, self._people = Tokens(db), people

    async def add(self, person: str, label: str, scope: Scope, days: int = DEFAULT_DAYS) -> tuple[Token, str]:
        """A new token of a person, and its secret, which is not to be had again. Raises NotFound, BadInput."""
        await self._people.staff(person)
        now, secret = system_now(), fresh(PREFIX)
        token = Token(
            token=f"tok-{new_id()[:8]}", person=person, label=labelled(label), scope=scope, created_at=now, expires_at=now + lifetime(days)
        )
        await self._kept.add(token, hashed(secret))
        return token, secret

    async def list(self, person: str | None = None) -> list[Token]:
        """All tokens, or one person's. Raises NotFound for a person there is not."""
        if person is not None:
            await self._people.staff(person)
        return await self._kept.list(person)

    async def revoke(self, token: str) -> Token:
        """Raises NotFound."""
        return await self._kept.revoke(token, system_now())

    async def proved(self, secret: str) -> Token:
        """The live token with this secret; the day of its use is noted. Raises NotProved, which says as little as possible."""
        found = await self._kept.by_hash(hashed(secret)) if well_formed(secret, PREFIX) else None
        now = system_now()
        if found is None:
            raise NotProved("this token is not known", code="token_unknown")
        if (state := found.state(now)) != "live":
            raise NotProved(f"this token is {state}", code=f"token_{state}")
        await self._note(found, now)
        return found

    async def _note(self, token: Token, now: datetime) -> None:
        if token.last_used != now.date():
            await self._kept.used(token.token, now.date())
