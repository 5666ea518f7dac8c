"""Whether a `muster ...` line somebody wrote down would be understood by the real command."""

import importlib
import importlib.util
import re
import shlex
from typing import Any

import pytest
import typer.main

WORD = re.compile(r"[a-z][a-z-]*")


def muster() -> Any:
    """The real command, as Typer builds it. While it is not there yet, a test that needs it is skipped and says so."""
    if importlib.util.find_spec("cli.main") is None:
        pytest.skip("cli/main.py is not there yet")
    return typer.main.get_command(importlib.import_module("cli.main").app)


def complaint(line: str, command: Any) -> str | None:
    """What is wrong with `line` (everything after `muster`), or None. Alternatives are written `publish|list`."""
    words = shlex.split(line, comments=True)
    path = ["muster"]
    while words and hasattr(command, "commands"):
        if words[0].startswith("-"):
            break
        names = words[0].split("|")
        unknown = [name for name in names if WORD.fullmatch(name) and name not in command.commands]
        if unknown or not WORD.fullmatch(names[0]):
            return f"{' '.join(path)} knows no {', '.join(unknown) or words[0]}"
        path.append(names[0])
        command, words = command.commands[names[0]], words[1:]
    known = {option for parameter in command.params for option in [*parameter.opts, *parameter.secondary_opts]} | {"--help"}
    unknown = [word for word in words if word.startswith("--") and word.strip("[]").partition("=")[0] not in known]
    return f"{' '.join(path)} has no {', '.join(unknown)}" if unknown else None
