"""Saved views: a list's filters under a name, for oneself or for everybody; never a search, never an address of somebody else's."""

import re

import pytest

from console.pages.hires import LISTING, Asked
from console.views import kept
from console.wiring import LISTINGS
from domain.errors import BadInput
from tests.console.conftest import Browser, Console, csrf


async def save(browser: Browser, query: str = "stage=shortlisting", name: str = "Short lists", **more: str) -> int:
    token = csrf((await browser.get("/me")).text)
    return (await browser.post("/views", {"csrf": token, "screen": "hires", "query": query, "name": name, **more})).status_code


async def change(browser: Browser, view: str, step: str, **more: str) -> int:
    token = csrf((await browser.get("/me")).text)
    return (await browser.post(f"/me/views/{view}", {"csrf": token, "step": step, **more})).status_code


async def ids(browser: Browser) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/me/views/([a-z0-9]+)", (await browser.get("/me/views")).text)))


async def test_a_saved_view_is_a_tab_of_its_list_and_of_nobody_elses(console: Console) -> None:
    mine, other = await console.as_("hr_officer"), await console.as_("hr_head")
    assert await save(mine) == 303
    page = (await mine.get("/hires")).text
    assert '<a href="/hires?stage=shortlisting">Short lists</a>' in page
    assert 'aria-current="true">Short lists' in (await mine.get("/hires?stage=shortlisting&sort=deadline")).text
    assert "Short lists" not in (await other.get("/hires")).text


async def test_a_view_for_the_team_is_seen_by_all_and_changed_by_its_owner_alone(console: Console) -> None:
    mine, other = await console.as_("hr_officer"), await console.as_("appointing_authority")
    await save(mine, shared="yes")
    assert "Short lists" in (await other.get("/hires")).text
    (view,) = await ids(mine)
    assert await change(other, view, "delete") == 404
    assert await change(other, view, "rename", name="Ours") == 404
    assert await change(mine, view, "unshare") == 303
    assert "Short lists" not in (await other.get("/hires")).text
    assert await change(mine, view, "rename", name="  My   lists ") == 303
    assert "My lists" in (await mine.get("/hires")).text
    assert await change(mine, view, "delete") == 303
    assert await ids(mine) == []


async def test_views_for_everybody_are_made_by_hr(console: Console) -> None:
    board = await console.as_("appointing_authority")
    assert await save(board, shared="yes") == 403
    assert await save(board) == 303
    (view,) = await ids(board)
    assert await change(board, view, "share") == 403


async def test_a_list_opens_with_the_view_somebody_chose_and_the_whole_list_is_still_there(console: Console) -> None:
    browser = await console.as_("hr_officer")
    await save(browser)
    (view,) = await ids(browser)
    await change(browser, view, "open")
    answer = await browser.get("/hires")
    assert (answer.status_code, answer.headers["location"]) == (303, "/hires?stage=shortlisting")
    whole = re.search(r'<a href="(/hires\?[^"]+)">Whole list', (await browser.get("/hires?stage=shortlisting")).text)
    assert whole
    assert (await browser.get(whole[1].replace("&amp;", "&"))).status_code == 200
    await change(browser, view, "delete")
    assert (await browser.get("/hires")).status_code == 200


@pytest.mark.parametrize("query", ["words=ada", "colour=blue", "stage=bogus", "next=//evil.example"])
def test_neither_a_search_nor_what_the_list_does_not_understand_is_kept(query: str) -> None:
    with pytest.raises(BadInput):
        kept(LISTING, query)


def test_a_query_is_kept_in_one_form_without_the_place_in_the_list() -> None:
    assert kept(LISTING, "sort=case&cursor=abc&stage=screening&ending=none") == "sort=case&stage=screening"
    assert kept(LISTING, "ending=") == "ending="
    assert LISTING.query(Asked()) == ""


async def test_a_view_leads_to_its_list_and_nowhere_else(console: Console) -> None:
    browser = await console.as_("hr_officer")
    token = csrf((await browser.get("/me")).text)
    for screen in ("//evil.example", "sign-in", "me"):
        answer = await browser.post("/views", {"csrf": token, "screen": screen, "query": "", "name": "x"})
        assert answer.status_code in (400, 404)
    assert await save(browser, name="\u202e") == 400
    assert await save(browser, name=" ") == 400
    assert await ids(browser) == []


async def test_a_name_is_text_and_no_markup(console: Console) -> None:
    browser = await console.as_("hr_officer")
    await save(browser, name="<b>x</b>")
    assert "<b>x</b>" not in (await browser.get("/hires")).text + (await browser.get("/me/views")).text


async def test_nobody_keeps_views_without_end(console: Console) -> None:
    browser = await console.as_("hr_officer")
    at = await console.desk.clock.now()
    for n in range(30):
        await console.desk.preferences.save_view("hr_officer", "hires", f"View {n}", "stage=screening", at)
    assert await save(browser) == 409


async def test_a_view_its_list_understands_no_more_is_not_shown(console: Console) -> None:
    await console.desk.preferences.save_view("hr_officer", "hires", "Old", "shape=round", await console.desk.clock.now())
    browser = await console.as_("hr_officer")
    assert "Old" not in (await browser.get("/hires")).text


def test_every_list_says_what_it_opens_with() -> None:
    for listing in LISTINGS:
        assert listing.query(listing.asked()) == ""
