"""`muster privacy …`: erasing a person, and the legal holds that forbid it."""

import os
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.terminal import Json, Person, terminal
from cli.text import named
from domain.errors import BadInput
from domain.retention_report import lines

if TYPE_CHECKING:
    from domain.retention_report import Report
    from store.erasure import Erased, Foreseen

app = typer.Typer(help="Erasure, legal holds, retention, and what is kept about somebody.", no_args_is_help=True)
hold = typer.Typer(help="Legal holds: while one stands nothing it covers is erased.", no_args_is_help=True)
app.add_typer(hold, name="hold")
ErasureId = Annotated[str, typer.Argument(metavar="ERASURE", help="Which one, as `muster privacy erasures` lists it.")]
WAITING = ("erasure", "candidate", "reason", "proposed_by", "proposed_at")
HOLDS = ("hold", "kind", "subject", "reason", "until", "placed_by", "placed_at", "lift_proposed_by", "lifted_at")
#: Why what an erasure leaves stays: docs/privacy.md says the same at length.
STAYS = {
    "cases": "random ids; that there was a case, and of which vacancy",
    "journal": "facts by random ids: outcomes, dates, reason codes, who decided",
    "leaves": "commitments of the audit log; without the key that goes nobody opens them",
    "inbox": "that an event came, its hash and signature, its thin part",
    "outbox": "that something was sent, to whom, by id",
}
Who = Annotated[str, typer.Argument(metavar="CANDIDATE", help="The candidate's id, or one of their hires: hire/7q2k9fxm.")]
Why = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, as a code: asked_by_person.")]


@app.command()
def erase(
    ctx: typer.Context,
    candidate: Who,
    reason: Why,
    by: Person,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go, what stays, and what stands against it.")] = False,
    json: Json = False,
) -> None:
    """Propose to erase what is kept about a person, after saying what would go; the other office approves it."""
    foreseen = terminal(ctx).at_store(lambda desk: desk.privacy.foresee(candidate))
    if not json:
        _foreseen(foreseen)
    if dry_run:
        show.as_json(foreseen) if json else show.line("Nothing was written.")
        return
    erasure = terminal(ctx).at_store(lambda desk: desk.privacy.propose(by, candidate, reason))
    if json:
        show.as_json({"erasure": erasure, "state": "proposed"} | show.fields(foreseen))
        return
    show.line(f"Proposed. The other office approves it: muster privacy approve {erasure} --as PERSON")


@app.command()
def approve(
    ctx: typer.Context,
    erasure: ErasureId,
    by: Person,
    json: Json = False,
) -> None:
    """Approve an erasure as the other office, and erase: what only this installation could read is gone for good."""
    gone = terminal(ctx).at_store(lambda desk: desk.privacy.approve(by, erasure))
    show.as_json(gone) if json else _erased(gone)


@app.command()
def withdraw(
    ctx: typer.Context,
    erasure: ErasureId,
    by: Person,
    json: Json = False,
) -> None:
    """Take the proposal of an erasure back, one's own or the other office's; nothing is erased, and the log has who did."""
    terminal(ctx).at_store(lambda desk: desk.privacy.withdraw(by, erasure))
    show.as_json({"erasure": erasure, "state": "withdrawn"}) if json else show.line("Taken back. Nothing was erased.")


@app.command()
def erasures(ctx: typer.Context, json: Json = False) -> None:
    """List the erasures that wait for the other office."""
    show.many(terminal(ctx).at_store(lambda desk: desk.privacy.waiting()), WAITING, json_=json, none="No erasure waits.")


@app.command()
def retention(
    ctx: typer.Context,
    by: Person,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what is due, per category, and what stops it.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--report", metavar="FOLDER", help="Where the signed report goes; it stands in the store anyway.")
    ] = None,
    json: Json = False,
) -> None:
    """Delete what the retention schedule no longer lets us keep, and sign a report; holds and open cases stop it."""
    from config.files import load_retention

    settings = terminal(ctx).settings
    if dry_run:
        told = terminal(ctx).at_store(lambda desk: desk.privacy.due(load_retention(settings.retention_file)))
        _reported(told, json=json)
        return
    _beside_the_store(ctx)
    from connectors.log_key import load_log_key

    schedule, key = load_retention(settings.retention_file), load_log_key(settings.log_key, f"{settings.source}/log")
    done = terminal(ctx).at_store(lambda desk: desk.privacy.retain(by, schedule, key))
    _reported(done["report"], json=json)
    if folder is not None:
        _write(folder, done)


