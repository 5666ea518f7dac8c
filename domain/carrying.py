"""Results that count again in a linked hire: clearance, medical and verification, while they are valid (`recruitment.md` §6).

What the first hire leaves is thin: outcome, validity, level and reference. What is about the post or the host (accreditation, secondment,
budget) is asked anew. So is a result that was waived, refused, contradicted or ran out: only a plain answer in favour is carried.
"""

from datetime import timedelta

from domain import facts as f
from domain.conditions import level_suffices, refuses, valid_on
from domain.hire import ConditionNow, HireState
from domain.moment import Moment
from domain.words import Condition, ConditionState

CARRIED = frozenset({Condition.CLEARANCE, Condition.MEDICAL, Condition.VERIFICATION})

#: Nobody enters on duty sooner than this; what runs out before would be asked for again at once.
SOONEST = timedelta(days=30)


def results_of(state: HireState) -> tuple[f.CarriedResult, ...]:
    """What this hire leaves to one that is linked to it. Where its own conditions never opened, what was left to it is passed on."""
    if not state.conditions:
        return state.carried
    return tuple(
        f.CarriedResult(
            condition=c.condition,
            authority=c.authority,
            outcome=c.outcome,
            valid_until=c.valid_until,
            level=c.level,
            reference=c.reference,
            case=c.carried_from or state.case,
        )
        for c in state.conditions.values()
        if c.outcome is not None and _counts(c)
    )


def _counts(c: ConditionNow) -> bool:
    """A plain answer in favour, and never another one against it. A waiver is no result, and a person's choice between two is one here."""
    contradicted = any(refuses(c.condition, outcome) for outcome in c.said)
    return c.condition in CARRIED and c.state is ConditionState.SATISFIED and not contradicted


def carried_over(state: HireState, opened: f.ConditionOpened, m: Moment) -> list[f.AnyFact]:
    """The fact that settles a condition just opened, where the same authority's answer still counts; none where it must be asked."""
    known = next((r for r in state.carried if (r.condition, r.authority) == (opened.condition, opened.authority)), None)
    if known is None or not valid_on(known.valid_until, (m.at + SOONEST).date()):
        return []
    if known.condition is Condition.CLEARANCE and not level_suffices(known.level, m.published.spec.clearance):
        return []
    return [
        f.ConditionCarriedOver(
            condition=opened.condition,
            nation=opened.nation,
            from_case=known.case,
            outcome=known.outcome,
            valid_until=known.valid_until,
            level=known.level,
            reference=known.reference,
        )
    ]
