"""`muster gateway`: one process of the installation."""

import typer

from cli import doors


def gateway(ctx: typer.Context) -> None:
    """Run the gateway: partners' events come in here."""
    from gateway.wiring import serve

    doors.run(ctx, serve)
