"""A mistaken entry is superseded by a new fact, never edited, and not once something final rests on it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import facts as f
from domain.errors import BadInput, NotAllowed, NotNow
from domain.words import Stage
from tests.world import World, at_stage


def number(world: World, case: str, kind: str) -> int:
    return [e.number for e in world.store.journals[case] if e.fact.kind == kind][-1]


def test_a_score_typed_wrongly_counts_as_corrected_and_both_stay_on_record() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    wrong = number(world, case, "assessment_marked")
    world.act(case, "correct", "board", number=wrong, score=60, reason="mistyped")
    state = world.hire(case)
    assert (state.assessment_score, state.stage) == (60, Stage.INTERVIEW)
    [was] = world.store.facts(case, "assessment_marked")
    assert isinstance(was, f.AssessmentMarked)
    assert was.score == 80, "what was written is not edited"
    [fact] = world.store.facts(case, "corrected")
    assert isinstance(fact, f.Corrected)
    assert (fact.supersedes, fact.entry, fact.words, fact.reason) == (wrong, "assessment_marked", {"score": 60}, "mistyped")


def test_a_score_the_competition_was_decided_on_is_not_corrected_any_more() -> None:
    world, case = at_stage(Stage.RESERVE)
    with pytest.raises(NotNow, match="was decided on this score"):
        world.act(case, "correct", number=number(world, case, "interview_marked"), score=60, reason="mistyped")


def test_an_interview_recorded_at_the_wrong_time_is_moved_and_the_candidate_is_told() -> None:
    world, case = at_stage(Stage.INTERVIEW)
    world.act(case, "schedule_interview", starts_at="2026-05-01T10:00:00+00:00", place="HQ")
    world.act(case, "correct", number=number(world, case, "interview_scheduled"), starts_at="2026-05-02T10:00:00+00:00", reason="mistyped")
    assert world.hire(case).interview_at == datetime(2026, 5, 2, 10, tzinfo=UTC)
    assert [letter.template for letter in world.store.letters].count("interview_invitation") == 2
    world.tell(case, "interview.completed", attended=True)
    with pytest.raises(NotNow, match="the interview was held"):
        world.act(
            case, "correct", number=number(world, case, "interview_scheduled"), starts_at="2026-05-03T10:00:00+00:00", reason="mistyped"
        )


def test_a_first_day_corrected_moves_the_end_of_probation() -> None:
    world, case = at_stage(Stage.PROBATION)
    before = world.hire(case).deadlines["probation"].due_at
    day = world.hire(case).enters_on
    assert day is not None
    later = day + timedelta(days=10)
    world.act(case, "correct", number=number(world, case, "duty_entered"), on=later.isoformat(), reason="mistyped")
    assert world.hire(case).enters_on == later
    assert world.hire(case).deadlines["probation"].due_at > before


def test_only_what_was_typed_in_by_those_who_may_and_only_its_own_word() -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    entry = number(world, case, "screened")
    with pytest.raises(BadInput, match="is none that is corrected so"):
        world.act(case, "correct", number=1, code="a_reason", reason="mistyped")
    with pytest.raises(BadInput, match="by giving code"):
        world.act(case, "correct", number=entry, score=3, reason="mistyped")
    with pytest.raises(BadInput, match="that is what the entry says"):
        world.act(case, "correct", number=entry, code="all_checks_passed", reason="mistyped")
    with pytest.raises(NotAllowed):
        world.act(case, "correct", number=entry, code="profile_matches", reason="mistyped", roles=("board_member",))
    world.act(case, "correct", number=entry, code="profile_matches", reason="mistyped")
    assert world.hire(case).typed[entry].model_dump()["reason"] == "profile_matches"
