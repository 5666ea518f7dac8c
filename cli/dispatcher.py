"""`muster dispatcher`: one process of the installation."""

import typer

from cli import doors


def dispatcher(ctx: typer.Context) -> None:
    """Run the dispatcher: it carries what came in to its case."""
    from gateway.dispatcher import serve

    doors.run(ctx, serve)
