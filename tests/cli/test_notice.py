"""`muster notice parse`: the contract's JSON, the report for people, and exit code 2 with a sentence for what is no notice."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.notice import app
from tests.domain.notice.samples import HERE, expected

RUNNER = CliRunner()


def test_json_is_the_contracts_object() -> None:
    result = RUNNER.invoke(app, ["parse", str(HERE / "osce_like.txt"), "--json"])
    assert result.exit_code == 0
    read = json.loads(result.stdout)
    assert set(read.pop("evidence")) >= {"reference", "deadline", "grades"}
    assert read == expected("osce_like")


def test_the_report_shows_values_with_the_lines_that_prove_them() -> None:
    result = RUNNER.invoke(app, ["parse", str(HERE / "bilingual_conflicts.txt")])
    assert result.exit_code == 0
    assert "240210" in result.stdout
    assert "6 | Application Deadline: 10-Mar-2024" in result.stdout
    assert "6 conflict(s)" in result.stdout
    assert "French:  date 2024-03-11" in result.stdout


def test_a_file_without_conflicts_says_so() -> None:
    assert "No conflicts." in RUNNER.invoke(app, ["parse", str(HERE / "markdown.txt")]).stdout


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02\x03", b"just some words"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_is_no_notice_exits_2_with_a_reason(tmp_path: Path, raw: bytes, options: list[str]) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes(raw)
    result = RUNNER.invoke(app, ["parse", str(file), *options])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert str(file) in result.stderr


def test_a_file_that_is_not_there_exits_2() -> None:
    result = RUNNER.invoke(app, ["parse", "no/such/file.txt"])
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr


def test_a_notice_can_come_from_standard_input() -> None:
    raw = (HERE / "agency_like.txt").read_bytes()
    result = RUNNER.invoke(app, ["parse", "-", "--json"], input=raw)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["grades"] == [{"low": "AD11", "high": "AD11"}]
