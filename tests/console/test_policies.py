"""Policies in the console: read in figures, a new version checked and rehearsed, proposed by one person and published by another."""

import re
from typing import Any

from tests.console.conftest import Browser, Console, csrf


async def toml(browser: Browser) -> str:
    """The version in force, as the form offers it to be changed."""
    page = (await browser.get("/policies/new")).text
    [found] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    return str(found).replace("&#34;", '"').replace("&gt;", ">").replace("&#39;", "'").replace("&amp;", "&")


async def sent(browser: Browser, text: str, step: str, **form: str) -> Any:
    found = csrf((await browser.get("/policies/new")).text)
    return await browser.post("/policies/new", {"csrf": found, "text": text, "step": step, **form})


def changed(text: str, version: str = "2099.1") -> str:
    with_version = re.sub(r'version = "[^"]+"', f'version = "{version}"', text, count=1)
    return re.sub(r"(\[deadlines\.screening\][^\[]*?target = )\d+", r"\g<1>77", with_version)


async def test_everybody_reads_the_figures_and_who_published_them(console: Console) -> None:
    browser = await console.as_("auditor")
    page = (await browser.get("/policies")).text
    [address] = set(re.findall(r'href="(/policies/standard/[^"]+)"', page))
    assert "in force" in page
    assert "Propose a new version" not in page
    one = (await browser.get(address)).text
    assert "calendar days" in one
    assert "Publish exactly this" not in one
    assert (await browser.get("/policies/new")).status_code == 403


async def test_a_change_is_said_in_figures_before_it_is_proposed(console: Console) -> None:
    browser = await console.as_("hr_head")
    answer = await sent(browser, changed(await toml(browser)), "check")
    assert answer.status_code == 200
    assert "→ 77 " in answer.text
    assert "open hires would be concerned" in answer.text
    assert {row["state"] for row in await console.desk.policies.list() if row["version"] == "2099.1"} == set()


async def test_what_is_no_policy_is_told_key_by_key_and_kept(console: Console) -> None:
    browser = await console.as_("hr_head")
    bad = changed(await toml(browser)).replace("target = 77", 'target = "soon"')
    answer = await sent(browser, bad, "propose")
    assert answer.status_code == 400
    assert "deadlines.screening.target" in answer.text
    assert "soon" in answer.text
    assert (await sent(browser, "no [ toml", "check")).status_code == 400


async def test_one_proposes_and_only_another_publishes(console: Console) -> None:
    first, second = await console.as_("hr_head"), await console.as_("appointing_authority")
    answer = await sent(first, changed(await toml(first)), "propose")
    assert (answer.status_code, answer.headers["location"]) == (303, "/policies/standard/2099.1")
    address = answer.headers["location"]
    own = (await first.get(address)).text
    assert "It waits for a second person" in own
    assert "→ 77 " in own
    page = (await second.get(address)).text
    sha256 = re.findall(r'name="sha256" value="([0-9a-f]{64})"', page)[0]
    forced = await first.post(address, {"csrf": csrf(own), "sha256": sha256})
    assert forced.status_code == 409
    other = await second.post(address, {"csrf": csrf(page), "sha256": "0" * 64})
    assert other.status_code == 409
    done = await second.post(address, {"csrf": csrf(page), "sha256": sha256})
    assert done.status_code == 303
    assert (await console.desk.policies.in_force("standard")).rules.version == "2099.1"
    assert "published by appointing_authority" in (await first.get(address)).text
