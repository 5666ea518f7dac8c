"""Who decided the negative endings of a journal: read from its facts, not from the state the rules work with."""

from collections.abc import Iterable
from dataclasses import dataclass

from domain.facts import EndingReached, Entry, LapseDue
from domain.words import NOT_ADVERSE


@dataclass
class Read:
    """How many negative endings there were, how many without a named person, and how many deadlines ran out."""

    negative: int = 0
    unnamed: int = 0
    lapses: int = 0


def read(journal: Iterable[Entry], found: Read) -> None:
    for entry in journal:
        match entry.fact:
            case LapseDue():
                found.lapses += 1
            case EndingReached(ending=ending, decided_by=by, reason=reason) if ending not in NOT_ADVERSE:
                found.negative += 1
                found.unnamed += not (by.startswith("person:") and by != "person:" and reason)
            case _:
                pass


def without_persons(journal: Iterable[Entry]) -> list[Entry]:
    """The same, as a rule would leave it that lets a timer end a case."""
    return [
        entry.model_copy(update={"fact": entry.fact.model_copy(update={"decided_by": "muster"})})
        if isinstance(entry.fact, EndingReached)
        else entry
        for entry in journal
    ]
