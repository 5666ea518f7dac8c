"""Where the time of a competition goes, as a picture with its table beside it."""

from datetime import timedelta

from console.pages.times import by_stage
from domain.tally import GROUPS, NONE, held
from domain.turns import age
from domain.words import Stage
from tests.console.conftest import Console
from tests.world import at_stage


def test_the_groups_share_the_whole_time_of_a_case_and_nothing_else() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.forward(days=3)
    journal = world.store.journals[case]
    found = held([journal], world.at)
    spent = sum((time for groups in found.values() for time in groups.values()), NONE)
    assert abs(spent - age(journal, world.at)) < timedelta(milliseconds=1)
    assert {group for groups in found.values() for group in groups} == set(GROUPS)
    assert found["conditions"]["authorities"] > NONE
    assert list(found) == [str(stage) for stage in Stage if str(stage) in found]


def test_days_are_told_a_hire_and_stages_without_time_are_left_out() -> None:
    groups = dict.fromkeys(GROUPS, NONE)
    rows = by_stage({"screening": groups | {"ours": timedelta(days=6), "nobody": timedelta(days=3)}, "interview": groups}, 2)
    assert rows == [{"stage": "screening", "groups": dict.fromkeys(GROUPS, 0.0) | {"ours": 3.0, "nobody": 1.5}, "all": 4.5}]
    assert by_stage({}, 0) == []


async def test_it_is_shown_to_whom_figures_are_shown(console: Console) -> None:
    path = "/vacancies/250442/time"
    text = (await (await console.as_("auditor")).get(path)).text
    assert 'role="img"' in text
    assert "over the 2 received last" in text
    assert (await (await console.as_("board_member")).get(path)).status_code == 403
    assert (await (await console.as_("auditor")).get("/vacancies/none/time")).status_code == 404
    assert f'href="{path}"' in (await (await console.as_("hr_officer")).get("/vacancies/250442")).text
