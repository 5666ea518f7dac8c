"""`muster notice`: read a published vacancy notice and show what it says, with the lines that prove it."""

import json
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from domain.errors import BadInput
from domain.notice import Notice, read_notice
from domain.notice.report import Row, conflict_rows, rows

app = typer.Typer(name="notice", help="Vacancy notices: read one and show what it says.", no_args_is_help=True)

NOT_A_NOTICE = 2
"""Exit code for a file that cannot be read as a notice."""


@app.callback()
def notices() -> None:
    """Vacancy notices."""


@app.command()
def parse(
    file: Annotated[str, typer.Argument(help="A notice in English, French or both, as text, HTML or PDF; - reads standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the JSON object of the contract instead of the report.")] = False,
) -> None:
    """Read FILE into a structured notice: every value with its lines, and where the two languages differ.

    Exit codes: 0 read, 2 not a notice (or the file cannot be opened); the reason goes to standard error.
    """
    raw = _bytes(file)
    try:
        raw = as_text(raw, file)
        notice = read_notice(raw)
    except BadInput as refusal:
        _refuse(f"{_shown(file)}: {refusal.message}")
    if as_json:
        # ASCII only: the same on every terminal, whatever its encoding.
        typer.echo(json.dumps(notice.to_json(), indent=2))
        return
    values_shown(notice, raw)
    conflicts = conflict_rows(notice)
    console = _console()
    console.print(
        Text(f"\n{len(conflicts)} conflict(s) between the languages, to be settled before publication" if conflicts else "\nNo conflicts.")
    )
    for row in conflicts:
        _print(console, row)


def as_text(raw: bytes, name: str) -> bytes:
    """The notice as its reader takes it: a page or a PDF as its text, text untouched. Raises NotANotice, BadInput."""
    from connectors.documents import is_document, text_of

    return text_of(raw, name).encode() if is_document(raw, name) else raw


def values_shown(notice: Notice, raw: bytes) -> None:
    """Each value on a line of its own, below it the lines of the file that say so."""
    console = _console()
    for row in rows(notice, raw):
        _print(console, row)


def _console() -> Console:
    return Console(highlight=False, soft_wrap=True)


def _bytes(file: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as wrong:
        _refuse(f"{file}: cannot be read ({wrong.strerror or 'no reason given'}).")


def _refuse(sentence: str) -> NoReturn:
    typer.echo(sentence, err=True)
    raise typer.Exit(NOT_A_NOTICE)


def _shown(file: str) -> str:
    return "standard input" if file == "-" else file


def _print(console: Console, row: Row) -> None:
    line = Text(f"{row.name:<35}", style="bold")
    line.append(row.value, style="")
    if row.source:
        line.append(f"  [{row.source}]", style="dim")
    console.print(line)
    for proof in row.proof:
        console.print(Text(f"    {proof}", style="dim"))
