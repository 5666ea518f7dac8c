"""A changed policy run over the open hires without touching one: whose deadlines move, what reopens, who is asked sooner or later.

Pure: journals, the policies they stand under, the new policy and its calendar in; what would be different out. Each open deadline
is set again from its own start under the new figures; the time a hold or an extension gave it stays given. Only what is open
now is compared: what a hire has not reached yet has not begun under any figures. Nothing here is an act (recruitment.md §7).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from domain import facts as f
from domain.calendars import Calendar
from domain.comparison import Difference, differences
from domain.conditions import valid_on
from domain.deadlines import carried, probation_ends_on
from domain.facts import DeadlineSet, Entry
from domain.hire import ConditionNow, HireState, fold
from domain.moment import Moment
from domain.overlays import under
from domain.rules import Rules
from domain.slots import without_nation
from domain.vacancy import Published
from domain.words import Condition, ConditionState, Stage

Office = Callable[[str], Calendar]

#: What may become of an open deadline, in the order in which it is counted and said.
DEADLINE_EFFECTS = (
    "overdue_at_once",
    "limit_at_once",
    "no_longer_overdue",
    "limit_no_longer_passed",
    "due_earlier",
    "due_later",
    "limit_earlier",
    "limit_later",
    "limit_new",
    "limit_gone",
    "reminders_moved",
    "handled_otherwise",
)
#: And of a condition.
CONDITION_EFFECTS = ("reopens", "valid_shorter", "valid_longer", "asked_at_once", "asked_earlier", "asked_later", "asked_otherwise")


@dataclass(frozen=True)
class DeadlineMove:
    """One open deadline as it stands and as it would stand, and what that means now (`effects`, of DEADLINE_EFFECTS)."""

    key: str
    who: str
    was: DeadlineSet
    will: DeadlineSet
    effects: tuple[str, ...]


@dataclass(frozen=True)
class ConditionMove:
    """One condition as asked of one nation. `effect` is one of CONDITION_EFFECTS,
    `waits_*` are what it still waits for, `valid_*` the last day of its result."""

    condition: str
    effect: str
    waits_was: tuple[str, ...] = ()
    waits_will: tuple[str, ...] = ()
    valid_was: date | None = None
    valid_will: date | None = None


@dataclass(frozen=True)
class CaseMoves:
    case: str
    vacancy: str
    stage: str
    policy: str
    held: bool
    deadlines: tuple[DeadlineMove, ...]
    conditions: tuple[ConditionMove, ...]

    @property
    def effects(self) -> set[str]:
        return {effect for move in self.deadlines for effect in move.effects} | {move.effect for move in self.conditions}


@dataclass(frozen=True)
class Rehearsal:
    """`changes` says, for each policy that open hires stand under, what the new one does differently; `cases` are the hires affected."""

    policy: str
    calendar: str
    at: datetime
    open: int
    under: dict[str, int]
    changes: dict[str, list[Difference]]
    cases: tuple[CaseMoves, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many hires each effect concerns; every effect is named, also those that concern nobody."""
        found = Counter(effect for case in self.cases for effect in case.effects)
        return {effect: found[effect] for effect in (*DEADLINE_EFFECTS, *CONDITION_EFFECTS)}


def rehearse(
    journals: Mapping[str, Sequence[Entry]],
    published: Mapping[str, Published],
    rules: Rules,
    calendar: Calendar,
    at: datetime,
    office: Office | None = None,
) -> Rehearsal:
    """What `rules` would change at `at` for the hires of these journals that are open. `published` by the vacancy's reference;
    `office` gives the calendars of the parties that have one of their own."""
    hires = [(fold(list(journal)), journal) for _, journal in sorted(journals.items()) if journal]
    going = [(state, journal) for state, journal in hires if state.stage is not None]
    under: Counter[str] = Counter()
    changes: dict[str, list[Difference]] = {}
    cases = []
    for state, journal in going:
        stands = published[state.vacancy]
        under[label(stands.rules)] += 1
        changes.setdefault(label(stands.rules), differences(stands.rules, rules))
        moves = _case(state, journal, stands, rules, calendar, at, office)
        cases += [moves] if moves.effects else []
    return Rehearsal(label(rules), calendar.label, at, len(going), dict(sorted(under.items())), dict(sorted(changes.items())), tuple(cases))


