"""When somebody will start: the way that is left, step by step, each step as long as such steps have taken, else as the policy says.

A step with enough observations takes any of the times observed; one without takes the policy's target as its middle and the limit as
its end. The steps still to come are drawn together many times over (always the same draws, so that the same case gives the same
answer), and the forecast is the middle of the outcomes with the range that holds eight of ten. It supposes that the case succeeds:
how likely that is, nobody is told by a machine. `accuracy` holds the method against what really happened.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import groupby
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

from domain import facts as f
from domain.conditions import TABLE, authority_for, needed
from domain.errors import BadInput, NotNow
from domain.facts import Entry
from domain.hire import ConditionNow, HireState, fold
from domain.vacancy import Published
from domain.words import Condition, ConditionState, Stage

#: From so many observations on, experience counts for more than the policy.
ENOUGH = 5
DRAWS = 200
#: How many finished cases, the latest ones, a forecast is held against.
LOOKED_BACK_AT = 50
RANGE = (0.1, 0.5, 0.9)
DAY = timedelta(days=1)

#: Why a step is supposed to last so long; `forecast.source.<source>` in the catalogue.
SOURCES = ("observed", "policy", "overdue", "announced", "known")

#: Which of the policy's deadlines a stage takes, one after the other.
TIMED_BY: dict[Stage, tuple[str, ...]] = {
    Stage.SCREENING: ("screening",),
    Stage.SHORTLISTING: ("shortlisting",),
    Stage.ASSESSMENT: ("assessment_answer", "assessment_marking"),
    Stage.INTERVIEW: ("interview",),
    Stage.SELECTION: ("selection",),
    Stage.OFFER: ("offer",),
    Stage.CONTRACT: ("decision", "contract"),
    Stage.ENTRY: ("entry",),
}

#: The way of a hire that is chosen at once.
WAY = (
    Stage.RECEIVED,
    Stage.SCREENING,
    Stage.SHORTLISTING,
    Stage.ASSESSMENT,
    Stage.INTERVIEW,
    Stage.SELECTION,
    Stage.OFFER,
    Stage.CONDITIONS,
    Stage.CONTRACT,
    Stage.ENTRY,
)


@dataclass(frozen=True)
class Observation:
    """One step as it was: its name ("stage:interview", "clearance:nation-no", "clearance"), its length in days, when it was over."""

    step: str
    days: float
    over_at: datetime
    case: str


@dataclass(frozen=True)
class Assumption:
    """What the forecast takes a step to last from now on, in days, and why: one of `SOURCES`."""

    step: str
    source: str
    earliest: float
    likely: float
    latest: float
    observations: int = 0


@dataclass(frozen=True)
class Forecast:
    """The day of entry on duty: eight of ten outcomes lie from `earliest` to `latest`, half of them up to `likely`."""

    case: str
    made_at: datetime
    earliest: date
    likely: date
    latest: date
    assumptions: tuple[Assumption, ...] = ()


@dataclass(frozen=True)
class Tried:
    """One forecast of the past beside what came of it. `off` is in days: positive when the start came later than forecast."""

    case: str
    stage: Stage
    forecast: Forecast
    entered_on: date

    @property
    def off(self) -> int:
        return (self.entered_on - self.forecast.likely).days

    @property
    def inside(self) -> bool:
        return self.forecast.earliest <= self.entered_on <= self.forecast.latest


@dataclass(frozen=True)
class Accuracy:
    """How good the forecasts of finished cases would have been, had they been made at each stage with what was known then."""

    forecasts: int
    cases: int
    median_error_days: float | None
    inside: float | None


class Spread:
    """How long a step may take, in days: a rising line through the shares of cases and the time by which so many are over."""

    def __init__(self, knots: Sequence[tuple[float, float]]) -> None:
        self._shares = [share for share, _ in knots]
        self._days = [days for _, days in knots]

    @classmethod
    def observed(cls, days: Iterable[float]) -> "Spread":
        known = sorted(days)
        steps = max(1, len(known) - 1)
        return cls([(n / steps, each) for n, each in enumerate(known)])

    @classmethod
    def planned(cls, target: float, limit: float) -> "Spread":
        """Half of them by the target, all of them by the limit."""
        return cls([(0.0, 0.0), (0.5, target), (1.0, max(target, limit))])

    def at(self, share: float) -> float:
        """By how many days that share of cases is over."""
        if len(self._shares) == 1:
            return self._days[0]
        n = min(max(bisect_right(self._shares, share) - 1, 0), len(self._shares) - 2)
        (s0, s1), (d0, d1) = self._shares[n : n + 2], self._days[n : n + 2]
        return d0 if s1 == s0 else d0 + (d1 - d0) * (min(share, s1) - s0) / (s1 - s0)

    def share(self, days: float) -> float:
        """The share of cases that are over by then; the other way round than `at`."""
        if days < self._days[0]:
            return 0.0
        if days >= self._days[-1]:
            return 1.0
        n = bisect_right(self._days, days) - 1
        (s0, s1), (d0, d1) = self._shares[n : n + 2], self._days[n : n + 2]
        return s0 + (s1 - s0) * (days - d0) / (d1 - d0)

    def left(self, share: float, elapsed: float) -> float:
        """By how many days more that share is over, of those that are still open after `elapsed`."""
        before = self.share(elapsed) if elapsed > 0 else 0.0
        return max(0.0, self.at(before + (1 - before) * share) - max(elapsed, 0.0))


@dataclass(frozen=True)
class Step:
    """One step still to come or under way: how long it may take from now on, and why that is supposed."""

    name: str
    source: str
    left: Callable[[float], float]
    observations: int = 0

    def assumption(self) -> Assumption:
        earliest, likely, latest = (self.left(share) for share in RANGE)
        return Assumption(self.name, self.source, round(earliest, 1), round(likely, 1), round(latest, 1), self.observations)


# ---- the forecast ----------------------------------------------------------------------------------------------------------


def forecast(state: HireState, published: Published, observed: Sequence[Observation], now: datetime) -> Forecast:
    """The start of an open case, from where it stands at `now`.

    Raises NotNow for a case that has ended, or whose person is on duty already: there is nothing left to foretell.
    """
    if state.stage is Stage.PROBATION:
        raise NotNow(f"there is no start to forecast: the person entered on duty on {state.enters_on}", code="no_start")
    if state.stage is None:
        raise NotNow("there is no start to forecast: the case has ended", code="no_start")
    known = _Known(state, published, observed, now)
    begins = max(now, state.held.until) if state.held and state.held.until else now
    stages = [known.stage(stage) for stage in _way(state)]
    conditions = known.conditions() if state.stage in WAY[: WAY.index(Stage.CONDITIONS) + 1] or state.stage is Stage.RESERVE else {}
    outcomes = _outcomes(stages, conditions, known.after, _agreed(state, published), begins)
    zone = ZoneInfo(published.spec.duty_station.zone)
    days = [outcomes[min(len(outcomes) - 1, round(share * (len(outcomes) - 1)))].astimezone(zone).date() for share in RANGE]
    listed = [step for step in [*stages, *conditions.values()] if step is not None]
    held = [_fixed("hold", (begins - now) / DAY)] if state.held else []
    return Forecast(state.case, now, days[0], days[1], days[2], tuple(step.assumption() for step in [*held, *listed]))


def pace(state: HireState, published: Published, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """From when to when each step still to come runs, if each takes the middle of what the policy gives it: ("stage:interview", …, …),
    ("medical", …, …). One plan, no range: what a timeline shows ahead. Empty for a case that has ended, or whose person is on duty.
    """
    if state.stage is None or state.stage is Stage.PROBATION:
        return []
    known = _Known(state, published, (), now)
    at = max(now, state.held.until) if state.held and state.held.until else now
    found: list[tuple[str, datetime, datetime]] = []
    for stage in _way(state):
        step = known.stage(stage)
        days = {} if step else {name: each.left(0.5) for name, each in known.conditions().items()}
        over = _over(days, known.after)
        found += [(name, at + (end - days[name]) * DAY, at + end * DAY) for name, end in sorted(over.items(), key=lambda pair: pair[1])]
        ends = at + (step.left(0.5) if step else max(over.values(), default=0.0)) * DAY
        found.append((f"stage:{stage}", at, ends))
        at = ends
    agreed, (name, begins, ends) = _agreed(state, published), found[-1]
    return [*found[:-1], (name, begins, max(ends, agreed) if agreed else ends)]


def _way(state: HireState) -> list[Stage]:
    """The stages from the present one to the entry on duty; a person on the list goes on with an offer."""
    if state.stage is Stage.RESERVE:
        return [Stage.RESERVE, *WAY[WAY.index(Stage.OFFER) :]]
    return [stage for stage in WAY if state.stage is not None and WAY.index(stage) >= WAY.index(state.stage)]


def _agreed(state: HireState, published: Published) -> datetime | None:
    """The day of entry that is agreed, as a moment of that day."""
    if state.enters_on is None:
        return None
    return datetime.combine(state.enters_on, time(9), ZoneInfo(published.spec.duty_station.zone)).astimezone(UTC)


def _outcomes(
    stages: Sequence[Step | None],
    conditions: Mapping[str, Step],
    after: Mapping[str, frozenset[str]],
    agreed: datetime | None,
    begins: datetime,
) -> list[datetime]:
    """Every draw's day of entry, the earliest first. The draws are always the same ones."""
    found = []
    for n in range(DRAWS):
        days = 0.0
        for step in stages:
            days += step.left(_draws(step.name)[n]) if step else _together(conditions, after, n)
        at = begins + days * DAY
        found.append(max(at, agreed) if agreed else at)
    return sorted(found)


