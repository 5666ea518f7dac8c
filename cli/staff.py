"""`muster staff …`: who works here, and in which roles."""

from typing import Annotated

import typer

from cli import show
from cli.terminal import Json, terminal
from domain.words import Role

app = typer.Typer(help="Who works here, and in which roles.", no_args_is_help=True)


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the people who may act, with their roles."""
    found = terminal(ctx).at_store(lambda desk: desk.staff())
    show.many(found, ("person", "name", "roles"), json_=json, none="Nobody yet. Add someone with: muster staff add PERSON --role ROLE …")


@app.command()
def add(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="A short id, used with --as.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="The name people know them by.")],
    email: Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Where they are written to.")],
    role: Annotated[list[Role], typer.Option("--role", help="A role; give it again for another.")],
    json: Json = False,
) -> None:
    """Add a person, or change their name, address and roles."""
    roles = tuple(dict.fromkeys(role))
    terminal(ctx).at_store(lambda desk: desk.put_staff(person, name, email, roles))
    if json:
        show.as_json({"person": person, "roles": roles})
        return
    show.line(f"{person} now acts as: {', '.join(roles)}.")
