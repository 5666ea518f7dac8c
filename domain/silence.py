"""By when an answer is expected, and when the silence of a partner is worth an alarm. Pure.

Expected by, in this order: the day they named themselves; the time within which nine of ten such requests were answered, where there are
enough of them; else what the policy says. A silent authority is never a refusal: an alarm moves a person, never a case.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from domain.asked import OurAsk
from domain.events import PartnerKind
from domain.forecast import ENOUGH, Observation, Spread
from domain.reach import Door, Reach
from domain.rules import Rules
from domain.words import Role

Source = Literal["announced", "measured", "policy"]
#: Of requests like it, so many were answered by then.
MOST = 0.9
DAY = timedelta(days=1)

#: Whose desk looks after a partner; HR, where nobody else does.
OWNERS = {
    PartnerKind.NATIONAL_AUTHORITY: Role.SECURITY_OFFICE,
    PartnerKind.MEDICAL_ADVISER: Role.MEDICAL_OFFICE,
    PartnerKind.HOST_NATION: Role.ACCREDITATION_DESK,
}

#: The policy's deadline a kind of partner answers within: how often it is reminded there is how long it may be silent.
TIMED_BY = {
    PartnerKind.NATIONAL_AUTHORITY: "clearance",
    PartnerKind.MEDICAL_ADVISER: "medical",
    PartnerKind.VERIFICATION_AGENCY: "verification",
    PartnerKind.HOST_NATION: "accreditation",
    PartnerKind.NATIONAL_ADMINISTRATION: "secondment",
    PartnerKind.BUDGET_AUTHORITY: "budget",
    PartnerKind.ASSESSMENT_PLATFORM: "assessment_answer",
}


class PartnerLike(Protocol):
    """What of a configured partner matters here."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> PartnerKind: ...
    @property
    def name(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def nations(self) -> tuple[str, ...]: ...
    @property
    def quiet_after_days(self) -> int | None: ...


@dataclass(frozen=True)
class Expected:
    """When an answer is expected, and why then. `observations`: on how many answers a measured one rests."""

    by: datetime
    source: Source
    observations: int = 0


@dataclass(frozen=True)
class Awaited:
    """An open request, and by when its answer is expected; None while it is not theirs to move, or nobody can say."""

    ask: OurAsk
    expected: Expected | None
    overdue: bool


@dataclass(frozen=True)
class PartnerNow:
    """How it stands with one partner. `silent_since` is set when that is worth an alarm; `quiet_source` says whose figure that is."""

    id: str
    kind: str
    name: str
    channel: str
    nations: tuple[str, ...]
    owner: str
    door: str
    error: str
    failing_since: datetime | None
    next_try: datetime | None
    last_heard: datetime | None
    last_asked: datetime | None
    open: int
    overdue: int
    expected_by: datetime | None
    expected_source: str
    quiet_after_days: int | None
    quiet_source: Literal["entry", "policy", ""]
    silent_since: datetime | None
    #: Of a partner that fetches the feed: when it last asked, what it has not acknowledged, and since when that is worth an alarm.
    fetched_at: datetime | None = None
    unfetched: int = 0
    unfetched_since: datetime | None = None
    #: Until when it is in planned maintenance, while it is.
    away_until: datetime | None = None

    @property
    def failing(self) -> bool:
        return self.door not in (Door.ANSWERING, BY_HAND)


@dataclass(frozen=True)
class Reading:
    """Where a reader of the feed stands: when it last asked (None: never), how much it has not acknowledged, how old that is at most."""

    asked_at: datetime | None
    waiting: int
    oldest: datetime | None


def unfetched_since(reading: Reading, now: datetime, asked_on: datetime) -> datetime | None:
    """Since when a reader leaves lying what is for it, where that is over a day.

    `now` is the clock announcements are dated by, `asked_on` the machine's own, by which readers are seen to ask.
    """
    if reading.oldest is None or now - reading.oldest <= DAY:
        return None
    if reading.asked_at is None:
        return reading.oldest
    return reading.asked_at if asked_on - reading.asked_at > DAY else None


#: In place of a door's state, for those that are written to.
BY_HAND = "by_hand"


def waited(observed: Iterable[Observation]) -> dict[str, list[float]]:
    """How long such requests took, in days, by what was asked of whom ("clearance:nation-no")."""
    found: dict[str, list[float]] = {}
    for each in observed:
        found.setdefault(each.step, []).append(each.days)
    return found


def expected_by(ask: OurAsk, waits: Mapping[str, Sequence[float]], rules: Rules) -> Expected | None:
    """By when this request should be answered; None while it is not theirs to move and they named no day."""
    if ask.standing != "open" or ask.held:
        return None
    zone = ZoneInfo(ask.clock.zone) if ask.clock else UTC
    if ask.expected is not None:
        return Expected(datetime.combine(ask.expected + DAY, time(), zone).astimezone(UTC), "announced")
    if ask.begun_at is None:
        return None
    seen = waits.get(f"{ask.kind}:{ask.partner}", ())
    if len(seen) >= ENOUGH:
        return Expected(ask.asked_at + DAY * Spread.observed(seen).at(MOST), "measured", len(seen))
    if ask.clock is not None:
        return Expected(ask.clock.due_at, "policy")
    figures = rules.deadlines.get(ask.kind)
    return Expected(ask.asked_at + DAY * figures.target, "policy") if figures and figures.unit == "day" else None


def awaited(asks: Iterable[OurAsk], waits: Mapping[str, Sequence[float]], rules: Rules, now: datetime) -> list[Awaited]:
    """The open requests, the one to be answered first at the top."""
    found = []
    for ask in asks:
        if ask.standing == "open":
            by = expected_by(ask, waits, rules)
            found.append(Awaited(ask, by, by is not None and by.by <= now))
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(found, key=lambda x: (x.expected.by if x.expected else far, x.ask.asked_at, x.ask.key))


def standing(
    partner: PartnerLike,
    asks: Sequence[OurAsk],
    waits: Mapping[str, Sequence[float]],
    rules: Rules,
    now: datetime,
    *,
    reach: Reach | None = None,
    reached_on: datetime | None = None,
    last_event: datetime | None = None,
) -> PartnerNow:
    """How it stands with a partner at `now`. `asks` are those put to it; `reached_on` is the clock its door is judged by."""
    open_ = awaited(asks, waits, rules, now)
    first = next((x.expected for x in open_ if x.expected), None)
    heard = [at for at in (last_event, *(ask.heard_at for ask in asks)) if at]
    last_heard = max(heard, default=None)
    days, source = quiet_after(partner, rules)
    reach = reach or Reach(partner=partner.id)
    by_machine = partner.channel == "http"
    return PartnerNow(
        id=partner.id,
        kind=str(partner.kind),
        name=partner.name,
        channel=partner.channel,
        nations=partner.nations,
        owner=str(OWNERS.get(partner.kind, Role.HR_OFFICER)),
        door=str(reach.door(reached_on or now)) if by_machine or reach.failures else BY_HAND,
        error=reach.error,
        failing_since=reach.failing_since,
        next_try=reach.next_try,
        last_heard=last_heard,
        last_asked=max((ask.asked_at for ask in asks), default=None),
        open=len(open_),
        overdue=sum(x.overdue for x in open_),
        expected_by=first.by if first else None,
        expected_source=first.source if first else "",
        quiet_after_days=days,
        quiet_source=source,
        silent_since=_silent_since(partner, open_, last_heard, days, now),
    )


def quiet_after(partner: PartnerLike, rules: Rules) -> tuple[int | None, Literal["entry", "policy", ""]]:
    """For how many days a partner may be silent while something is open with it, and who says so."""
    if partner.quiet_after_days is not None:
        return partner.quiet_after_days, "entry"
    key = TIMED_BY.get(partner.kind)
    figures = rules.deadlines.get(key) if key else None
    if figures is None or figures.unit != "day":
        return None, ""
    return figures.remind_every or figures.remind or figures.target, "policy"


def _silent_since(
    partner: PartnerLike, open_: Sequence[Awaited], last_heard: datetime | None, days: int | None, now: datetime
) -> datetime | None:
    """Since when nothing was heard, where that is longer than usual and they have something to answer.

    Whoever is never asked (portal, personnel system) is only judged by a figure of its own entry.
    """
    begun = [x.ask.begun_at for x in open_ if x.ask.begun_at]
    if days is None or (not begun and (partner.kind in TIMED_BY or last_heard is None)):
        return None
    since = max((at for at in (last_heard, min(begun, default=None)) if at), default=None)
    return since if since is not None and now - since > DAY * days else None
