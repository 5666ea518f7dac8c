"""`muster console`: one process of the installation."""

import typer

from cli import doors


def console(ctx: typer.Context) -> None:
    """Run the console: the pages HR officers, boards, offices and auditors work in."""
    from console.wiring import serve

    doors.run(ctx, serve)
