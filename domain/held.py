"""An act somebody confirmed and may still take back: it takes effect a moment later, or not at all."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS

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
    def opposite(self) -> str:
        """The act that takes it back once it took effect, with consequences of its own; empty where none does."""
        known = VACANCY_ACTS if self.case.startswith("vacancy/") else ACTS
        return known[self.act].taken_back_by if self.act in known else ""

    def left(self, now: datetime) -> float:
        """How many seconds it can still be taken back."""
        return max(0.0, (self.due_at - now).total_seconds())

    @property
    def open(self) -> bool:
        """Is it still to be done?"""
        return self.state in ("held", "going")
