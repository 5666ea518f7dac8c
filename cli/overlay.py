"""`muster overlay …`: change what open hires are run by: who would be affected first, then two people, then case by case."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.outlook import Language, Tongue
from cli.rehearsed import teller_of
from cli.terminal import Json, Person, terminal
from cli.text import named
from config.rehearsed import deadline_line
from domain.overlays import Overlay, brief

app = typer.Typer(help="Policy overlays on open hires: freeze, fast track, new durations.", no_args_is_help=True)
COLUMNS = ("overlay", "kind", "state", "vacancy", "stages", "effective_from", "proposed_by", "approved_by", "sha256")
File = Annotated[Path, typer.Argument(metavar="FILE", help="The overlay file (TOML): kind, reason, scope, exemptions, first day, figures.")]
Name = Annotated[str, typer.Argument(metavar="OVERLAY", help="The overlay's name.")]


@app.command()
def preview(ctx: typer.Context, file: File, language: Language = Tongue.EN, json: Json = False) -> None:
    """Say which open hires an overlay would concern, and how; nothing is written."""
    _affected(ctx, _overlay(file), language, json=json)


@app.command()
def propose(ctx: typer.Context, file: File, person: Person, language: Language = Tongue.EN, json: Json = False) -> None:
    """Propose an overlay, with the list of hires it would concern. Another person approves it."""
    overlay = _overlay(file)
    stands = terminal(ctx).at_store(lambda desk: desk.overlays.propose(person, overlay))
    if json:
        show.as_json(brief(stands))
        return
    _affected(ctx, overlay, language, json=False)
    show.line(f"Proposed. Another person approves exactly this: muster overlay approve {stands.id} --as PERSON --sha256 {overlay.sha256}")


@app.command()
def approve(
    ctx: typer.Context,
    overlay: Name,
    person: Person,
    sha256: Annotated[str, typer.Option("--sha256", metavar="SHA256", help="Hash of the overlay you read, as `overlay show` prints it.")],
    json: Json = False,
) -> None:
    """Approve an overlay another person proposed: exactly these bytes. No case is changed yet."""
    stands = terminal(ctx).at_store(lambda desk: desk.overlays.approve(person, overlay, sha256))
    show.as_json(brief(stands)) if json else show.line(f"Approved. Apply it with: muster overlay apply {overlay} --as PERSON")


@app.command()
def lift(ctx: typer.Context, overlay: Name, person: Person, json: Json = False) -> None:
    """Lift an overlay: no further hire gets it. `overlay apply` then takes it from those that have it."""
    stands = terminal(ctx).at_store(lambda desk: desk.overlays.lift(person, overlay))
    show.as_json(brief(stands)) if json else show.line(f"Lifted. Take it from the hires with: muster overlay apply {overlay} --as PERSON")


@app.command()
def apply(ctx: typer.Context, overlay: Name, person: Person, json: Json = False) -> None:
    """Bring every hire in line with an overlay, one act each; broken off, it is simply repeated. Says what became of each."""
    items = terminal(ctx).at_desk(lambda desk: desk.overlays.apply(person, overlay))
    show.many(items, ("case", "done", "code", "message"), json_=json, none="No open hire is left to bring in line.")


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every overlay: proposed, approved or lifted, and by whom."""
    show.many(terminal(ctx).at_store(lambda desk: desk.overlays.list()), COLUMNS, json_=json, none="There is no overlay.")


@app.command("show")
def show_(ctx: typer.Context, overlay: Name, json: Json = False) -> None:
    """Show one overlay, the hash of its content, and the hires it is laid on now."""
    found = terminal(ctx).at_store(lambda desk: desk.overlays.show(overlay))
    show.as_json(found) if json else show.sheet(found)


def _affected(ctx: typer.Context, overlay: Overlay, language: Tongue, *, json: bool) -> None:
    found = terminal(ctx).at_store(lambda desk: desk.overlays.preview(overlay))
    if json:
        for each in found:
            show.as_json(_row(each))
        return
    concerned = [each for each in found if not each.why_not]
    show.line(f"Overlay {overlay.overlay} ({named(overlay.kind)}) would concern {len(concerned)} open hire(s). Nothing was changed.")
    for each in found:
        reason = f": {named(each.why_not)}" if each.why_not else ": its clocks stop" if overlay.kind == "freeze" else ""
        show.line(f"{each.case} (vacancy {each.vacancy}, {named(each.stage)}{', on hold' if each.held else ''}){reason}")
        for move in each.deadlines:
            show.line(f"- {deadline_line(move, teller_of(language))}")


def _row(each: Any) -> dict[str, Any]:
    moves = [
        {"key": m.key, "effects": m.effects, "due": [m.was.due_at, m.will.due_at], "limit": [m.was.limit_at, m.will.limit_at]}
        for m in each.deadlines
    ]
    return {**show.fields(each), "deadlines": moves}


def _overlay(file: Path) -> Overlay:
    from config.files import load_overlay

    return load_overlay(file)
