"""`muster audit verify`: a dossier, a log export or a proof, checked as the verify.py inside every dossier checks it."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.terminal import Json
from domain.errors import BadInput
from domain.log import verify as checks

COLUMNS = ("claim", "held", "words")
SAID = {True: "holds", False: "FAILS", None: ""}


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A dossier, a log export or a .tlog-proof.")],
    checkpoint: Annotated[Path | None, typer.Option("--checkpoint", metavar="KEPT", help="A checkpoint that was kept.")] = None,
    key: Annotated[str | None, typer.Option("--key", metavar="PUBLIC", help="The log's public key, or a file that holds it.")] = None,
    log: Annotated[Path | None, typer.Option("--log", metavar="LOG", help="A log export: shows that nothing was left out.")] = None,
    json: Json = False,
) -> None:
    """Check a dossier, a log export or a proof, a line per claim: the code, and the exit codes, of the verify.py inside every dossier."""
    kept = checks.Kept(_read(checkpoint) if checkpoint else None, _keys(key) if key else None)
    found = checks.verify(_read(file), kept, _read(log) if log else None)
    rows = [each._asdict() if json else {**each._asdict(), "held": SAID[each.held]} for each in found]
    show.many(rows, COLUMNS, json_=json, none="")
    if code := checks.code(found):
        raise typer.Exit(code)


def _keys(given: str) -> checks.Keys:
    try:
        return checks.keys_of(_read(Path(given)).decode().strip() if os.path.isfile(given) else given)
    except (checks.Wrong, UnicodeDecodeError) as wrong:
        raise BadInput(str(wrong), code="bad_key", field="key") from None


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", code="not_readable") from None
