"""How rows of the read model become what a page shows: names beside cases, states as word and shape, deadlines as pills."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from acts.rights import Resource
from console.visits import Visitor

#: A deadline nearer than this is at risk.
SOON = timedelta(days=3)
#: States whose word counts days.
COUNTED = ("overdue", "risk", "running")


@dataclass(frozen=True)
class Pill:
    """A state as word, shape and fill together, never colour alone (`muster.css` draws it). `n` counts days where the word needs one."""

    state: str
    n: int = 0


def pill(due: datetime | None, now: datetime) -> Pill | None:
    """How a deadline stands: overdue by whole days, at risk, or running; None without one."""
    if due is None:
        return None
    if due <= now:
        return Pill("overdue", (now - due).days)
    return Pill("risk", (due - now).days) if due - now < SOON else Pill("running", (due - now).days)


def pill_words(pill: Pill | None, say: Callable[..., str]) -> str:
    """The word of a state: "Overdue 3 days"; empty for none."""
    if pill is None:
        return ""
    key = f"console.pill.{pill.state}"
    if pill.state not in COUNTED:
        return say(key)
    span = say(f"count.day.{'one' if pill.n == 1 else 'many'}", n=pill.n)
    return say(key if pill.n else f"{key}.today", span=span)


def state_of(row: Mapping[str, Any], mine: bool, now: datetime) -> Pill:
    """How a hire stands for whoever looks: over, on hold, theirs to move, overdue, or with others."""
    if row.get("ending"):
        return Pill("over")
    if row.get("held"):
        return Pill("held")
    if mine:
        return Pill("needs")
    due = row.get("next_deadline")
    return Pill("overdue", (now - due).days) if due is not None and due <= now else Pill("waiting")


def named(visitor: Visitor) -> bool:
    """Are names shown to this visitor: do they deal with people, and have not masked them?"""
    return visitor.sees(Resource.PEOPLE) and visitor.likes.get("masked") != "on"


async def names(visitor: Visitor, rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The candidates' names by case, for roles that deal with people; for all others, and while names are masked, none."""
    if not named(visitor):
        return {}
    whose = {str(row["case_id"]): str(row["candidate"]) for row in rows if row.get("candidate")}
    found = await visitor.desk.people.named(set(whose.values()))
    return {case: found[candidate] for case, candidate in whose.items() if candidate in found}
