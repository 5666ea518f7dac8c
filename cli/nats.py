"""`muster nats`: one process of the installation."""

import typer

from cli import doors


def nats(ctx: typer.Context) -> None:
    """Run the broker's door: events in and out over NATS JetStream, where one is configured."""
    from gateway.jetstream import serve

    doors.run(ctx, serve)
