"""How long the console's screens take with many hires in the store: server time of each page, on SQLite and on PostgreSQL.

A played competition is copied row by row until BENCH_HIRES hires are there, one in ten of them open, over BENCH_VACANCIES vacancies; then
every page is asked for BENCH_ROUNDS times, in turns, over ASGI: no network, everything else. Each line says the 95th percentile and its
share of the 300 ms a page may take; the last one names the slowest.
"""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Connection, Table, func, insert, select, text

from acts.desk import Desk
from acts.digest import office_zone
from config.cursors import Cursors
from config.embedded_store import store_at
from config.words import Words
from console.assets import Assets
from console.frame import Frame
from console.pulse import Pulse
from console.visits import Reception
from console.wiring import console_app
from domain.sessions import Bounds, How
from store.changes import Changes
from store.database import Database, migrate
from store.tables import cases, conditions, deadlines, hires, journal, leaves, letters, log_size, people, posts, vacancies
from tests.gateway.api.conftest import staffed
from tests.gateway.api.played import AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN, write

HIRES = int(os.environ.get("BENCH_HIRES", "50000"))
VACANCIES = int(os.environ.get("BENCH_VACANCIES", "200"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "30"))
STORES = os.environ.get("BENCH_STORES", "sqlite postgresql").split()
MAY_MS, FACTS, PIECE = 300, 12, 2000
ORIGIN = "http://127.0.0.1:8482"
#: Of ten copies nine are of somebody whose case is over.
OF_TEN = (AT_CONDITIONS, AT_SHORTLISTING, *(WITHDRAWN,) * 18)
PAGES = (
    "/",
    "/board",
    "/board?table=true",
    "/board?group=vacancy",
    "/board?group=owner",
    f"/board?menu={AT_CONDITIONS}",
    "/hires",
    "/hires?ending=",
    "/hires?stage=shortlisting&sort=received",
    "/hires?needs=shortlist",
    f"/hires/{AT_CONDITIONS}",
    "/vacancies",
    "/vacancies/250442",
    "/deadlines",
    "/deadlines?within=month",
    "/deadlines/month",
    "/deadlines/load",
    "/deadlines/load?by=owner",
    f"/deadlines/what-if?hire={AT_CONDITIONS}&day=2027-01-04",
    "/reserve",
    "/reserve/250442",
    "/find",
    *(f"/hires/{AT_CONDITIONS}/{tab}" for tab in ("data", "messages", "technical")),
    f"/hires/{AT_CONDITIONS}/acts/hold",
    "/vacancies/250442/time",
    f"/bulk?act=extend&case=hire/{AT_CONDITIONS}&case=hire/{AT_SHORTLISTING}",
    "/operations",
    "/integrations",
    "/integrations/signals",
    "/audit",
    "/audit?actor=hr_officer",
    "/audit?actor=nobody.yet",
    f"/audit/cases/hire/{AT_CONDITIONS}",
    "/policies",
    "/calendars",
    "/calendars/hq-brussels?year=2026",
    "/retention",
    "/retention/due",
    "/system",
    "/me",
    "/staff",
    "/vacancies/250442/board",
)


def copied(tx: Connection) -> None:
    """Every row of the hires that were played, again and again under other names, with the leaves of its facts."""
    _vacancies(tx)
    number = {name: at for at, name in enumerate(OF_TEN[:3])}
    kept = {name: _rows_of(tx, f"hire/{name}") for name in number}
    position = tx.execute(select(log_size.c.size)).scalar_one()
    for begin in range(0, HIRES, PIECE):
        new: dict[Table, list[dict[str, Any]]] = {}
        for n in range(begin, min(begin + PIECE, HIRES)):
            for table, rows in kept[OF_TEN[n % len(OF_TEN)]].items():
                new.setdefault(table, []).extend(_renamed(table, row, n) for row in rows)
        for row in new[leaves]:
            row |= {"position": position, "sha256": f"{position:064x}"}
            position += 1
        for table in (cases, people, hires, conditions, deadlines, letters, journal, leaves):
            if new.get(table):
                tx.execute(insert(table), new[table])
    tx.execute(log_size.update().values(size=position))


