"""What can go wrong, as one tree.

Problem
├── Refusal            retrying cannot help; a door answers 4xx or a plain sentence
│   ├── BadInput       the words or bytes given are not of the right form
│   │   └── NotANotice
│   ├── NotFound       no such case, vacancy, person, event
│   ├── NotAllowed     this person, or this partner, may not do that
│   │   └── FourEyes   a second, different person is needed
│   ├── NotNow         right act, wrong moment: the stage, the hold or a missing condition forbids it
│   │   ├── CaseClosed
│   │   ├── VacancyClosed
│   │   └── PostTaken
│   ├── Stale          decided on a version of the case that is no longer the newest
│   └── Conflict       the same key was used before with other content
│       └── JournalConflict   the same number with other facts: an alarm, never an overwrite
└── Trouble            the world is at fault and may recover; worth retrying
    ├── PartnerUnavailable
    ├── StoreUnavailable
    └── EngineUnavailable     Temporal cannot be reached
"""

from typing import Any


class Problem(Exception):
    """Root of everything this project raises on purpose.

    `code` is a stable machine word (the class name by default), `details` holds references only, never personal data.
    """

    def __init__(self, message: str, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).__name__
        self.details = details


class Refusal(Problem): ...


class BadInput(Refusal): ...


class NotANotice(BadInput): ...


class NotFound(Refusal): ...


class NotAllowed(Refusal): ...


class FourEyes(NotAllowed): ...


class NotNow(Refusal): ...


class CaseClosed(NotNow): ...


class VacancyClosed(NotNow): ...


class PostTaken(NotNow): ...


class Stale(Refusal): ...


class Conflict(Refusal): ...


class JournalConflict(Conflict): ...


class Trouble(Problem): ...


class PartnerUnavailable(Trouble):
    """A partner did not answer, or answered 429/5xx. `retry_after` is in seconds when the partner named a time."""

    def __init__(self, message: str, *, retry_after: float | None = None, **details: Any) -> None:
        super().__init__(message, **details)
        self.retry_after = retry_after


class StoreUnavailable(Trouble): ...


class EngineUnavailable(Trouble): ...


def refusals() -> list[str]:
    """Names of the whole refusal family, for retry policies (Temporal matches exact class names)."""

    def below(cls: type[Problem]) -> list[str]:
        return [cls.__name__, *(name for sub in cls.__subclasses__() for name in below(sub))]

    return below(Refusal)
