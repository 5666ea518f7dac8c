"""Signing in to the console: by a one-time link, by password, or by an identity provider; and the session that follows."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from acts.secrecy import fresh, hashed, well_formed
from domain.errors import NotAllowed, NotFound
from domain.sessions import Bounds, How, Session, checked_password, rest_after
from store.database import Database
from store.names import system_now
from store.people import People
from store.sessions import Proofs, Sessions

LINK_FOR = timedelta(minutes=15)
#: A session in use is noted as such at most so often.
NOTED_EVERY = timedelta(seconds=30)


class NotSignedIn(NotAllowed):
    """No session, or none that counts any more."""


class SessionBook:
    """A desk's own part: `Desk.sessions`. Sessions live by the system's clock, which no demonstration sets."""

    def __init__(self, db: Database, people: People, bounds: Bounds | None = None, now: Callable[[], datetime] = system_now) -> None:
        self._kept, self._proofs, self._people = Sessions(db), Proofs(db), people
        self.bounds, self._now, self._argon = bounds or Bounds(), now, PasswordHasher()

    # ---- proving who one is -----------------------------------------------------------------------------------------------

    async def link(self, person: str, lives: timedelta = LINK_FOR) -> str:
        """The secret of a new one-time link for a member of staff. Raises NotFound."""
        await self._people.staff(person)
        secret = fresh()
        await self._proofs.keep_link(hashed(secret), person, self._now() + lives)
        return secret

    async def whose_link(self, secret: str) -> str | None:
        """Whom a link would sign in; None when it does not count. Looking does not use it up: mail programs look at links too."""
        return await self._proofs.link(hashed(secret), self._now()) if well_formed(secret) else None

    async def by_link(self, secret: str) -> tuple[Session, str]:
        """Use a link up. The session and its secret. Raises NotSignedIn."""
        person = await self._proofs.use_link(hashed(secret), self._now()) if well_formed(secret) else None
        if person is None:
            raise NotSignedIn("this link was used already, or is too old: ask for another", code="link_gone")
        return await self.begin(person, How.LINK)

    async def set_password(self, person: str, password: str) -> None:
        """Every session of theirs ends. Raises NotFound, BadInput."""
        await self._people.staff(person)
        kept = await asyncio.to_thread(self._argon.hash, checked_password(person, password))
        await self._proofs.set_password(person, kept, self._now())
        await self._kept.end_all(person, self._now())

    async def by_password(self, person: str, password: str) -> tuple[Session, str]:
        """Raises NotSignedIn, with the same words for a wrong password, an account that rests and a person there is not."""
        await self._check_password(person, password)
        return await self.begin(person, How.PASSWORD)

    async def begin(self, person: str, how: How, proved_at: datetime | None = None) -> tuple[Session, str]:
        """A new session of somebody who proved who they are, now or at `proved_at`. Raises NotSignedIn for who does not work here."""
        await self._works_here(person)
        now, secret = self._now(), fresh()
        proved = min(proved_at or now, now)
        session = Session(session=hashed(secret), person=person, how=how, created_at=now, seen_at=now, proved_at=proved)
        await self._kept.begin(session)
        return session, secret

    async def by_provider(self, issuer: str, subject: str, proved_at: datetime | None) -> tuple[Session, str]:
        """Whom a provider vouches for. Raises NotSignedIn for an identity nobody linked to a member of staff.

        Where the provider does not say when they proved it, the proof counts as too old to approve anything.
        """
        return await self.begin(await self._identified(issuer, subject), How.PROVIDER, proved_at or self._now() - self.bounds.fresh)

    # ---- proving it again -------------------------------------------------------------------------------------------------

    async def again_by_password(self, session: Session, password: str) -> None:
        """Prove again who they are, in the session they have. Raises NotSignedIn, with a wrong password counted as any other."""
        await self._check_password(session.person, password)
        await self._kept.proved(session.session, self._now())

    async def again_by_link(self, session: Session, secret: str) -> None:
        """The same by a link for the same person, which is used up. Raises NotSignedIn."""
        if await self.whose_link(secret) != session.person or await self._proofs.use_link(hashed(secret), self._now()) is None:
            raise NotSignedIn("this link was used already, or is too old: ask for another", code="link_gone")
        await self._kept.proved(session.session, self._now())

    async def again_by_provider(self, session: str, issuer: str, subject: str, proved_at: datetime | None) -> None:
        """The same by the provider, which has to say when they proved it. Raises NotSignedIn: somebody else did, or not just now."""
        person, found = await self._identified(issuer, subject), await self._kept.find(session)
        now = self._now()
        if found is None or found.state(now, self.bounds) != "live" or found.person != person:
            raise NotSignedIn("somebody else proved who they are than is signed in here", code="other_person")
        if proved_at is None or now - proved_at >= self.bounds.fresh:
            raise NotSignedIn("the provider did not ask for a new proof", code="proof_too_old")
        await self._kept.proved(session, min(proved_at, now))

    async def has_password(self, person: str) -> bool:
        return await self._proofs.password(person) is not None

    async def _identified(self, issuer: str, subject: str) -> str:
        person = await self._proofs.identity(issuer, subject)
        if person is None:
            raise NotSignedIn("this identity belongs to nobody here: muster staff identity links it", code="identity_unknown")
        return person

    async def link_identity(self, person: str, issuer: str, subject: str) -> None:
        """From now on this identity means this person. Raises NotFound."""
        await self._people.staff(person)
        await self._proofs.link_identity(issuer, subject, person, self._now())

    # ---- the session ------------------------------------------------------------------------------------------------------

    async def proved(self, secret: str, *, used: bool = True) -> Session:
        """The live session with this secret; `used` by a person, not by a page that keeps itself up to date. Raises NotSignedIn, saying
        why one is over."""
        found = await self._kept.find(hashed(secret)) if well_formed(secret) else None
        if found is None:
            raise NotSignedIn("nobody is signed in here", code="not_signed_in")
        now = self._now()
        if (state := found.state(now, self.bounds)) != "live":
            raise NotSignedIn("this session is over: sign in again", code=f"session_{state}")
        await self._works_here(found.person)
        if used and now - found.seen_at >= NOTED_EVERY:
            await self._kept.seen(found.session, now)
        return found

    async def lives(self, session: Session) -> bool:
        """Does this session still count? A page that only watches asks so: watching is no use of a session, and does not prolong it."""
        found = await self._kept.find(session.session)
        return found is not None and found.state(self._now(), self.bounds) == "live"

    def fresh(self, session: Session) -> bool:
        """May this session approve, or must the person prove again who they are?"""
        return session.fresh(self._now(), self.bounds)

    async def end(self, session: Session) -> None:
        await self._kept.end(session.session, self._now())

    async def end_all(self, person: str) -> int:
        """End every session of a person; how many there were."""
        return await self._kept.end_all(person, self._now())

    async def of(self, person: str) -> list[Session]:
        """The sessions of a person that still count."""
        now = self._now()
        return [each for each in await self._kept.of(person) if each.state(now, self.bounds) == "live"]

    # ---- within -----------------------------------------------------------------------------------------------------------

    async def _works_here(self, person: str) -> None:
        try:
            await self._people.staff(person)
        except NotFound:
            raise NotSignedIn("this session is over: sign in again", code="not_signed_in") from None

    async def _check_password(self, person: str, password: str) -> None:
        now, found = self._now(), await self._proofs.password(person)
        kept, failures, rests_until = found or (await asyncio.to_thread(_nobodys), 0, None)
        good = await asyncio.to_thread(self._verified, kept, password)
        if found is not None and good and (rests_until is None or rests_until <= now):
            if failures:
                await self._proofs.tried(person, 0, None)
            return
        if found is not None and (rests_until is None or rests_until <= now):
            rest = rest_after(failures + 1)
            await self._proofs.tried(person, failures + 1, now + rest if rest else None)
        raise NotSignedIn("no account with this name and password, or it rests after wrong ones", code="wrong_password")

    def _verified(self, kept: str, password: str) -> bool:
        try:
            return self._argon.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _nobodys() -> str:
    """What a stranger's password is compared with, so that an unknown person takes as long as a wrong password. Made when first needed:
    a desk is opened for every command, and few of them sign anybody in."""
    return PasswordHasher().hash(secrets.token_urlsafe(16))


def csrf_token(secret: str) -> str:
    """What a form of this session carries: nobody makes it without the cookie, and it does not give the cookie away."""
    return hmac.new(secret.encode(), b"muster console form", hashlib.sha256).hexdigest()
