"""Signing in, and what a stranger's page or an old cookie can do: nothing."""

import re

import pytest

from domain.sessions import How
from tests.console.conftest import ORIGIN, Console, csrf

PASSWORD = "correct horse battery"


async def test_who_is_not_signed_in_is_sent_to_the_door_and_back(console: Console) -> None:
    browser = console.browser()
    answer = await browser.get("/hires?vacancy=250442")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fhires%3Fvacancy%3D250442&why=not_signed_in"


async def test_a_link_is_looked_at_and_then_used_once(console: Console) -> None:
    browser, link = console.browser(), await console.desk.sessions.link("hr_officer")
    for _ in range(2):  # a mail program looks too
        page = await browser.get(f"/in/{link}")
        assert (page.status_code, "hr_officer" in page.text) == (200, True)
    signed_in = await browser.post(f"/in/{link}")
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/")
    assert (await browser.get("/")).status_code == 200
    assert (await console.browser().post(f"/in/{link}")).status_code == 410


async def test_a_password_signs_in_and_leads_where_one_wanted_to_go(console: Console) -> None:
    await console.desk.sessions.set_password("auditor", PASSWORD)
    browser = console.browser()
    answer = await browser.post("/sign-in", {"person": " Auditor ", "password": PASSWORD, "next": "/hires"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/hires")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"])
async def test_nobody_is_led_elsewhere_after_signing_in(console: Console, wanted: str) -> None:
    await console.desk.sessions.set_password("auditor", PASSWORD)
    answer = await console.browser().post("/sign-in", {"person": "auditor", "password": PASSWORD, "next": wanted})
    assert answer.headers["location"] == "/"


async def test_a_wrong_password_says_what_an_unknown_person_is_told(console: Console) -> None:
    await console.desk.sessions.set_password("auditor", PASSWORD)
    told = []
    for person in ("auditor", "mallory"):
        answer = await console.browser().post("/sign-in", {"person": person, "password": "wrong horse battery"})
        told.append((answer.status_code, re.findall(r'role="alert">([^<]+)<', answer.text)))
    assert told[0] == told[1]
    assert told[0][0] == 403


async def test_a_planted_session_is_not_the_one_that_is_signed_in(console: Console) -> None:
    browser = await console.as_("nobody")
    planted = browser.http.cookies["muster_session"]
    link = await console.desk.sessions.link("hr_head")
    await browser.post(f"/in/{link}")
    other = console.browser()
    other.http.cookies.set("muster_session", planted)
    assert (await other.get("/")).status_code == 303


async def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(console: Console) -> None:
    browser = await console.as_("hr_officer")
    page = await browser.get("/")
    assert (await browser.post("/sign-out", {"csrf": csrf(page.text)})).status_code == 303
    assert (await browser.get("/")).status_code == 303


async def test_a_form_of_another_site_changes_nothing(console: Console) -> None:
    browser = await console.as_("hr_officer")
    token = csrf((await browser.get("/")).text)
    foreign = [
        {"origin": "https://evil.example", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN.replace("127.0.0.1", "127.0.0.2"), "sec-fetch-site": "same-origin"},
    ]
    for headers in foreign:
        answer = await browser.http.post("/sign-out", data={"csrf": token}, headers=headers)
        assert answer.status_code == 403
    assert (await browser.http.post("/sign-out", data={"csrf": token})).status_code == 403
    assert (await browser.get("/")).status_code == 200


async def test_a_form_without_the_sessions_own_token_changes_nothing(console: Console) -> None:
    browser, other = await console.as_("hr_officer"), await console.as_("hr_officer")
    foreign = csrf((await other.get("/")).text)
    for token in ("", "0" * 64, foreign, "é"):
        assert (await browser.post("/sign-out", {"csrf": token})).status_code == 403
    assert (await browser.get("/")).status_code == 200


async def test_preferences_are_kept_with_the_person(console: Console) -> None:
    browser = await console.as_("hr_officer")
    token = csrf((await browser.get("/")).text)
    await browser.post("/me/preferences", {"csrf": token, "language": "fr", "theme": "dark"})
    again = await (await console.as_("hr_officer")).get("/")
    assert '<html lang="fr" data-theme="dark">' in again.text


async def test_a_session_shows_where_one_is_signed_in_and_ends_everywhere(console: Console) -> None:
    first, second = await console.as_("hr_officer"), await console.as_("hr_officer")
    page = await first.get("/me")
    assert page.text.count("By a link") == 2
    await first.post("/me/sessions/end", {"csrf": csrf(page.text)})
    assert (await second.get("/")).status_code == 303


async def test_every_answer_keeps_strangers_scripts_and_frames_out(console: Console) -> None:
    browser = await console.as_("hr_officer")
    for path in ("/", "/hires", "/nothing/here", "/sign-in", "/hires?bogus=1"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


async def test_assets_are_kept_for_ever_under_a_name_that_holds_their_hash(console: Console) -> None:
    browser = console.browser()
    page = (await browser.get("/sign-in")).text
    found = set(re.findall(r'"(/assets/[^"#]+)"', page))
    assert len(found) >= 4
    for address in found:
        answer = await browser.get(address)
        assert (answer.status_code, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert (await browser.get("/assets/muster.000000000000.css")).status_code == 404


async def test_who_left_is_out_at_the_next_request(console: Console) -> None:
    _, secret = await console.desk.sessions.begin("hr_officer", How.LINK)
    browser = console.browser()
    browser.http.cookies.set("muster_session", secret)
    assert (await browser.get("/hires")).status_code == 200
    await console.desk.sessions.end_all("hr_officer")
    assert (await browser.get("/hires")).status_code == 303
