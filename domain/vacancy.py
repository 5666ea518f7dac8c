"""A vacancy: what a notice means, its posts, and its state as the fold of its journal."""

import datetime as dt
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.facts import (
    BoardComposed,
    BudgetAsked,
    BudgetDecided,
    CandidateListed,
    CandidateUnlisted,
    DeadlineClosed,
    DeadlineSet,
    Entry,
    InterestDeclared,
    PostAdded,
    PostFilled,
    PostFreed,
    PostReserved,
    PostWithdrawn,
    ReportDecided,
    ReportLine,
    ReportSubmitted,
    VacancyCancelled,
    VacancyClosed,
    VacancyCompleted,
    VacancyPublished,
)
from domain.rules import Rules
from domain.words import PostKind, PostState


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Title(Strict):
    en: str
    fr: str


class DutyStation(Strict):
    country: str = Field(pattern="^[A-Z]{2}$")
    city: str
    zone: str


class Closing(Strict):
    """Closing is a wall clock at the duty station: never a fixed offset. `time` None means the policy's default."""

    date: dt.date | None = None
    time: dt.time | None = None
    ongoing: bool = False


class LanguageNeed(Strict):
    code: Literal["en", "fr", "en|fr"]
    level: Literal["I", "II", "III", "IV", "V"]


class EducationNeed(Strict):
    """One alternative: a level of education with at least so many years of related experience."""

    education: str
    years: int


class Salary(Strict):
    amount: str
    currency: str | None = None
    period: Literal["month", "year"] | None = None


class PostSpec(Strict):
    id: str
    kind: PostKind
    grade_low: str
    grade_high: str
    division: str = ""
    role_profile: str = ""
    funded: bool = True

    @property
    def twin_graded(self) -> bool:
        return self.grade_low != self.grade_high


class VacancySpec(Strict):
    """The vacancy file (`config/vacancies/*.toml`): a notice, its conflicts settled, with its posts."""

    reference: str = Field(pattern="^[0-9A-Za-z-]{3,32}$")
    title: Title
    body: str
    duty_station: DutyStation
    schedule: str = "full-time"
    closing: Closing
    salary: Salary | None = None
    clearance: Literal["NR", "NC", "NS", "CTS"] = "NS"
    fast_track: bool = False
    eligible_statuses: tuple[str, ...] = ()
    eligible_nationalities: tuple[str, ...] | Literal["members"] = "members"
    languages: tuple[LanguageNeed, ...] = ()
    education_alternatives: tuple[EducationNeed, ...] = ()
    desirable: tuple[str, ...] = ()
    competencies: tuple[str, ...] = ()
    role_profiles: tuple[str, ...] = ()
    reserve_list: bool = False
    secondment_max_years: int | None = None
    posts: tuple[PostSpec, ...]

    def post(self, post: str) -> PostSpec:
        return next(p for p in self.posts if p.id == post)


class Published(Strict):
    """A vacancy as frozen at publication: the spec, the policy and the content hash of both."""

    spec: VacancySpec
    rules: Rules
    closes_at: datetime | None
    published_at: datetime
    sha256: str


class PostNow(BaseModel):
    id: str
    state: PostState = PostState.OPEN
    hire: str | None = None
    funded: bool = True


class Listed(BaseModel):
    hire: str
    rank: int


class Board(BaseModel):
    """The selection board: three kinds of seats, and what each person said about conflicts of interest."""

    chair: str
    members: tuple[str, ...]
    observer: str
    declared: dict[str, bool] = Field(default_factory=dict)

    @property
    def seats(self) -> tuple[str, ...]:
        return (self.chair, *self.members, self.observer)

    @property
    def missing(self) -> tuple[str, ...]:
        """Who has not declared yet, or stepped back from the whole competition; complete when empty."""
        return tuple(person for person in self.seats if self.declared.get(person) is not True)


