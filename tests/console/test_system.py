"""The system page: what the doctor checks, in words that say what to do, and nothing that opens anything."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from acts.doctor import Check
from acts.machinery import Disk, Looking, Running
from config.cursors import Cursors
from config.settings import Settings
from config.temporal import Poller, Worked
from console.pages.machinery import commands
from console.pulse import Pulse
from console.wiring import console_app
from domain.sessions import Bounds, How
from store.changes import Changes
from store.database import Database
from store.machinery import Machinery
from store.migrations import run
from tests.console.conftest import FRAME, Console

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def around(db: Database, folder: Path, **more: object) -> Settings:
    """Settings of an installation in which nothing but the store answers."""
    url = f"sqlite+aiosqlite:///{folder / 'muster.db'}"
    given = {"data_dir": folder, "store_url": url, "temporal_address": "127.0.0.1:1", "smtp_port": 1}
    return Settings.model_validate(given | {"partners_file": folder / "partners.toml"} | more)


def looking_at(console: Console, settings: Settings) -> Console:
    app = console_app(console.reception, FRAME, Cursors(b"a key of the tests"), Pulse(Changes(console.db)), settings=settings)
    return Console(console.db, console.desk, console.reception, app)


async def test_every_check_of_the_doctor_is_told_with_what_to_do(console: Console, db: Database, tmp_path: Path) -> None:
    browser = await looking_at(console, around(db, tmp_path)).as_("hr_officer")
    page = (await browser.get("/system")).text
    assert "3 things need attention" in page
    assert page.count("needs attention</span>") == 3
    for words in (
        "The mail server",
        "Letters wait and go out once it answers",
        "The engine that runs hires (Temporal)",
        "<code>muster up</code>",
    ):
        assert words in page
    assert page.index("needs attention</span>") < page.index("in order</span>")


async def test_it_says_it_in_french_too(console: Console, db: Database, tmp_path: Path) -> None:
    await console.desk.preferences.put("hr_head", language="fr")
    page = (await (await looking_at(console, around(db, tmp_path)).as_("hr_head")).get("/system")).text
    assert "Le serveur de courrier" in page
    assert "3 points demandent de l’attention" in page


async def test_versions_tables_queues_and_sessions_are_what_the_store_says(console: Console) -> None:
    browser = await console.as_("auditor")
    await console.desk.sessions.begin("hr_officer", How.LINK)
    page = (await browser.get("/system")).text
    assert page.count(f"<code>{run.head()}</code>") == 2
    assert "2 people, 2 sessions" in page
    assert "SQLite 3." in page
    assert "Everything is well" in page


async def test_sessions_that_are_over_are_not_counted(console: Console, db: Database) -> None:
    session, _ = await console.desk.sessions.begin("hr_officer", How.LINK)
    kept = Machinery(db)
    assert (await kept.kept(session.seen_at, Bounds())).sessions == 1
    assert (await kept.kept(session.seen_at + timedelta(minutes=16), Bounds())).sessions == 0
    await console.desk.sessions.end(session)
    assert (await kept.kept(session.seen_at, Bounds())).sessions == 0


@pytest.mark.parametrize(
    ("person", "status"), [("hr_officer", 200), ("auditor", 200), ("key_administrator", 200), ("board_chair", 403), ("medical_office", 403)]
)
async def test_it_is_for_those_who_look_after_the_systems(console: Console, person: str, status: int) -> None:
    person = "medical_advisers_office" if person == "medical_office" else person
    assert (await (await console.as_(person)).get("/system")).status_code == status


async def test_no_password_of_a_database_stands_on_the_page(console: Console, db: Database, tmp_path: Path) -> None:
    url = "postgresql+psycopg://muster:hunter2-in-the-middle@127.0.0.1:1/muster?password=hunter2-at-the-end"
    settings = around(db, tmp_path, store_url=url, smtp_password="hunter2-mail")
    page = (await (await looking_at(console, settings).as_("hr_head")).get("/system")).text
    assert "hunter2" not in page
    assert "The database" in page


async def test_looking_twice_at_once_is_one_look(db: Database, tmp_path: Path) -> None:
    looking = Looking(around(db, tmp_path))
    first, second = await looking.now(db, Bounds()), await looking.now(db, Bounds())
    assert first is second


async def test_who_sees_no_case_is_told_of_none_here(console: Console, db: Database, tmp_path: Path) -> None:
    from console.pages.machinery import _for
    from console.visits import Visitor
    from domain.words import Role

    session, _ = await console.desk.sessions.begin("hr_head", How.LINK)
    check = Check("histories", False, "1 cases are over without a history in the store; hire/7q2k9fxm, over since 2026-04-01")

    def seen_by(role: Role) -> str:
        visitor = Visitor("p", "P", frozenset({role}), session, "", {}, console.desk, console.reception.acting)
        return _for(visitor, check).says

    assert "hire/7q2k9fxm" in seen_by(Role.HR_HEAD)
    assert "7q2k9fxm" not in seen_by(Role.KEY_ADMINISTRATOR)


def running(**more: object) -> Running:
    from store.machinery import Kept

    kept = Kept("SQLite 3", "m0005", "m0005", (), 0, 0)
    given = {"at": NOW, "now": NOW, "played": False, "checks": (), "versions": (), "kept": kept, "worked": None, "task_queue": "q"}
    return Running(**{**given, "disk": None, **more})  # type: ignore[arg-type]


def test_what_needs_somebody_is_counted_once() -> None:
    alone = Worked((), 0, timedelta(), "1.30")
    someone = Worked((Poller("muster-worker", "2026.1", NOW),), 0, timedelta(), "1.30")
    assert running().attention == 0
    assert running(worked=alone).attention == 1
    assert running(worked=someone).attention == 0
    assert running(disk=Disk(5, 100)).attention == 1
    assert running(disk=Disk(10, 100)).attention == 0
    assert running(checks=(Check("mail", False, ""), Check("key", True, ""))).attention == 1


def test_a_command_is_shown_as_it_is_typed() -> None:
    assert commands(Check("store", False, "", "Run `muster migrate`.")) == ["muster migrate"]
    assert commands(Check("temporal", False, "", "Run: temporal operator namespace create -n x")) == [
        "temporal operator namespace create -n x"
    ]
    assert commands(Check("store", False, "this version needs m0005: run `muster migrate`")) == ["muster migrate"]
    assert commands(Check("mail", False, "no mail server answers", "Letters wait until it does.")) == []
