"""Acting on a vacancy by form: each act has its questions in both languages, for whoever may do it; the vacancy itself decides."""

import re

import pytest

from domain.competition import ACTS
from domain.errors import Stale
from tests.console.conftest import Console, Told, csrf

AT = "/vacancies/250442"


@pytest.mark.parametrize("act", sorted(ACTS))
@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_act_has_a_form_for_who_may_do_it_and_a_plain_no_for_the_rest(console: Console, act: str, language: str) -> None:
    role = sorted(map(str, ACTS[act].roles))[0]
    await console.desk.preferences.put(role, language=language)
    answer = await (await console.as_(role)).get(f"{AT}/acts/{act}")
    assert answer.status_code == 200
    assert "console." not in re.sub(r"<[^>]+>", " ", answer.text)
    assert (await (await console.as_("auditor")).get(f"{AT}/acts/{act}")).status_code == 403


async def test_an_act_is_looked_at_confirmed_and_leads_back_with_a_receipt(console: Console, told: Told) -> None:
    browser = await console.as_("hr_head")
    page = (await browser.get(AT)).text
    assert f'href="{AT}/acts/suspend"' in page
    form = (await browser.get(f"{AT}/acts/suspend")).text
    given = {"csrf": csrf(form), "reason": "security_situation"} | dict(re.findall(r'name="(version|request)" value="([^"]+)"', form))
    preview = await browser.post(f"{AT}/acts/suspend", given | {"step": "preview"})
    assert "This will be written" in preview.text
    assert told.done == []
    done = await browser.post(f"{AT}/acts/suspend", given | {"step": "confirm"})
    assert (done.status_code, done.headers["location"]) == (303, f"{AT}?done=99")
    assert told.done[0][:4] == ("hr_head", "vacancy/250442", "suspend", {"reason": "security_situation"})
    assert "99" in (await browser.get(f"{AT}?done=99")).text


async def test_a_vacancy_that_moved_on_keeps_what_was_typed(console: Console, told: Told) -> None:
    browser = await console.as_("hr_head")
    told.answer = Stale("the vacancy has moved on", code="stale")
    form = (await browser.get(f"{AT}/acts/suspend")).text
    given = {"csrf": csrf(form), "reason": "security_situation"} | dict(re.findall(r'name="(version|request)" value="([^"]+)"', form))
    answer = await browser.post(f"{AT}/acts/suspend", given | {"step": "confirm"})
    assert answer.status_code == 412
    assert "security_situation" in answer.text
