"""Acting on a vacancy by the same form as on a hire: from the act's own model, shown before it is done, decided by the vacancy itself."""

import re
from typing import Any

import pytest

from acts.desk import Desk
from console.forms import fields_of, read
from domain.competition import ACTS
from domain.errors import BadInput, NotNow, Stale
from domain.messages import Receipt
from tests.console.conftest import Browser, Console

VACANCY = "/vacancies/250442"


class Told(Desk):
    """A desk that keeps what it is asked to do, and answers as it is told."""

    done: list[tuple[Any, ...]]
    answer: Exception | None = None

    async def vacancy_act(
        self, person: str, reference: str, act: str, args: dict[str, Any], request: str | None = None, version: int | None = None
    ) -> Receipt:
        self.done.append((person, reference, act, args, version))
        if self.answer is not None:
            raise self.answer
        return Receipt(case=f"vacancy/{reference}", number=99)


@pytest.fixture
def told(console: Console) -> Told:
    desk = Told(console.db)
    desk.done = []

    async def acting() -> Desk:
        return desk

    object.__setattr__(console.reception, "acting", acting)
    return desk


async def send(browser: Browser, act: str, **given: Any) -> Any:
    path = f"{VACANCY}/acts/{act}"
    page = (await browser.get(path)).text
    return await browser.post(path, dict(re.findall(r'name="(csrf|version|request)" value="([^"]+)"', page)) | given)


async def test_every_act_on_a_vacancy_has_a_form_for_those_who_may_do_it_and_for_nobody_else(console: Console) -> None:
    for act in ACTS.values():
        mine, others = sorted(act.roles)[0], "medical_advisers_office"
        path = f"{VACANCY}/acts/{act.name}"
        page = await (await console.as_(str(mine))).get(path)
        assert page.status_code == 200, act.name
        for field in fields_of(act.args):
            assert f'name="{field.name}' in page.text or "There is nobody to fill in" in page.text, (act.name, field.name)
        assert (await (await console.as_(others)).get(path)).status_code == 403
    assert (await (await console.as_("hr_head")).get(f"{VACANCY}/acts/no_such_act")).status_code == 404


async def test_it_is_shown_then_confirmed_and_leads_back_with_a_receipt(console: Console, told: Told) -> None:
    browser = await console.as_("hr_head")
    preview = await send(browser, "suspend", reason="budget_review", step="preview")
    assert (preview.status_code, told.done) == (200, [])
    assert 'value="confirm"' in preview.text
    answer = await send(browser, "suspend", reason="budget_review", step="confirm")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{VACANCY}?done=99")
    number = (await console.desk.standing("vacancy/250442")).number
    assert told.done == [("hr_head", "250442", "suspend", {"reason": "budget_review"}, number)]


async def test_what_was_typed_is_kept_when_the_vacancy_has_moved_on_or_refuses(console: Console, told: Told) -> None:
    browser = await console.as_("hr_head")
    for answer, status in ((Stale("it has moved on", code="stale"), 412), (NotNow("not now", code="not_now"), 409)):
        told.answer = answer
        page = await send(browser, "suspend", reason="budget_review", step="confirm")
        assert page.status_code == status
        assert 'value="budget_review"' in page.text


async def test_seats_of_a_board_are_chosen_among_those_who_may_sit_there(console: Console, told: Told) -> None:
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
