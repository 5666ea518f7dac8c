"""`muster operation …`: acts on many hires, how far each is, and going on with one that was interrupted."""

from typing import Annotated

import typer

from cli import show
from cli.hires import told
from cli.terminal import Desk, Json, Person, terminal
from domain.operation import Operation

app = typer.Typer(help="Look at acts on many hires, go on with them, cancel what is left.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="OPERATION", help="The operation, as in `muster operation list`.")]


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every operation and how far it is, the newest first."""
    found = terminal(ctx).at_store(lambda desk: desk.bulk.list())
    rows = [each.model_dump(exclude={"items", "args"}) | {"state": each.state, "cases": each.counts} for each in found]
    show.many(rows, ("operation", "act", "person", "at", "state", "cases"), json_=json, none="No act was done to many hires yet.")


@app.command("show")
def show_(ctx: typer.Context, operation: Name, json: Json = False) -> None:
    """Show what became of each case of an operation."""
    told(terminal(ctx).at_store(lambda desk: desk.bulk.get(operation)), json=json)


@app.command()
def resume(ctx: typer.Context, operation: Name, person: Person, json: Json = False) -> None:
    """Go on with an operation of one's own: what failed or was not reached is tried again, what is done is not done twice."""

    async def go_on(desk: Desk) -> Operation:
        await desk.bulk.own(person, operation)
        return await desk.bulk.carry_out(operation)

    told(terminal(ctx).at_desk(go_on), json=json)


@app.command()
def cancel(ctx: typer.Context, operation: Name, json: Json = False) -> None:
    """Cancel what is not done yet of an operation; what is done stays done."""
    told(terminal(ctx).at_store(lambda desk: desk.bulk.cancel(operation)), json=json)
