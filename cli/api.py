"""`muster api`: one process of the installation."""

import typer

from cli import doors


def api(ctx: typer.Context) -> None:
    """Run the people's API: what staff do, as HTTP under /api/v1, by personal access token."""
    from gateway.api.wiring import serve

    doors.run(ctx, serve)