@cache
def _draws(name: str) -> tuple[float, ...]:
    """The draws of a step: evenly spread over all shares, in an order of the step's own, the same for every case."""
    shares = [(n + 0.5) / DRAWS for n in range(DRAWS)]
    Random(name).shuffle(shares)
    return tuple(shares)


def _together(conditions: Mapping[str, Step], after: Mapping[str, frozenset[str]], n: int) -> float:
    """How long the conditions of one draw take."""
    return max(_over({name: step.left(_draws(name)[n]) for name, step in conditions.items()}, after).values(), default=0.0)


def _over(days: Mapping[str, float], after: Mapping[str, frozenset[str]]) -> dict[str, float]:
    """When each condition is over: they run side by side, each begins when those it waits for are met."""
    over: dict[str, float] = {}
    for condition in _in_order(days, after):
        over[condition] = max((over[before] for before in after[condition] if before in over), default=0.0) + days[condition]
    return over


def _in_order(conditions: Iterable[str], after: Mapping[str, frozenset[str]]) -> list[str]:
    """Each after those it waits for. A policy that goes in circles is taken in the order of the table."""
    left, done = list(conditions), list[str]()
    while left:
        ready = [c for c in left if not after[c] & (set(left) - {c})] or left[:1]
        done += ready
        left = [c for c in left if c not in ready]
    return done


