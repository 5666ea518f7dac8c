"""`muster balance …`: balance watch, off until two offices turn it on. Its keys stand beside the store, so these commands do too."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli import show
from cli.balanced import By, Vacancy, Year, printed
from cli.outlook import Language, Tongue
from cli.terminal import Case, Json, Person, beside_the_store, terminal
from domain.errors import BadInput

if TYPE_CHECKING:
    from config.keyring import LiveKeyring

app = typer.Typer(help="How groups fare in competitions, without small numbers. Off unless turned on.", no_args_is_help=True)
Turn = Annotated[Literal["on", "off"], typer.Argument(metavar="TURN", help="on or off.")]


@app.command("show")
@beside_the_store
def show_(ctx: typer.Context, json: Json = False) -> None:
    """Say whether the watch is on, and what waits for the other office."""

    async def asked(desk: Any) -> dict[str, Any]:
        waiting = await desk.balance.waiting()
        found = {"proposed": waiting.turn, "proposed_by": waiting.proposed_by} if waiting else {"proposed": None, "proposed_by": None}
        return {"on": await desk.balance.on(), **found}

    found = terminal(ctx).at_store(asked)
    if json:
        show.as_json(found)
        return
    show.line(f"Balance watch is {'on' if found['on'] else 'off'}.")
    if found["proposed"]:
        show.line(f"{found['proposed_by']} proposed to turn it {found['proposed']}; the other office: muster balance approve")


@app.command()
@beside_the_store
def propose(ctx: typer.Context, turn: Turn, by: Person, json: Json = False) -> None:
    """Propose to turn the watch on or off, as the data protection officer or the head of HR."""
    terminal(ctx).at_store(lambda desk: desk.balance.propose(by, turn))
    show.as_json({"turn": turn, "state": "proposed"}) if json else show.line("Proposed. The other office: muster balance approve")


@app.command()
@beside_the_store
def approve(ctx: typer.Context, by: Person, json: Json = False) -> None:
    """Turn it as the other office proposed. Turned off, everything that was declared is deleted; reports that were issued stay."""
    turn = terminal(ctx).at_store(lambda desk: desk.balance.approve(by))
    show.as_json({"turn": turn, "state": "approved"}) if json else show.line(f"Balance watch is {turn}.")


@app.command()
@beside_the_store
def declare(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="One JSON object a line; - for standard input.")],
    by: Person,
    json: Json = False,
) -> None:
    """Keep what candidates declared about themselves, with their consent: hire, consent, gender, nation, age, disability."""
    text = sys.stdin.read() if str(file) == "-" else _read(file)
    ring = _ring(ctx)
    if ring is None:
        raise BadInput("declarations are kept encrypted or not at all: muster keys init", code="no_keyring")
    kept = terminal(ctx).at_store(lambda desk: desk.balance.declare(by, ring, text.splitlines()))
    show.as_json({"declarations": kept}) if json else show.line(f"{kept} declaration(s) kept.")


@app.command()
@beside_the_store
def forget(ctx: typer.Context, case: Case, by: Person, json: Json = False) -> None:
    """Delete what the candidate of a hire declared: they no longer consent."""
    gone = terminal(ctx).at_store(lambda desk: desk.balance.forget(by, case))
    show.as_json({"deleted": gone}) if json else show.line("Deleted." if gone else "Nothing was declared.")


@app.command()
@beside_the_store
def issue(
    ctx: typer.Context,
    by: Person,
    vacancy: Vacancy = None,
    period: Year = None,
    what: By = "gender",
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Make a report, once: of a vacancy that is over, or of a year that is over, without those counted in one of its kind before."""
    from domain.balance_people import Attribute

    ring = _ring(ctx)
    terminal(ctx).at_store(lambda desk: desk.balance.issue(by, ring, Attribute(what), vacancy=vacancy, year=period))
    report = terminal(ctx).at_store(lambda desk: desk.balance.given(by, Attribute(what), vacancy=vacancy, year=period))
    show.as_json(report) if json else printed(report, language)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{file} cannot be read as text", code="unreadable") from None


def _ring(ctx: typer.Context) -> "LiveKeyring | None":
    from config.keyring import ring_of

    settings = terminal(ctx).settings
    return ring_of(settings)
