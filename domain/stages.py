"""What entering a stage brings, and how a hire ends: the facts, nothing else (`recruitment.md` §2, §8)."""

from datetime import date, datetime

from domain import facts as f
from domain.attention import decides
from domain.carrying import carried_over
from domain.conditions import authority_for, needed, valid_on
from domain.deadlines import probation_ends_on, shift
from domain.errors import NotNow
from domain.hire import ENDS_FROM, ConditionNow, HireState, legal_move
from domain.integrity import is_reply
from domain.moment import Moment
from domain.nations import eligible_on
from domain.review import review_window
from domain.undo import plan, takes_back
from domain.words import Condition, ConditionState, Ending, Stage

Facts = list[f.AnyFact]


def enter(state: HireState, stage: Stage, m: Moment) -> Facts:
    """The facts of entering `stage`: the open deadlines of the stage before are closed as met, its own are set.

    Raises NotNow when the table of moves does not allow it.
    """
    if not legal_move(state.stage, stage):
        raise NotNow(f"a hire cannot go from {state.stage} to {stage}", code="illegal_move", stage=str(state.stage))
    return [*leave_deadlines(state), f.StageEntered(stage=stage), *_opening(state, stage, m)]


def after_shortlisting(m: Moment) -> Stage:
    """The policy may skip the assessment."""
    return Stage.INTERVIEW if m.published.rules.assessment == "none" else Stage.ASSESSMENT


def end(state: HireState, ending: Ending, m: Moment, *, decided_by: str, reason: str) -> Facts:
    """The facts of an ending. The post, if one is held, is released in the same step, and what was asked of others is planned to be
    taken back (`undo`); an adverse decision opens its review window.

    Raises NotNow when this ending cannot be reached from the present stage.
    """
    allowed = ENDS_FROM.get(ending)
    if state.stage is None or (allowed is not None and state.stage not in allowed):
        raise NotNow(f"a hire cannot end as {ending} at stage {state.stage}", code="illegal_ending", stage=str(state.stage))
    holds = state.post and state.stage is not Stage.PROBATION  # on probation the post is filled, not reserved
    freed: Facts = [f.PostReleased(post=state.post, reason=str(ending))] if holds else []
    done = f.EndingReached(ending=ending, decided_by=decided_by, reason=reason, stage=state.stage)
    steps = plan(state, ending, m.at)
    undo: Facts = [f.UndoPlanned(steps=steps)] if takes_back(steps) else []
    return [*close_deadlines(state, met=ending is Ending.APPOINTED_AND_CONFIRMED), *undo, *freed, done, *review_window(ending, m)]


def reserve_ending(state: HireState) -> Ending:
    """How waiting ends by a person's word: off the list; or, next in rank and no post left, not selected."""
    return Ending.NOT_SELECTED if state.standing == "next_in_rank" else Ending.RESERVE_LAPSED


def resumed(s: HireState, m: Moment) -> Facts:
    """The facts of a hold's end, by a person or by its date. Neither the competition's closing nor the list's end moves for one case."""
    held_at = s.held_at or m.at

    def since(start: datetime) -> int:
        return int((m.at - start).total_seconds())

    # a condition on hold by itself goes on standing still; its own end counts this time too
    stopped = [d for key, d in sorted(s.deadlines.items()) if key not in s.stopped | {"closing", "reserve"}]
    moved = [shift(d, since(max(held_at, d.started_at)), held_at) for d in stopped]
    return [f.Resumed(seconds=since(held_at)), *moved]


def leave_deadlines(state: HireState) -> Facts:
    """Close the deadlines of the stage that is left. The candidate's time to answer an allegation belongs to no stage and runs on;
    the clock of a decision belongs to the need it watches (`attention`)."""
    return [f.DeadlineClosed(key=key, met=True) for key in sorted(state.deadlines) if not is_reply(key) and not decides(key)]


def close_deadlines(state: HireState, *, met: bool) -> Facts:
    """Close every deadline there is: the case ends."""
    return [f.DeadlineClosed(key=key, met=met) for key in sorted(state.deadlines)]


def _opening(state: HireState, stage: Stage, m: Moment) -> Facts:
    match stage:
        case Stage.RECEIVED:
            closing = m.closing()
            return [closing] if closing and not state.late else []
        case Stage.SCREENING:
            return [m.deadline("screening")]
        case Stage.SHORTLISTING:
            return [m.deadline("shortlisting")]
        case Stage.INTERVIEW:
            return [m.deadline("interview", rule="interview_fast_track" if m.published.spec.fast_track else "interview")]
        case Stage.SELECTION:
            return [m.deadline("selection")]
        case Stage.RESERVE:
            return _on_the_list(state, m)
        case Stage.CONDITIONS if not state.conditions:
            return _open_conditions(state, m)
        case Stage.CONTRACT if state.approved:  # offered before a condition opened again: the candidate's time begins anew
            return [m.deadline("contract")]
        case Stage.ENTRY:
            return [m.deadline("entry", ends_on=state.enters_on)]
        case Stage.PROBATION:
            on = state.enters_on
            return [m.deadline("probation", ends_on=on and probation_ends_on(on, m.published.rules.probation_months))]
        case _:
            return []


