"""`muster staff token …`: personal access tokens for the people's API."""

from typing import Annotated

import typer

from cli import show
from cli.terminal import Json, terminal
from domain.tokens import DEFAULT_DAYS, MOST_DAYS, Scope

app = typer.Typer(help="Personal access tokens for the people's API.", no_args_is_help=True)
COLUMNS = ("token", "person", "label", "scope", "state", "expires_at", "last_used")


@app.command()
def add(
    ctx: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="As whom it acts: a person of `muster staff list`.")],
    label: Annotated[str, typer.Option("--label", metavar="TEXT", help="What it is for.")],
    scope: Annotated[Scope, typer.Option("--scope", help="read: look only. act: what the person may do, but approvals.")] = Scope.READ,
    days: Annotated[int, typer.Option("--days", min=1, max=MOST_DAYS, help="How many days it lives.")] = DEFAULT_DAYS,
    json: Json = False,
) -> None:
    """Make a token. Its secret is shown now and never again; it acts with the roles the person has on the day."""
    token, secret = terminal(ctx).at_store(lambda desk: desk.tokens.add(person, label, scope, days))
    if json:
        show.as_json({**token.model_dump(mode="json"), "secret": secret})
        return
    show.line(f"{token.token} acts as {person} ({scope}) until {token.expires_at:%Y-%m-%d}. Its secret, shown only now:")
    show.line(secret)


@app.command("list")
def list_(
    ctx: typer.Context,
    person: Annotated[str | None, typer.Option("--person", metavar="PERSON", help="Only this person's.")] = None,
    json: Json = False,
) -> None:
    """List the tokens, with their state and the day each was last used; never the secrets."""
    from store.names import system_now

    found = terminal(ctx).at_store(lambda desk: desk.tokens.list(person))
    rows = [{**each.model_dump(mode="json"), "state": each.state(system_now())} for each in found]
    show.many(rows, COLUMNS, json_=json, none="There are no tokens.")


@app.command()
def revoke(
    ctx: typer.Context,
    token: Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, as `muster staff token list` shows it.")],
    json: Json = False,
) -> None:
    """Revoke a token: from the next request on it counts for nothing."""
    gone = terminal(ctx).at_store(lambda desk: desk.tokens.revoke(token))
    if json:
        show.as_json(gone.model_dump(mode="json"))
        return
    show.line(f"{gone.token} ({gone.person}) is revoked.")