def _fixed(name: str, days: float, source: str = "known") -> Step:
    return Step(name, source, lambda share: max(0.0, days))


class _Known:
    """What is known at a moment about one case and the steps before it."""

    def __init__(self, state: HireState, published: Published, observed: Sequence[Observation], now: datetime) -> None:
        self._state, self._rules, self._now = state, published.rules, now
        self._fast = published.spec.fast_track
        self._seen: dict[str, list[float]] = {}
        for each in observed:
            if each.over_at <= now and each.case != state.case:
                self._seen.setdefault(each.step, []).append(each.days)
        self.after = self._before()

    def _before(self) -> dict[str, frozenset[str]]:
        """What each slot waits for; before the conditions are open, what each condition would."""
        slots = self._state.conditions.values()
        if slots:
            return {c.slot: frozenset(other.slot for other in slots if other.condition in c.after) for c in slots}
        return {c: frozenset(self._rules.conditions[c].after if c in self._rules.conditions else ()) for c in Condition}

    # ---- stages -----------------------------------------------------------------------------------------------------------

    def stage(self, stage: Stage) -> Step | None:
        """None for the conditions, which are steps of their own."""
        name = f"stage:{stage}"
        here = stage is self._state.stage
        elapsed = self._since(self._state.stage_since) if here else 0.0
        closing = self._state.deadlines.get("closing")
        match stage:
            case Stage.CONDITIONS:
                return None
            case Stage.RECEIVED:
                return _fixed(name, self._until(closing.due_at) if closing else 0.0)
            case Stage.ENTRY if self._state.enters_on is not None:
                return _fixed(name, 0.0)
            case Stage.RESERVE:
                left = self._until(self._state.reserve_until) if self._state.reserve_until else float(self._rules.reserve.days)
                return self._step([name], elapsed, Spread.planned((left + elapsed) / 2, left + elapsed))
            case Stage.ASSESSMENT if self._rules.assessment == "none" and not here:
                return _fixed(name, 0.0)
            case Stage.INTERVIEW if self._fast:
                return self._step([name], elapsed, self._planned(["interview_fast_track"]))
            case _:
                return self._step([name], elapsed, self._planned(TIMED_BY[stage]))

    # ---- conditions -------------------------------------------------------------------------------------------------------

    def conditions(self) -> dict[str, Step]:
        """Every slot that is not met yet: those of the case, else the conditions it will have."""
        s = self._state
        if s.conditions:
            return {c.slot: self._open(c) for c in s.conditions.values() if not c.settled}
        wanted = needed(seconded=s.seconded_by is not None, funded=s.post_funded)
        return {c: self._condition(c, self._authority(c), 0.0) for c in wanted}

    def _open(self, now: ConditionNow) -> Step:
        condition = now.condition
        runs = self._state.deadlines.get(now.slot)  # the budget is asked for by the vacancy, once per post
        asked_at = now.requested_at if now.state is not ConditionState.WAITING else runs.started_at if runs else None
        elapsed = self._since(asked_at)
        if now.state is ConditionState.ACKNOWLEDGED and now.expected is not None:
            expected = self._until(datetime.combine(now.expected, time(12), UTC))
            if expected > 0:
                limit = self._planned(self._keys(condition)).at(1.0) - elapsed
                spread = Spread([(0.0, 0.0), (0.5, expected), (1.0, max(2 * expected, limit))])
                return Step(str(condition), "announced", lambda share: spread.at(share))
        return self._condition(condition, now.authority, elapsed)

    def _authority(self, condition: Condition) -> str:
        s = self._state
        try:
            return authority_for(condition, nation=s.nations[0] if s.nations else "", seconded_by=s.seconded_by)
        except BadInput:  # no nation on record: then what all nations took
            return ""

    def _condition(self, condition: Condition, authority: str, elapsed: float) -> Step:
        return self._step([f"{condition}:{authority}", str(condition)], elapsed, self._planned(self._keys(condition)))

    def _keys(self, condition: Condition) -> tuple[str, ...]:
        if condition is Condition.CLEARANCE and self._fast:
            return ("clearance_confirmation",)
        papers = TABLE[condition].papers_key
        return (*([papers] if papers else []), str(condition))

    # ---- how long ---------------------------------------------------------------------------------------------------------

    def _step(self, names: Sequence[str], elapsed: float, planned: Spread) -> Step:
        """As observed under the first name that has enough of what took longer than this one has already; else as planned."""
        for name in names:
            longer = [days for days in self._seen.get(name, []) if days > elapsed or not elapsed]
            if len(longer) >= ENOUGH:
                # of those that took longer: this one is known not to be among the others
                return Step(name, "observed", Spread.observed([days - elapsed for days in longer]).at, len(longer))
        if elapsed >= planned.at(1.0):  # past its limit: as long again as was planned, at most
            again = planned.at(0.5)
            return Step(names[-1], "overdue", lambda share: share * again)
        return Step(names[-1], "policy", lambda share: planned.left(share, elapsed))

    def _planned(self, keys: Iterable[str]) -> Spread:
        rules = [self._rules.deadlines[key] for key in keys if key in self._rules.deadlines]
        unit = [1.0 if rule.unit == "day" else 1 / 86400 for rule in rules]
        week = [7 / 5 if rule.working_days else 1.0 for rule in rules]
        target = sum(rule.target * u * w for rule, u, w in zip(rules, unit, week, strict=True))
        limit = sum((rule.limit or rule.target) * u * w for rule, u, w in zip(rules, unit, week, strict=True))
        return Spread.planned(target, limit)

    def _since(self, moment: datetime | None) -> float:
        return max(0.0, (self._now - moment) / DAY) if moment else 0.0

    def _until(self, moment: datetime) -> float:
        return max(0.0, (moment - self._now) / DAY)


