"""`muster board …`: the selection board's own table."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli import show
from cli.acting import checked, receipt_shown
from cli.terminal import Case, Json, Person, Request, terminal
from cli.text import named
from domain.competition import ComposeBoard, DeclareInterest

app = typer.Typer(help="The selection board's table: candidates without name, nationality or age.", no_args_is_help=True)
Reference = Annotated[str, typer.Argument(metavar="REF", help="The vacancy's reference.")]
COLUMNS = ("case", "stage", "scored_by", "mine", "mark", "assessment", "interview", "recused")


@app.command("show")
def show_(ctx: typer.Context, reference: Reference, person: Person, json: Json = False) -> None:
    """Show the candidates before the board, what each member has scored so far, and whether the board is complete."""
    found = terminal(ctx).at_store(lambda desk: desk.boardroom.workspace(person, reference))
    if json:
        show.as_json(asdict(found))
        return
    for number, text in found.competencies.items():
        show.line(f"competency {number}: {text}")
    for number, text in found.desirable.items():
        show.line(f"desirable {number}: {text}")
    for who, said in found.board.items():
        show.line(f"{who}: {named(said)}")
    if found.board:
        show.line("The board is complete." if found.complete else f"The board is not complete: {', '.join(found.missing)}.")
    show.many(found.places, COLUMNS, json_=False, none="Nobody is before the board now.")


@app.command()
def file(ctx: typer.Context, case: Case, person: Person, json: Json = False) -> None:
    """Show what the board may read of one application: studies, work, languages and answers."""
    found = terminal(ctx).at_store(lambda desk: desk.boardroom.file(person, case))
    if json:
        show.as_json(found)
        return
    show.sheet(found)


@app.command()
def compose(
    ctx: typer.Context,
    reference: Reference,
    chair: Annotated[str, typer.Option("--chair", metavar="PERSON", help="Who leads it and submits the report.")],
    member: Annotated[list[str], typer.Option("--member", metavar="PERSON", help="A member; give it again, two at least.")],
    observer: Annotated[str, typer.Option("--observer", metavar="PERSON", help="The staff association's observer.")],
    person: Person,
    request: Request = None,
    json: Json = False,
) -> None:
    """Name the selection board of a vacancy. For HR."""
    args = checked(ComposeBoard, {"chair": chair, "members": member, "observer": observer})
    receipt_shown(terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, "compose_board", args, request)), json=json)


@app.command()
def declare(
    ctx: typer.Context,
    reference: Reference,
    conflict: Annotated[bool, typer.Option("--conflict/--no-conflict", help="Whether there is a conflict of interest.")],
    person: Person,
    hire: Annotated[list[str] | None, typer.Option("--hire", metavar="CASE", help="With whom only; give it again for another.")] = None,
    request: Request = None,
    json: Json = False,
) -> None:
    """Declare a conflict of interest, or none, as one of the board."""
    args = checked(DeclareInterest, {"conflict": conflict, "hires": hire or []})
    receipt_shown(terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, "declare_interest", args, request)), json=json)
