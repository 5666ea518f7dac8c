"""`muster migrate`: the store's tables, brought up to what this version expects."""

import asyncio

import typer

from cli import show
from cli.terminal import Json, terminal


def migrate(ctx: typer.Context, json: Json = False) -> None:
    """Bring the store's tables up to date; a second run changes nothing."""
    from store.database import migrate as to_head

    asyncio.run(to_head(terminal(ctx).settings.store_url))
    if json:
        show.as_json({"migrated": True})
        return
    show.line("The store is up to date.")