def _on_the_list(state: HireState, m: Moment) -> Facts:
    """The list's end is the vacancy's, the same for everybody on it; who comes back to it is not reminded of what is past."""
    ends = state.list_deadline or m.deadline("reserve")
    ahead = ends.model_copy(update={"remind_at": tuple(at for at in ends.remind_at if at > m.at)})
    return [f.ReserveListed(rank=state.rank or 0, until=ends.due_at, standing=state.standing), ahead]


def _open_conditions(state: HireState, m: Moment) -> Facts:
    """Every condition this hire needs; each person's own papers (forms, medical file) are due from now. What an earlier hire of the
    person left and still counts is met at once."""
    opened: Facts = []
    wanted = needed(seconded=state.seconded_by is not None, funded=state.post_funded)
    for condition in wanted:
        # what this hire does not need it cannot wait for
        rule = m.published.rules.conditions[condition]
        after = tuple(other for other in rule.after if other in wanted)
        for nation, authority in _asked_of(state, condition, m):
            slot = f.ConditionOpened(condition=condition, nation=nation, authority=authority, after=after, waivable=rule.waivable)
            opened += [slot, *carried_over(state, slot, m)]
        if condition is Condition.BUDGET:
            opened.append(m.deadline("budget"))
    return opened


def _asked_of(state: HireState, condition: Condition, m: Moment) -> list[tuple[str, str]]:
    """The (further nation, authority) of each slot: several only for a clearance that is asked of each nationality."""
    first, *further = clearing_nations(state, m)
    asked = [("", authority_for(condition, nation=first, seconded_by=state.seconded_by))]
    if condition is Condition.CLEARANCE and m.published.rules.conditions[condition].nations == "each":
        asked += [(nation, authority_for(condition, nation=nation)) for nation in further]
    return asked


def clearing_nations(state: HireState, m: Moment) -> tuple[str, ...]:
    """The nationalities that count for this vacancy, as stated: their authorities can be asked for a clearance.

    The others are on record and not asked: no agreement on clearances binds them (decision 0010). Where none counts (a person
    decided otherwise), the first one stated is asked.
    """
    day = (m.published.closes_at or state.received_at or m.at).date()
    eligible = eligible_on(m.published.spec.eligible_nationalities, day)
    return tuple(nation for nation in state.nations if nation in eligible) or state.nations[:1] or ("",)


def asked(now: ConditionNow, m: Moment, form: str = "") -> Facts:
    """The deadline a request starts: the candidate's papers first where there are any, else the authority's own.

    What is on file is confirmed without papers and sooner; for a new opinion on appeal the file is there already.
    """
    if form == "confirmation":
        return [m.deadline(now.slot, who=now.nation, rule="clearance_confirmation")]
    if now.papers_key and not now.papers and not now.appealed:
        return [m.deadline(now.papers_key)]
    return [authority_deadline(now, m)]


def authority_deadline(now: ConditionNow, m: Moment) -> f.DeadlineSet:
    """The authority's own deadline; where a nation is asked, it says which."""
    return m.deadline(now.slot, who=now.nation)


def close_condition_deadlines(state: HireState, now: ConditionNow, *, refused: bool = False) -> Facts:
    """What ran for a condition is over; with a refusal the time to appeal against it is not."""
    keys = (now.slot, now.papers_key) if refused else now.keys
    return [f.DeadlineClosed(key=key, met=True) for key in keys if key and key in state.deadlines]


def reopen_expired(state: HireState, day: date, m: Moment) -> Facts:
    """The facts of going back to the conditions whose results will have expired on `day`; none where all still hold (§4)."""
    expired = [c for c in state.conditions.values() if c.state is ConditionState.SATISFIED and not valid_on(c.valid_until, day)]
    return reopen(state, expired, "expired_before_entry", m) if expired else []


def reopen(state: HireState, slots: list[ConditionNow], reason: str, m: Moment) -> Facts:
    """Ask anew, one round later; the authority is told why. The hire waits for its conditions again."""
    reopened: Facts = [f.ConditionReopened(**c.about, reason=reason) for c in slots]
    if state.stage is not Stage.CONDITIONS:  # entering closes what still runs
        return [*reopened, *enter(state, Stage.CONDITIONS, m)]
    return [*(fact for c in slots for fact in close_condition_deadlines(state, c)), *reopened]


def unsettled(state: HireState) -> list[str]:
    """The slots that stand between this hire and a contract that is final."""
    return sorted(c.slot for c in state.conditions.values() if not c.settled)


def all_settled_with(state: HireState, slot: str) -> bool:
    """Would the whole set be settled if `slot` were satisfied now?"""
    return all(c.settled or c.slot == slot for c in state.conditions.values())
