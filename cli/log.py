"""`muster log`: the audit log's checkpoints and proofs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from cli import show
from cli.terminal import Json, Person, terminal

if TYPE_CHECKING:
    from store.checkpoints import Checkpoints

T = TypeVar("T")
app = typer.Typer(help="The audit log: its checkpoints, and proofs that something is in it.", no_args_is_help=True)


def _at_log(ctx: typer.Context, ask: "Callable[[Checkpoints], Awaitable[T]]") -> T:
    from config.keyring import ring_of
    from connectors.log_key import load_log_key
    from store.checkpoints import Checkpoints
    from store.database import Database, check_migrated

    settings = terminal(ctx).settings

    async def asked() -> T:
        await check_migrated(settings.store_url)
        db = await Database.open(settings.store_url, ring_of(settings))
        try:
            return await ask(Checkpoints(db, load_log_key(settings.log_key, f"{settings.source}/log")))
        finally:
            await db.close()

    return asyncio.run(asked())


@app.command()
def status(ctx: typer.Context, json: Json = False) -> None:
    """Say how many leaves there are, up to where they are signed and published, and the log's public key."""

    async def ask(log: "Checkpoints") -> dict[str, Any]:
        size, signed = await log.grown(), await log.all()
        places = await log.places()
        out = [each.size for each in signed if each.published_at] + [place["size"] for place in places]
        sizes = {"signed": signed[-1].size if signed else 0, "published": max(out, default=0)}
        return {"leaves": size, "checkpoints": len(signed), **sizes, "places": places, "key": await log.keys()}

    found = _at_log(ctx, ask)
    if json:
        show.as_json(found)
        return
    show.line(f"{found['leaves']} leaves; signed up to {found['signed']}, published up to {found['published']}.")
    show.line(f"The log's public key: {found['key']}")
    for place in found["places"]:
        if place["failed_at"]:
            since = f"{place['failed_at']:%Y-%m-%d %H:%MZ}"
            show.line(f"{place['place']}: cannot be told since {since} ({place['error']}); it has {place['size']}.")


@app.command()
def checkpoint(ctx: typer.Context, json: Json = False) -> None:
    """Sign a checkpoint over everything there is, publish it, and show it."""
    from acts.checkpointing import checkpointed

    folder = terminal(ctx).settings.log_publish_folder
    made = _at_log(ctx, lambda log: checkpointed(log, folder, log.outside))
    if json:
        show.as_json({"size": made.size if made else 0, "note": made.note if made else ""})
        return
    typer.echo(made.note if made else "The log is empty.", nl=made is None)


@app.command()
def seal(ctx: typer.Context, by: Person, json: Json = False) -> None:
    """End this epoch of the log: hand it to a new key, and destroy the one that signed so far. Also when somebody saw that one."""
    from connectors.log_key import load_log_key, next_log_key, take_place

    settings = terminal(ctx).settings
    path, origin = settings.log_key, f"{settings.source}/log"
    old, new = load_log_key(path, origin), next_log_key(path, origin)
    done = terminal(ctx).at_store(lambda desk: desk.keys.hand_log_over(by, old, new))
    take_place(path)
    if json:
        show.as_json({"epoch": done.number, "size": done.size, "key": done.key, "note": done.note})
        return
    show.line(f"Epoch {done.number} of the log begins with leaf {done.size}, under a new key; the old key is destroyed.")
    show.line("Give auditors the new key (muster log status), most of all if the old one was seen by somebody.")


@app.command()
def proof(
    ctx: typer.Context,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="fact, event, effect, decision, key, read, history or epoch.")],
    stream: Annotated[str, typer.Argument(metavar="STREAM", help="The case, or what else it is about.")],
    ref: Annotated[str, typer.Argument(metavar="REF", help="Which one: of a fact its number, of an event our id of it.")],
    json: Json = False,
) -> None:
    """Prove that a leaf is in the log: a tlog-proof, with the checkpoint it leads to."""
    text = _at_log(ctx, lambda log: log.proof(kind, stream, ref))
    if json:
        show.as_json({"proof": text})
        return
    typer.echo(text, nl=False)
