"""Whether what is kept about a person may be erased: who must agree, and what stands against it. Pure; the store does the erasing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from domain.deeds import DEEDS
from domain.errors import FourEyes, NotAllowed, NotNow
from domain.words import Role

#: Who may ask for an erasure, place a hold and lift it. An erasure takes one of each, two persons.
DECIDERS = DEEDS["approve_erasure"].roles


@dataclass(frozen=True)
class Hold:
    """A legal hold that covers the person: on the candidate, on a case or on a vacancy of theirs. Without `until` it ends when lifted."""

    hold: str
    reason: str
    until: date | None = None

    def stands(self, today: date) -> bool:
        """The last day counts."""
        return self.until is None or today <= self.until


@dataclass(frozen=True)
class Standing:
    """What matters of a person's records: cases without an ending, holds not lifted, letters written and not sent."""

    open_cases: Sequence[str] = ()
    holds: Sequence[Hold] = field(default=())
    unsent: int = 0


def check_decider(roles: Collection[str]) -> None:
    """Raise NotAllowed for somebody who decides nothing here."""
    if not DECIDERS & set(roles):
        raise NotAllowed("the data protection officer or the head of HR decides on erasures and holds", code="privacy_role")


def check_pair(proposer: str, proposer_roles: Collection[str], approver: str, approver_roles: Collection[str]) -> None:
    """Two different persons, and both offices between them. Raises FourEyes or NotAllowed."""
    check_decider(proposer_roles)
    check_decider(approver_roles)
    if proposer == approver:
        raise FourEyes("a second person approves an erasure", code="four_eyes")
    pairs = ((proposer_roles, approver_roles), (approver_roles, proposer_roles))
    if not any(Role.DATA_PROTECTION_OFFICER in one and Role.HR_HEAD in other for one, other in pairs):
        raise NotAllowed("an erasure takes the data protection officer and the head of HR", code="privacy_pair")


def check_erasable(standing: Standing, today: date) -> None:
    """Raise NotNow, saying what to do first, while something stands against erasing."""
    for hold in standing.holds:
        if hold.stands(today):
            until = f"until {hold.until.isoformat()}" if hold.until else "until it is lifted"
            raise NotNow(f"the legal hold {hold.hold} ({hold.reason}) stands {until}: nothing is erased before", code="legal_hold")
    if standing.open_cases:
        cases = ", ".join(standing.open_cases)
        raise NotNow(f"{cases} has not ended: record the withdrawal first, then erase", code="case_open")
    if standing.unsent:
        raise NotNow(f"{standing.unsent} letters to this person are written and not sent yet: wait for them", code="letters_unsent")
