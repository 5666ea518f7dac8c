"""A vacancy: what a notice means, its posts, and its state as the fold of its journal."""

import datetime as dt
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from domain import facts as f
from domain.facts import DeadlineSet, Entry, PostWanted, ReportLine, Standing
from domain.posts import PostSpec as PostSpec
from domain.rules import Rules
from domain.words import PostKind, PostState, Stage

#: Who comes back to one of these is still to be named in a report of the board.
BEFORE_THE_REPORT = frozenset({Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW, Stage.SELECTION})

#: The states in which nothing more can happen to a vacancy.
OVER = ("filled", "partly_filled", "lapsed", "cancelled")


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
    spec: PostSpec
    state: PostState = PostState.OPEN
    hire: str | None = None
    funded: bool = True
    policy: str = ""  # a post given later: the policy then in force


class PostChange(BaseModel):
    """A change of the posts that another person has to decide."""

    by: str
    fact: f.PostProposed


class Listed(BaseModel):
    """Somebody who waits for a post. `round` is the report they were ranked by: an earlier round comes before a later one."""

    hire: str
    rank: int
    round: int = 1
    standing: Standing = "listed"
    available: bool = True
    declined: tuple[str, ...] = ()


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
    status: Literal["", "published", "closed", "cancelled", "filled", "partly_filled", "lapsed"] = ""
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
    rounds: int = 0
    proposed: dict[str, PostChange] = Field(default_factory=dict)
    failed_asks: dict[str, str] = Field(default_factory=dict)
    suspended: bool = False
    suspended_at: datetime | None = None
    listed: list[Listed] = Field(default_factory=list)
    reused: dict[str, str] = Field(default_factory=dict)  # the linked case -> the earlier hire it was begun for
    called: dict[str, Listed] = Field(default_factory=dict)  # off the list, called to a post
    unavailable: set[str] = Field(default_factory=set)
    reserve_list: bool = False
    list_extensions: int = 0
    list_expired: bool = False
    deadlines: dict[str, DeadlineSet] = Field(default_factory=dict)
    kept: dict[str, datetime] = Field(default_factory=dict)
    held_back: set[str] = Field(default_factory=set)
    wanted: dict[str, PostWanted] = Field(default_factory=dict)
    returned: set[str] = Field(default_factory=set)
    lives: dict[str, int] = Field(default_factory=dict)  # how often each hire has come back
    cancelled_by: str = ""
    cancelled_because: str = ""
    seen_steps: set[str] = Field(default_factory=set)

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def list_deadline(self) -> DeadlineSet | None:
        """How long the list is valid; kept when it has expired, until its end is confirmed."""
        return self.deadlines.get("reserve")

    @property
    def next_deadline(self) -> datetime | None:
        """The next moment this vacancy acts on by itself. A list that has expired waits for a person, not for the clock."""
        running = (d for key, d in self.deadlines.items() if key != "reserve" or not (self.list_expired or self.suspended))
        return min((d.limit_at or d.due_at for d in running), default=None)

    @property
    def open_posts(self) -> list[PostNow]:
        return [p for p in self.posts.values() if p.state is PostState.OPEN]

    def needs(self) -> list[str]:
        """The acts on this vacancy that only a person can do now; the names are those of `domain.competition`."""
        if self.over or not self.reference:
            return []
        if self.suspended:
            return ["resume"]
        found = ["decide_report"] if self.report_state == "submitted" else []
        found += [f"decide_post:{post}" for post in sorted(self.proposed)]
        found += [f"ask_by_hand:{post}" for post in sorted(self.failed_asks)]
        if self.listed and self.list_expired:
            return [*found, "confirm_list_lapse"]
        return [*found, *(f"call:{p.id}" for p in self.open_posts if self.listed)]

    @property
    def spare(self) -> int:
        """How many open posts may be given away: as many stay open as places are kept."""
        return sum(p.state is PostState.OPEN for p in self.posts.values()) - len(self.kept)

    @property
    def awaited(self) -> bool:
        """Is anything kept, wanted or still to be decided for hires that a review concerns?"""
        return bool(self.kept or self.wanted or self.returned)

    def apply(self, entry: Entry) -> None:
        """Take one journal entry into the state. Entries come dense and in order."""
        self.number, self.last_at = entry.number, entry.at
        self.seen_steps.add(entry.step)
        taker = _TAKERS.get(type(entry.fact))
        if taker is not None:
            taker(self, entry.fact, entry)


def fold(entries: list[Entry]) -> VacancyState:
    """The state of a vacancy is its journal, nothing else."""
    state = VacancyState()
    for entry in entries:
        state.apply(entry)
    return state


# ---- one taker per fact that changes the state ---------------------------------------------------------------------------

Taker = TypeVar("Taker", bound=Callable[..., None])
_TAKERS: dict[type, Callable[..., None]] = {}


def _takes(*facts: type) -> Callable[[Taker], Taker]:
    def register(taker: Taker) -> Taker:
        _TAKERS.update(dict.fromkeys(facts, taker))
        return taker

    return register


