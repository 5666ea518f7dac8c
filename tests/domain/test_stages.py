import pytest

from domain import facts as f
from domain.errors import NotNow
from domain.moment import Moment
from domain.stages import after_shortlisting, clearing_nations, end, enter
from domain.words import Ending, Stage
from tests.world import World, at_stage, publish


def moment(world: World) -> Moment:
    from config.files import load_calendar

    return Moment(at=world.at, actor="muster", published=world.published[0], calendar=load_calendar("hq-brussels"))


def test_an_illegal_move_is_refused() -> None:
    world, case = at_stage(Stage.SCREENING)
    with pytest.raises(NotNow) as caught:
        enter(world.hire(case), Stage.CONTRACT, moment(world))
    assert caught.value.code == "illegal_move"


def test_an_illegal_ending_is_refused() -> None:
    world, case = at_stage(Stage.SCREENING)
    with pytest.raises(NotNow) as caught:
        end(world.hire(case), Ending.NO_SHOW, moment(world), decided_by="person:x", reason="r")
    assert caught.value.code == "illegal_ending"


def test_an_ending_releases_the_post_but_not_one_that_is_filled() -> None:
    for stage, released in ((Stage.ENTRY, 1), (Stage.PROBATION, 0)):
        world, case = at_stage(stage)
        world.tell(case, "application.withdrawn")
        assert len(world.store.facts(case, "post_released")) == released


def test_leaving_a_stage_closes_its_deadlines_and_opens_the_next() -> None:
    world, case = at_stage(Stage.SHORTLISTING)
    assert set(world.hire(case).deadlines) == {"shortlisting"}
    closed = [x for x in world.store.facts(case) if isinstance(x, f.DeadlineClosed)]
    assert [(x.key, x.met) for x in closed] == [("closing", True), ("screening", True)]


@pytest.mark.parametrize("stage", [Stage.SCREENING, Stage.SHORTLISTING, Stage.INTERVIEW, Stage.SELECTION, Stage.RESERVE, Stage.PROBATION])
def test_a_stage_has_a_deadline_of_its_name(stage: Stage) -> None:
    world, case = at_stage(stage)
    assert str(stage) in world.hire(case).deadlines


def test_the_policy_may_skip_the_assessment() -> None:
    published = publish(posts=1)
    plain = World([published])
    assert after_shortlisting(moment(plain)) is Stage.ASSESSMENT
    none = World([published.model_copy(update={"rules": published.rules.model_copy(update={"assessment": "none"})})])
    assert after_shortlisting(moment(none)) is Stage.INTERVIEW
    case = none.apply()
    none.close()
    none.act(case, "screen", eligible=True)
    none.act(case, "shortlist", shortlisted=True)
    assert none.hire(case).stage is Stage.INTERVIEW


def test_a_dual_national_is_cleared_by_each_nation_that_counts() -> None:
    world, case = at_stage(Stage.SCREENING, nations=["MA", "FR", "BE"])
    assert clearing_nations(world.hire(case), moment(world)) == ("FR", "BE")
    world, case = at_stage(Stage.SCREENING, nations=["MA", "CH"])
    assert clearing_nations(world.hire(case), moment(world)) == ("MA",), "a person let them through: somebody has to be asked"
