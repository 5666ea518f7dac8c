"""The events we announce, one strict model per type (`recruitment.md` §10): references and outcomes, nothing about a person.

What is announced is held against these models by tests and by the demonstration's invariants, never while a case records: an
announcement of the wrong form must not stop a hire. The exported schema of an outbound event names its fields and does not forbid
others: a reader passes over fields it does not know, because fields may be added.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.events import Country, Day, Instant, Strict
from domain.words import Condition, Ending, Stage

Vacancy = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Post = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}$")]
#: The id of a partner, or the name of its kind where the partners file names none.
Authority = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Ask = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}$")]
DeadlineKey = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9_.:/-]{0,127}$")]


class AnnouncedData(Strict):
    """The `data` of one outbound type."""

    TYPE: ClassVar[str]
    #: The kind of case its subject names.
    SUBJECT: ClassVar[Literal["hire", "vacancy"]] = "hire"


# ---- a vacancy: the subject says it all ------------------------------------------------------------------------------------


class _OfVacancy(AnnouncedData):
    SUBJECT = "vacancy"


class VacancyPublished(_OfVacancy):
    """A vacancy was published: applications are taken from now until its closing time."""

    TYPE = "vacancy.published"


class VacancyClosed(_OfVacancy):
    """The closing time of a vacancy passed: what comes later is late."""

    TYPE = "vacancy.closed"


class VacancyCancelled(_OfVacancy):
    """A vacancy was cancelled: its open hires end."""

    TYPE = "vacancy.cancelled"


class VacancyFilled(_OfVacancy):
    """Every post of a vacancy is filled or withdrawn. A reserve list may keep the vacancy open after it."""

    TYPE = "vacancy.filled"


# ---- a hire ------------------------------------------------------------------------------------------------------------------


class _OfHire(AnnouncedData):
    vacancy: Vacancy


class HireStageChanged(_OfHire):
    """A hire entered a stage."""

    TYPE = "hire.stage_changed"
    stage: Stage


class HireHeld(_OfHire):
    """A hire was put on hold: its clocks stand still."""

    TYPE = "hire.held"


class HireResumed(_OfHire):
    """A hire on hold goes on."""

    TYPE = "hire.resumed"


class HireEnded(_OfHire):
    """A hire came to its ending. A review may still lead it back."""

    TYPE = "hire.ended"
    ending: Ending


class HireReopened(_OfHire):
    """A hire that had ended goes on from the stage named."""

    TYPE = "hire.reopened"
    stage: Stage


class _OfSlot(_OfHire):
    """`nation` is there where a condition is asked of a further nation of a dual national."""

    condition: Condition
    nation: Country | None = None


class ConditionRequested(_OfSlot):
    """A condition of appointment was asked of its authority. `ask` is the key your answer may name; `papers` says whether the
    candidate has papers to send first."""

    TYPE = "condition.requested"
    authority: Authority
    ask: Ask
    papers: bool | None = None


class ConditionSatisfied(_OfSlot):
    """A condition of appointment is met."""

    TYPE = "condition.satisfied"


class ConditionRefused(_OfSlot):
    """An authority's answer does not meet a condition. A person decides what follows; nothing has ended by this."""

    TYPE = "condition.refused"


class ConditionReopened(_OfSlot):
    """A condition that was settled is open again: a result ran out, was taken back, or turned out mistaken."""

    TYPE = "condition.reopened"


class OfferIssued(_OfHire):
    """A conditional offer was issued for a post."""

    TYPE = "offer.issued"
    post: Post


class OfferLapsed(_OfHire):
    """The time to answer a conditional offer passed. A person confirms the lapse before anything ends."""

    TYPE = "offer.lapsed"


class ContractOffered(_OfHire):
    """A contract was approved by two people and lies ready to be signed."""

    TYPE = "contract.offered"
    post: Post
    enters_on: Day


class ReuseOffered(_OfHire):
    """A candidate of this hire is asked whether another vacancy may consider them."""

    TYPE = "reuse.offered"
    other_vacancy: Vacancy
    post: Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._:/-]{0,79})?$")]


class DeadlineApproaching(_OfHire):
    """A reminder was due: the deadline named is near."""

    TYPE = "deadline.approaching"
    deadline: DeadlineKey


class DeadlineMissed(_OfHire):
    """The target of a deadline passed. The case goes on."""

    TYPE = "deadline.missed"
    deadline: DeadlineKey


class ReserveListed(_OfHire):
    """A hire stands on the reserve list, with its rank, until the list's end."""

    TYPE = "reserve.listed"
    rank: int = Field(ge=1)
    until: Instant


class ReserveLapsing(_OfHire):
    """The reserve list this hire stands on is about to end."""

    TYPE = "reserve.lapsing"


class AppointmentMade(_OfHire):
    """A contract was signed: for whoever keeps the staff records."""

    TYPE = "appointment.made"
    post: Post
    enters_on: Day | None


_OUTBOUND: tuple[type[AnnouncedData], ...] = (
    VacancyPublished,
    VacancyClosed,
    VacancyCancelled,
    VacancyFilled,
    HireStageChanged,
    HireHeld,
    HireResumed,
    HireEnded,
    HireReopened,
    ConditionRequested,
    ConditionSatisfied,
    ConditionRefused,
    ConditionReopened,
    OfferIssued,
    OfferLapsed,
    ContractOffered,
    ReuseOffered,
    DeadlineApproaching,
    DeadlineMissed,
    ReserveListed,
    ReserveLapsing,
    AppointmentMade,
)


def announcements() -> dict[str, type[AnnouncedData]]:
    """Every outbound type (without prefix) and the model of its data."""
    return {model.TYPE: model for model in _OUTBOUND}
