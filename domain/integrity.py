"""The integrity sub-case: an allegation, the candidate's reply, a finding, and further steps as a decision of their own (§7).

Several may be open in one case; each has its number. Evidence stands here by reference only. Who reports that somebody asked them for
money is a witness: that allegation is about another, so nobody asks the candidate to answer it and no step against them can follow.
"""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel


class Phase(StrEnum):
    """The AI ban covers any phase."""

    FORM = "form"
    VIDEO = "video"
    TEST = "test"
    INTERVIEW = "interview"


class Code(StrEnum):
    AI_USED = "ai_used"
    FALSE_STATEMENT = "false_statement"
    FORGED_DOCUMENT = "forged_document"
    FEE_ASKED = "fee_asked"


class Steps(StrEnum):
    """What may follow a finding."""

    EXCLUDE = "exclude"
    WARNING = "warning"
    CONTINUE = "continue"


#: What a candidate reports, and is not reported for.
WITNESSED = frozenset({str(Code.FEE_ASKED)})

KEY = "allegation"


class Allegation(BaseModel):
    number: int
    code: str
    phase: str = ""
    evidence: str = ""
    answered: bool = False
    upheld: bool | None = None
    found_by: str = ""
    steps: str = ""

    @property
    def witness(self) -> bool:
        return self.code in WITNESSED

    @property
    def needs(self) -> str:
        """The act a person must do next about it; empty when it is closed."""
        if self.upheld is None:
            return "conclude_integrity"
        return "decide_integrity_steps" if self.upheld and not self.witness and not self.steps else ""


def key_of(number: int) -> str:
    """The candidate's time to reply to one allegation: a deadline of its own, with the policy's figures of `allegation`."""
    return KEY if number == 1 else f"{KEY}.{number}"


def is_reply(key: str) -> bool:
    return key.partition(".")[0] == KEY


def chosen(allegations: Mapping[int, Allegation], number: int, act: str) -> Allegation | None:
    """The allegation an act is about: the one named, else the oldest that needs it."""
    needing = [a for _, a in sorted(allegations.items()) if a.needs == act]
    return next((a for a in needing if number in (0, a.number)), None)