@app.command("subject-export")
def subject_export(
    ctx: typer.Context,
    candidate: Who,
    by: Person,
    folder: Annotated[Path, typer.Option("--folder", metavar="FOLDER", help="Where the archive goes; readable by you alone.")] = Path("."),
    json: Json = False,
) -> None:
    """Hand out everything kept about a person: one archive, with a summary in their language. The log has that you did."""
    if terminal(ctx).settings.remote_url:
        from cli.remote import beside_the_store

        raise beside_the_store("muster privacy subject-export")
    made = terminal(ctx).at_store(lambda desk: desk.privacy.export(by, candidate))
    file = _private(folder / made.name, made.content)
    show.as_json({"file": str(file), "sha256": made.sha256}) if json else show.line(f"{file}\nsha256 {made.sha256}")


def _private(file: Path, content: bytes) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(content)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", code="not_written") from None
    return file


def _reported(told: "Report", *, json: bool) -> None:
    if json:
        show.as_json(told)
        return
    for each in lines(told):
        show.line(each)


def _write(folder: Path, done: "Report") -> None:
    from rfc8785 import dumps

    name = f"retention-{done['report']['run']}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_bytes(dumps(done["report"]))
    (folder / f"{name}.txt").write_text(done["note"], "utf-8")
    show.line(f"Report: {folder / name}.json, signed in {name}.txt")


def _beside_the_store(ctx: typer.Context) -> None:
    if terminal(ctx).settings.remote_url:
        from cli.remote import in_person

        raise in_person("muster privacy retention")


@hold.command()
def place(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="A candidate's id, hire/ID or vacancy/REF.")],
    reason: Why,
    by: Person,
    until: Annotated[str | None, typer.Option("--until", metavar="DAY", help="Its last day; until it is lifted when not given.")] = None,
    json: Json = False,
) -> None:
    """Place a legal hold: nothing it covers is erased while it stands."""
    last = None if until is None else _day(until)
    placed = terminal(ctx).at_store(lambda desk: desk.privacy.place(by, subject, reason, last))
    if json:
        show.as_json({"hold": placed})
        return
    show.line(f"Placed. Two people lift it, one after the other: muster privacy hold lift {placed}")


@hold.command()
def lift(
    ctx: typer.Context,
    which: Annotated[str, typer.Argument(metavar="HOLD", help="Which one, as `muster privacy hold list` names it.")],
    by: Person,
    json: Json = False,
) -> None:
    """Propose to lift a hold, or lift it as the second person."""
    lifted = terminal(ctx).at_store(lambda desk: desk.privacy.lift(by, which))
    if json:
        show.as_json({"hold": which, "lifted": lifted})
        return
    show.line("Lifted." if lifted else f"Proposed. Somebody else: muster privacy hold lift {which} --as PERSON")


@hold.command("list")
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Those that were lifted, too.")] = False,
    json: Json = False,
) -> None:
    """List the legal holds that stand."""
    found = terminal(ctx).at_store(lambda desk: desk.privacy.holds(all_=every))
    show.many(found, HOLDS, json_=json, none="No hold stands.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a day: 2027-03-31", param_hint="--until") from None


def _foreseen(found: "Foreseen") -> None:
    show.line(f"Candidate {found.candidate}, {len(found.cases)} case(s): {', '.join(found.cases) or 'none'}.")
    show.line("Would go: " + _counted(found.goes) + ".")
    show.line("Stays:")
    for what, rows in found.stays.items():
        show.line(f"- {named(what)}, {rows}: {STAYS[what]}")
    if found.against:
        show.line(f"Stands against it ({found.against}): {found.why}.")


def _erased(gone: "Erased") -> None:
    show.line("Erased: " + _counted(gone.rows) + ".")
    if gone.traces is None:
        show.line("PostgreSQL keeps dead rows until VACUUM, and its log and every backup until they are recycled: see docs/privacy.md.")
    elif gone.traces:
        show.line(f"STILL FOUND in {', '.join(gone.traces)}: another process reads the store. Gone at the next erasure or restart.")
    else:
        show.line("The store's files were read through: no name and no address of theirs is left in them.")


def _counted(rows: "dict[str, int]") -> str:
    return ", ".join(f"{named(table)} {count}" for table, count in rows.items())
