"""Signing in with an identity provider that somebody else wrote, over real HTTP, in a real browser."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser

from connectors.openid import OpenId
from store.database import Database
from tests.end_to_end.seeing import NEEDS_BROWSER, Seen, served
from tests.gateway.api.conftest import played_at

pytestmark = NEEDS_BROWSER
NAME = "The organisation"


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Seen]:
    """A console whose staff sign in at a provider."""
    db = await Database.open(f"sqlite+aiosqlite:///{await played_at(tmp_path / 'muster.db')}")
    async with provider_at(free_port()) as issuer, served(db, OpenId(issuer, "muster-console", "a secret", NAME)) as seen:
        await seen.desk.sessions.link_identity("hr_head", issuer, "head-of-hr")
        yield seen
    await db.close()


@asynccontextmanager
async def provider_at(port: int) -> AsyncIterator[str]:
    """Somebody else's provider, a process of its own, until the block ends."""
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    running = await asyncio.create_subprocess_exec(*words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://localhost:{port}"
    try:
        async with httpx.AsyncClient() as asking:
            for _ in range(200):
                with suppress(httpx.ConnectError):
                    await asking.get(f"{issuer}/.well-known/openid-configuration")
                    break
                await asyncio.sleep(0.1)
        yield issuer
    finally:
        running.terminate()
        await running.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_person_signs_in_at_the_provider_and_lands_where_they_wanted_to_go(guarded: Seen, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{guarded.origin}/hires?stage=conditions")
    await page.get_by_role("link", name=f"Sign in with {NAME}").click()
    await page.locator('input[name="sub"]').fill("head-of-hr")
    await page.get_by_role("button", name="Authorize").click()
    await page.wait_for_url(f"{guarded.origin}/hires?stage=conditions")
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("link", name=f"You are still signed in at {NAME}").wait_for()


async def test_whom_nobody_linked_reads_what_to_pass_on(guarded: Seen, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{guarded.origin}/sign-in/provider")
    await page.locator('input[name="sub"]').fill("somebody-else")
    await page.get_by_role("button", name="Authorize").click()
    await page.get_by_text("somebody-else").wait_for()
    await page.get_by_role("alert").wait_for()


async def test_who_denies_it_there_stays_outside_here(guarded: Seen, browser: Browser) -> None:
    page = await browser.new_page()
    await page.goto(f"{guarded.origin}/sign-in/provider")
    await page.get_by_role("button", name="Deny").click()
    await page.get_by_role("alert").wait_for()
    await page.goto(f"{guarded.origin}/hires")
    await page.get_by_role("link", name=f"Sign in with {NAME}").wait_for()
