"""People and roles: who may do what, told as the doors know it."""

import re

import pytest

from domain.acts import ACTS
from domain.words import roles
from tests.console.conftest import Console


@pytest.mark.parametrize("act", sorted(ACTS))
async def test_who_may_do_an_act_is_who_has_one_of_its_roles(console: Console, act: str) -> None:
    browser = await console.as_("auditor")
    page = (await browser.get(f"/staff?may=hire.{act}")).text
    people = set(re.findall(r'<th scope="row">[^<]+<small class="block">([a-z_]+)</small>', page))
    assert people == {each.person for each in await console.desk.staff() if roles(each.roles) & ACTS[act].roles}


async def test_an_act_there_is_not_is_nobodys(console: Console) -> None:
    browser = await console.as_("hr_officer")
    assert "Nobody here may do that today." in (await browser.get("/staff?may=hire.fly")).text
    assert (await browser.get("/staff?may=Robert'); drop table")).status_code == 400


async def test_everybody_finds_it_from_their_own_page(console: Console) -> None:
    browser = await console.as_("line_manager")
    assert 'href="/staff"' in (await browser.get("/me")).text
    assert "Hr Officer" in (await browser.get("/staff")).text
