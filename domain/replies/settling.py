"""What settles a condition, what reopens it, and what stands still meanwhile: the facts (`recruitment.md` §4, §7)."""

from datetime import date, timedelta

from domain import facts as f
from domain.conditions import TABLE, TOO_LOW, level_suffices, valid_on
from domain.deadlines import shift
from domain.hire import ConditionNow, HireState
from domain.moment import Moment
from domain.replies.taking import Moot
from domain.stages import Facts, all_settled_with, close_condition_deadlines, enter, reopen
from domain.words import Condition, ConditionState, Outcome, Stage


def replied(state: HireState, fact: f.ConditionReplied, m: Moment) -> Facts:
    """What a reply leads to, whichever way it came: the first answer that counts concludes, another one never overwrites it."""
    now = state.conditions[fact.slot]
    if now.answered and fact.outcome is now.outcome:
        raise Moot("the same answer is on record already", code="repeated")
    waived = now.state is ConditionState.WAIVED and fact.outcome in TABLE[now.condition].satisfied_by
    if now.answered and now.outcome is not None and not waived:
        return [fact, f.ConditionContradicted(**now.about, was=now.outcome, now=fact.outcome)]
    level = fact.details.level
    if level and fact.outcome is Outcome.GRANTED and not level_suffices(level, m.published.spec.clearance):
        # on record, and not what was asked for: the request stays open, or another one is put
        return [fact, *(reopen(state, [now], TOO_LOW, m) if now.form == "confirmation" else [])]
    return [fact, *conclude(state, now, fact.outcome, fact.valid_until, m)]


def conclude(state: HireState, now: ConditionNow, outcome: Outcome, valid_until: date | None, m: Moment) -> Facts:
    """What an answer settles: satisfied, refused (a person decides), or neither (interim, partly, or expired before it came)."""
    rule = TABLE[now.condition]
    until = valid_until or default_validity(now.condition, m)
    if outcome in rule.satisfied_by and valid_on(until, m.at.date()):
        return settled(state, now, f.ConditionSatisfied(**now.about, valid_until=until), m)
    if outcome in rule.refused_by:
        refused: Facts = [*released(now, m), f.ConditionRefused(**now.about, outcome=outcome)]
        refused += close_condition_deadlines(state, now, refused=True)
        return [*refused, *_appeal_window(state, now, m)]
    return []


def settled(state: HireState, now: ConditionNow, fact: f.ConditionSatisfied | f.ConditionWaived, m: Moment) -> Facts:
    """The condition is met or waived; with the last one the hire goes on."""
    done: Facts = [*released(now, m), fact, *close_condition_deadlines(state, now)]
    if state.stage is Stage.CONDITIONS and all_settled_with(state, now.slot):
        closed = {each.key for each in done if isinstance(each, f.DeadlineClosed)}
        remaining = state.model_copy(update={"deadlines": {k: d for k, d in state.deadlines.items() if k not in closed}})
        done += enter(remaining, Stage.ENTRY if state.signed else Stage.CONTRACT, m)
    return done


def default_validity(condition: Condition, m: Moment) -> date | None:
    days = m.published.rules.conditions[condition].valid_days
    return None if days is None else m.at.date() + timedelta(days=days)


def _appeal_window(state: HireState, now: ConditionNow, m: Moment) -> Facts:
    """Before an unfavourable opinion is final the candidate may ask for another; the one given on appeal is final."""
    key = TABLE[now.condition].appeal_key
    if key is None or key in state.deadlines or now.appealed or m.published.rules.conditions[now.condition].appeal_days is None:
        return []
    window = m.deadline(key)
    return [window, f.AppealOpened(**now.about, until=window.due_at)]


def resumed_condition(state: HireState, now: ConditionNow, m: Moment) -> Facts:
    """The end of one condition's hold: its deadlines move by the time it stood still.

    A hold of the whole case that fell into it is part of that time: the case's own resuming leaves these deadlines alone.
    """
    held_at = now.held_at or m.at
    own = [state.deadlines[key] for key in now.keys if key in state.deadlines]
    moved = [shift(d, int((m.at - max(held_at, d.started_at)).total_seconds()), held_at) for d in own]
    return [*released(now, m), *moved]


def released(now: ConditionNow, m: Moment) -> Facts:
    """An answer ends the hold of its condition: there is nothing left to stand still."""
    if now.held is None:
        return []
    return [f.ConditionResumed(**now.about, seconds=int((m.at - (now.held_at or m.at)).total_seconds()))]