def _post(s: VacancyState, post: str, **changed: Any) -> None:
    s.posts[post] = s.posts[post].model_copy(update=changed)


@_takes(f.VacancyPublished)
def _published(s: VacancyState, fact: f.VacancyPublished, e: Entry) -> None:
    s.reference, s.status, s.policy = fact.reference, "published", fact.policy
    s.closes_at, s.published_at, s.reserve_list = fact.closes_at, e.at, fact.reserve_list
    known = {p.id: p for p in fact.specs}  # the first vacancies were published without: what is not known is not made up
    bare = {p: PostSpec(id=p, kind=PostKind.ESTABLISHED, grade_low="", grade_high="") for p in fact.posts}
    s.posts = {p: PostNow(id=p, spec=known.get(p, bare[p]), funded=p not in fact.pending_posts) for p in fact.posts}


@_takes(f.VacancyClosed)
def _closed(s: VacancyState, fact: f.VacancyClosed, e: Entry) -> None:
    s.status = "closed"


@_takes(f.DeadlineSet)
def _deadline(s: VacancyState, fact: DeadlineSet, e: Entry) -> None:
    s.deadlines[fact.key] = fact
    if fact.key == "reserve":
        s.list_expired = False


@_takes(f.DeadlineClosed)
def _deadline_closed(s: VacancyState, fact: f.DeadlineClosed, e: Entry) -> None:
    s.deadlines.pop(fact.key, None)


@_takes(f.LapseDue)
def _lapse_due(s: VacancyState, fact: f.LapseDue, e: Entry) -> None:
    s.list_expired = True


@_takes(f.ReuseProposed)
def _reuse_proposed(s: VacancyState, fact: f.ReuseProposed, e: Entry) -> None:
    s.reused[fact.new_case] = fact.hire


@_takes(f.BudgetAsked)
def _asked(s: VacancyState, fact: f.BudgetAsked, e: Entry) -> None:
    s.budget_asked[fact.post] = fact.ask
    s.failed_asks.pop(fact.post, None)


@_takes(f.BudgetDecided)
def _budget(s: VacancyState, fact: f.BudgetDecided, e: Entry) -> None:
    s.budget_decided[fact.post] = fact.approved
    _post(s, fact.post, funded=fact.approved)
    s.failed_asks.pop(fact.post, None)


@_takes(f.BoardComposed)
def _board(s: VacancyState, fact: f.BoardComposed, e: Entry) -> None:
    said = s.board.declared if s.board else {}
    s.board = Board(chair=fact.chair, members=fact.members, observer=fact.observer, declared=said)


@_takes(f.InterestDeclared)
def _interest(s: VacancyState, fact: f.InterestDeclared, e: Entry) -> None:
    if s.board is not None:
        s.board.declared[fact.person] = not fact.conflict or bool(fact.hires)


@_takes(f.ReportSubmitted)
def _submitted(s: VacancyState, fact: f.ReportSubmitted, e: Entry) -> None:
    s.report, s.report_lines, s.report_by, s.report_state = fact.report, fact.lines, e.actor, "submitted"


@_takes(f.ReportDecided)
def _decided(s: VacancyState, fact: f.ReportDecided, e: Entry) -> None:
    s.report_state = "approved" if fact.approved else "returned"
    s.rounds += fact.approved
    s.returned -= {line.hire for line in s.report_lines} if fact.approved else set()


@_takes(f.PostReserved)
def _reserved(s: VacancyState, fact: f.PostReserved, e: Entry) -> None:
    _post(s, fact.post, state=PostState.RESERVED, hire=fact.hire)
    s.kept.pop(fact.hire, None)
    s.wanted.pop(fact.hire, None)
    s.returned.discard(fact.hire)
    s.held_back.discard(fact.post)


@_takes(f.PostFreed)
def _freed(s: VacancyState, fact: f.PostFreed, e: Entry) -> None:
    _post(s, fact.post, state=PostState.OPEN, hire=None)


@_takes(f.PostFilled)
def _filled(s: VacancyState, fact: f.PostFilled, e: Entry) -> None:
    _post(s, fact.post, state=PostState.FILLED, hire=fact.hire)


@_takes(f.PostWithdrawn)
def _withdrawn(s: VacancyState, fact: f.PostWithdrawn, e: Entry) -> None:
    _post(s, fact.post, state=PostState.WITHDRAWN, hire=None)
    s.proposed.pop(fact.post, None)
    s.failed_asks.pop(fact.post, None)


@_takes(f.PostAdded)
def _added(s: VacancyState, fact: f.PostAdded, e: Entry) -> None:
    s.posts[fact.post] = PostNow(id=fact.post, spec=fact.spec, funded=fact.spec.funded, policy=fact.policy)
    s.proposed.pop(fact.post, None)


