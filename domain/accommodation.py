"""Accommodation for the selection: who asks, who sees the evidence, who grants, and what alone reaches the board (S2; `recruitment.md` §7).

No diagnosis and no ground is stored anywhere: the evidence is a reference into the medical service's own files, the measures are codes.
"""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import BaseModel

from domain.words import Stage

if TYPE_CHECKING:
    from domain.hire import HireState


class Measure(StrEnum):
    EXTRA_TIME_25 = "extra_time_25"
    EXTRA_TIME_50 = "extra_time_50"
    LARGE_PRINT = "large_print"
    SCREEN_READER = "screen_reader"
    BREAKS = "breaks"
    ACCESSIBLE_ROOM = "accessible_room"
    SIGN_LANGUAGE = "sign_language"
    REMOTE = "remote"


#: Up to here a request can still change something; afterwards it is moot.
DURING_THE_SELECTION = frozenset({Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW})


class Accommodation(BaseModel):
    """One request. `evidence` empty: the evidence that is obligatory is still missing, and nothing can be proposed."""

    evidence: str
    requested_at: datetime
    proposed: tuple[Measure, ...] | None = None
    proposed_by: str = ""
    granted: tuple[Measure, ...] | None = None

    @property
    def undecided(self) -> bool:
        """Evidence is there, and nobody has decided: what it concerns waits."""
        return bool(self.evidence) and self.granted is None

    @property
    def needs(self) -> str:
        if not self.undecided:
            return ""
        return "propose_measures" if self.proposed is None else "grant_measures"


def measures_for_board(state: "HireState") -> tuple[Measure, ...]:
    """What the board is told: the measures granted, neither that they were asked for nor on what evidence."""
    return state.accommodation.granted or () if state.accommodation else ()


def waits(state: "HireState") -> bool:
    """Does the test or the interview wait for a decision on measures?"""
    return state.accommodation is not None and state.accommodation.undecided
