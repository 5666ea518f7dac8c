"""`muster person …`: find a candidate across vacancies."""

from typing import Annotated, Any

import typer

from cli import show
from cli.terminal import Json, terminal
from cli.text import named

app = typer.Typer(help="Find a candidate across vacancies.", no_args_is_help=True)
COLUMNS = ("name", "email", "case", "vacancy", "where", "owner")


@app.command()
def find(
    ctx: typer.Context,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Parts of the name or the address; accents and capitals do not matter.")],
    json: Json = False,
) -> None:
    """Find people by name or address, with every case of theirs. Shows personal data: use it on your own screen only."""
    found = terminal(ctx).at_store(lambda desk: desk.find(words))
    show.many(found if json else _lines(found), COLUMNS, json_=json, none="Nobody of that name or address.")


def _lines(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "name": person["name"],
            "email": person["email"],
            "case": case["case_id"],
            "vacancy": case["vacancy"],
            "where": f"ended: {named(case['ending'])}" if case["ending"] else named(case["stage"] or "not begun"),
            "owner": case["owner"] or "",
        }
        for person in found
        for case in person["cases"]
    ]
