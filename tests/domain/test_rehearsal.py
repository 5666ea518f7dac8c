"""A rehearsal says what the new figures would do to the hires that are open, and what it says is what the story would have done."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.files import load_calendar
from domain.hire import HireState
from domain.rehearsal import CONDITION_EFFECTS, DEADLINE_EFFECTS, CaseMoves, DeadlineMove, Rehearsal, rehearse
from domain.rules import DEADLINE_KEYS, Rules
from domain.words import Condition, ConditionState, Stage
from tests.domain.test_comparison import STANDARD, changed
from tests.domain.test_model_check import play, step
from tests.world import World, at_stage, publish

CALENDAR = load_calendar("hq-brussels")
BRUSSELS = ZoneInfo("Europe/Brussels")
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def rehearsed(world: World, rules: Rules) -> Rehearsal:
    journals = {case: entries for case, entries in world.store.journals.items() if case.startswith("hire/")}
    return rehearse(journals, {p.spec.reference: p for p in world.published}, rules, CALENDAR, world.at)


def only(found: Rehearsal) -> CaseMoves:
    (case,) = found.cases
    return case


def move(found: Rehearsal, key: str) -> DeadlineMove:
    (moved,) = [m for m in only(found).deadlines if m.key == key]
    return moved


def day(at: datetime | None) -> date | None:
    return at and at.astimezone(BRUSSELS).date()


def late_in(stage: Stage, days: float) -> World:
    world, _ = at_stage(stage)
    world.forward(days=days)
    return world


# ---- deadlines -----------------------------------------------------------------------------------------------------------


def test_a_shorter_target_moves_the_deadline_from_its_own_start() -> None:
    world = late_in(Stage.SCREENING, 3)
    found = rehearsed(world, changed(deadlines__screening__target=10, deadlines__screening__remind=8))
    moved = move(found, "screening")
    started = day(moved.was.started_at)
    assert started is not None
    assert (day(moved.was.due_at), day(moved.will.due_at)) == (started + timedelta(days=14), started + timedelta(days=10))
    assert moved.effects == ("due_earlier", "reminders_moved")
    assert (found.open, len(found.cases), found.counts["due_earlier"], found.counts["overdue_at_once"]) == (1, 1, 1, 0)
    assert [each.words for each in found.changes["standard@2026.1"]] == [
        "screening: target 14 → 10 days",
        "screening: reminder after 10 → 8 days",
    ]


#: days into the screening, new figures, effects
CASES: list[tuple[float, dict[str, Any], str]] = [
    (3, {"target": 13}, "due_earlier"),
    (3, {"target": 20}, "due_later"),
    (12, {"target": 11}, "due_earlier overdue_at_once"),
    (16, {"target": 20}, "due_later no_longer_overdue"),
    (16, {"target": 15}, ""),  # both are behind it: nothing to say
    (16, {"limit": 15}, "limit_earlier limit_at_once"),
    (35, {"limit": 40}, "limit_later limit_no_longer_passed"),
    (3, {"limit": 40}, "limit_later"),
    (3, {"limit": None}, "limit_gone"),
    (35, {"limit": None}, "limit_gone limit_no_longer_passed"),
    (3, {"remind": 9}, "reminders_moved"),
    (12, {"remind": 9}, ""),  # reminded already
    (3, {"escalate_to": "appointing_authority"}, "handled_otherwise"),
    (3, {"party": "hiring_manager"}, "handled_otherwise"),
    (3, {"at_limit": "person_decides"}, "handled_otherwise"),
    (3, {"working_days": True}, "due_later limit_later reminders_moved"),
]


@pytest.mark.parametrize(("days", "figures", "effects"), CASES, ids=str)
def test_what_new_figures_mean_now(days: float, figures: dict[str, Any], effects: str) -> None:
    world = late_in(Stage.SCREENING, days)
    found = rehearsed(world, changed(**{f"deadlines__screening__{key}": value for key, value in figures.items()}))
    assert {effect for case in found.cases for effect in case.effects} == set(effects.split())


def test_time_given_by_an_extension_stays_given() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.forward(days=3)
    world.act(case, "extend", deadline="screening", days=5, reason="a_reason")
    moved = move(rehearsed(world, changed(deadlines__screening__target=10)), "screening")
    assert moved.was.due_at - moved.will.due_at == timedelta(days=4)
    assert rehearsed(world, STANDARD).cases == ()


def test_time_on_hold_is_not_counted_and_nothing_is_overdue_meanwhile() -> None:
    world, case = at_stage(Stage.SCREENING)
    world.forward(days=3)
    world.act(case, "hold", reason="a_reason")
    world.forward(days=20)
    shorter = changed(deadlines__screening__target=10)
    held = rehearsed(world, shorter)
    assert (only(held).held, move(held, "screening").effects) == (True, ("due_earlier",))
    world.act(case, "resume")
    after = move(rehearsed(world, shorter), "screening")
    assert (after.effects, after.was.due_at - after.will.due_at) == (("due_earlier",), timedelta(days=4))


def test_a_fast_track_has_the_figures_of_a_fast_track() -> None:
    world = World(published=[publish("240655", closes_in=14)])
    case = world.apply(vacancy="240655")
    world.close()
    world.act(case, "screen", eligible=True)
    world.act(case, "shortlist", shortlisted=True)
    world.tell(case, "assessment.completed", reference="V1")
    world.act(case, "mark_assessment", score=80)
    assert rehearsed(world, changed(deadlines__interview__target=30)).cases == ()
    assert rehearsed(world, changed(deadlines__interview_fast_track__target=10)).counts["due_later"] == 1


def test_a_longer_probation_ends_later() -> None:
    world, _ = at_stage(Stage.PROBATION)
    moved = move(rehearsed(world, changed(probation_months=9)), "probation")
    assert "due_later" in moved.effects
    assert 88 <= (moved.will.due_at - moved.was.due_at).days <= 93


def test_the_closing_of_a_competition_and_a_closed_case_are_no_ones_figures() -> None:
    world, case = at_stage(Stage.RECEIVED)
    assert rehearsed(world, changed(deadlines__screening__target=1)).cases == ()
    world.act(case, "withdraw", reason="a_reason")
    assert rehearsed(world, changed(deadlines__screening__target=1)).open == 0


# ---- conditions ----------------------------------------------------------------------------------------------------------


def conditions(found: Rehearsal) -> dict[str, str]:
    return {str(m.condition): m.effect for m in only(found).conditions}


@pytest.mark.parametrize(
    ("after", "effect"),
    [
        ([], "asked_at_once"),
        (["clearance"], "asked_earlier"),
        (["clearance", "medical", "verification"], "asked_later"),
        (["verification"], "asked_otherwise"),
        (["clearance", "medical", "secondment", "budget"], None),  # this hire needs neither
        (["secondment"], "asked_at_once"),
    ],
    ids=str,
)
def test_another_order_of_the_conditions(after: list[str], effect: str | None) -> None:
    world, _ = at_stage(Stage.CONDITIONS)
    found = rehearsed(world, changed(conditions__accreditation__after=after))
    assert (conditions(found) if found.cases else {}) == ({"accreditation": effect} if effect else {})


def test_what_is_asked_stays_asked() -> None:
    world, _ = at_stage(Stage.CONDITIONS)
    assert rehearsed(world, changed(conditions__verification__after=["clearance"])).cases == ()


def test_on_hold_nothing_is_asked_at_once() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.act(case, "hold", reason="a_reason")
    assert conditions(rehearsed(world, changed(conditions__accreditation__after=[]))) == {"accreditation": "asked_earlier"}


@pytest.mark.parametrize(
    ("days", "effect"),
    [(20, "reopens"), (29, "reopens"), (31, "valid_shorter"), (400, "valid_longer"), (None, "valid_longer"), (365, None)],
)
def test_a_result_without_an_end_of_its_own_lasts_as_long_as_the_policy_says(days: int | None, effect: str | None) -> None:
    """The day of entry is 30 days away."""
    world, _ = at_stage(Stage.ENTRY)
    found = rehearsed(world, changed(conditions__medical__valid_days=days))
    assert (conditions(found) if found.cases else {}) == ({"medical": effect} if effect else {})


def test_a_result_with_an_end_of_its_own_keeps_it() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical", valid_until=date(2030, 1, 1))
    assert rehearsed(world, changed(conditions__medical__valid_days=20)).cases == ()


def test_after_the_day_of_entry_no_result_reopens() -> None:
    world, _ = at_stage(Stage.PROBATION)
    assert rehearsed(world, changed(conditions__medical__valid_days=1)).cases == ()


def test_no_condition_waits_for_one_this_hire_does_not_need() -> None:
    rules = changed(conditions__accreditation__after=["secondment", "budget", "medical"])
    world = World(published=[publish(posts=1).model_copy(update={"rules": rules})])
    case = world.apply()
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_conditions(case)
    accreditation = world.hire(case).conditions[Condition.ACCREDITATION]
    assert (accreditation.after, accreditation.state) == ((Condition.MEDICAL,), ConditionState.WAITING)
    world.answer(case, "medical")
    assert world.hire(case).conditions[Condition.ACCREDITATION].state is ConditionState.REQUESTED


# ---- many hires ----------------------------------------------------------------------------------------------------------


def test_hires_are_counted_once_for_each_effect() -> None:
    world = World()
    first, second, third = (world.apply() for _ in range(3))
    world.close()
    world.act(third, "withdraw", reason="a_reason")
    world.act(second, "screen", eligible=True)
    world.forward(days=2)
    found = rehearsed(world, changed(deadlines__screening__target=1, deadlines__shortlisting__target=20, version="2027.1"))
    assert (found.policy, found.open, found.under) == ("standard@2027.1", 2, {"standard@2026.1": 2})
    assert [case.case for case in found.cases] == [first, second]
    assert {effect: n for effect, n in found.counts.items() if n} == {"overdue_at_once": 1, "due_earlier": 1, "due_later": 1}
    assert set(found.counts) == {*DEADLINE_EFFECTS, *CONDITION_EFFECTS}


# ---- always --------------------------------------------------------------------------------------------------------------

FIGURES = st.fixed_dictionaries(
    {
        "target": st.integers(0, 200),
        "remind": st.none() | st.integers(0, 200),
        "limit": st.none() | st.integers(0, 400),
        "working_days": st.booleans(),
    }
)


@st.composite
def policies(draw: st.DrawFn) -> Rules:
    """Policies with other figures for some deadlines, another order of the accreditation, another shelf life."""
    data = STANDARD.model_dump(mode="json")
    for key, figures in draw(st.dictionaries(st.sampled_from(sorted(DEADLINE_KEYS)), FIGURES, max_size=8)).items():
        data["deadlines"][key] |= figures
    data["conditions"]["accreditation"]["after"] = draw(st.sampled_from([[], ["clearance"], ["verification"], ["clearance", "medical"]]))
    data["conditions"]["medical"]["valid_days"] = draw(st.none() | st.integers(1, 800))
    data["probation_months"] = draw(st.integers(1, 12))
    return Rules.model_validate(data)


@SLOW
@given(st.sampled_from(Stage), st.lists(step, max_size=12))
def test_the_policy_in_force_changes_nothing_for_anybody(start: Stage, walk: list[tuple[Any, ...]]) -> None:
    world, case = at_stage(start)
    for what in walk:
        play(world, case, what)
    found = rehearsed(world, STANDARD)
    assert (found.cases, [each for changes in found.changes.values() for each in changes]) == ((), [])


@SLOW
@given(st.sampled_from(Stage), st.lists(step, max_size=12), policies())
def test_whatever_is_rehearsed_nothing_is_touched_and_the_effects_are_what_they_are_called(
    start: Stage, walk: list[tuple[Any, ...]], rules: Rules
) -> None:
    world, case = at_stage(start)
    for what in walk:
        play(world, case, what)
    before = {name: [entry.model_dump_json() for entry in journal] for name, journal in world.store.journals.items()}
    found = rehearsed(world, rules)
    assert found == rehearsed(world, rules)
    assert before == {name: [entry.model_dump_json() for entry in journal] for name, journal in world.store.journals.items()}
    for moves in found.cases:
        check(moves, world.hire(moves.case), world.at)
    assert all(number <= len(found.cases) <= found.open for number in found.counts.values())


def check(moves: CaseMoves, state: HireState, at: datetime) -> None:
    assert moves.effects
    assert not state.ended
    now = state.held_at or at
    for m in moves.deadlines:
        was, will = m.was, m.will
        assert was == state.deadlines[m.key]
        assert (was.key, was.who, was.started_at) == (will.key, will.who, will.started_at)
        assert ("overdue_at_once" in m.effects) == (will.due_at <= now < was.due_at)
        assert ("no_longer_overdue" in m.effects) == (was.due_at <= now < will.due_at)
        assert not {"due_earlier", "due_later"} <= set(m.effects)
        if "due_earlier" in m.effects:
            assert will.due_at < was.due_at
        if "limit_at_once" in m.effects:
            assert will.limit_at is not None
            assert will.limit_at <= now
    for c in moves.conditions:
        assert c.effect in CONDITION_EFFECTS
        assert (c.waits_was, c.valid_was) != (c.waits_will, c.valid_will)
        assert set(c.waits_will) <= set(state.conditions)


WAY = (
    Stage.SCREENING,
    Stage.SHORTLISTING,
    Stage.ASSESSMENT,
    Stage.INTERVIEW,
    Stage.SELECTION,
    Stage.CONDITIONS,
    Stage.CONTRACT,
    Stage.ENTRY,
)


def gone_to(stage: Stage, rules: Rules) -> tuple[World, HireState]:
    """One hire brought to `stage` under `rules`, by the same acts at the same moments whatever the figures."""
    world = World(published=[publish(posts=1).model_copy(update={"rules": rules})])
    case = world.apply()
    world.close()
    if stage is Stage.SELECTION or WAY.index(stage) > WAY.index(Stage.SELECTION):
        world.to_selection(case)
    else:
        if stage is not Stage.SCREENING:
            world.act(case, "screen", eligible=True)
        if stage in (Stage.ASSESSMENT, Stage.INTERVIEW):
            world.act(case, "shortlist", shortlisted=True)
        if stage is Stage.INTERVIEW:
            world.tell(case, "assessment.completed", reference="V1")
            world.act(case, "mark_assessment", score=80)
    if WAY.index(stage) > WAY.index(Stage.SELECTION):
        world.selected(case)
        {Stage.CONDITIONS: world.to_conditions, Stage.CONTRACT: world.to_contract, Stage.ENTRY: world.to_entry}[stage](case)
    assert world.hire(case).stage is stage
    return world, world.hire(case)


@SLOW
@given(st.sampled_from(WAY), policies())
def test_what_is_rehearsed_is_what_the_story_sets_under_the_new_figures(stage: Stage, rules: Rules) -> None:
    """The same hire twice, once under each policy: the open deadlines of the second are those the rehearsal of the first foretells."""
    rules = rules.model_copy(update={"conditions": STANDARD.conditions})  # which would set other deadlines, not others for these
    (old, before), (_, after) = gone_to(stage, STANDARD), gone_to(stage, rules)
    foretold = {m.key: m.will for case in rehearsed(old, rules).cases for m in case.deadlines}
    assert before.deadlines.keys() == after.deadlines.keys()
    for key, now in before.deadlines.items():
        will, new = foretold.get(key, now), after.deadlines[key]
        ahead = [[each for each in d.remind_at if each > old.at] for d in (will, new)]
        assert ahead[0] == ahead[1], key
        for foreseen, real in ((will.due_at, new.due_at), (will.limit_at, new.limit_at)):
            behind = foreseen is not None and real is not None and max(foreseen, real) <= old.at
            assert behind or foreseen == real, key
