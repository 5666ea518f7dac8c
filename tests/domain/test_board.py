"""The selection board: seats, conflicts of interest, scores, and what it may see (`recruitment.md` §3, §6)."""

from datetime import timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.acts.board import mean_of
from domain.candidate import Application, board_view
from domain.errors import BadInput, NotAllowed, NotNow
from domain.words import Role, Stage
from tests.domain.event_samples import APPLICATION
from tests.world import World, at_stage, publish

BOARD: dict[str, Any] = {"chair": "piotr", "members": ["oona", "marc"], "observer": "noor"}
VACANCY = "vacancy/240655"


def before_the_board(stage: Stage = Stage.INTERVIEW) -> tuple[World, str]:
    """One candidate of a vacancy that names competencies, whose interview was held."""
    world = World([publish("240655")])
    case = world.apply()
    world.close()
    world.act(case, "screen", eligible=True)
    world.act(case, "shortlist", shortlisted=True)
    world.tell(case, "assessment.completed", reference="V1")
    if stage is Stage.INTERVIEW:
        world.act(case, "mark_assessment", score=70)
        world.tell(case, "interview.scheduled", starts_at=(world.at + timedelta(days=3)).isoformat(), minutes=45, place="HQ")
        world.tell(case, "interview.completed", attended=True)
    return world, case


def test_each_member_scores_alone_and_the_mark_is_the_mean() -> None:
    world, case = before_the_board()
    world.act(case, "score", "oona", competencies={"1": 80, "2": 60})
    world.act(case, "score", "marc", competencies={"1": 50}, desirable={"1": 100})
    assert mean_of(world.hire(case).scores[Stage.INTERVIEW]) == 73  # of 70 and 75, rounded half up
    world.act(case, "score", "marc", competencies={"1": 51})
    world.act(case, "mark_interview", "piotr")
    assert (world.hire(case).interview_score, world.hire(case).stage) == (61, Stage.SELECTION)


def test_a_mark_nobody_scored_has_to_be_given() -> None:
    world, case = before_the_board()
    with pytest.raises(BadInput, match="give the mark"):
        world.act(case, "mark_interview", "piotr")
    world.act(case, "mark_interview", "piotr", score=0)
    assert world.hire(case).interview_score == 0


def test_a_score_names_what_the_notice_names() -> None:
    world, case = before_the_board()
    with pytest.raises(BadInput, match="numbered 1 to 9"):
        world.act(case, "score", competencies={"10": 50})
    with pytest.raises(BadInput, match="competencies"):
        world.act(case, "score", competencies={"1": 101})


def test_nobody_scores_before_there_is_something_to_score() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    with pytest.raises(NotNow):
        world.act(case, "score", competencies={"1": 50})


def composed(world: World) -> None:
    world.act(VACANCY, "compose_board", "ines", **BOARD)


@pytest.mark.parametrize("changes", [{"members": ["oona"]}, {"chair": "oona"}, {"observer": ""}])
def test_a_board_has_a_chair_two_members_and_an_observer_who_are_different_people(changes: dict[str, Any]) -> None:
    world, _ = before_the_board()
    with pytest.raises(BadInput):
        world.act(VACANCY, "compose_board", "ines", **{**BOARD, **changes})


def test_a_board_is_complete_when_all_have_declared_and_nobody_stepped_back() -> None:
    world, case = before_the_board()
    composed(world)
    for person in ("piotr", "oona", "noor"):
        world.act(VACANCY, "declare_interest", person, conflict=False)
    world.act(VACANCY, "declare_interest", "marc", conflict=True)
    board = world.vacancy("240655").board
    assert board is not None
    assert board.missing == ("marc",)
    world.act(case, "mark_interview", score=70)
    with pytest.raises(NotNow, match="marc"):
        world.report((case, "not_selected"), reference="240655", person="piotr")
    world.act(VACANCY, "compose_board", "ines", **{**BOARD, "members": ["oona", "aude"]})
    world.act(VACANCY, "declare_interest", "aude", conflict=False)
    with pytest.raises(NotAllowed, match="piotr"):
        world.report((case, "not_selected"), reference="240655", person="oona")
    world.report((case, "not_selected"), reference="240655", person="piotr")


def test_a_conflict_with_one_candidate_bars_from_that_case_alone() -> None:
    world, case = before_the_board()
    composed(world)
    world.act(VACANCY, "declare_interest", "oona", conflict=True, hires=[case])
    world.pump()
    board = world.vacancy("240655").board
    assert board is not None
    assert "oona" not in board.missing
    with pytest.raises(NotAllowed, match="conflict of interest"):
        world.act(case, "score", "oona", competencies={"1": 80})


def test_only_who_sits_on_the_board_declares() -> None:
    world, _ = before_the_board()
    with pytest.raises(NotNow):
        world.act(VACANCY, "declare_interest", "oona", conflict=False)
    composed(world)
    with pytest.raises(NotAllowed):
        world.act(VACANCY, "declare_interest", "tom", conflict=False)
    with pytest.raises(BadInput):
        world.act(VACANCY, "declare_interest", "oona", conflict=True, hires=["hire/none"])


def test_a_board_reads_neither_name_nor_nationality_nor_age() -> None:
    view = board_view(Application.model_validate(APPLICATION))
    assert set(view) == {"role_profiles", "languages", "education", "experience", "answers"}
    words = repr(view)
    person, contact = APPLICATION["candidate"], APPLICATION["contact"]
    assert not [
        hidden for hidden in (contact["name"], contact["email"], person["id"], "nationalities", "born_on", "from") if hidden in words
    ]
    assert all(set(studied) == {"level", "field"} for studied in view["education"])


# ---- the interview's moments -----------------------------------------------------------------------------------------------


def at_interview() -> tuple[World, str, list[str]]:
    world, case = at_stage(Stage.INTERVIEW)
    return world, case, [(world.at + timedelta(days=n)).isoformat() for n in (3, 4)]


def test_a_candidate_chooses_among_the_moments_offered() -> None:
    world, case, slots = at_interview()
    world.act(case, "offer_slots", "tom", slots=slots, minutes=45, place="room-z-204")
    other = world.tell(case, "interview.scheduled", starts_at=(world.at + timedelta(days=9)).isoformat(), minutes=5, place="cafe")
    assert world.fate(other) == "superseded"
    assert world.hire(case).interview_at is None
    world.tell(case, "interview.scheduled", starts_at=slots[1], minutes=5, place="cafe")
    [scheduled] = [e.fact for e in world.store.journals[case] if isinstance(e.fact, f.InterviewScheduled)]
    assert (scheduled.starts_at.isoformat(), scheduled.minutes, scheduled.place) == (slots[1], 45, "room-z-204")


def test_moments_are_offered_once_and_in_the_future() -> None:
    world, case, slots = at_interview()
    with pytest.raises(BadInput, match="future"):
        world.act(case, "offer_slots", slots=[world.at.isoformat()])
    with pytest.raises(BadInput, match="once"):
        world.act(case, "offer_slots", slots=[slots[0], slots[0]])
    with pytest.raises(BadInput, match="zone"):
        world.act(case, "offer_slots", slots=["2027-03-02T10:00:00"])


def test_scoring_is_the_boards() -> None:
    world, case = before_the_board()
    with pytest.raises(NotAllowed):
        world.act(case, "score", "ines", roles=(str(Role.HR_OFFICER),), competencies={"1": 50})