def label(rules: Rules) -> str:
    return f"{rules.name}@{rules.version}"


def _case(
    state: HireState, journal: Sequence[Entry], stands: Published, rules: Rules, calendar: Calendar, at: datetime, office: Office | None
) -> CaseMoves:
    stopped = state.held_at or at  # a held clock stands still: nothing is overdue before it goes on
    return CaseMoves(
        case=state.case,
        vacancy=state.vacancy,
        stage=str(state.stage),
        policy=label(stands.rules),
        held=state.held is not None,
        deadlines=set_anew(state, stands, under(rules, state.figures), calendar, stopped, office),
        conditions=tuple(_conditions(state, journal, rules, at.astimezone(calendar.tz).date())),
    )


# ---- deadlines -----------------------------------------------------------------------------------------------------------


def set_anew(
    state: HireState, stands: Published, rules: Rules, calendar: Calendar, at: datetime, office: Office | None = None
) -> tuple[DeadlineMove, ...]:
    """Each open deadline that `rules` would move, set again from its own start; what a hold or an extension gave stays given."""
    first = {key: each for key, each in sorted(state.first_set.items()) if key != "closing" and key in state.deadlines}
    own = under(stands.rules, state.figures)  # what an overlay gave is no time given: it goes with the overlay
    laid = {
        key: _set_again(state, each, stands, own, calendar, office) for key, each in first.items() if without_nation(key) in state.figures
    }
    again = {key: _set_again(state, each, stands, rules, calendar, office) for key, each in first.items()}
    timed = (_deadline(state.deadlines[key], laid.get(key, first[key]), fresh, calendar, at) for key, fresh in again.items())
    return tuple(move for move in timed if move is not None)


def _deadline(now: DeadlineSet, first: DeadlineSet, fresh: DeadlineSet, calendar: Calendar, at: datetime) -> DeadlineMove | None:
    due = carried(fresh.due_at, first.due_at, now.due_at, calendar.tz)
    limit = fresh.limit_at and carried(fresh.limit_at, first.limit_at or first.due_at, now.limit_at or now.due_at, calendar.tz)
    reminders = tuple(carried(each, first.due_at, now.due_at, calendar.tz) for each in fresh.remind_at)
    moved = {"due_at": due, "limit_at": limit, "remind_at": now.remind_at if fresh.remind_at == first.remind_at else reminders}
    will = fresh.model_copy(update=moved)
    effects = _effects(now, will, at)
    return DeadlineMove(now.key, now.who, now, will, effects) if effects else None


def _set_again(
    state: HireState, first: DeadlineSet, stands: Published, rules: Rules, calendar: Calendar, office: Office | None
) -> DeadlineSet:
    """The same deadline from the same start, as the stage would set it under the new figures."""
    m = Moment(at=first.started_at, actor="muster", published=stands.model_copy(update={"rules": rules}), calendar=calendar, office=office)
    rule = "interview_fast_track" if first.key == "interview" and stands.spec.fast_track else None
    if first.key in state.conditions and state.conditions[first.key].form == "confirmation":
        rule = "clearance_confirmation"
    ends_on = None
    if first.key == "entry":
        ends_on = state.enters_on
    if first.key == "probation" and state.enters_on is not None:
        ends_on = probation_ends_on(state.enters_on, rules.probation_months)
    return m.deadline(first.key, who=first.who, rule=rule, ends_on=ends_on)


