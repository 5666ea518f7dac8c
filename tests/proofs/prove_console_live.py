"""A list agrees with the case within a second of the fact: hires are judged one after another while a real browser shows their list; from
each commit to the row on the screen, measured with the machine's one clock.

PROVE_ACTS says how many; PROVE_SEED draws the pauses between them (none up to a second).
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from store.database import Database, migrate
from store.records import Records
from tests.end_to_end.seeing import ARGS, CHROMIUM, Seen, served
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import put, steps
from tests.world import World, publish

ACTS = int(os.environ.get("PROVE_ACTS", "200"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
LONGEST_MS = 1000
PER_PAGE = 40
#: When each row last came to look as it does.
WATCH = """() => {
  window.changed = {};
  const note = () => document.querySelectorAll('[data-key]').forEach((row) => {
    const before = window.changed[row.dataset.key];
    if (!before || before.text !== row.innerText) window.changed[row.dataset.key] = { text: row.innerText, at: Date.now() };
  });
  note();
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(note).observe(document.getElementById("main"), all);
}"""
#: What happens to each hire in turn: each turn changes its row. The last two go on for as long as it takes.
TURNS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("screen", {"eligible": True}),
    ("shortlist", {"shortlisted": True}),
    ("hold", {"reason": "security_situation"}),
    ("resume", {}),
)


async def shown_after(page: Page, world: World, db: Database, case: str, turn: int) -> float:
    """Milliseconds from the commit to the row."""
    act, args = TURNS[turn if turn < len(TURNS) else 2 + turn % 2]
    before = await page.evaluate("(key) => window.changed[key].at", case)
    world.act(case, act, **args)
    for step in await steps(db, world, case):
        await Records(db).append(step)
    written = time.time() * 1000
    await page.wait_for_function("([key, before]) => window.changed[key].at > before", arg=[case, before], timeout=30_000)
    return float(await page.evaluate("(key) => window.changed[key].at", case)) - written


async def measured(folder: Path) -> list[float]:
    url = f"sqlite+aiosqlite:///{folder / 'muster.db'}"
    await migrate(url)
    db, draw = await Database.open(url), random.Random(SEED)
    world = World([publish(posts=2)])
    cases = [world.apply() for _ in range(min(PER_PAGE, -(-ACTS // len(TURNS))))]
    world.close()
    await staffed(db)
    await put(db, world)
    found: list[float] = []
    async with served(db) as seen, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        page = await _list(seen, browser)
        for n in range(ACTS):
            case = cases[n % len(cases)]
            found.append(await shown_after(page, world, db, case, n // len(cases)))
            await asyncio.sleep(draw.random())
        await browser.close()
    await db.close()
    return sorted(found)


async def _list(seen: Seen, browser: object) -> Page:
    page = await seen.signed_in(browser, "hr_head")  # type: ignore[arg-type]
    async with page.expect_response("**/live*"):
        await page.goto(f"{seen.origin}/hires?sort=case")
    await page.evaluate(WATCH)
    return page


def main() -> int:
    if not CHROMIUM:
        print("there is no Chromium on this machine: nothing was measured")
        return 1
    print(f"seed {SEED}: {ACTS} acts")
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measured(Path(folder)))
    p50, p99 = found[len(found) // 2], found[max(0, int(len(found) * 0.99) - 1)]
    print(f"from the fact to the row on the screen: median {p50:.0f} ms, p99 {p99:.0f} ms, longest {found[-1]:.0f} ms, of {len(found)}")
    return 0 if p99 <= LONGEST_MS else 1


if __name__ == "__main__":
    sys.exit(main())
