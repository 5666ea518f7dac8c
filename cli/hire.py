"""`muster hire …`: look at hires, and act on them."""

from typing import Annotated, Any

import typer

from cli import letters, outlook, show
from cli.acting import UNDO, act_command, command_name, undo_row
from cli.auditing import AsOf
from cli.contract import contract_shown
from cli.hire_import import import_
from cli.histories import history
from cli.outlook import Language, Tongue
from cli.terminal import Case, Desk, Json, terminal
from cli.text import named
from domain.acts import ACTS
from domain.words import Ending, Stage

app = typer.Typer(help="Look at hires, and act on them.", no_args_is_help=True)
COLUMNS = ("case_id", "vacancy", "stage", "ending", "held", "needs", "turn", "next_deadline")
LOOK, ACT = "Look", "Act (needs --as)"


@app.command("list", rich_help_panel=LOOK)
def list_(
    ctx: typer.Context,
    vacancy: Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Only of this vacancy.")] = None,
    stage: Annotated[Stage | None, typer.Option("--stage", help="Only at this stage.")] = None,
    ending: Annotated[Ending | None, typer.Option("--ending", help="Only those that ended so.")] = None,
    needs: Annotated[str | None, typer.Option("--needs", metavar="ACT", help="Only those that need this act, such as screen.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="PERSON", help="Only those of this owner.")] = None,
    json: Json = False,
) -> None:
    """List hires, the open ones with what they need and by when."""
    wanted = needs and needs.replace("-", "_")
    found = terminal(ctx).at_store(lambda desk: desk.hires(vacancy=vacancy, stage=stage, ending=ending, needs=wanted, owner=owner))
    show.many(found, COLUMNS, json_=json, none="No hires match.")


@app.command("show", rich_help_panel=LOOK)
def show_(ctx: typer.Context, case: Case, as_of: AsOf = None, language: Language = Tongue.EN, json: Json = False) -> None:
    """Show one hire: stage, conditions, what it needs, open deadlines and how each came about. With --json, the closed deadlines too."""

    async def asked(desk: Desk) -> Any:
        return await (desk.hire(case) if as_of is None else desk.auditing.as_of(case, as_of))

    found = terminal(ctx).at_store(asked)
    outlook.hire_shown(found, language, json=json)


@app.command("timeline", rich_help_panel=LOOK)
def timeline(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """Tell what happened to a hire, fact by fact, from its journal."""
    entries = terminal(ctx).at_store(lambda desk: desk.timeline(case))
    shown(entries, json=json)


@app.command("why", rich_help_panel=LOOK)
def why(
    ctx: typer.Context,
    case: Case,
    act: Annotated[
        str | None,
        typer.Option("--act", metavar="ACT", help="Why not this act: withdraw-offer, or withdraw-offer:medical."),
    ] = None,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Say why a hire waits, or an act is not possible: each open matter, who can move it, since when, until when and why then."""
    name, _, about = (act or "").replace("-", "_").partition(":")
    found = terminal(ctx).at_store(lambda desk: desk.why(case, name, about))
    outlook.why_shown(found, language, json=json)


@app.command("status", rich_help_panel=LOOK)
def status(ctx: typer.Context, case: Case, language: Language = Tongue.EN, json: Json = False) -> None:
    """Show what the candidate may see on the portal: where the application stands, and what they have to do by when."""
    found = terminal(ctx).at_store(lambda desk: desk.status(case))
    outlook.status_shown(found, language, json=json)


@app.command("undo", rich_help_panel=LOOK)
def undo(
    ctx: typer.Context,
    case: Case,
    ending: Annotated[Ending, typer.Option("--ending", help="Which ending.")] = Ending.WITHDRAWN,
    json: Json = False,
) -> None:
    """Show what ending a hire now would take back; of a hire that has ended, how far that is."""
    found = terminal(ctx).at_store(lambda desk: desk.undo(case, ending))
    show.many([undo_row(each) for each in found], UNDO, json_=json, none="There is nothing to take back.")


@app.command("forecast", rich_help_panel=LOOK)
def forecast(ctx: typer.Context, case: Case, language: Language = Tongue.EN, json: Json = False) -> None:
    """Forecast the entry on duty with its range, what that supposes of each step, and how good such forecasts were."""
    found, accuracy = terminal(ctx).at_store(lambda desk: desk.forecast(case))
    outlook.forecast_shown(found, accuracy, language, json=json)


@app.command("contract", rich_help_panel=LOOK)
def contract(ctx: typer.Context, case: Case, language: Language = Tongue.EN, json: Json = False) -> None:
    """Show the contract proposed to one person: each term with its figure, its clause, and what the clause says; and what has changed."""
    contract_shown(terminal(ctx).at_store(lambda desk: desk.hire(case)), language, json=json)


def shown(entries: list[dict[str, Any]], *, json: bool) -> None:
    """A journal: whole entries for programs, one line each for people."""
    rows = entries if json else [_told(entry) for entry in entries]
    show.many(rows, ("number", "at", "who", "what", "with"), json_=json, none="Nothing has happened yet.")


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """A journal entry as a line: the fact's own words after its name."""
    told = {named(name): value for name, value in entry["body"].items() if name != "kind" and value not in (None, "", [], {})}
    return {"number": entry["number"], "at": entry["at"], "who": entry["actor"], "what": named(entry["kind"]), "with": told}


app.command("history", rich_help_panel=LOOK)(history)
app.command("letters", rich_help_panel=LOOK)(letters.sent)
app.command("import", rich_help_panel=ACT)(import_)
app.command("letter", rich_help_panel=LOOK)(letters.one)
for _act in ACTS.values():
    app.command(command_name(_act.name), rich_help_panel=ACT)(act_command(_act))
