"""What may be done about an event that waits or had no effect (`trust.md` P4: one that is too early waits visibly, it is never dropped).

Pure: from what is known of an event to the remedy proposed and the acts allowed. Its words stand in the catalogue as `remedy.<code>`.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["discard", "replay", "reroute"]

#: Begins the reason of a parked message that could not be written down.
POISON = "poison."


@dataclass(frozen=True)
class Remedy:
    """A proposal in one code, and the acts somebody may choose from."""

    code: str
    acts: tuple[Kind, ...] = ()


def remedy(state: str, reason: str, *, application: bool = False) -> Remedy:
    """What to do about an event in this state. An application makes its own case, so it is never given to another one."""
    other: tuple[Kind, ...] = () if application else ("reroute",)
    match state:
        case "unrouted" if reason == "unknown_case":
            return Remedy("wait_or_reroute", (*other, "discard"))
        case "unrouted":
            return Remedy("case_refuses", (*other, "discard"))
        case "parked" if reason.startswith(POISON):
            return Remedy("repair_and_replay", ("replay", "discard"))
        case "parked":
            return Remedy("wait_for_its_moment", (*other, "discard"))
        case "contradicted":
            return Remedy("settle_reply")
        case "superseded" if reason == "late":
            return Remedy("accept_late")
        case "superseded" if reason.startswith("discarded."):
            return Remedy("put_away", ("replay", *other))
        case "superseded" if reason == "repeated":
            return Remedy("nothing_to_do")
        case "superseded" | "refused":
            return Remedy("look_why", ("replay", *other))
        case _:
            return Remedy("nothing_to_do")


#: Every code `remedy` can give; each has its sentence in the catalogue.
REMEDIES = (
    "wait_or_reroute",
    "case_refuses",
    "repair_and_replay",
    "wait_for_its_moment",
    "settle_reply",
    "accept_late",
    "put_away",
    "look_why",
    "nothing_to_do",
)
