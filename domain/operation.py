"""One act done to many cases: which, by whom, and what became of each (`recruitment.md` §7)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.words import Role

ItemState = Literal["pending", "done", "refused", "failed", "cancelled"]

#: What may be done to many at once: clocks, and what only confirms that they ran out. Judging people is done one by one.
BULK = ("hold", "resume", "extend", "confirm_lapse", "reopen_lapse")

#: How many hires one operation may be about, by role.
MOST = {Role.HR_OFFICER: 200, Role.HR_HEAD: 2000}

#: Not done yet: tried again when the operation is resumed.
OPEN = ("pending", "failed")


def most(roles: Iterable[str]) -> int:
    """How many hires somebody with these roles may do one thing to at once."""
    held = {str(role) for role in roles}
    return max((n for role, n in MOST.items() if str(role) in held), default=0)


class Item(BaseModel):
    """One case of an operation. `number` is the receipt: where its journal stands; `code` and `why` say what stood against it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    case: str
    state: ItemState = "pending"
    number: int | None = None
    code: str = ""
    why: str = ""


class Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    operation: str
    act: str
    args: dict[str, Any] = Field(default_factory=dict)
    person: str
    at: datetime
    items: tuple[Item, ...] = ()

    @property
    def state(self) -> Literal["open", "done", "cancelled"]:
        states = {item.state for item in self.items}
        return "open" if states & set(OPEN) else "cancelled" if "cancelled" in states else "done"

    @property
    def counts(self) -> dict[str, int]:
        states = [item.state for item in self.items]
        return {state: states.count(state) for state in dict.fromkeys(states)}

    def request(self, case: str) -> str:
        """The request id of this act on this case: the same however often it is tried, and the operation can be read off it."""
        return f"{self.operation}.{case.removeprefix('hire/')}"
