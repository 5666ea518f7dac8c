"""What we asked held against what a partner says it has: each difference by name, with what is proposed. Pure.

A query never settles anything: what was decided counts when it comes as a signed event, or is entered and confirmed by two people.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.asked import OurAsk
from domain.silence import Awaited

Name = Literal[
    "unknown_to_them",
    "answered_by_them",
    "recalled_there",
    "recalled_by_us",
    "answered_by_us",
    "arrived_after_all",
    "unknown_to_us",
    "overdue",
]
#: What is proposed for each; `reconcile.<name>` and `propose.<proposal>` in the catalogue.
PROPOSALS: Mapping[Name, str] = {
    "unknown_to_them": "ask_again",
    "answered_by_them": "send_again",
    "recalled_there": "ask_again",
    "recalled_by_us": "recall_again",
    "answered_by_us": "tell_them",
    "arrived_after_all": "recall_again",
    "unknown_to_us": "look",
    "overdue": "chase",
}
#: How they say that an ask is not done with.
THEIRS_OPEN = ("received", "in_progress")


@dataclass(frozen=True)
class Difference:
    """One thing on which they and we do not agree, or that they owe us. `theirs` is their own reference, where they gave one."""

    name: Name
    ask: str
    proposal: str
    case: str = ""
    about: str = ""
    theirs: str = ""
    state: str = ""


@dataclass(frozen=True)
class Theirs:
    """What they say of one ask: where it stands with them, and their reference."""

    state: str
    reference: str = ""


def differences(ours: Iterable[OurAsk], theirs: Mapping[str, Theirs], overdue: Collection[str]) -> list[Difference]:
    """Every difference, in the order of the asks; what they have that is none of ours comes last.

    `overdue` are the keys of the asks that should be answered by now. Asks put by hand are not in their machine.
    """
    found, known = list[Difference](), set[str]()
    for ask in ours:
        known.add(ask.key)
        if name := _named(ask, theirs.get(ask.key), ask.key in overdue):
            found.append(_of(name, ask, theirs.get(ask.key)))
    strange = [Difference("unknown_to_us", key, PROPOSALS["unknown_to_us"], state=x.state, theirs=x.reference) for key, x in theirs.items()]
    return found + [each for each in strange if each.ask not in known]


def _named(ask: OurAsk, theirs: Theirs | None, overdue: bool) -> Name | None:
    if theirs is None:
        if ask.standing == "open" and not ask.by_hand:
            return "unknown_to_them"
        return "overdue" if overdue else None
    working = theirs.state in THEIRS_OPEN
    match ask.standing:
        case "open" if theirs.state == "answered":
            return "answered_by_them"
        case "open" if theirs.state == "recalled":
            return "recalled_there"
        case "open":
            return "overdue" if overdue else None
        case "recalled" | "unrecalled" if working:
            return "recalled_by_us"
        case "answered" if working:
            return "answered_by_us"
        case "lost" if theirs.state != "recalled":
            return "arrived_after_all"
        case _:
            return None


def overdue_only(waiting: Iterable[Awaited]) -> list[Difference]:
    """What can be said of a partner that cannot be asked what it has: whose answer is overdue."""
    return [_of("overdue", each.ask, None) for each in waiting if each.overdue]


def _of(name: Name, ask: OurAsk, theirs: Theirs | None) -> Difference:
    said = theirs or Theirs("")
    return Difference(name, ask.key, PROPOSALS[name], ask.case, ask.about, said.reference, said.state)