# ---- what was observed -----------------------------------------------------------------------------------------------------


def observations(journal: Sequence[Entry]) -> list[Observation]:
    """Every step of a case that is over: stages left for the next one, conditions met. Time on hold is not counted."""
    found: list[Observation] = []
    stage: tuple[Stage, datetime] | None = None
    asked: dict[str, datetime] = {}
    authority: dict[str, str] = {}
    held: list[tuple[datetime, datetime]] = []
    hold: datetime | None = None
    imported = False

    def over(step: str, since: datetime, at: datetime) -> None:
        stood = sum((max(timedelta(0), min(at, b) - max(since, a)) for a, b in held), timedelta(0))
        found.append(Observation(step, max(0.0, (at - since - stood) / DAY), at, journal[0].case))

    for entry in journal:
        match entry.fact:
            case f.Held():
                hold = entry.at
            case f.Resumed() if hold:
                held.append((hold, entry.at))
                hold = None
            case f.HireImported():
                imported = True
            case f.StageEntered(stage=entered):
                if stage and entered is not stage[0] and not imported:
                    over(f"stage:{stage[0]}", stage[1], entry.at)
                imported = imported and stage is None  # how long its first stage took, elsewhere and here, nobody knows
                stage = (entered, entry.at)
            case f.ConditionOpened(slot=slot, authority=a):
                authority[slot] = a
            case f.ConditionRequested(slot=slot):
                asked.setdefault(slot, entry.at)
            case f.ConditionReopened(slot=slot):
                asked.pop(slot, None)
            case f.ConditionSatisfied(slot=slot, condition=c) if slot in asked:
                since = asked.pop(slot)
                over(str(c), since, entry.at)
                over(f"{c}:{authority.get(slot, '')}", since, entry.at)
            case _:
                pass
    return found


