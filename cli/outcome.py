"""How a command ends: the exit codes, and every problem of `domain.errors` as one of them and a plain sentence. The only such place."""

import json
import sys

import typer
from pydantic_core import to_jsonable_python

from cli.text import safe
from domain.errors import BadInput, Conflict, NotFound, Problem, Refusal, Trouble

OK = 0
FAILED = 1
USAGE = 2
NOT_FOUND = 3
REFUSED = 4
CONFLICT = 5
UPSTREAM = 6

#: What docs/commands.md says of them, word for word.
MEANING = {
    OK: "done",
    FAILED: "something failed, or `doctor` found something missing, or `partner reconcile` or `audit` a difference",
    USAGE: "wrong usage or bad input: nothing was asked of the system",
    NOT_FOUND: "no such case, vacancy, person, event or file",
    REFUSED: "refused: by the state of the case, or by what this person may do",
    CONFLICT: "conflict: the same key was used before with other content",
    UPSTREAM: "something this needs is not there now (store, Temporal, a partner): try again later",
}


DOCTOR = "\n`muster doctor` says what is missing, and how to mend it."


def exit_code(problem: Problem) -> int:
    """The code of a problem, by its place in the error tree. The narrow families come first."""
    match problem:
        case BadInput():
            return USAGE
        case NotFound():
            return NOT_FOUND
        case Conflict():
            return CONFLICT
        case Refusal():
            return REFUSED
        case Trouble():
            return UPSTREAM
        case _:
            return FAILED


def refused(problem: Problem, *, as_json: bool) -> typer.Exit:
    """Say a problem on standard error, so that standard output holds results only, and give the exit that goes with it."""
    code = exit_code(problem)
    if as_json:
        error = {"code": problem.code, "message": problem.message, "exit": code, "details": problem.details}
        said = json.dumps({"error": to_jsonable_python(error, fallback=str)}, ensure_ascii=False)
    else:
        said = sentence(problem)
    print(said, file=sys.stderr, flush=True)
    return typer.Exit(code)


def sentence(problem: Problem) -> str:
    """`Not done: …` for what will not change by trying again, `Not possible now: …` for what may."""
    away = isinstance(problem, Trouble)
    said = safe(problem.message).rstrip()
    stop = "" if said.endswith((".", "?", "!")) else "."
    return f"{'Not possible now' if away else 'Not done'}: {said}{stop}{DOCTOR if away else ''}"
