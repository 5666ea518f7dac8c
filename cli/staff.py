"""`muster staff …`: who works here, and in which roles."""

import sys
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer

from cli import show, tokens
from cli.outlook import Tongue
from cli.terminal import Desk, Json, Person, terminal
from cli.text import named, words
from domain.staff import StaffState
from domain.words import Role

app = typer.Typer(help="Who works here, and in which roles.", no_args_is_help=True)
app.add_typer(tokens.app, name="token")
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
    language: Annotated[
        Tongue | None, typer.Option("--language", help="In which they are written to; else the installation's own.")
    ] = None,
    json: Json = False,
) -> None:
    """Add a person, or change their name, address and roles."""
    roles = tuple(dict.fromkeys(role))
    terminal(ctx).at_store(lambda desk: desk.put_staff(person, name, email, roles, language or ""))
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
            await desk.put_staff(person, who.name, who.email, who.roles, who.language)

    terminal(ctx).at_store(enter)
    show.many(
        [{"person": person, **who.model_dump()} for person, who in people.items()], COLUMNS, json_=json, none="That file names nobody."
    )


@app.command()
def link(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Who is to sign in.")],
    minutes: Annotated[int, typer.Option("--minutes", min=1, max=1440, help="How long it counts.")] = 15,
    json: Json = False,
) -> None:
    """Make a one-time link into the console for a person. It is shown once; hand it to nobody else."""
    settings = terminal(ctx).settings
    secret = terminal(ctx).at_store(lambda desk: desk.sessions.link(person, timedelta(minutes=minutes)))
    address = f"{settings.console_origin}/in/{secret}"
    if json:
        show.as_json({"person": person, "address": address, "minutes": minutes})
        return
    show.line(f"{person} signs in once, within {minutes} minutes, at:")
    show.line(address)


@app.command()
def password(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Whose password.")],
    json: Json = False,
) -> None:
    """Set a person's password for the console, asked for twice and never shown; piped in, it is the first line. Ends their sessions."""
    given = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    terminal(ctx).at_store(lambda desk: desk.sessions.set_password(person, given))
    if json:
        show.as_json({"person": person, "set": True})
        return
    show.line(f"{person} signs in with this password from now on; every session of theirs is over.")


@app.command()
def identity(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Whom it means.")],
    issuer: Annotated[str, typer.Option("--issuer", metavar="URL", help="The identity provider: https://id.example.org.")],
    subject: Annotated[str, typer.Option("--subject", metavar="ID", help="The provider's own, lasting name for the person (`sub`).")],
    json: Json = False,
) -> None:
    """Say which person an identity of a provider means. Addresses are never compared: they change hands."""
    terminal(ctx).at_store(lambda desk: desk.sessions.link_identity(person, issuer, subject))
    if json:
        show.as_json({"person": person, "issuer": issuer, "subject": subject})
        return
    show.line(f"{subject} at {issuer} is {person}.")


Whose = Annotated[str, typer.Argument(metavar="PERSON", help="Whose absence, delegation or list.")]
From = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day: 2027-03-01.")]
Until = Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Last day, included: 2027-03-12.")]
NOTES = ("number", "what", "from", "until", "to", "roles")


@app.command("show")
def show_(ctx: typer.Context, person: Whose, json: Json = False) -> None:
    """Show when a person is away and who may use which of their roles."""
    _noted(terminal(ctx).at_store(lambda desk: desk.personnel.state(person)), json=json)


@app.command()
def absent(
    ctx: typer.Context,
    person: Whose,
    starts_on: From,
    ends_on: Until,
    by: Person,
    deputy: Annotated[str, typer.Option("--deputy", metavar="PERSON", help="Who gets all their roles for the time.")] = "",
    json: Json = False,
) -> None:
    """Enter an absence, with a deputy if there is one. For: the person, or the head of HR."""
    _noted(terminal(ctx).at_store(lambda desk: desk.personnel.absent(by, person, starts_on.date(), ends_on.date(), deputy)), json=json)


@app.command()
def delegate(
    ctx: typer.Context,
    person: Whose,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="Who gets them.")],
    role: Annotated[list[Role], typer.Option("--role", help="A role of the person; give it again for another.")],
    starts_on: From,
    ends_on: Until,
    by: Person,
    json: Json = False,
) -> None:
    """Give some of a person's roles to another for a time. For: the person, or the head of HR."""
    roles = [str(each) for each in role]
    _noted(terminal(ctx).at_store(lambda desk: desk.personnel.delegate(by, person, to, roles, starts_on.date(), ends_on.date())), json=json)


@app.command()
def revoke(
    ctx: typer.Context,
    person: Whose,
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="Which absence or delegation, as `muster staff show` numbers them.")],
    by: Person,
    json: Json = False,
) -> None:
    """Take back an absence or a delegation."""
    _noted(terminal(ctx).at_store(lambda desk: desk.personnel.revoke(by, person, number)), json=json)


@app.command()
def worklist(ctx: typer.Context, person: Whose, json: Json = False) -> None:
    """List what open hires need that this person may do today, their own cases first."""
    found = terminal(ctx).at_store(lambda desk: desk.personnel.worklist(person))
    columns = ("case", "vacancy", "stage", "need", "next_deadline", "owner", "for_")
    show.many(found, columns, json_=json, none=f"Nothing waits for {person}.")


@app.command("hand-over")
def hand_over(
    ctx: typer.Context,
    person: Whose,
    to: Annotated[str, typer.Option("--to", metavar="PERSON", help="Who takes the cases over.")],
    by: Person,
    json: Json = False,
) -> None:
    """Hand every open case of a person over to another one."""

    async def all_of_them(desk: Desk) -> list[Any]:
        return [
            await desk.act(by, hire["case_id"], "hand_over", {"owner": to}) for hire in await desk.hires(owner=person) if not hire["ending"]
        ]

    receipts = terminal(ctx).at_desk(all_of_them)
    show.many(receipts, ("case", "number", "stage"), json_=json, none=f"{person} owns no open case.")


def _noted(state: StaffState, *, json: bool) -> None:
    if json:
        show.as_json(state.model_dump(mode="json", exclude={"seen_steps"}))
        return
    rows = [
        {"number": n, "what": "away", "from": a.starts_on, "until": a.ends_on, "to": a.deputy, "roles": "all" if a.deputy else ""}
        for n, a in state.absences.items()
    ]
    rows += [
        {"number": n, "what": "delegation", "from": g.starts_on, "until": g.ends_on, "to": g.to, "roles": words(g.roles) or "all"}
        for n, g in state.given.items()
        if n not in state.absences
    ]
    show.many(rows, NOTES, json_=False, none=f"{named(state.person)} is here, and nobody stands in.")
