"""What reading a notice yields: the JSON of recruitment.md §1, exactly. Silent is null, [] for lists, false for booleans."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal[
    "civilian_staff",
    "temporary_staff",
    "consultant",
    "contractor",
    "intern",
    "voluntary_national_contribution",
    "national_administration",
]
Nation = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Clock = Annotated[str, Field(pattern=r"^\d{2}:\d{2}:\d{2}$")]
Years = int | float | None


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Strict):
    en: str | None = None
    fr: str | None = None


class Location(Strict):
    """`country` is ISO 3166 alpha-2 where the notice names the country, `city` and `text` as printed."""

    country: str | None = None
    city: str | None = None
    text: str | None = None


class Deadline(Strict):
    """A wall clock as printed; what the notice does not say stays None, the vacancy applies its defaults."""

    date: Day | None = None
    time: Clock | None = None
    zone: str | None = None
    ongoing: bool = False


class Salary(Strict):
    amount: float
    currency: str | None = None
    period: Literal["month", "year"] | None = None


class GradePair(Strict):
    """One grade: `low` equals `high`, unless it is a twin grade."""

    low: str
    high: str


class ContractOffer(Strict):
    post_kind: Literal["established", "project", "limited"] | None = None
    kind: str
    years: Years = None
    renewable_years: Years = None
    then_indefinite: bool = False


class SecondmentTerms(Strict):
    years: Years = None
    renewable_years: Years = None
    max_total_years: Years = None
    needs_national_agreement: bool = False


class LanguageLevel(Strict):
    code: Literal["en", "fr", "en|fr"]
    level: Literal["I", "II", "III", "IV", "V"]


class EducationAlternative(Strict):
    education: str
    years: int | float


class Clauses(Strict):
    ai_ban: bool = False
    no_fee: bool = False
    accommodation: bool = False
    reuse_lower_grade: bool = False
    twin_grade: bool = False
    short_notice_interviews: bool = False


class InfoSession(Strict):
    """`zone` is None where the notice leaves the moment uncertain ("CET" on a summer-time date)."""

    date: Day
    time: Clock | None = None
    zone: str | None = None


class Conflict(Strict):
    """A field the two languages fill differently: each one's reading, for a person to settle before publication."""

    field: str
    en: object = None
    fr: object = None
    note: str


class Evidence(Strict):
    """Where a value comes from: first and last line of the file, the rule that read it, and whether the text says it outright."""

    language: Literal["en", "fr"]
    lines: tuple[int, int]
    rule: str
    confidence: Literal["stated", "inferred"]


class Notice(Strict):
    """A notice, read. `evidence` is keyed by field; inside `title` and `clauses` by "title.fr", "clauses.ai_ban"."""

    reference: str | None = None
    title: Title = Title()
    body: str | None = None
    location: Location = Location()
    schedule: str | None = None
    deadline: Deadline = Deadline()
    salary: Salary | None = None
    grades: list[GradePair] = []
    clearance: str | None = None
    clearance_is: Literal["held", "to_obtain"] | None = None
    contracts: list[ContractOffer] = []
    secondment: SecondmentTerms | None = None
    languages: list[LanguageLevel] = []
    education_alternatives: list[EducationAlternative] = []
    desirable: list[str] = []
    competencies: list[str] = []
    role_profiles: list[str] = []
    pending_budget_approval: bool = False
    fast_track: bool = False
    eligible_statuses: list[Status] = []
    reserve_list: bool = False
    multiple_posts: bool = False
    eligible_nationalities: Literal["members"] | list[Nation] | None = None
    clauses: Clauses = Clauses()
    info_sessions: list[InfoSession] = []
    contact: str | None = None
    conflicts: list[Conflict] = []
    evidence: dict[str, Evidence] = {}

    def to_json(self) -> dict[str, object]:
        """The contract's JSON object."""
        return self.model_dump(mode="json")
