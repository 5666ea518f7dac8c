"""The policy in force: durations, gates and calendars as figures. Frozen into a vacancy at publication, named by content hash.

A policy is a TOML file (`config/policies/`), strict: an unknown key is an error that names file, key and allowed values.
All durations are days; calendar days unless `working_days` says otherwise.
"""

import hashlib
import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.slots import without_nation
from domain.words import Condition, LimitAction, Party, Role

#: A wall clock as a policy writes it: "23:59" or "23:59:59".
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rung(Strict):
    """One step of an escalation: so many days after the limit, to whoever holds that role."""

    after: int = Field(ge=0)
    to: Role


class DeadlineRule(Strict):
    """`escalation` is the ladder climbed from the limit on; without one, `escalate_to` is told at the limit and nobody after.

    `target` days from the start; `remind` days from the start (or `remind_every`); `limit` days from the start, or none.
    """

    party: Party
    target: int = Field(ge=0)
    remind: int | None = Field(default=None, ge=0)
    remind_every: int | None = Field(default=None, ge=1)
    limit: int | None = Field(default=None, ge=0)
    at_limit: LimitAction = LimitAction.ESCALATE
    escalate_to: Role = Role.HR_HEAD
    escalation: tuple[Rung, ...] = ()
    working_days: bool = False
    unit: Literal["day", "second"] = "day"

    @model_validator(mode="after")
    def _climbs(self) -> "DeadlineRule":
        after = [rung.after for rung in self.escalation]
        if after and (after[0] != 0 or after != sorted(set(after))):
            raise ValueError(f"escalation begins at the limit (after = 0) and each step comes later; it says {after}")
        return self

    @property
    def ladder(self) -> tuple[Rung, ...]:
        """Who is told at the limit, and who later: never empty."""
        return self.escalation or (Rung(after=0, to=self.escalate_to),)


class Offices(Strict):
    """`[calendars]`: whose closing days and whose zone count for a deadline, by the party that must act; each names a calendar.

    Who is not named here counts the policy's own `calendar`, the duty station's. Nations are named one by one: `nation.NO = "oslo"`.
    """

    hr: str | None = None
    board: str | None = None
    hiring_manager: str | None = None
    candidate: str | None = None
    appointing_authority: str | None = None
    nation: dict[Annotated[str, Field(pattern="^[A-Z]{2}$")], str] = Field(default_factory=dict)
    medical_adviser: str | None = None
    verification_agency: str | None = None
    host_nation: str | None = None
    budget_authority: str | None = None
    line_manager: str | None = None

    def of(self, party: Party, who: str = "") -> str | None:
        """The calendar of that party; of the nation `who` where the party is a nation."""
        if party is Party.NATION:
            return self.nation.get(who)
        return getattr(self, str(party), None)

    @property
    def named(self) -> list[tuple[str, str]]:
        """Every (key in the file, calendar) there is."""
        own = [(name, value) for name in type(self).model_fields if isinstance(value := getattr(self, name), str)]
        return own + [(f"nation.{nation}", calendar) for nation, calendar in sorted(self.nation.items())]


class ConditionRule(Strict):
    """One condition of appointment: the conditions it waits for, how long a result is valid when it does not say so itself.

    `nations` says whom a dual national's clearance is asked of: each nation that counts for the vacancy, or the first one only.
    `waivable` says whether two persons may do without the condition: never, while nobody refused it, or even then.
    """

    after: tuple[Condition, ...] = ()
    valid_days: int | None = Field(default=None, ge=1)
    appeal_days: int | None = Field(default=None, ge=0)
    nations: Literal["each", "first"] = "each"
    waivable: Literal["never", "unanswered", "refused_too"] = "never"


class EligibilityRules(Strict):
    minimum_age: int | None = Field(default=None, ge=0)
    maximum_age: int | None = Field(default=None, ge=0)
    bare_answers: tuple[str, ...] = ("see cv", "see attachment", "voir cv", "voir pièce jointe")


class ReserveRules(Strict):
    days: int = Field(default=365, ge=1)
    notice_days: int = Field(default=30, ge=0)
    extensions: int = Field(default=2, ge=0)


class ContractRules(Strict):
    """Figures of `recruitment.md` §5; each has its clause in `contract.py`."""

    years: int = Field(default=3, ge=1)
    renewable_years: int = Field(default=3, ge=0)
    secondment_max_years: int = Field(default=6, ge=1)
    twin_years: int = Field(default=3, ge=0)
    twin_reduction_months: int = Field(default=24, ge=0)


#: Deadlines with the figures of another one: whether a person agrees to a re-use is to be answered as soon as an offer is.
LIKE = {"reuse": "offer"}


class Rules(Strict):
    name: str
    version: str
    calendar: str
    calendars: Offices = Offices()
    default_closing_time: str = Field(default="23:59:59", pattern=CLOCK)
    assessment: Literal["recorded_video", "written_test", "language_test", "none"] = "recorded_video"
    deadlines: dict[str, DeadlineRule]
    conditions: dict[Condition, ConditionRule]
    eligibility: EligibilityRules = EligibilityRules()
    reserve: ReserveRules = ReserveRules()
    contract: ContractRules = ContractRules()
    review_holds_days: int = Field(default=30, ge=0)
    probation_months: int = Field(default=6, ge=1)

    def figures(self, key: str) -> DeadlineRule:
        """The figures of a deadline: those of "decision" for "decision:issue_offer", of "clearance" for "clearance.fr". Raises KeyError.

        The time to appeal is a condition's own figure.
        """
        plain = without_nation(key.partition(":")[0])
        return self._appeal() if plain == "medical_appeal" else self.deadlines[LIKE.get(plain, plain)]

    def _appeal(self) -> DeadlineRule:
        days, unit = self.conditions[Condition.MEDICAL].appeal_days or 0, self.deadlines["medical"].unit
        return DeadlineRule(party=Party.CANDIDATE, target=days, remind=days * 7 // 10, limit=days, at_limit=LimitAction.CLOSES, unit=unit)

    @property
    def sha256(self) -> str:
        """Content hash: the same figures give the same hash whatever the file's comments and order."""
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


#: Every deadline a policy must give figures for: key -> what it measures.
DEADLINE_KEYS = {
    "screening": "HR screens the application",
    "shortlisting": "HR and the hiring manager decide the short list",
    "assessment_answer": "the candidate answers the assessment",
    "assessment_marking": "the board marks the answer",
    "interview": "the board interviews",
    "interview_fast_track": "the board interviews, fast track",
    "selection": "the board recommends and the appointing authority decides",
    "reserve": "the reserve list is valid",
    "offer": "the candidate answers the conditional offer",
    "clearance_forms": "the candidate sends the clearance forms",
    "clearance": "the national authority replies",
    "clearance_confirmation": "the national authority confirms the clearance on file (fast track)",
    "medical_file": "the candidate sends the medical file",
    "medical": "the Medical Adviser gives an opinion",
    "verification": "studies and work experience are verified",
    "accreditation": "the host nation answers",
    "secondment": "the national administration agrees",
    "budget": "the budget authority decides",
    "contract": "the candidate signs the contract",
    "entry": "the candidate enters on duty",
    "probation": "the line manager decides",
    "allegation": "the candidate answers an allegation",
    "decision": "a person decides",
    "review": "the candidate may ask for a review",
    "review_decision": "a person decides the review",
}
