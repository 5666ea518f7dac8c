"""Personal access tokens: what one is, how long it may live, and whether it still counts.

A token acts as one person, with the roles that person has on the day it is used. It can read, or read and act; it can never approve.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.errors import BadInput

DEFAULT_DAYS = 90
MOST_DAYS = 365


class Scope(StrEnum):
    """What a token may do at most; the person's roles limit it further."""

    READ = "read"
    ACT = "act"


class Token(BaseModel):
    """One token without its secret, which nobody has but its owner. `last_used` is a day: more would be a record of somebody's work."""

    model_config = ConfigDict(frozen=True)

    token: str
    person: str
    label: Annotated[str, Field(max_length=60)]
    scope: Scope
    created_at: AwareDatetime
    expires_at: AwareDatetime
    last_used: date | None = None
    revoked_at: AwareDatetime | None = None

    def state(self, now: datetime) -> str:
        """`live`, `revoked`, or `expired`."""
        if self.revoked_at is not None:
            return "revoked"
        return "live" if now < self.expires_at else "expired"


def lifetime(days: int) -> timedelta:
    """How long a token of so many days lives. Raises BadInput."""
    if not 1 <= days <= MOST_DAYS:
        raise BadInput(f"a token lives from 1 to {MOST_DAYS} days", code="bad_arguments", field="days")
    return timedelta(days=days)


def labelled(text: str) -> str:
    """What its owner calls a token. Raises BadInput for nothing, or for more than a few words."""
    label = " ".join(text.split())
    if not 1 <= len(label) <= 60 or not label.isprintable():
        raise BadInput("say in one to sixty characters what the token is for", code="bad_arguments", field="label")
    return label
