"""`muster hires act …`: one act on many hires, shown first, then carried out case by case."""

import inspect
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli import show
from cli.acting import checked, command_name, options, signed
from cli.terminal import Json, Person, terminal
from domain.acts import ACTS, Act
from domain.foresight import Foreseen
from domain.operation import BULK, Operation
from domain.words import Stage

app = typer.Typer(help="Do one act to many hires.", no_args_is_help=True)
acting = typer.Typer(help="Do one act to many hires: shown first, then carried out with --yes.", no_args_is_help=True)
app.add_typer(acting, name="act")

PREVIEW = ("case", "possible", "why", "ending", "letters", "moved")
ITEMS = ("case", "state", "number", "why")

Vacancy = Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Only of this vacancy.")]
At = Annotated[Stage | None, typer.Option("--stage", help="Only at this stage.")]
Nation = Annotated[str | None, typer.Option("--nation", metavar="NN", help="Only nationals of this country, such as BE.")]
Cases = Annotated[list[str] | None, typer.Option("--case", metavar="CASE", help="Only this one; may be said several times.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it; without this, only show what would happen to each.")]


def bulk_command(act: Act) -> Callable[..., None]:
    """The command of one act on many, its own options those of the act."""

    def command(
        ctx: typer.Context,
        person: str,
        vacancy: str | None,
        stage: Stage | None,
        nation: str | None,
        case: list[str] | None,
        yes: bool,
        json: bool,
        **given: Any,
    ) -> None:
        from acts.bulk import Filter

        args = checked(act.args, given)
        named = tuple(each if "/" in each else f"hire/{each}" for each in case or ())
        which = Filter(vacancy=vacancy, stage=stage and str(stage), nation=nation, cases=named)
        if not yes:
            previewed(terminal(ctx).at_store(lambda desk: desk.bulk.preview(person, act.name, args, which)), json=json)
            return
        begun = terminal(ctx).at_store(lambda desk: desk.bulk.begin(person, act.name, args, which))
        told(terminal(ctx).at_desk(lambda desk: desk.bulk.carry_out(begun.operation)), json=json)

    fixed = {
        "ctx": (typer.Context, inspect.Parameter.empty),
        "person": (Person, inspect.Parameter.empty),
        "vacancy": (Vacancy, None),
        "stage": (At, None),
        "nation": (Nation, None),
        "case": (Cases, None),
        "yes": (Yes, False),
        "json": (Json, False),
    }
    return signed(command, {**fixed, **options(act)}, f"{act.says}\n\nTo every open hire that matches; shown first.")


def previewed(found: list[Foreseen], *, json: bool) -> None:
    """What would happen to each, and how many of them."""
    rows = [asdict(each) for each in found]
    if not json:
        for row in rows:
            row["moved"] = [f"{moved['key'].replace('_', ' ')} to {moved['now']:%Y-%m-%d}" for moved in row["moved"] if moved["now"]]
    show.many(rows, PREVIEW, json_=json, none="No open hire matches.")
    if not json and rows:
        possible = sum(each.possible for each in found)
        show.line(f"Nothing is done yet: {possible} of {len(found)} would be done. If that is meant, add --yes.")


def told(operation: Operation, *, json: bool) -> None:
    """What became of each case of an operation."""
    if json:
        show.as_json(operation.model_dump(mode="json") | {"state": operation.state})
        return
    show.many(operation.items, ITEMS, json_=False, none="Nothing was meant.")
    counts = ", ".join(f"{number} {state}" for state, number in operation.counts.items())
    show.line(f"Operation {operation.operation} ({operation.act}): {counts}.")
    if operation.state == "open":
        show.line(f"Go on with what is left: muster operation resume {operation.operation}")


for _name in BULK:
    acting.command(command_name(_name))(bulk_command(ACTS[_name]))