def _effects(was: DeadlineSet, will: DeadlineSet, at: datetime) -> tuple[str, ...]:
    found = {*_of_due(was.due_at, will.due_at, at), *_of_limit(was.limit_at, will.limit_at, at)}
    if _ahead(was, at) != _ahead(will, at):
        found.add("reminders_moved")
    if (was.party, was.at_limit, was.escalate_to, _told(was)) != (will.party, will.at_limit, will.escalate_to, _told(will)):
        found.add("handled_otherwise")
    return tuple(effect for effect in DEADLINE_EFFECTS if effect in found)


def _of_due(was: datetime, will: datetime, at: datetime) -> list[str]:
    if was == will or max(was, will) <= at:
        return []  # both are behind us
    crossed = ["overdue_at_once"] if will <= at else ["no_longer_overdue"] if was <= at else []
    return [*crossed, "due_earlier" if will < was else "due_later"]


def _of_limit(was: datetime | None, will: datetime | None, at: datetime) -> list[str]:
    if was == will or (was is not None and will is not None and max(was, will) <= at):
        return []
    passed, passes = was is not None and was <= at, will is not None and will <= at
    crossed = ["limit_at_once"] if passes and not passed else ["limit_no_longer_passed"] if passed and not passes else []
    if was is None or will is None:
        return [*crossed, "limit_new" if was is None else "limit_gone"]
    return [*crossed, "limit_earlier" if will < was else "limit_later"]


def _told(deadline: DeadlineSet) -> list[str]:
    return [rung.to for rung in deadline.ladder]


def _ahead(deadline: DeadlineSet, at: datetime) -> list[datetime]:
    return [each for each in deadline.remind_at if each > at]


# ---- conditions ----------------------------------------------------------------------------------------------------------


def _conditions(state: HireState, journal: Sequence[Entry], rules: Rules, today: date) -> Iterable[ConditionMove]:
    """While they still count: until the day of entry."""
    if state.stage not in (Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY):
        return
    satisfied_at = {e.fact.slot: e.at for e in journal if isinstance(e.fact, f.ConditionSatisfied)}
    for c in state.conditions.values():
        if c.state is ConditionState.WAITING:
            move = _asked(state, c, rules)
        elif c.state is ConditionState.SATISFIED and c.slot in satisfied_at:
            move = _validity(state, c, satisfied_at[c.slot], rules, today)
        else:
            move = None
        if move is not None:
            yield move


def _asked(state: HireState, c: ConditionNow, rules: Rules) -> ConditionMove | None:
    """A condition not asked yet: what it waits for, before and after. A request that is out stays out."""
    before, after = _missing(state, c.after), _missing(state, rules.conditions[c.condition].after)
    if before == after or c.condition is Condition.BUDGET:  # the vacancy asks the budget authority, at once
        return None
    if not after and not state.held:
        effect = "asked_at_once"
    elif set(after) < set(before):
        effect = "asked_earlier"
    elif set(after) > set(before):
        effect = "asked_later"
    else:
        effect = "asked_otherwise"
    return ConditionMove(c.slot, effect, waits_was=before, waits_will=after)


def _missing(state: HireState, after: Iterable[Condition]) -> tuple[str, ...]:
    """What this hire still lacks of `after`; what it does not need at all it does not wait for."""
    wanted = frozenset(after)
    return tuple(sorted(c.slot for c in state.conditions.values() if c.condition in wanted and not c.settled))


def _validity(state: HireState, c: ConditionNow, satisfied_at: datetime, rules: Rules, today: date) -> ConditionMove | None:
    """A result whose end is the policy's, because the answer named none."""
    if c.outcome is None or c.said.get(c.outcome, date.max) is not None:
        return None
    days = rules.conditions[c.condition].valid_days
    will = None if days is None else satisfied_at.astimezone(UTC).date() + timedelta(days=days)
    was = c.valid_until
    if will == was:
        return None
    day = max(state.enters_on or today, today)
    if valid_on(was, day) and not valid_on(will, day):
        effect = "reopens"
    else:
        effect = "valid_shorter" if (will or date.max) < (was or date.max) else "valid_longer"
    return ConditionMove(c.slot, effect, valid_was=was, valid_will=will)
