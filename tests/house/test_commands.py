"""docs/commands.md says what there is: every command with its own options, and every exit code. Nothing more, nothing less."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from cli.outcome import MEANING
from tests.house.commands import muster
from tests.house.repository import ROOT

PAGE = (ROOT / "docs" / "commands.md").read_text("utf-8")
SHOWN = [line for line in PAGE.splitlines() if line.startswith("| `muster ")]
#: Said once for all commands, at the top of the page.
SHARED = {"--json", "--as", "--request", "--help", "--install-completion", "--show-completion"}


def leaves(command: Any, path: str = "muster") -> Iterator[tuple[str, Any]]:
    for name, below in getattr(command, "commands", {}).items():
        yield from leaves(below, f"{path} {name}")
    if not hasattr(command, "commands"):
        yield path, command


def rows(path: str) -> list[str]:
    return [line for line in SHOWN if re.match(rf"\| `{path}( [^a-z]|`)", line)]


COMMANDS = dict(leaves(muster()))


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_its_row_with_its_own_options(path: str) -> None:
    assert len(rows(path)) == 1
    options = {option for each in COMMANDS[path].params for option in [*each.opts, *each.secondary_opts] if option.startswith("--")}
    told = set(re.findall(r"--[a-z0-9-]+", rows(path)[0]))
    assert told - SHARED == options - SHARED


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_in_a_sentence_what_it_does(path: str) -> None:
    assert (COMMANDS[path].help or "").strip().split("\n")[0].endswith(".")


#: The doors run until stopped and answer nobody.
SILENT = {"muster worker", "muster gateway", "muster api", "muster console", "muster dispatcher", "muster relay", "muster nats"}


@pytest.mark.parametrize("path", sorted(COMMANDS.keys() - SILENT))
def test_every_command_that_answers_can_answer_with_json(path: str) -> None:
    assert "--json" in {option for each in COMMANDS[path].params for option in each.opts}


def test_every_row_is_a_command() -> None:
    assert len(SHOWN) == len(COMMANDS)


def test_every_exit_code_is_told_as_the_command_means_it() -> None:
    assert dict(re.findall(r"^\| (\d) \| (.+) \|$", PAGE, re.MULTILINE)) == {str(code): meaning for code, meaning in MEANING.items()}
