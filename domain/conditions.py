"""The conditions of appointment: whom each asks, what may be answered, what an answer settles (recruitment.md §4).

All must be satisfied and still valid on the day of entry. A refusal ends nothing by itself: a named person withdraws the
offer, and this table says how the hire then ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from domain.errors import BadInput
from domain.rules import Rules
from domain.slots import condition_of, nation_of
from domain.words import Condition, Ending, Level, Outcome, Party

#: Clearance levels, rising (facts.md §8).
LEVELS = tuple(Level)

#: On a fast track the clearance on file was confirmed, and its level is too low: the next round asks for an upgrade.
TOO_LOW = "level_too_low"


@dataclass(frozen=True)
class ConditionTable:
    """One line of the table of §4.

    `authority` is the partner asked, with {nation} for the nation concerned. `papers_key` is the deadline of the candidate's
    own papers where they come first, `deadline_key` that of the authority, `appeal_key` that of the time to ask for a new opinion
    before a refusal is final. An outcome in neither `satisfied_by` nor
    `refused_by` settles nothing: a person looks at it. `refused` and `not_received` are the endings once the offer is withdrawn.
    """

    condition: Condition
    authority: str
    party: Party
    satisfied_by: frozenset[Outcome]
    refused_by: frozenset[Outcome]
    undecided: frozenset[Outcome]
    deadline_key: str
    papers_key: str | None
    refused: Ending
    not_received: Ending
    appeal_key: str | None = None

    @property
    def outcomes(self) -> frozenset[Outcome]:
        return self.satisfied_by | self.refused_by | self.undecided


def _row(
    condition: Condition,
    authority: str,
    party: Party,
    yes: Iterable[Outcome],
    no: Iterable[Outcome],
    refused: Ending,
    *,
    undecided: Iterable[Outcome] = (),
    papers: str | None = None,
    not_received: Ending | None = None,
    appeal: str | None = None,
) -> ConditionTable:
    return ConditionTable(
        condition=condition,
        authority=authority,
        party=party,
        satisfied_by=frozenset(yes),
        refused_by=frozenset(no),
        undecided=frozenset(undecided),
        deadline_key=str(condition),
        papers_key=papers,
        refused=refused,
        not_received=not_received or refused,
        appeal_key=appeal,
    )


#: In the order in which they are shown.
TABLE: dict[Condition, ConditionTable] = {
    row.condition: row
    for row in (
        _row(
            Condition.CLEARANCE,
            "nation-{nation}",
            Party.NATION,
            [Outcome.GRANTED],
            [Outcome.REFUSED, Outcome.WITHDRAWN],
            Ending.CLEARANCE_REFUSED,
            undecided=[Outcome.INTERIM],  # allows nothing yet, refuses nothing
            papers="clearance_forms",
            not_received=Ending.CLEARANCE_NOT_RECEIVED,
        ),
        _row(
            Condition.MEDICAL,
            "medical",
            Party.MEDICAL_ADVISER,
            [Outcome.FIT, Outcome.FIT_WITH_ADJUSTMENTS],
            [Outcome.UNFIT],
            Ending.MEDICALLY_UNFIT,
            papers="medical_file",
            not_received=Ending.CONDITIONAL_OFFER_LAPSED,  # nobody is called unfit without an opinion
            appeal="medical_appeal",
        ),
        _row(
            Condition.VERIFICATION,
            "verification",
            Party.VERIFICATION_AGENCY,
            [Outcome.CONFIRMED],
            [Outcome.NOT_CONFIRMED],
            Ending.VERIFICATION_FAILED,
            undecided=[Outcome.PARTLY],
        ),
        _row(
            Condition.ACCREDITATION,
            "host-nation",
            Party.HOST_NATION,
            [Outcome.ACCEPTED],
            [Outcome.REFUSED],
            Ending.ACCREDITATION_REFUSED,
        ),
        _row(
            Condition.SECONDMENT,
            "administration-{nation}",
            Party.NATION,
            [Outcome.AGREED],
            [Outcome.REFUSED],
            Ending.SECONDMENT_REFUSED,
        ),
        _row(
            Condition.BUDGET,
            "budget",
            Party.BUDGET_AUTHORITY,
            [Outcome.APPROVED],
            [Outcome.REFUSED],
            Ending.BUDGET_REFUSED,
        ),
    )
}

#: Every appointment needs these four (facts.md §1, 8a-8d).
ALWAYS = (Condition.CLEARANCE, Condition.MEDICAL, Condition.VERIFICATION, Condition.ACCREDITATION)


def needed(*, seconded: bool, funded: bool, fast_track: bool = False) -> list[Condition]:
    """The conditions one hire must meet. On a fast track the clearance stays one: it is confirmed instead of asked for (§2)."""
    del fast_track  # changes what is asked (`clearance_ask`), never whether
    return [*ALWAYS, *([Condition.SECONDMENT] if seconded else []), *([] if funded else [Condition.BUDGET])]


def authority_for(condition: Condition, *, nation: str = "", seconded_by: str | None = None) -> str:
    """The partner id to ask ("nation-no", lower case).

    The clearance goes to the person's `nation`, the secondment to the administration that sends them. Raises BadInput without one.
    """
    concerned = seconded_by or nation if condition is Condition.SECONDMENT else nation
    if "{nation}" in TABLE[condition].authority and not concerned:
        raise BadInput(f"{condition} needs the nation that is asked", code="nation_missing", condition=str(condition))
    return TABLE[condition].authority.format(nation=concerned.lower())


def deadline_keys(slot: str) -> tuple[str, ...]:
    """The keys of the deadlines that may run for a slot: the authority's own, that of the papers, that of an appeal."""
    row, further = TABLE[condition_of(slot)], nation_of(slot)
    papers = f"{row.papers_key}.{further.lower()}" if row.papers_key and further else row.papers_key
    return tuple(key for key in (slot, papers, row.appeal_key) if key)


def clearance_ask(needed_level: str, on_file_level: str | None, *, fast_track: bool) -> Literal["clearance", "confirmation", "upgrade"]:
    """What the clearance request asks for: "clearance", or on a fast track "confirmation" or, when the level is too low, "upgrade"."""
    if not fast_track or on_file_level is None:
        return "clearance"
    return "confirmation" if level_suffices(on_file_level, needed_level) else "upgrade"


def level_suffices(level: str, needed_level: str) -> bool:
    """Is `level` the needed one or a higher one? An unknown level never suffices."""
    return level in LEVELS and needed_level in LEVELS and LEVELS.index(Level(level)) >= LEVELS.index(Level(needed_level))


def satisfies(condition: Condition, outcome: Outcome) -> bool:
    return outcome in TABLE[condition].satisfied_by


def refuses(condition: Condition, outcome: Outcome) -> bool:
    return outcome in TABLE[condition].refused_by


def ready(condition: Condition, done: Iterable[Condition], rules: Rules, required: Iterable[Condition] | None = None) -> bool:
    """May `condition` be asked now: is everything it waits for done? `required` leaves out what this hire does not need."""
    waits_for = set(rules.conditions[condition].after)
    if required is not None:
        waits_for &= set(required)
    return waits_for <= set(done)


def ending_for(condition: Condition, *, refused: bool) -> Ending:
    """How the hire ends when a named person withdraws the offer over `condition`: refused, or not received by its limit."""
    return TABLE[condition].refused if refused else TABLE[condition].not_received


def valid_on(valid_until: date | None, day: date) -> bool:
    """A result serves on its last day and not after; one without an end does not expire."""
    return valid_until is None or day <= valid_until
