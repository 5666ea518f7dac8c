"""Signing in with the identity provider, and proving again who one is to approve something."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.console.conftest import csrf
from tests.console.ground import PASSWORD, Ground, ground
from tests.console.issuer import CLIENT, ISSUER, key_named

PROVIDER = "/sign-in/provider"


@pytest.fixture
async def there(played_store: Path, tmp_path: Path) -> AsyncIterator[Ground]:
    async with ground(played_store, tmp_path) as made:
        yield made


async def test_the_way_there_is_bound_to_this_browser_and_asks_for_nothing_but_who_one_is(there: Ground) -> None:
    browser = there.browser()
    door = (await browser.get("/sign-in?next=%2Fhires")).text
    assert 'href="/sign-in/provider?next=/hires"' in door
    out = await browser.get(f"{PROVIDER}?next=/hires")
    assert out.headers["location"].startswith(f"{ISSUER}/authorization?")
    there.issuer.authorized(out.headers["location"])
    [asked] = there.issuer.asked
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid")
    assert asked["code_challenge_method"] == "S256"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    cookie = out.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert asked["state"] not in cookie
    assert asked["nonce"] not in cookie


async def test_who_is_linked_comes_in_where_they_wanted_to_go(there: Ground) -> None:
    await there.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    browser, arrived = await there.by_provider(path=f"{PROVIDER}?next=/hires")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/hires")
    session = await there.session(browser)
    assert (session.person, str(session.how)) == ("hr_officer", "provider")


async def test_who_is_not_linked_is_told_what_to_pass_on_and_nothing_else(there: Ground) -> None:
    _, arrived = await there.by_provider()
    assert arrived.status_code == 403
    assert "<code>sub-1</code>" in arrived.text
    assert "set-cookie" not in arrived.headers or "muster_session" not in arrived.headers["set-cookie"]


async def test_a_key_the_provider_changed_is_fetched_once_more(there: Ground) -> None:
    await there.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    await there.by_provider()
    there.issuer.own = key_named("the next one")
    there.late = timedelta(minutes=1)
    _, arrived = await there.by_provider()
    assert arrived.status_code == 303


async def test_an_old_proof_at_the_provider_opens_the_door_and_approves_nothing(there: Ground) -> None:
    await there.desk.sessions.link_identity("hr_officer", ISSUER, "sub-1")
    there.issuer.proved = 3600
    browser, _ = await there.by_provider()
    answer = await there.approve(browser)
    assert (answer.status_code, there.did) == (200, [])
    assert f'href="{PROVIDER}/again"' in answer.text
    there.issuer.proved = 0
    _, proved = await there.by_provider(browser, f"{PROVIDER}/again")
    assert (proved.status_code, proved.headers["location"]) == (303, "/me/proved")
    assert there.issuer.asked[-1]["prompt"] == "login"
    page = await browser.get("/me/proved")
    assert "You have proved who you are" in page.text
    assert (await there.approve(browser)).status_code == 303
    assert len(there.did) == 1


async def test_a_password_approves_in_place_with_everything_that_was_typed(there: Ground) -> None:
    browser = await there.by_password("hr_officer")
    assert (await there.approve(browser)).status_code == 303, "fresh from the door"
    there.late = timedelta(minutes=6)
    asked = await there.approve(browser)
    assert (asked.status_code, 'name="proof"' in asked.text, len(there.did)) == (200, True, 1)
    wrong = await there.approve(browser, proof="not the password")
    assert (wrong.status_code, "That is not the password" in wrong.text, len(there.did)) == (403, True, 1)
    assert "not the password" not in wrong.text.replace("That is not the password", "")
    right = await there.approve(browser, proof=PASSWORD)
    assert (right.status_code, len(there.did)) == (303, 2)


async def test_a_link_opened_beside_it_proves_the_session_one_has(there: Ground) -> None:
    browser = await there.as_("hr_officer")
    there.late = timedelta(minutes=6)
    asked = await there.approve(browser)
    assert "one-time link" in asked.text
    before = csrf(asked.text)
    link = await there.desk.sessions.link("hr_officer")
    assert (await browser.post(f"/in/{link}")).headers["location"] == "/me/proved"
    assert csrf((await browser.get("/me")).text) == before, "the form that stands open is still of this session"
    assert (await there.approve(browser)).status_code == 303


async def test_signing_out_says_how_to_leave_the_provider_as_well(there: Ground) -> None:
    page = (await there.browser().get("/sign-in?why=signed_out")).text
    assert f'href="{ISSUER}/end?client_id={CLIENT}&amp;post_logout_redirect_uri=' in page


async def test_a_provider_that_is_away_is_said_so_and_the_other_ways_stay(there: Ground) -> None:
    there.issuer.about = {"issuer": "https://somebody.else"}
    answer = await there.browser().get(PROVIDER)
    assert (answer.status_code, 'name="password"' in answer.text) == (403, True)
    there.issuer.away = True
    answer = await there.browser().get(PROVIDER)
    assert (answer.status_code, 'name="password"' in answer.text) == (503, True)