class VacancyState(BaseModel):
    """A vacancy now: `fold(its journal)`."""

    reference: str = ""
    number: int = 0
    last_at: datetime | None = None
    status: Literal["", "published", "closed", "cancelled", "filled", "lapsed"] = ""
    policy: str = ""
    closes_at: datetime | None = None
    published_at: datetime | None = None
    posts: dict[str, PostNow] = Field(default_factory=dict)
    budget_asked: dict[str, str] = Field(default_factory=dict)
    budget_decided: dict[str, bool] = Field(default_factory=dict)
    board: Board | None = None
    report: str = ""
    report_lines: tuple[ReportLine, ...] = ()
    report_by: str = ""
    report_state: Literal["", "submitted", "approved", "returned"] = ""
    listed: list[Listed] = Field(default_factory=list)
    reserve_list: bool = False
    deadlines: dict[str, DeadlineSet] = Field(default_factory=dict)
    seen_steps: set[str] = Field(default_factory=set)

    @property
    def over(self) -> bool:
        return self.status in ("cancelled", "filled", "lapsed")

    @property
    def next_deadline(self) -> datetime | None:
        return min((d.due_at for d in self.deadlines.values()), default=None)

    def apply(self, entry: Entry) -> None:
        self.number, self.last_at = entry.number, entry.at
        self.seen_steps.add(entry.step)
        match entry.fact:
            case VacancyPublished() as f:
                self.reference, self.status, self.policy = f.reference, "published", f.policy
                self.closes_at, self.published_at, self.reserve_list = f.closes_at, entry.at, f.reserve_list
                self.posts = {p: PostNow(id=p, funded=p not in f.pending_posts) for p in f.posts}
            case VacancyClosed():
                self.status = "closed"
            case DeadlineSet() as f:
                self.deadlines[f.key] = f
            case DeadlineClosed(key=key):
                self.deadlines.pop(key, None)
            case BudgetAsked(post=post, ask=ask):
                self.budget_asked[post] = ask
            case BudgetDecided(post=post, approved=approved):
                self.posts[post].funded = self.budget_decided[post] = approved
            case BoardComposed() as f:
                said = self.board.declared if self.board else {}
                self.board = Board(chair=f.chair, members=f.members, observer=f.observer, declared=said)
            case InterestDeclared() as f if self.board is not None:
                self.board.declared[f.person] = not f.conflict or bool(f.hires)
            case ReportSubmitted() as f:
                self.report, self.report_lines, self.report_by, self.report_state = f.report, f.lines, entry.actor, "submitted"
            case ReportDecided(approved=approved):
                self.report_state = "approved" if approved else "returned"
            case PostReserved(post=post, hire=hire):
                self.posts[post] = self.posts[post].model_copy(update={"state": PostState.RESERVED, "hire": hire})
            case PostFreed(post=post):
                self.posts[post] = self.posts[post].model_copy(update={"state": PostState.OPEN, "hire": None})
            case PostFilled(post=post, hire=hire):
                self.posts[post] = self.posts[post].model_copy(update={"state": PostState.FILLED, "hire": hire})
            case PostWithdrawn(post=post):
                self.posts[post] = self.posts[post].model_copy(update={"state": PostState.WITHDRAWN, "hire": None})
            case PostAdded(post=post, spec=spec):
                self.posts[post] = PostNow(id=post, funded=bool(spec.get("funded", True)))
            case CandidateListed(hire=hire, rank=rank):
                self.listed = sorted([*self.listed, Listed(hire=hire, rank=rank)], key=lambda x: x.rank)
            case CandidateUnlisted(hire=hire):
                self.listed = [x for x in self.listed if x.hire != hire]
            case VacancyCancelled():
                self.status, self.deadlines = "cancelled", {}
            case VacancyCompleted(outcome=outcome):
                self.status, self.deadlines = outcome, {}
            case _:
                pass


def fold(entries: list[Entry]) -> VacancyState:
    """The state of a vacancy is its journal, nothing else."""
    state = VacancyState()
    for entry in entries:
        state.apply(entry)
    return state