# ---- how good it is --------------------------------------------------------------------------------------------------------


def tried(journal: Sequence[Entry], published: Published, observed: Sequence[Observation]) -> list[Tried]:
    """The forecasts of one finished case: made again at each stage it entered, with what was known then, beside its real start."""
    entered = _entered(journal)
    if entered is None:
        return []
    state, found = HireState(), list[Tried]()
    for _, group in groupby(journal, lambda entry: entry.step):
        step = list(group)
        for entry in step:
            state.apply(entry)
        new = any(isinstance(entry.fact, f.StageEntered) for entry in step)
        if state.stage is Stage.PROBATION:
            break
        if new and state.stage is not None:
            found.append(Tried(state.case, state.stage, forecast(state, published, observed, step[-1].at), entered))
    return found


def forecast_among(
    case: str, journals: Mapping[str, Sequence[Entry]], published: Mapping[str, Published], now: datetime
) -> tuple[Forecast, Accuracy]:
    """The forecast of one case from the journals of all, with how good such forecasts were for the cases that started last.

    Raises NotNow when there is no start to forecast.
    """
    state = fold(list(journals[case]))
    observed = [each for journal in journals.values() for each in observations(journal)]
    found = forecast(state, published[state.vacancy], observed, max(now, state.last_at or now))
    finished = sorted((journal for journal in journals.values() if _entered(journal)), key=lambda journal: _entered(journal) or date.max)
    back = [each for journal in finished[-LOOKED_BACK_AT:] for each in tried(journal, published[fold(list(journal)).vacancy], observed)]
    return found, accuracy(back)


def _entered(journal: Sequence[Entry]) -> date | None:
    return next((e.fact.entered_on for e in journal if isinstance(e.fact, f.DutyEntered)), None)


def accuracy(all_tried: Sequence[Tried]) -> Accuracy:
    """The middle error in days, whichever way, and the share of starts that lay inside the range; None without a finished case."""
    if not all_tried:
        return Accuracy(0, 0, None, None)
    inside = sum(t.inside for t in all_tried) / len(all_tried)
    return Accuracy(len(all_tried), len({t.case for t in all_tried}), float(median(abs(t.off) for t in all_tried)), inside)
