"""`muster keys …`: the keys that encrypt histories and personal data. No command ever prints one."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import show
from cli.terminal import Json, Person, terminal
from domain.errors import Conflict, StoreUnavailable
from domain.sealing import Compartment

if TYPE_CHECKING:
    from config.keyring import FileKeyring, Generation

app = typer.Typer(help="The keys that encrypt histories and personal data.", no_args_is_help=True)
COLUMNS = ("compartment", "epoch", "state", "made_at", "destroyed_at")
Which = Annotated[Compartment, typer.Argument(metavar="COMPARTMENT", help="Which compartment, as `muster keys list` names it.")]
Epoch = Annotated[str, typer.Argument(metavar="EPOCH", help="Which generation: 2026-11.")]


@app.command()
def init(ctx: typer.Context, json: Json = False) -> None:
    """Make the keyring, with one generation of every compartment's key."""
    from config.keyring import FileKeyring
    from store.names import system_now

    settings = terminal(ctx).settings
    if not settings.keyring_path.exists() and (settings.data_dir / "temporal" / "temporal.db").exists():
        raise Conflict("the histories here were begun without a keyring, and could not be read with one", code="histories_are_plain")
    if not settings.keyring_path.exists() and _kept_plain(ctx):
        raise Conflict("what is kept about people here was begun without a keyring, and could not be read with one", code="store_is_plain")
    made = FileKeyring.made(settings.keyring_path, system_now())
    _listed(made, json=json)
    if not json:
        show.line(f"{made.path} is made. Keep a copy of it somewhere else, apart from the copies of the store.")


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every generation of every compartment's key, and what waits for a second person."""
    waiting = {(each.compartment, each.epoch) for each in terminal(ctx).at_store(lambda desk: desk.keys.waiting())}
    _listed(_ring(ctx), waiting, json=json)


@app.command()
def rotate(ctx: typer.Context, compartment: Which, by: Person, json: Json = False) -> None:
    """Make a new generation, which encrypts from now on; the older ones still decrypt."""
    ring = _ring(ctx)
    _said(terminal(ctx).at_store(lambda desk: desk.keys.rotate(by, ring, compartment)), "encrypts from now on", json=json)


@app.command()
def rewrap(ctx: typer.Context, compartment: Which, by: Person, json: Json = False) -> None:
    """Wrap every subject's key under the newest generation; `rotate` does so by itself, unless it was cut short."""
    ring = _ring(ctx)
    n = terminal(ctx).at_store(lambda desk: desk.keys.rewrap(by, ring, compartment))
    if json:
        show.as_json({"compartment": compartment, "rewrapped": n})
        return
    show.line(f"{compartment}: the keys of {n} subjects are wrapped anew.")


@app.command()
def destroy(ctx: typer.Context, compartment: Which, epoch: Epoch, by: Person, json: Json = False) -> None:
    """Propose to destroy a generation; another key administrator has to approve it."""
    ring = _ring(ctx)
    terminal(ctx).at_store(lambda desk: desk.keys.propose(by, ring, compartment, epoch))
    if json:
        show.as_json({"compartment": compartment, "epoch": epoch, "state": "proposed"})
        return
    show.line(f"Proposed. Somebody else: muster keys approve {compartment} {epoch}")


@app.command()
def approve(ctx: typer.Context, compartment: Which, epoch: Epoch, by: Person, json: Json = False) -> None:
    """Destroy a generation another person proposed to destroy: what only it could open is gone for good."""
    ring = _ring(ctx)
    _said(terminal(ctx).at_store(lambda desk: desk.keys.approve(by, ring, compartment, epoch)), "is destroyed", json=json)


def _kept_plain(ctx: typer.Context) -> bool:
    """Is there a store already that keeps anything in clear?"""
    try:
        return terminal(ctx).at_store(lambda desk: desk.keys.kept_plain())
    except StoreUnavailable:
        return False  # none yet, or not brought up to date: nothing is kept there


def _ring(ctx: typer.Context) -> "FileKeyring":
    from config.keyring import FileKeyring

    return FileKeyring.load(terminal(ctx).settings.keyring_path)


def _listed(ring: "FileKeyring", waiting: "set[tuple[str, str]] | None" = None, *, json: bool) -> None:
    rows = [_row(each) for each in ring.generations()]
    for row in rows:
        if row["state"] == "live" and (row["compartment"], row["epoch"]) in (waiting or set()):
            row["state"] = "live, destruction proposed"
    show.many(rows, COLUMNS, json_=json, none="There are no keys.")


def _row(each: "Generation") -> dict[str, Any]:
    gone = each.destroyed_at.isoformat() if each.destroyed_at else None
    return {
        "compartment": str(each.compartment),
        "epoch": each.epoch,
        "state": each.state,
        "made_at": each.made_at.isoformat(),
        "destroyed_at": gone,
    }


def _said(each: "Generation", what: str, *, json: bool) -> None:
    if json:
        show.as_json(_row(each))
        return
    show.line(f"{each.compartment}/{each.epoch} {what}.")
