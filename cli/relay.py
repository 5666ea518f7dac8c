"""`muster relay`: one process of the installation."""

import typer

from cli import doors


def relay(ctx: typer.Context) -> None:
    """Run the relay: it sends events to subscribers and letters to candidates."""
    from gateway.relay import serve

    doors.run(ctx, serve)
