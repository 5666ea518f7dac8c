"""`muster worker`: one process of the installation."""

import typer

from cli import doors


def worker(ctx: typer.Context) -> None:
    """Run a worker: it plays the cases' stories and takes their steps."""
    from worker.serve import serve

    doors.run(ctx, serve)
