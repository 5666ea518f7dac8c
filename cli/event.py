"""`muster event …`: what became of what a partner sent, and sending one for trying out."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from cli import sending, show
from cli.terminal import Json, terminal
from domain.errors import BadInput

app = typer.Typer(help="What became of what a partner sent.", no_args_is_help=True)


# A callback makes this a group although it has one command yet.
@app.callback()
def event() -> None: ...


@app.command()
def send(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="Who sends it: the partner's id.")],
    key: Annotated[Path, typer.Option("--key", metavar="FILE", help="The partner's private key (`whsk_…`, one line).")],
    sample: Annotated[str | None, typer.Option("--sample", metavar="TYPE", help="Send the sample of this type.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="Send the event in this file, byte for byte.")] = None,
    subject: Annotated[str | None, typer.Option("--subject", metavar="CASE", help="With --sample: the case it is about.")] = None,
    id_: Annotated[str | None, typer.Option("--id", metavar="ID", help="With --sample: the event's id; a new one unless given.")] = None,
    to: Annotated[str | None, typer.Option("--to", metavar="URL", help="The door; the one of the settings unless given.")] = None,
    print_: Annotated[bool, typer.Option("--print", help="Only print the request, as a line for a shell; nothing is sent.")] = False,
    json: Json = False,
) -> None:
    """Send one event as a partner would, signed with its key, and show the receipt."""
    from connectors.signatures import load_signing_key

    if (sample is None) == (file is None) or (file and (subject or id_)):
        raise BadInput("give either --sample TYPE (with --subject and --id as you like) or --file FILE", code="one_event")
    signer = load_signing_key(key)
    if file:
        body, event_id = sending.from_file(file)
    else:
        event_id = id_ or f"try-{secrets.token_hex(8)}"
        body = sending.from_sample(sample or "", partner, event_id, subject)
    headers = sending.signed(signer, partner, event_id, body)
    url = f"{to or _own_door(ctx)}".rstrip("/") + "/events"
    if print_:
        line = sending.curl(url, headers, body)
        show.as_json({"url": url, "headers": headers, "body": body.decode(), "curl": line}) if json else typer.echo(line)
        return
    receipt = sending.post(url, headers, body)
    show.as_json(receipt) if json else show.sheet(receipt)


def _own_door(ctx: typer.Context) -> str:
    settings = terminal(ctx).settings
    return f"http://{settings.gateway_host}:{settings.gateway_port}"


@app.command("show")
def show_(
    ctx: typer.Context,
    partner: Annotated[str, typer.Argument(metavar="PARTNER", help="The partner's id, as in the partners file.")],
    id_: Annotated[str, typer.Argument(metavar="ID", help="The event's id, as the partner gave it.")],
    json: Json = False,
) -> None:
    """Show an event's receipt, and whether its case has taken it."""
    found = terminal(ctx).at_store(lambda desk: desk.event(partner, id_))
    show.as_json(found) if json else show.sheet(show.fields(found))
