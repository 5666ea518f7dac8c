"""The doctor on a broken installation: every lack is named with its remedy, and the exit code is 1."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acts import doctor
from acts.doctor import Check, looked_at
from config.embedded import start_server
from config.keyring import FileKeyring
from config.settings import Settings
from domain import facts as f
from domain.errors import BadInput
from domain.words import Ending, Stage
from store.database import Database, migrate
from store.histories import Histories
from store.inbox import Inbox
from store.partners import Partners
from store.people import People
from store.records import Records
from store.vacancies import Vacancies
from tests.cli.conftest import Muster
from tests.store import making
from tests.store.test_histories import document


def found(said: Any) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in said["checks"]}


def test_a_broken_installation_is_said_to_be_one(muster: Muster) -> None:
    said = muster("doctor", "--json")
    checks = found(said.json)
    assert (said.code, said.json["ok"]) == (1, False)
    assert {name for name, check in checks.items() if not check["ok"]} == {"store", "temporal", "partners", "mail", "vault"}
    assert all(check["mend"] or "`muster" in check["says"] for check in checks.values() if not check["ok"])


def test_it_says_what_is_missing_and_how_to_mend_it(muster: Muster) -> None:
    said = muster("doctor").out
    assert "MISSING  store" in said
    assert "Run `muster migrate`." in said
    assert "5 of 11 need attention." in said


def test_looking_leaves_no_traces(muster: Muster, tmp_path: Path) -> None:
    muster("doctor")
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_one_of_the_findings(muster: Muster) -> None:
    def unreadable() -> Settings:
        raise BadInput("MUSTER_STORE_ULR: there is no such setting; did you mean MUSTER_STORE_URL?")

    from typer.testing import CliRunner

    from cli.main import app
    from cli.terminal import Terminal

    result = CliRunner().invoke(app, ["doctor"], obj=Terminal(read_settings=unreadable))
    assert result.exit_code == 1
    assert "did you mean MUSTER_STORE_URL?" in result.stdout


async def test_a_whole_installation_is_well(tmp_path: Path) -> None:
    (tmp_path / "partners.toml").write_text("")
    server = await start_server(tmp_path / "temporal")
    mail = await asyncio.start_server(_greet, "127.0.0.1", 0)
    try:
        settings = _settings(tmp_path, server.address, mail.sockets[0].getsockname()[1])
        await migrate(settings.store_url)
        FileKeyring.made(settings.keyring_path, datetime.now(UTC))
        checks = await looked_at(settings)
        assert [check for check in checks if not check.ok] == []
        elsewhere = await looked_at(settings.model_copy(update={"temporal_namespace": "elsewhere"}))
        assert _named(elsewhere, "temporal").mend == "Run: temporal operator namespace create -n elsewhere --retention 3650d"
    finally:
        mail.close()
        await server.stop()


async def test_a_store_without_tables_wants_a_migration(tmp_path: Path) -> None:
    (tmp_path / "muster.db").touch()
    checks = await looked_at(_settings(tmp_path, "127.0.0.1:1", 1))
    assert "muster migrate" in _named(checks, "store").says


async def test_a_partner_without_a_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "partners.toml").write_text(
        '[partners.portal]\nkind = "portal"\nname = "Portal"\nbase_url = "http://127.0.0.1:9"\n', encoding="utf-8"
    )
    check = _named(await looked_at(_settings(tmp_path, "127.0.0.1:1", 1)), "partners")
    assert not check.ok
    assert "portal" in check.says


async def test_what_answers_but_is_no_mail_server_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PATIENCE_S", 0.3)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        checks = await looked_at(_settings(tmp_path, "127.0.0.1:1", mute.getsockname()[1]))
    assert not _named(checks, "mail").ok


async def test_a_partner_whose_door_does_not_answer_is_named_with_its_next_try(tmp_path: Path) -> None:
    (tmp_path / "partners.toml").write_text(
        '[partners.hris]\nkind = "hris"\nname = "HRIS"\nbase_url = "https://hris.example"\n', encoding="utf-8"
    )
    settings = _settings(tmp_path, "127.0.0.1:1", 1)
    await migrate(settings.store_url)
    db = await Database.open(settings.store_url)
    for _ in range(3):
        await Partners(db).failed("hris", "timeout")
    await db.close()
    check = _named(await looked_at(settings), "doors")
    assert (check.ok, "hris does not answer since" in check.says, "timeout, next try" in check.says) == (False, True, True)


@pytest.mark.parametrize(("hours", "well"), [(2, False), (0, True)])
async def test_a_case_over_for_an_hour_without_its_history_is_named_until_it_is_kept(tmp_path: Path, hours: int, well: bool) -> None:
    settings = _settings(tmp_path, "127.0.0.1:1", 1)
    over = datetime.now(UTC) - timedelta(hours=hours)
    case = await _ended(settings, over)
    check = _named(await looked_at(settings), "histories")
    assert check.ok is well
    if not well:
        said = f"1 cases are over without a history in the store; {case}, over since {over:%Y-%m-%d %H:%MZ}"
        assert check.says == f"{said}; Temporal does not say when it forgets it"
        assert check.mend == "Is the dispatcher running? It takes them out of Temporal."
    async with _store(settings) as db:
        await Histories(db).keep(document(case=case), making.NOON, making.NOON)
    assert _named(await looked_at(settings), "histories").says.endswith("in the store; 1 cases kept")


async def test_the_doctor_says_until_when_temporal_keeps_what_is_not_in_the_store(tmp_path: Path) -> None:
    server = await start_server(tmp_path / "temporal")
    try:
        settings = _settings(tmp_path, server.address, 1)
        over = datetime.now(UTC) - timedelta(hours=2)
        await _ended(settings, over)
        check = _named(await looked_at(settings), "histories")
    finally:
        await server.stop()
    until = datetime.strptime(check.says.rpartition("until ")[2], "%Y-%m-%d %H:%MZ").replace(tzinfo=UTC)
    assert not check.ok
    assert until > over


async def _ended(settings: Settings, at: datetime) -> str:
    """A case whose last fact was written at that moment, in a store of these settings."""
    over = f.EndingReached(ending=Ending.WITHDRAWN, decided_by="candidate", reason="withdrawn", stage=Stage.SCREENING)
    await migrate(settings.store_url)
    async with _store(settings) as db:
        records = Records(db, lambda: at)
        await Vacancies(db).publish(making.published())
        await records.append(making.opened())
        case = (await Inbox(db).accept(making.arrival())).case
        await records.append(making.step(case, 0, making.received(candidate=await People(db).candidate_of(case)), over))
    return case


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Database]:
    db = await Database.open(settings.store_url)
    try:
        yield db
    finally:
        await db.close()


def _settings(folder: Path, temporal: str, smtp_port: int) -> Settings:
    return Settings(data_dir=folder, temporal_address=temporal, smtp_port=smtp_port, partners_file=folder / "partners.toml")


def _named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


async def _greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 here\r\n")
    await writer.drain()
    writer.close()
    await writer.wait_closed()
