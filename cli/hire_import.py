"""`muster hire import`: hires in flight elsewhere, from a file; shown row by row first, then begun all together or not at all."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.terminal import Json, Person, terminal
from domain.errors import BadInput, NotFound

ROWS = ("line", "source_id", "vacancy", "stage", "post", "state", "case")
MISTAKES = ("line", "column", "right")
SOURCE = "import"


def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Comma-separated values in UTF-8; docs/importing.md names the columns.")],
    by: Person,
    source: Annotated[
        str, typer.Option("--source", metavar="PARTNER", help="The partner that knows these people by their source_id: the portal.")
    ] = SOURCE,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
    json: Json = False,
) -> None:
    """Import hires already in flight: shows every row and every mistake; with --yes begins them all, or none. For: the head of HR."""
    raw = _raw(file)
    found = terminal(ctx).at_store(lambda desk: desk.importing.preview(by, raw, source))
    if yes and not found.mistakes:
        found = terminal(ctx).at_desk(lambda desk: desk.importing.carry_out(by, raw, source))
    _shown(found, json=json)
    if found.mistakes:
        raise BadInput(f"{len(found.mistakes)} mistakes: nothing can be imported from this file", code="not_importable")
    new = sum(row.state in ("new", "imported") for row in found.rows)
    if not json:
        show.line(_sentence(new, len(found.rows) - new, done=yes))


def _shown(found: Any, *, json: bool) -> None:
    if json:
        show.as_json(found)
        return
    show.many(found.rows, ROWS, json_=False, none="The file holds no row that can be read.")
    if found.mistakes:
        show.line()
        show.many(found.mistakes, MISTAKES, json_=False, none="")


def _sentence(new: int, unchanged: int, *, done: bool) -> str:
    before = f" {unchanged} were imported before, and stay as they are." if unchanged else ""
    if not new:
        return f"Nothing to import.{before}"
    return f"{new} imported.{before}" if done else f"{new} would be imported; do it with --yes.{before}"


def _raw(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}", code="no_such_file") from None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", code="unreadable") from None
