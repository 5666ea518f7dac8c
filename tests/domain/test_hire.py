"""The state of a hire is the fold of its journal; stages and endings stand in tables."""

import ast
from pathlib import Path

import pytest

from domain import acts, replies
from domain import facts as f
from domain.hire import ENDS_FROM, MOVES, HireState, adverse, fold, legal_move
from domain.words import NOT_ADVERSE, Ending, Stage
from tests.domain.event_samples import DATA
from tests.world import at_stage

DOMAIN = Path(acts.__file__).parent.parent


def test_every_stage_has_its_moves() -> None:
    assert set(MOVES) == set(Stage)


def test_every_stage_can_be_reached_from_the_first() -> None:
    reached, front = {Stage.RECEIVED}, {Stage.RECEIVED}
    while front:
        front = {after for stage in front for after in MOVES[stage]} - reached
        reached |= front
    assert reached == set(Stage)


def test_every_ending_is_made_by_an_act_a_message_or_the_table_of_conditions() -> None:
    made = {
        node.attr
        for source in (*DOMAIN.glob("acts/*.py"), *DOMAIN.glob("replies/*.py"), DOMAIN / "conditions.py")
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Ending"
    }
    assert made == {e.name for e in Ending}


def test_an_ending_is_tied_to_stages_that_exist() -> None:
    assert all(stages and stages <= set(Stage) for stages in ENDS_FROM.values())


def test_only_what_the_candidate_chose_or_nobody_lost_is_not_adverse() -> None:
    assert {e for e in Ending if not adverse(e)} == NOT_ADVERSE
    assert adverse(Ending.VACANCY_CANCELLED)


def test_a_case_may_begin_anywhere_and_stay_where_it_is() -> None:
    assert legal_move(None, Stage.RECEIVED)
    assert all(legal_move(s, s) for s in Stage)
    assert not legal_move(Stage.SCREENING, Stage.CONTRACT)


@pytest.mark.parametrize("stage", [s for s in Stage if s is not Stage.RESERVE])
def test_the_fold_is_deterministic_and_one_entry_at_a_time(stage: Stage) -> None:
    world, case = at_stage(stage)
    journal = world.store.journals[case]
    state = HireState()
    for n, entry in enumerate(journal, 1):
        state.apply(entry)
        assert state.number == n
    assert state == fold(journal) == fold([f.Entry.model_validate_json(e.model_dump_json()) for e in journal])


def test_the_state_survives_a_query() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    state = world.hire(case)
    assert HireState.model_validate_json(state.model_dump_json()) == state


@pytest.mark.parametrize("stage", list(Stage))
def test_somebody_must_move_at_every_stage_or_nobody_can(stage: Stage) -> None:
    world, case = at_stage(stage)
    turn = world.hire(case).turn()
    assert turn
    assert (turn == ["nobody"]) is (stage is Stage.RECEIVED)


def test_every_message_of_the_catalogue_has_its_taker() -> None:
    assert {kind for kind in DATA if kind != "budget.decided"} <= set(replies.TAKERS), "of which only the budget is the vacancy's"
