"""`muster audit export` and `log-export`: one file each, that an auditor takes along and checks elsewhere."""

import json as json_
import os
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from cli import show
from cli.outlook import Tongue
from cli.terminal import Case, Json, Person, terminal
from domain.errors import BadInput
from domain.log import verify as checks

To = Annotated[Path | None, typer.Option("--to", metavar="FILE", help="The file to write; it must not be there yet.")]
Purpose = Annotated[
    str, typer.Option("--purpose", metavar="CODE", help="What for, as a code such as tribunal: it stands in the log and in the file.")
]


def export(
    ctx: typer.Context,
    case: Case,
    as_: Person,
    to: To = None,
    language: Annotated[Tongue | None, typer.Option("--language", help="The paper in this language alone; default: both.")] = None,
    redact: Annotated[
        list[str] | None,
        typer.Option("--redact", metavar="CATEGORY", help="Withhold contents: a condition, a kind of fact or of leaf, a fact's number."),
    ] = None,
    letters: Annotated[bool, typer.Option("--letters", help="With the texts of the letters; not for auditors.")] = False,
    since: Annotated[
        Path | None, typer.Option("--since", metavar="KEPT", help="A checkpoint you kept: the dossier proves that the log went on from it.")
    ] = None,
    purpose: Purpose = "audit",
    json: Json = False,
) -> None:
    """Export the dossier of a case: facts, decisions, readings, proofs, papers in both languages, and the verifier, in one file."""
    from acts.audit import LANGUAGES, Wanted

    file = to or Path(f"{case.replace('/', '_')}.dossier.zip")
    free(file)
    languages = (language.value,) if language else LANGUAGES
    kept = _text(since) if since else ""
    wanted = Wanted(languages=languages, redact=frozenset(redact or ()), since=kept, letters=letters)
    raw = terminal(ctx).at_store(lambda desk: desk.audit.export(as_, case, purpose, wanted))
    save(file, raw)
    manifest = json_.loads(checks.members_of(raw)["manifest.json"])
    about = {name: manifest[name] for name in ("case", "leaves", "facts", "redacted", "size")}
    row = {"file": str(file), "sha256": sha256(raw).hexdigest(), **about}
    if json:
        show.as_json(row)
        return
    show.line(f"{file}: {row['leaves']} leaves of {row['case']}, {row['redacted']} withheld, in a log of {row['size']}.")
    show.line(f"Check it anywhere: muster audit verify {file}, or the verify.py inside. SHA-256 {row['sha256']}")


def log_export(
    ctx: typer.Context,
    as_: Person,
    to: To = None,
    begin: Annotated[int, typer.Option("--from", metavar="LEAF", min=0, help="From this leaf on; what is before is proven by hashes.")] = 0,
    end: Annotated[
        int | None, typer.Option("--until", metavar="SIZE", min=1, help="Up to the checkpoint of this size; default: a new one.")
    ] = None,
    purpose: Purpose = "audit",
    json: Json = False,
) -> None:
    """Export the log, or a part of it: every leaf and the checkpoint they lead to; no content is disclosed."""
    file = to or Path(f"log-{begin}.muster-log" if begin else "log.muster-log")
    free(file)
    raw = terminal(ctx).at_store(lambda desk: desk.audit.log(as_, purpose, begin, end))
    save(file, raw)
    found = checks.Log(raw, checks.Kept())
    found.form()
    row = {"file": str(file), "sha256": sha256(raw).hexdigest(), "leaves": len(found.leaves), "from": begin}
    if json:
        show.as_json(row)
        return
    show.line(f"{file}: {row['leaves']} leaves from {begin} on. Check it anywhere: muster audit verify {file}. SHA-256 {row['sha256']}")


def free(file: Path) -> None:
    if file.exists():
        raise BadInput(f"{file} is there already: nothing is written over it", code="file_exists", field="to")


def save(file: Path, raw: bytes) -> None:
    """New, readable by its owner alone: a dossier is about a person."""
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(raw)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", code="not_written") from None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{file} is no checkpoint that can be read", code="not_readable", field="since") from None
