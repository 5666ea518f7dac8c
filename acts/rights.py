"""Who may look at what: one table of roles and resources.

A terminal is trusted with everything it shows; a token is not. The desk decides who may act, and what a board may see; this table decides
the rest. Auditors read and never act. Names of candidates are for the roles that deal with people (`recruitment.md` §4, §7).
"""

from enum import StrEnum
from typing import Protocol

from acts.compartments import ANSWERS, OPENS
from domain.balance_people import READERS as OF_BALANCE
from domain.deeds import HAS_A_PART, HR
from domain.words import Role

OVERSEES = HR | {Role.APPOINTING_AUTHORITY, Role.AUDITOR}
EVERYBODY = frozenset(Role)


class Resource(StrEnum):
    """What an address shows. Each address names exactly one."""

    ONESELF = "oneself"
    #: A hire as a whole: conditions, journal, terms.
    CASES = "cases"
    #: What the authorities answered, told in words: why a hire waits, what its candidate may see, what its ending takes back.
    ANSWERS = "answers"
    #: A hire as far as one's own office needs it; whoever sees whole cases sees the whole here too.
    PARTS = "parts"
    #: What says a candidate's name: search, letters.
    PEOPLE = "people"
    VACANCIES = "vacancies"
    #: The journal of a vacancy, its report and its list: who was ranked how.
    COMPETITION = "competition"
    BOARD = "board"
    RULES = "rules"
    OVERLAYS = "overlays"
    #: What a change would do to open hires; nothing is written.
    REHEARSALS = "rehearsals"
    STAFF = "staff"
    #: The list and the digest of somebody else.
    COLLEAGUES = "colleagues"
    #: Making a saved view of a list everybody's.
    TEAM_VIEWS = "team_views"
    OPERATIONS = "operations"
    FIGURES = "figures"
    #: Balance reports as they were issued.
    BALANCE = "balance"
    EVENTS = "events"
    NOTICES = "notices"
    #: Erasures, holds and retention: who waits for whose decision, by random ids.
    PRIVACY = "privacy"
    #: Proposing an erasure, placing a hold.
    ERASING = "erasing"
    #: The audit log itself: checkpoints, proofs, leaves.
    LOG = "log"
    #: Who looked at whose data.
    READS = "reads"
    #: Dossiers and the log, for auditors.
    EVIDENCE = "evidence"
    #: The texts of letters in a dossier: they name a candidate.
    LETTERS_OUT = "letters_out"
    #: What Temporal keeps of a case, opened (`gateway/api/codec.py`): all of it at once, so for whom the whole case is.
    HISTORIES = "histories"
    #: The log as an auditor reads it: who did what, what lay outside the normal path, the report.
    AUDIT = "audit"
    #: What each fact of a case changed, beside how the case was read: for who sees whole cases and audits them.
    AUDITED_FACTS = "audited_facts"
    #: Acting: what of it, the acts themselves say.
    ACTING = "acting"


SEES: dict[Resource, frozenset[Role]] = {
    Resource.ONESELF: EVERYBODY,
    Resource.CASES: OVERSEES,
    Resource.ANSWERS: frozenset(role for role, seen in OPENS.items() if seen == ANSWERS),
    Resource.PARTS: OVERSEES | {Role.HIRING_MANAGER, Role.LINE_MANAGER, Role.SECURITY_OFFICE, Role.MEDICAL_OFFICE, Role.ACCREDITATION_DESK},
    Resource.PEOPLE: HR | {Role.DATA_PROTECTION_OFFICER},
    Resource.VACANCIES: EVERYBODY,
    Resource.COMPETITION: OVERSEES | {Role.BOARD_CHAIR},
    Resource.BOARD: HR | {Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.STAFF_OBSERVER},
    Resource.RULES: EVERYBODY,
    Resource.OVERLAYS: OVERSEES,
    Resource.REHEARSALS: OVERSEES,
    Resource.STAFF: EVERYBODY,
    Resource.COLLEAGUES: HR,
    Resource.TEAM_VIEWS: HR,
    Resource.OPERATIONS: HR | {Role.AUDITOR},
    Resource.FIGURES: OVERSEES,
    Resource.BALANCE: OF_BALANCE,
    Resource.EVENTS: HR | {Role.AUDITOR, Role.KEY_ADMINISTRATOR},
    Resource.NOTICES: HR,
    Resource.PRIVACY: frozenset({Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD, Role.AUDITOR}),
    Resource.ERASING: frozenset({Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD}),
    Resource.LOG: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER}),
    Resource.READS: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER}),
    Resource.EVIDENCE: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD}),
    Resource.LETTERS_OUT: frozenset({Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD}),
    Resource.HISTORIES: HR,
    Resource.AUDIT: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.HR_HEAD}),
    Resource.AUDITED_FACTS: frozenset({Role.AUDITOR, Role.HR_HEAD}),
    Resource.ACTING: HAS_A_PART,
}


class Viewer(Protocol):
    """Whoever looks: a token's owner, or somebody in the console."""

    @property
    def roles(self) -> frozenset[Role]: ...

    def sees(self, resource: Resource) -> bool: ...
