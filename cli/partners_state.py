"""How it stands with the partners, and what we asked held against what they have: `muster partner list|show|reconcile`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import show
from cli.outcome import FAILED
from cli.outlook import Language, Tongue
from cli.terminal import Desk, Json, terminal
from domain.errors import BadInput

if TYPE_CHECKING:
    from acts.partners import Reconciled

COLUMNS = (
    "id",
    "door",
    "last_heard",
    "last_asked",
    "open",
    "expected_by",
    "overdue",
    "silent_since",
    "unfetched",
    "unfetched_since",
    "owner",
)
ASKS = ("reference", "about", "case", "asked_at", "expected_by", "source", "overdue")
CHASERS = ("at", "person", "asks")
DIFFERENCES = ("ask", "what", "proposed", "theirs")
Name = Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as in the partners file.")]


def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the partners: whether their door answers, when they were heard and asked last, what is open and overdue; trouble first."""
    found = terminal(ctx).at_store(lambda desk: desk.partners.standings())
    show.many(found, COLUMNS, json_=json, none="The partners file names nobody.")


def show_(ctx: typer.Context, partner: Name, json: Json = False) -> None:
    """Show one partner: how it stands, each open request with the day an answer is expected and why then, and what was written to it."""
    found = terminal(ctx).at_store(lambda desk: desk.partners.show(partner))
    if json:
        show.as_json(found)
        return
    show.sheet({name: value for name, value in found.items() if name not in ("asks", "chasers")})
    show.many(found["asks"], ASKS, json_=False, none="Nothing is open with it.")
    if found["chasers"]:
        show.many(found["chasers"], CHASERS, json_=False, none="")


def reconcile(
    ctx: typer.Context,
    partner: Name,
    chaser: Annotated[str, typer.Option("--chaser", metavar="FILE", help="Write the drafted letter to this file.")] = "",
    send: Annotated[bool, typer.Option("--send", help="Mail the drafted letter to the partner, in the name of --as.")] = False,
    person: Annotated[str, typer.Option("--as", metavar="PERSON", envvar="MUSTER_PERSON", help="Who sends it; only for --send.")] = "",
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Hold what we asked against what a partner has, name each difference with what is proposed, and draft the letter about it.

    Nothing is changed, and no answer is taken from it. Exit code 1 when there are differences.
    """
    if send and not person:
        raise BadInput("a letter is sent in somebody's name: --as PERSON", code="person_missing")

    async def compared(desk: Desk) -> "tuple[Reconciled, str]":
        found = await desk.partners.reconcile(partner)
        return found, await desk.partners.send(person, found.chaser) if send and found.chaser else ""

    found, sent_to = terminal(ctx).at_store(compared)
    if chaser and found.chaser:
        Path(chaser).write_text(f"{found.chaser.subject}\n\n{found.chaser.body}", encoding="utf-8")
    _shown(found, sent_to, chaser, language, json=json)
    if found.differences:
        raise typer.Exit(FAILED)


def _shown(found: "Reconciled", sent_to: str, file: str, language: Tongue, *, json: bool) -> None:
    if json:
        show.as_json(show.fields(found) | {"sent": bool(sent_to)})
        return
    show.many([_told(each, language) for each in found.differences], DIFFERENCES, json_=False, none=_agreed(found))
    if found.chaser is None:
        return
    if sent_to:
        show.line(f"The letter was sent to {sent_to}.")
    elif file:
        show.line(f"The letter is in {file}.")
    else:
        show.line(f"\n{found.chaser.subject}\n\n{found.chaser.body}")


def _told(difference: Any, language: Tongue) -> dict[str, str]:
    from config.words import Words

    say = Words.load().say
    what, proposed = f"reconcile.{difference.name}", f"propose.{difference.proposal}"
    return {"ask": difference.ask, "what": say(what, language), "proposed": say(proposed, language), "theirs": difference.theirs}


def _agreed(found: "Reconciled") -> str:
    if found.theirs is None:
        return f"{found.partner} has no machine to ask; {found.ours} open here, none overdue."
    return f"Both sides agree: {found.ours} open here, {found.theirs} known there."