@_takes(f.PostProposed)
def _proposed(s: VacancyState, fact: f.PostProposed, e: Entry) -> None:
    s.proposed[fact.post] = PostChange(by=e.actor, fact=fact)


@_takes(f.PostProposalRefused)
def _proposal_refused(s: VacancyState, fact: f.PostProposalRefused, e: Entry) -> None:
    s.proposed.pop(fact.post, None)


@_takes(f.AskFailed)
def _ask_failed(s: VacancyState, fact: f.AskFailed, e: Entry) -> None:
    s.failed_asks[fact.about] = fact.reason


@_takes(f.VacancySuspended)
def _suspended(s: VacancyState, fact: f.VacancySuspended, e: Entry) -> None:
    s.suspended, s.suspended_at = True, e.at


@_takes(f.VacancyResumed)
def _resumed(s: VacancyState, fact: f.VacancyResumed, e: Entry) -> None:
    s.suspended, s.suspended_at = False, None


@_takes(f.NoticeClosed)
def _notice_closed(s: VacancyState, fact: f.NoticeClosed, e: Entry) -> None:
    s.status, s.closes_at = "closed", e.at


@_takes(f.CandidateListed)
def _listed(s: VacancyState, fact: f.CandidateListed, e: Entry) -> None:
    """A first listing belongs to the round just decided; who comes back keeps the old place."""
    new = Listed(hire=fact.hire, rank=fact.rank, round=s.rounds, standing=fact.standing, available=fact.hire not in s.unavailable)
    back = s.called.pop(fact.hire, None)
    s.listed = sorted([*s.listed, back or new], key=lambda x: (x.round, x.rank))


@_takes(f.CandidateUnlisted)
def _unlisted(s: VacancyState, fact: f.CandidateUnlisted, e: Entry) -> None:
    gone = next((x for x in s.listed if x.hire == fact.hire), None)
    s.listed = [x for x in s.listed if x.hire != fact.hire]
    if gone is not None and fact.reason == "called":
        s.called[fact.hire] = gone


@_takes(f.PostDeclined)
def _declined(s: VacancyState, fact: f.PostDeclined, e: Entry) -> None:
    was = s.called[fact.hire]
    s.called[fact.hire] = was.model_copy(update={"declined": (*was.declined, fact.post)})


@_takes(f.ListedAvailability)
def _availability(s: VacancyState, fact: f.ListedAvailability, e: Entry) -> None:
    (s.unavailable.discard if fact.available else s.unavailable.add)(fact.hire)
    s.listed = [x.model_copy(update={"available": x.hire not in s.unavailable}) for x in s.listed]
    s.called = {hire: x.model_copy(update={"available": hire not in s.unavailable}) for hire, x in s.called.items()}


@_takes(f.ListExtended)
def _extended(s: VacancyState, fact: f.ListExtended, e: Entry) -> None:
    s.list_extensions = fact.times


@_takes(f.ListLapsed)
def _list_lapsed(s: VacancyState, fact: f.ListLapsed, e: Entry) -> None:
    s.listed, s.list_extensions = [], 0


@_takes(f.VacancyCancelled)
def _cancelled(s: VacancyState, fact: f.VacancyCancelled, e: Entry) -> None:
    s.status, s.deadlines = "cancelled", {}
    s.cancelled_by, s.cancelled_because = e.actor, fact.reason
    s.kept, s.held_back, s.wanted, s.returned = {}, set(), {}, set()


@_takes(f.VacancyCompleted)
def _completed(s: VacancyState, fact: f.VacancyCompleted, e: Entry) -> None:
    s.status, s.deadlines = fact.outcome, {}


@_takes(f.VacancyReopened)
def _reopened(s: VacancyState, fact: f.VacancyReopened, e: Entry) -> None:
    s.status = "closed"


@_takes(f.PlaceKept)
def _place_kept(s: VacancyState, fact: f.PlaceKept, e: Entry) -> None:
    s.kept[fact.hire] = fact.until


@_takes(f.PlaceGivenUp)
def _place_given_up(s: VacancyState, fact: f.PlaceGivenUp, e: Entry) -> None:
    """At its bound only the place is given up: who came back still has to be decided on."""
    s.kept.pop(fact.hire, None)
    if fact.reason != "bound":
        s.wanted.pop(fact.hire, None)
        s.returned.discard(fact.hire)


@_takes(f.PostHeldBack)
def _held_back(s: VacancyState, fact: f.PostHeldBack, e: Entry) -> None:
    s.held_back.add(fact.post)


@_takes(f.PostWanted)
def _post_wanted(s: VacancyState, fact: f.PostWanted, e: Entry) -> None:
    s.wanted[fact.hire] = fact


@_takes(f.CandidateReturned)
def _candidate_returned(s: VacancyState, fact: f.CandidateReturned, e: Entry) -> None:
    s.lives[fact.hire] = s.lives.get(fact.hire, 0) + 1
    if fact.stage in BEFORE_THE_REPORT:
        s.returned.add(fact.hire)
