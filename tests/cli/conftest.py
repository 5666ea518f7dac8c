"""The command, run in this process with a desk of our own making."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.terminal import Terminal
from config.settings import Settings
from tests.cli.fakes import FakeDesk


class Said:
    """What one run said, and how it ended."""

    def __init__(self, result: Any) -> None:
        self.code: int = result.exit_code
        self.out: str = result.stdout
        self.err: str = result.stderr

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Muster = Callable[..., Said]


@pytest.fixture
def desk() -> FakeDesk:
    return FakeDesk()


@pytest.fixture
def muster(desk: FakeDesk, tmp_path: Path) -> Muster:
    settings = Settings(data_dir=tmp_path, temporal_address="127.0.0.1:1", smtp_port=1, partners_file=tmp_path / "nobody.toml")

    def run(*words: str, env: dict[str, str] | None = None) -> Said:
        terminal = Terminal(read_settings=lambda: settings, open_desk=desk.open)
        result = CliRunner().invoke(app, list(words), obj=terminal, env={"MUSTER_PERSON": "", **(env or {})})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result)

    return run
