"""Who is looking: the session behind the cookie, the person behind the session, and what that person may see and do today."""

import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request

from acts import parts
from acts.desk import Desk
from acts.needs import Need
from acts.rights import SEES, Resource
from acts.sessions import csrf_token
from acts.vouching import Vouching
from config.words import LANGUAGES
from domain.deeds import DEEDS
from domain.errors import NotAllowed
from domain.held import HeldAct
from domain.sessions import Session
from domain.words import Role
from domain.words import roles as roles_among

#: The header of a page that asks for itself again because something changed: nobody pressed anything.
WATCHING = "muster-watching"
SECURE, PLAIN = "__Host-muster", "muster_session"


class Forged(NotAllowed):
    """A form that did not come from a page of this session."""


@dataclass(frozen=True)
class Visitor:
    """One request's person. `desk` reads, and notes what they look at; `reach` gives the desk that acts on cases, or raises
    EngineUnavailable."""

    person: str
    name: str
    roles: frozenset[Role]
    session: Session
    csrf: str = field(repr=False)
    likes: dict[str, Any]
    desk: Desk
    reach: Callable[[], Awaitable[Desk]] = field(repr=False)
    #: Their acts that can still be taken back, and what became of the latest.
    held: Sequence[HeldAct] = ()

    def sees(self, resource: Resource) -> bool:
        return bool(SEES[resource] & self.roles)

    def may(self, roles: frozenset[Role]) -> bool:
        """Has this person one of these roles?"""
        return bool(roles & self.roles)

    @property
    def fresh(self) -> bool:
        """Did this person prove who they are recently enough to approve something?"""
        return self.desk.sessions.fresh(self.session)


@dataclass(frozen=True)
class Reception:
    """What every request is received with. `origin` is where this console is found (`https://…`); cookies are for it alone."""

    desk: Desk
    acting: Callable[[], Awaitable[Desk]]
    origin: str
    #: Signing in with the organisation's identity provider, where there is one; whether passwords of our own are taken.
    vouching: Vouching | None = None
    passwords: bool = True

    @property
    def secure(self) -> bool:
        return self.origin.startswith("https://")

    @property
    def cookie(self) -> str:
        return SECURE if self.secure else PLAIN

    @property
    def provider(self) -> str:
        """What the identity provider is called; empty where there is none."""
        return self.vouching.provider.name if self.vouching else ""


def reception_of(request: Request) -> Reception:
    """What this request is received with."""
    reception: Reception = request.app.state.reception
    return reception


class Shows:
    """The dependency of a page: who is signed in, and may look at `resource`. `act`: the act it is about (`acts.needs.KNOWN`)."""

    changes = False

    def __init__(self, resource: Resource = Resource.ONESELF, act: str = "") -> None:
        self.need = Need(resource, changes=self.changes, act=act)

    async def __call__(self, request: Request) -> Visitor:
        reception = reception_of(request)
        secret = request.cookies.get(reception.cookie, "")
        session = await reception.desk.sessions.proved(secret, used=WATCHING not in request.headers)
        visitor = await _visitor(reception, session, secret)
        request.state.visitor, request.state.position = visitor, request.app.state.pulse.position
        self._check(visitor, self.need.of(request.path_params.get("act", "")))
        if request.method == "GET":
            request.state.counts = await _counts(visitor)
        return visitor

    @staticmethod
    def _check(visitor: Visitor, need: Need) -> None:
        if not need.roles & visitor.roles:
            wanted = sorted(str(role) for role in need.roles)
            raise NotAllowed(f"{need.act or need.resource} is for: {', '.join(wanted)}", code="wrong_role", roles=wanted)


class Does(Shows):
    """The dependency of whatever changes something: the form has to come from a page of this very session, at this very address."""

    changes = True

    async def __call__(self, request: Request) -> Visitor:
        check_origin(request)
        visitor = await super().__call__(request)
        given = str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), visitor.csrf.encode()):
            raise Forged("this form is not of your session: open the page again", code="forged_form")
        return visitor


def check_origin(request: Request) -> None:
    """Refuse what another site's page sends. Browsers say where a form comes from; one that says nothing is no browser of today."""
    reception = reception_of(request)
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if (origin is None and site is None) or origin not in (None, reception.origin) or site not in (None, "same-origin"):
        raise Forged("this form comes from another page than ours", code="forged_form")


async def _visitor(reception: Reception, session: Session, secret: str) -> Visitor:
    desk = reception.desk
    who = await desk.people.staff(session.person)
    lent = (await desk.personnel.stands_in(session.person)).values()
    roles = roles_among(who.roles) | frozenset(role for given in lent for role in roles_among(given))
    likes = {"language": who.language, **await desk.preferences.of(session.person)}
    held = await desk.holding.of(session.person)
    visitor = Visitor(session.person, who.name, roles, session, csrf_token(secret), likes, desk, reception.acting, held)
    return replace(visitor, desk=desk.read_by(parts.reader(session.person, visitor)))


async def _counts(visitor: Visitor) -> dict[str, int]:
    """What needs a person, by the place of the rail where it is looked after; nothing for who could do nothing about it."""
    if not DEEDS["operate_deliveries"].roles & visitor.roles:
        return {}
    letters = bool(DEEDS["look_after_letters"].roles & visitor.roles)
    return {"integrations": await visitor.desk.systems.needing(letters=letters)}


def language_of(request: Request) -> str:
    """The language of this answer: the person's own, else what the browser asks for, else English."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is not None and visitor.likes.get("language") in LANGUAGES:
        return str(visitor.likes["language"])
    asked = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((each for each in asked if each in LANGUAGES), LANGUAGES[0])
