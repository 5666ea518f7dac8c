"""`muster staff …`: who works here, and in which roles."""

from typing import Annotated

import typer

from cli import show
from cli.terminal import Desk, Json, terminal
from domain.words import Role

app = typer.Typer(help="Who works here, and in which roles.", no_args_is_help=True)
COLUMNS = ("person", "name", "roles")


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the people who may act, with their roles."""
    found = terminal(ctx).at_store(lambda desk: desk.staff())
    show.many(found, COLUMNS, json_=json, none="Nobody yet. Add someone with: muster staff add PERSON --role ROLE …")


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


@app.command()
def load(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file of people (TOML), or the name of one that comes with Muster: demo.")],
    json: Json = False,
) -> None:
    """Add, or change, every person of a file."""
    from config.people import load_people

    people = load_people(file)

    async def enter(desk: Desk) -> None:
        for person, who in people.items():
            await desk.put_staff(person, who.name, who.email, who.roles)

    terminal(ctx).at_store(enter)
    show.many(
        [{"person": person, **who.model_dump()} for person, who in people.items()], COLUMNS, json_=json, none="That file names nobody."
    )
