"""The order in which independent partners speak does not matter (`recruitment.md` §4): early, late, around a hold, the end is the same."""

from datetime import timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.words import Condition, ConditionState, Stage
from tests.machine.ground import Ground
from tests.world import publish

Said = tuple[str, dict[str, Any]]
SETTLED = {ConditionState.SATISFIED, ConditionState.WAIVED}
QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much)
POST = "250442-1"
#: Each partner's one answer: yes, or what does not settle it.
ANSWERS: dict[str, tuple[str, ...]] = {
    "clearance": ("granted", "granted", "refused", "interim"),
    "medical": ("fit", "fit", "fit_with_adjustments", "unfit"),
    "verification": ("confirmed", "confirmed", "not_confirmed", "partly"),
    "accreditation": ("accepted", "accepted", "refused"),
    "secondment": ("agreed", "agreed", "refused"),
    "budget": ("approved", "approved", "refused"),
}
PAPERS: tuple[Said, ...] = (("clearance.forms_received", {}), ("medical.file_received", {}))
ACKNOWLEDGED = tuple(f"{c}.acknowledged" for c in ("clearance", "medical", "verification", "accreditation"))


@cache
def offered() -> tuple[Ground, str]:
    """A seconded person with an offer for a post whose money is still asked for: six conditions to come."""
    posts = tuple(p.model_copy(update={"funded": False}) for p in publish(posts=1).spec.posts)
    ground = Ground([publish(posts_are=posts)])
    case = ground.apply(seconded_by="FR")
    ground.close()
    ground.to_selection(case)
    ground.selected(case)
    ground.act(case, "issue_offer")
    return ground, case


def spoken(outcomes: dict[str, str], at: Any) -> list[Said]:
    """What the partners say in all, and the candidate's yes to the offer among it."""
    until = (at + timedelta(days=400)).date().isoformat()
    replies = [(f"{c}.replied", {"outcome": o, "reference": "R", "valid_until": until}) for c, o in outcomes.items() if c != "budget"]
    expected = (at + timedelta(days=60)).date().isoformat()
    return [
        ("offer.answered", {"accepted": True}),
        ("budget.decided", {"post": POST, "outcome": outcomes["budget"], "reference": "B"}),
        *PAPERS,
        *((kind, {"expected": expected}) for kind in ACKNOWLEDGED),
        *replies,
    ]


def play(said: list[Said], hold: tuple[int, int] | None = None) -> Ground:
    """Say it all in this order; on hold from one place to another."""
    prepared, case = offered()
    ground = prepared.copy()
    for n, (kind, data) in enumerate(said):
        if hold and n == hold[0]:
            ground.act(case, "hold", reason="asked_for")
        if hold and n == hold[1]:
            ground.act(case, "resume")
        ground.tell("vacancy/250442" if kind == "budget.decided" else case, kind, **data)
        ground.pump()
    if ground.hire(case).held:
        ground.act(case, "resume")
    return ground


def end_of(ground: Ground) -> tuple[Any, ...]:
    """Where it ended up: the stage, and of each condition its state, its answer and how long it serves.

    Money approved before the conditions were opened makes none of them; approved later it settles one: the same to this hire.
    """
    state = ground.hire(offered()[1])
    conditions = {str(key): (c.state, c.outcome, c.valid_until) for key, c in state.conditions.items()}
    if state.conditions.get(Condition.BUDGET) and state.conditions[Condition.BUDGET].state in SETTLED:
        del conditions[str(Condition.BUDGET)]
    waiting = sorted((p.type, p.reason) for p in state.parked.values())
    return state.stage, state.post, state.post_funded, dict(sorted(conditions.items())), waiting


outcomes = st.fixed_dictionaries({c: st.sampled_from(said) for c, said in ANSWERS.items()})
#: Where each thing said stands in the order drawn.
orders = st.permutations(range(len(spoken({c: said[0] for c, said in ANSWERS.items()}, offered()[0].at))))
holds = st.none() | st.tuples(st.integers(0, 6), st.integers(7, 13))


@settings(max_examples=400, deadline=None, derandomize=True, database=None, suppress_health_check=QUIET)
@given(outcomes, orders, holds)
def test_any_order_of_independent_replies_leads_to_the_same_hire(
    said: dict[str, str], order: list[int], hold: tuple[int, int] | None
) -> None:
    at = offered()[0].at
    plain = spoken(said, at)
    assert end_of(play([plain[n] for n in order], hold)) == end_of(play(plain))


def test_when_everybody_says_yes_the_contract_comes_next_whatever_the_order() -> None:
    plain = spoken({c: said[0] for c, said in ANSWERS.items()}, offered()[0].at)
    for said in (plain, plain[::-1], plain[5:] + plain[:5]):
        ground = play(said)
        state = ground.hire(offered()[1])
        assert state.stage is Stage.CONTRACT
        assert {c.state for c in state.conditions.values()} <= SETTLED
        assert {str(c.condition) for c in state.conditions.values()} >= set(ANSWERS) - {"budget"}
        assert state.post_funded
