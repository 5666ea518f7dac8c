"""Sessions of the console: how somebody proved who they are, how long that counts, and when they have to prove it again.

Kept on the server, so that one ended is over at the next request; a cookie holds nothing but a random secret (`trust.md` §5, P17).
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict

from domain.errors import BadInput

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
#: After so many wrong passwords in a row an account rests, each time twice as long.
TRIES, FIRST_REST, LONGEST_REST = 5, timedelta(seconds=30), timedelta(hours=1)


class How(StrEnum):
    """How somebody proved who they are."""

    LINK = "link"
    PASSWORD = "password"  # noqa: S105: a word of the catalogue
    PROVIDER = "provider"


class Bounds(BaseModel):
    """How long a session counts: unused, at most, and how fresh a proof must be for an approval."""

    model_config = ConfigDict(frozen=True)
    idle: timedelta = timedelta(minutes=15)
    longest: timedelta = timedelta(hours=8)
    fresh: timedelta = timedelta(minutes=5)


class Session(BaseModel):
    """One session without its secret. `proved_at` is the last time the person proved who they are."""

    model_config = ConfigDict(frozen=True)
    session: str
    person: str
    how: How
    created_at: AwareDatetime
    seen_at: AwareDatetime
    proved_at: AwareDatetime
    ended_at: AwareDatetime | None = None

    def state(self, now: datetime, bounds: Bounds) -> str:
        """`live`, `ended`, `expired` (too long altogether) or `idle` (too long unused)."""
        if self.ended_at is not None:
            return "ended"
        if now - self.created_at >= bounds.longest:
            return "expired"
        return "idle" if now - self.seen_at >= bounds.idle else "live"

    def fresh(self, now: datetime, bounds: Bounds) -> bool:
        """Is the proof recent enough to approve something?"""
        return now - self.proved_at < bounds.fresh


class Handshake(BaseModel):
    """Somebody on the way to the identity provider. `state` is a hash of what the browser carries; `session` is the one that is to be
    proved again, empty for a new one; `wanted` is where they go afterwards."""

    model_config = ConfigDict(frozen=True)
    state: str
    session: str
    wanted: str
    expires_at: AwareDatetime


def checked_password(person: str, password: str) -> str:
    """A password that may be set. Raises BadInput: too short, too long, or the person's own id."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        said = f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters"
        raise BadInput(said, code="password_length", field="password")
    if person.casefold() in password.casefold():
        raise BadInput("a password does not contain one's own id", code="password_guessable", field="password")
    return password


def rest_after(failures: int) -> timedelta:
    """How long an account rests after so many wrong passwords in a row."""
    if failures < TRIES:
        return timedelta()
    doubled: timedelta = FIRST_REST * 2 ** min(failures - TRIES, 12)
    return min(LONGEST_REST, doubled)
