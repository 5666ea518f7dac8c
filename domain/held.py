"""An act somebody confirmed and may still take back: it takes effect a moment later, or not at all."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from domain.acts import ACTS, Act
from domain.competition import ACTS as VACANCY_ACTS
from domain.competition import Act as VacancyAct

A = TypeVar("A", Act, VacancyAct)
#: `held`: can be taken back; `going`: being done; then one of the three it stays.
State = Literal["held", "going", "done", "refused", "taken_back"]


class HeldAct(BaseModel):
    """`held` is the request the act is made under, so that doing it twice is doing it once; `version` the one of the case it was decided
    on. `number` is the receipt's, `code` and `why` the refusal's. `due_at` is by the system's clock."""

    model_config = ConfigDict(frozen=True)

    held: str
    person: str
    case: str
    act: str
    args: dict[str, Any]
    version: int
    given_at: datetime
    due_at: datetime
    state: State = "held"
    number: int | None = None
    code: str = ""
    why: str = ""
    settled_at: datetime | None = None

    @property
    def opposite(self) -> Act | VacancyAct | None:
        """The act that takes it back once it took effect, with consequences of its own; None where none does."""
        if self.case.startswith("vacancy/"):
            return _opposite(VACANCY_ACTS, self.act)
        return _opposite(ACTS, self.act)

    def left(self, now: datetime) -> float:
        """How many seconds it can still be taken back."""
        return max(0.0, (self.due_at - now).total_seconds())

    @property
    def open(self) -> bool:
        """Is it still to be done?"""
        return self.state in ("held", "going")


def _opposite(known: Mapping[str, A], name: str) -> A | None:
    return known.get(known[name].taken_back_by) if name in known else None
