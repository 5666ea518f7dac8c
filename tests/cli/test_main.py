"""The command as a process: its exit code and its words reach whoever called it, although it leaves without a long goodbye."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import app
from cli.terminal import Terminal


def muster(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")} | {"MUSTER_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "cli", *words]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).parents[2])


@pytest.mark.parametrize(
    ("words", "code"),
    [(("hire", "list"), 6), (("hire", "lst"), 2), (("vacancy", "publish", "./none.toml", "--as", "x"), 3), (("migrate",), 0)],
    ids=lambda each: " ".join(each) if isinstance(each, tuple) else str(each),
)
def test_the_exit_code_is_the_documented_one(words: tuple[str, ...], code: int, tmp_path: Path) -> None:
    done = muster(*words, folder=tmp_path / "new")
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_everything_printed_arrives_in_a_pipe(tmp_path: Path) -> None:
    done = muster("config", "show", "--json", folder=tmp_path)
    assert json.loads(done.stdout)["data_dir"] == str(tmp_path)


def test_a_misspelt_setting_is_refused_with_the_right_one(monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    monkeypatch.setenv("MUSTER_STORE_ULR", "x")
    said = CliRunner().invoke(app, ["hire", "list"], obj=Terminal())
    assert said.exit_code == 2
    assert "did you mean MUSTER_STORE_URL?" in said.stderr
