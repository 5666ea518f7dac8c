"""Signing in with the identity provider, and proving again who one is: there and back, bound to the browser that set out."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from acts.secrecy import fresh, hashed, well_formed
from acts.sessions import NotSignedIn, SessionBook
from connectors.openid import Asked, OpenId, Vouched
from domain.errors import Problem
from domain.sessions import Handshake, Session
from store.database import Database
from store.names import system_now
from store.sessions import Proofs

#: How long somebody may take at the provider.
ON_THE_WAY = timedelta(minutes=10)
#: Where the provider sends browsers back to; the address that is registered there.
BACK = "/sign-in/provider/back"


class Unlinked(NotSignedIn):
    """The provider vouches for somebody whom nobody linked to a member of staff. They are told their own `subject`, to pass on."""

    def __init__(self, subject: str) -> None:
        super().__init__("this identity belongs to nobody here: muster staff identity links it", code="identity_unknown")
        self.subject = subject


@dataclass(frozen=True)
class Arrived:
    """Somebody who came back: `secret` of their new session, or None where the one they had is proved again."""

    wanted: str
    secret: str | None = field(repr=False)


class Vouching:
    """`origin` is where browsers find the console."""

    def __init__(self, db: Database, book: SessionBook, provider: OpenId, origin: str, now: Callable[[], datetime] = system_now) -> None:
        self.provider, self._book, self._proofs = provider, book, Proofs(db)
        self._back, self._now = origin + BACK, now

    async def set_out(self, wanted: str, session: Session | None = None) -> tuple[str, str]:
        """The address to send the browser to, and the secret it has to bring back. With a session, to prove that one again.

        Raises PartnerUnavailable, NotVouched.
        """
        secret = fresh()
        asked, bounds = _asked(secret), self._book.bounds
        url = await self.provider.way(asked, self._back, within=bounds.fresh if session else bounds.longest, again=session is not None)
        whose = session.session if session else ""
        out = Handshake(state=hashed(asked.state), session=whose, wanted=wanted, expires_at=self._now() + ON_THE_WAY)
        await self._proofs.set_out(out)
        return url, secret

    async def come_back(self, secret: str, state: str, code: str, iss: str, error: str) -> Arrived:
        """What the provider's answer came to. It counts once, in the browser that set out. Raises NotSignedIn, PartnerUnavailable."""
        asked = _asked(secret)
        if not well_formed(secret) or not hmac.compare_digest(asked.state.encode(), state.encode()):
            raise NotSignedIn("this answer belongs to no way that began in this browser", code="handshake_gone")
        begun = await self._proofs.come_back(hashed(state), self._now())
        if begun is None:
            raise NotSignedIn("this answer came too late, or was used already", code="handshake_gone")
        if error or not code:
            raise NotSignedIn("the provider did not vouch for anybody", code="provider_refused")
        return await self._let_in(begun, await self.provider.vouched(asked, self._back, code, iss))

    async def leaving(self) -> str:
        """Where somebody who signed out here signs out of the provider as well; empty where that is not offered, or not known now."""
        try:
            return await self.provider.leaving(self._back.removesuffix(BACK) + "/sign-in?why=signed_out")
        except Problem:
            return ""

    async def _let_in(self, begun: Handshake, who: Vouched) -> Arrived:
        try:
            if begun.session:
                await self._book.again_by_provider(begun.session, who.issuer, who.subject, who.proved_at)
                return Arrived(begun.wanted, None)
            _, secret = await self._book.by_provider(who.issuer, who.subject, who.proved_at)
        except NotSignedIn as refused:
            if refused.code == "identity_unknown":
                raise Unlinked(who.subject) from refused
            raise
        return Arrived(begun.wanted, secret)


def _asked(secret: str) -> Asked:
    """State, nonce and verifier of one way, all from the secret that only the browser has: the store keeps none of them."""
    state, nonce, verifier = (hmac.new(secret.encode(), word, hashlib.sha256).hexdigest() for word in (b"state", b"nonce", b"verifier"))
    return Asked(state, nonce, verifier)