def _vacancies(tx: Connection) -> None:
    row = dict(tx.execute(select(vacancies).where(vacancies.c.reference == "250442")).mappings().one())
    tx.execute(insert(vacancies), [{**row, "reference": f"25-{n:04}"} for n in range(VACANCIES)])
    found = [dict(each) for each in tx.execute(select(posts).where(posts.c.vacancy == "250442", posts.c.hire.is_(None))).mappings()]
    tx.execute(
        insert(posts),
        [{**each, "id": f"{each['id']}-{n:04}", "vacancy": f"25-{n:04}"} for n in range(VACANCIES) for each in found],
    )


def _rows_of(tx: Connection, case: str) -> dict[Table, list[dict[str, Any]]]:
    found = {
        table: [dict(row) for row in tx.execute(select(table).where(table.c.case_id == case)).mappings()]
        for table in (cases, hires, conditions, deadlines, journal, leaves)
    }
    for table in (journal, leaves):
        found[table] = [row for row in found[table] if row["number"] <= FACTS]
    candidate = found[cases][0]["candidate"]
    found[people] = [dict(row) for row in tx.execute(select(people).where(people.c.candidate == candidate)).mappings()]
    return found


def _renamed(table: Table, row: dict[str, Any], n: int) -> dict[str, Any]:
    new = dict(row)
    for column, value in (
        ("case_id", f"hire/z{n:06}"),
        ("stream", f"hire/z{n:06}"),
        ("candidate", f"Z{n:06}"),
        ("vacancy", f"25-{n % VACANCIES:04}"),
    ):
        if new.get(column):
            new[column] = value
    if table is people:
        new["source_id"] = f"Z{n:06}"
    for column in ("next_deadline", "due_at", "limit_at", "received_at"):
        if new.get(column):
            new[column] = new[column] + timedelta(hours=n % 2000 - 200)
    return new


@asynccontextmanager
async def console(url: str) -> AsyncIterator[httpx.AsyncClient]:
    db = await Database.open(url)
    desk = Desk(db)
    desk.sessions.bounds = Bounds(idle=timedelta(hours=8))

    async def acting() -> Desk:
        return desk

    pulse = Pulse(Changes(db))
    app = console_app(
        Reception(desk, acting, ORIGIN), Frame(Words.load(), Assets(), office_zone()), Cursors(b"a key of the benchmark"), pulse
    )
    _, secret = await desk.sessions.begin("hr_head", How.LINK)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=ORIGIN, timeout=120) as http:
        http.cookies.set("muster_session", secret)
        yield http
    await db.close()


async def filled(url: str) -> None:
    await migrate(url)
    db = await Database.open(url)
    await staffed(db)
    await write(db)
    await db.write(copied)
    await db.write(lambda tx: tx.execute(text("ANALYZE")))
    found = await db.read(lambda rx: rx.execute(select(func.count()).select_from(hires)).scalar_one())
    print(f"{found} hires in the store", flush=True)
    await db.close()


async def timed(url: str) -> dict[str, float]:
    """The 95th percentile of each page, in milliseconds."""
    spent: dict[str, list[float]] = {page: [] for page in PAGES}
    async with console(url) as http:
        for _ in range(ROUNDS):
            for page in PAGES:
                began = time.perf_counter()
                answer = await http.get(page)
                spent[page].append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, (page, answer.status_code, answer.text[:200])
    return {page: sorted(each)[int(len(each) * 0.95) - 1] for page, each in spent.items()}


def main() -> None:
    for store in STORES:
        folder = Path(tempfile.mkdtemp(prefix="muster-screens-"))
        try:
            with store_at(store, folder, "") as url:
                asyncio.run(filled(url))
                found = asyncio.run(timed(url))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        for page, ms in found.items():
            print(f"{store:<11} {page:<42} p95 {ms:7.1f} ms  {ms / MAY_MS:5.2f} of what it may take")
        slowest = max(found, key=lambda page: found[page])
        print(f"{store}: {HIRES} hires, the slowest page is {slowest}: {found[slowest] / MAY_MS:.2f} of {MAY_MS} ms", flush=True)


if __name__ == "__main__":
    main()
