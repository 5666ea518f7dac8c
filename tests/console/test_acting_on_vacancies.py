"""Acting on a vacancy by the same form as on a hire: from the act's own model, shown before it is done, decided by the vacancy itself."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from acts.desk import Desk
from console.forms import fields_of, read
from domain.competition import ACTS
from domain.errors import BadInput
from store.database import Database, migrate
from tests.console.conftest import Console, Told, opened_on
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import go_on, put
from tests.world import World, publish

VACANCY = "/vacancies/250442"


@pytest.fixture
async def at_selection(tmp_path: Path) -> AsyncIterator[tuple[Console, Told, World]]:
    """A closed competition whose two candidates wait for the board's report, and the desk that is asked."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'muster.db'}"
    await migrate(url)
    db = await Database.open(url)
    await staffed(db)
    world = World([publish(posts=1)])
    cases = [world.apply(), world.apply()]
    world.close()
    for case in cases:
        world.to_selection(case)
        world.forward(hours=2)
    opened, told = opened_on(db), Told(db)
    told.done = []

    async def acting() -> Desk:
        return told

    object.__setattr__(opened.reception, "acting", acting)
    try:
        await put(db, world)
        yield opened, told, world
    finally:
        await db.close()


async def test_every_act_on_a_vacancy_has_a_form_for_those_who_may_do_it_and_for_nobody_else(console: Console) -> None:
    for act in ACTS.values():
        mine, others = sorted(act.roles)[0], "medical_advisers_office"
        path = f"{VACANCY}/acts/{act.name}"
        page = await (await console.as_(str(mine))).get(path)
        assert page.status_code == 200, act.name
        for field in (each for each in fields_of(act.args) if each.name != "order"):  # asked only where ranks are shared
            assert f'name="{field.name}' in page.text or "There is nobody to fill in" in page.text, (act.name, field.name)
        assert (await (await console.as_(others)).get(path)).status_code == 403
    assert (await (await console.as_("hr_head")).get(f"{VACANCY}/acts/no_such_act")).status_code == 404


async def test_seats_of_a_board_are_chosen_among_those_who_may_sit_there(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = (await browser.get(f"{VACANCY}/acts/compose_board")).text
    assert re.search(r"Chair of the board</dt><dd>Board Chair<", page), "the only one there is, said and carried along"
    assert 'type="checkbox" name="members" value="board_member"' in page


def test_a_report_is_read_from_its_table_row_by_row() -> None:
    form = {
        "lines.hire": ["hire/h1", "hire/h2"],
        "lines.score": ["90", "40"],
        "lines.rank": ["1", ""],
        "lines.recommendation": ["selected", "not_selected"],
        "lines.tie": ["", ""],
    }
    first, second = read(ACTS["submit_report"].args, form, "UTC")["lines"]
    assert first == {"hire": "hire/h1", "score": 90, "rank": 1, "recommendation": "selected"}
    assert second == {"hire": "hire/h2", "score": 40, "recommendation": "not_selected"}


def test_a_table_with_a_cell_too_few_is_refused_as_a_whole() -> None:
    form = {"lines.hire": ["hire/h1", "hire/h2"], "lines.score": ["90"], "lines.rank": ["", ""], "lines.recommendation": ["", ""]}
    with pytest.raises(BadInput) as wrong:
        read(ACTS["submit_report"].args, form, "UTC")
    assert wrong.value.details["errors"] == {"lines": "missing"}


async def test_a_board_s_report_is_shown_as_it_will_be_written_and_then_submitted(at_selection: tuple[Console, Told, World]) -> None:
    console, told, _ = at_selection
    browser, path = await console.as_("board_chair"), f"{VACANCY}/acts/submit_report"
    page = (await browser.get(path)).text
    first, second = re.findall(r'name="lines.hire" value="([^"]+)"', page)
    given = dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', page)) | {
        "lines.hire": [first, second],
        "lines.score": ["90", "40"],
        "lines.rank": ["1", ""],
        "lines.recommendation": ["selected", "not_selected"],
        "lines.tie": ["", ""],
    }
    preview = (await browser.post(path, given | {"step": "preview"})).text
    assert told.done == []
    assert re.search(r"<td>90</td>\s*<td>1</td>\s*<td>selected</td>", preview)
    carried = [(name, value) for name, value in re.findall(r'type="hidden" name="([a-z_.]+)" value="([^"]*)"', preview)]
    again: dict[str, list[str]] = {}
    for name, value in carried:
        again.setdefault(name, []).append(value)
    answer = await browser.post(path, again | {"step": ["confirm"]})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{VACANCY}?done=99")
    ((_, _, act, args, _),) = told.done
    assert act == "submit_report"
    assert [line["hire"] for line in args["lines"]] == [first, second]
    assert [line.get("rank") for line in args["lines"]] == [1, None]


async def test_who_decides_on_a_report_reads_it_on_the_form_itself(at_selection: tuple[Console, Told, World]) -> None:
    console, _, world = at_selection
    first, second = world.store.cases
    world.report((first, "selected"), (second, "selected"))
    await go_on(console.db, world)
    page = (await (await console.as_("appointing_authority")).get(f"{VACANCY}/acts/decide_report")).text
    assert re.search(rf'<td>1</td><th scope="row"><a href="/{first.replace("hire/", "hires/")}">', page)
    assert len(re.findall(r"<td>selected</td>", page)) == 2
    assert 'type="hidden" name="sha256" value="' in page
    assert 'name="order"' not in page  # nobody shares a rank
