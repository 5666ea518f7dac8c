"""A preview says what the act will do: it is the act itself, tried on the case as it stands, and nothing is written."""

from datetime import timedelta
from typing import Any

from config.files import load_calendar
from domain.foresight import Foreseen, foresee
from domain.messages import ActRequest
from domain.moment import Moment
from domain.words import Stage
from tests.world import ALL_ROLES, World, at_stage


def seen(world: World, case: str, act: str, roles: tuple[str, ...] = ALL_ROLES, **args: Any) -> Foreseen:
    request = ActRequest(request="r", act=act, person="ann", roles=roles, args=args)
    return foresee(world.hire(case), request, Moment(world.at, "person:ann", world.published[0], load_calendar("hq-brussels")))


def test_a_hold_with_an_end_says_which_deadlines_move_and_by_how_much() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    until = world.at + timedelta(days=30)
    found = seen(world, case, "hold", reason="security_situation", until=until.isoformat())
    assert (found.possible, found.letters, found.ending) == (True, (), "")
    assert {moved.now - moved.was for moved in found.moved if moved.now and moved.was} == {timedelta(days=30)}
    assert {moved.key for moved in found.moved} == set(world.hire(case).deadlines)
    world.act(case, "hold", reason="security_situation", until=until.isoformat())
    world.forward(days=30)
    assert {key: d.due_at for key, d in world.hire(case).deadlines.items()} == {moved.key: moved.now for moved in found.moved}


def test_what_is_not_possible_says_so_in_the_words_of_the_refusal() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    found = seen(world, case, "confirm_lapse")
    assert (found.possible, found.code, found.why) == (False, "nothing_lapsed", "no deadline of this case has lapsed")
    assert seen(world, case, "hold", roles=("auditor",), reason="a_reason").code == "wrong_role"


def test_a_lapse_says_how_the_hire_would_end_and_which_letter_goes_out_and_writes_nothing() -> None:
    world, case = at_stage(Stage.ASSESSMENT)
    world.forward(days=8)
    before = len(world.store.journals[case])
    found = seen(world, case, "confirm_lapse")
    assert (found.ending, found.letters) == ("assessment_lapsed", ("ending.assessment_lapsed",))
    assert len(world.store.journals[case]) == before
    assert seen(world, case, "reopen_lapse", reason="candidate_was_ill").letters == ("deadline_extended",)
