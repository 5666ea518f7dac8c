"""Who is asking: a token in the `Authorization` header, the person behind it, and the roles that person has today."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from acts import parts
from acts.in_person import TokenDesk
from acts.needs import Need
from acts.rights import SEES, Resource
from acts.tokens import NotProved
from domain.errors import NotAllowed, NotFound, Refusal
from domain.tokens import Scope
from domain.words import Role
from domain.words import roles as roles_among

BURST, PER_SECOND = 60, 20.0
BEARER = HTTPBearer(auto_error=False, scheme_name="token", description="A personal access token: `muster staff token add`.")


class TooMany(Refusal):
    """This token asks faster than it may."""


@dataclass(frozen=True)
class Caller:
    """One request's person. `roles` are their own and those they stand in for today; `trace` names this request in logs and refusals.

    `desk` refuses approvals and notes what they look at; it reaches cases only where the address is for acting.
    """

    person: str
    roles: frozenset[Role]
    scope: Scope
    desk: TokenDesk
    trace: str

    def sees(self, resource: Resource) -> bool:
        return bool(SEES[resource] & self.roles)


class Pace:
    """A bucket of requests per token, refilled steadily. Kept in this process alone: it protects it, it is no accounting."""

    def __init__(self, burst: int = BURST, per_second: float = PER_SECOND, clock: Callable[[], float] = monotonic) -> None:
        self._burst, self._per_second, self._clock = burst, per_second, clock
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, token: str) -> None:
        """Raises TooMany with `retry_after` in seconds."""
        now = self._clock()
        left, at = self._left.get(token, (float(self._burst), now))
        left = min(float(self._burst), left + (now - at) * self._per_second)
        if left < 1:
            self._left[token] = (left, now)
            wait = max(1, round((1 - left) / self._per_second + 0.5))
            raise TooMany("this token asks too often", code="too_many", retry_after=wait)
        self._left[token] = (left - 1, now)


@dataclass(frozen=True)
class Counter:
    """What every request is served with. `acting` gives the desk that reaches the cases, or raises EngineUnavailable."""

    desk: TokenDesk
    acting: Callable[[], Awaitable[TokenDesk]]
    pace: Pace


class Sees:
    """The dependency of an address: proves the caller, checks the need. One that changes something asks for a token of that scope, and
    reaches cases; `reaching` asks Temporal only to show something. `pace`: how fast it may be asked, where that is not as everywhere."""

    def __init__(self, need: Need, *, reaching: bool | None = None, pace: Pace | None = None) -> None:
        self.need, self._reaching, self._pace = need, need.changes if reaching is None else reaching, pace

    async def __call__(self, request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]) -> Caller:
        counter: Counter = request.app.state.counter
        if given is None:
            raise NotProved("say who asks: Authorization: Bearer mst_…", code="token_missing")
        token = await counter.desk.tokens.proved(given.credentials)
        request.state.token = token.token
        (self._pace or counter.pace).take(token.token)
        roles = await _roles(counter.desk, token.person)
        if not self.need.roles & roles:
            what, wanted = self.need.act or self.need.resource, ", ".join(sorted(self.need.roles))
            raise NotAllowed(f"{what} is for: {wanted}", code="wrong_role", resource=str(self.need.resource))
        if self.need.changes and token.scope is not Scope.ACT:
            raise NotAllowed("this token may only read", code="token_reads_only")
        desk = await counter.acting() if self._reaching else counter.desk
        caller = Caller(token.person, roles, token.scope, desk, request.state.trace)
        return replace(caller, desk=desk.read_by(parts.reader(caller.person, caller)))


def sees(resource: Resource, *, reaching: bool = False) -> Sees:
    """For an address that shows something."""
    return Sees(Need(resource), reaching=reaching)


def acts(act: str) -> Sees:
    """For an address that does this act (`acts.needs.KNOWN`)."""
    return Sees(Need(Resource.ACTING, changes=True, act=act))


def writes(resource: Resource) -> Sees:
    """For an address that does something the store alone can keep: works while Temporal is away."""
    return Sees(Need(resource, changes=True), reaching=False)


async def _roles(desk: TokenDesk, person: str) -> frozenset[Role]:
    try:
        own = (await desk.people.staff(person)).roles
    except NotFound:  # whoever left has no token any more, whatever they kept
        raise NotProved("this token is not known", code="token_unknown") from None
    lent = (await desk.personnel.stands_in(person)).values()
    return roles_among(own) | frozenset(role for given in lent for role in roles_among(given))
