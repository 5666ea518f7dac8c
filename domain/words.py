"""The enumerations of the trade: stored vocabulary, one word per thing, never renamed while a case is open."""

from collections.abc import Iterable
from enum import StrEnum


class Stage(StrEnum):
    """The stages of a hire, in the order of `recruitment.md` §2."""

    RECEIVED = "received"
    SCREENING = "screening"
    SHORTLISTING = "shortlisting"
    ASSESSMENT = "assessment"
    INTERVIEW = "interview"
    SELECTION = "selection"
    RESERVE = "reserve"
    OFFER = "conditional_offer"
    CONDITIONS = "conditions"
    CONTRACT = "contract_offer"
    ENTRY = "entry_on_duty"
    PROBATION = "probation"


class Ending(StrEnum):
    """All endings of `recruitment.md` §8."""

    APPOINTED_AND_CONFIRMED = "appointed_and_confirmed"
    NOT_ELIGIBLE = "not_eligible"
    LATE = "late"
    NOT_SHORTLISTED = "not_shortlisted"
    ASSESSMENT_LAPSED = "assessment_lapsed"
    NOT_SELECTED = "not_selected"
    RESERVE_LAPSED = "reserve_lapsed"
    WITHDRAWN = "withdrawn"
    CONDITIONAL_OFFER_DECLINED = "conditional_offer_declined"
    CONDITIONAL_OFFER_LAPSED = "conditional_offer_lapsed"
    CLEARANCE_REFUSED = "clearance_refused"
    CLEARANCE_NOT_RECEIVED = "clearance_not_received"
    MEDICALLY_UNFIT = "medically_unfit"
    VERIFICATION_FAILED = "verification_failed"
    ACCREDITATION_REFUSED = "accreditation_refused"
    SECONDMENT_REFUSED = "secondment_refused"
    BUDGET_REFUSED = "budget_refused"
    PLACED_ELSEWHERE = "placed_elsewhere"
    CONTRACT_DECLINED = "contract_declined"
    NO_SHOW = "no_show"
    INTEGRITY = "integrity"
    VACANCY_CANCELLED = "vacancy_cancelled"
    PROBATION_NOT_CONFIRMED = "probation_not_confirmed"


#: Endings the candidate chose, or that are no one's loss. Every other ending is adverse and needs a named person.
NOT_ADVERSE = frozenset(
    {
        Ending.APPOINTED_AND_CONFIRMED,
        Ending.WITHDRAWN,
        Ending.CONDITIONAL_OFFER_DECLINED,
        Ending.PLACED_ELSEWHERE,
        Ending.CONTRACT_DECLINED,
    }
)


#: Adverse endings nobody decided about the person: there is no decision to review.
NOT_REVIEWED = frozenset({Ending.VACANCY_CANCELLED, Ending.BUDGET_REFUSED})


class Review(StrEnum):
    """Where the review of an ending stands (`recruitment.md` §7). While it is open or lodged, the case is ended and not over."""

    NONE = ""
    OPEN = "open"
    LODGED = "lodged"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"
    PASSED = "passed"


class Condition(StrEnum):
    """The conditions of appointment (`recruitment.md` §4)."""

    CLEARANCE = "clearance"
    MEDICAL = "medical"
    VERIFICATION = "verification"
    ACCREDITATION = "accreditation"
    SECONDMENT = "secondment"
    BUDGET = "budget"


class ConditionState(StrEnum):
    WAITING = "waiting"
    REQUESTED = "requested"
    ACKNOWLEDGED = "acknowledged"
    SATISFIED = "satisfied"
    REFUSED = "refused"
    CONTRADICTED = "contradicted"
    LAPSED = "lapsed"
    WAIVED = "waived"


class Outcome(StrEnum):
    """What an authority may say; each condition allows its own few (`conditions.py`)."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    INTERIM = "interim"
    FIT = "fit"
    UNFIT = "unfit"
    FIT_WITH_ADJUSTMENTS = "fit_with_adjustments"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"
    PARTLY = "partly"
    ACCEPTED = "accepted"
    AGREED = "agreed"
    APPROVED = "approved"


class Level(StrEnum):
    """Clearance levels, rising (facts.md §8)."""

    NR = "NR"
    NC = "NC"
    NS = "NS"
    CTS = "CTS"


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    UNCLEAR = "unclear"


class PostKind(StrEnum):
    ESTABLISHED = "established"
    PROJECT = "project"
    LIMITED = "limited"


class PostState(StrEnum):
    OPEN = "open"
    RESERVED = "reserved"
    FILLED = "filled"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """Whose turn it can be (`recruitment.md` §9). The nation asked stands beside it in `who`."""

    HR = "hr"
    BOARD = "board"
    HIRING_MANAGER = "hiring_manager"
    CANDIDATE = "candidate"
    APPOINTING_AUTHORITY = "appointing_authority"
    NATION = "nation"
    MEDICAL_ADVISER = "medical_adviser"
    VERIFICATION_AGENCY = "verification_agency"
    HOST_NATION = "host_nation"
    BUDGET_AUTHORITY = "budget_authority"
    LINE_MANAGER = "line_manager"
    NOBODY = "nobody"


class Role(StrEnum):
    HR_OFFICER = "hr_officer"
    HR_HEAD = "hr_head"
    HIRING_MANAGER = "hiring_manager"
    BOARD_MEMBER = "board_member"
    BOARD_CHAIR = "board_chair"
    STAFF_OBSERVER = "staff_association_observer"
    APPOINTING_AUTHORITY = "appointing_authority"
    SECURITY_OFFICE = "office_of_security"
    MEDICAL_OFFICE = "medical_advisers_office"
    ACCREDITATION_DESK = "accreditation_desk"
    LINE_MANAGER = "line_manager"
    AUDITOR = "auditor"
    DATA_PROTECTION_OFFICER = "data_protection_officer"
    KEY_ADMINISTRATOR = "key_administrator"


class LimitAction(StrEnum):
    """What a limit does. None of them ends a case."""

    ESCALATE = "escalate"
    LAPSE_DUE = "lapse_due"
    PERSON_DECIDES = "person_decides"
    OPENS = "opens"
    CLOSES = "closes"
    NONE = "none"


class MessageFate(StrEnum):
    """What became of a delivered message; `applied` leaves facts of its own."""

    APPLIED = "applied"
    PARKED = "parked"
    SUPERSEDED = "superseded"


def roles(names: Iterable[str]) -> frozenset[Role]:
    """The roles among `names`; a word that is no role gives no right."""
    known = {str(role): role for role in Role}
    return frozenset(known[name] for name in names if name in known)
