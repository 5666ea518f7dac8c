"""`muster event …`: what became of what a partner sent, and sending one for trying out."""

import secrets
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import sending, show
from cli.outlook import Language, Tongue
from cli.terminal import Json, Person, terminal
from config.words import Words
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


Event = Annotated[str, typer.Argument(metavar="EVENT", help="Our id of the event, as in `muster event list`.")]
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="Why, as a short code: sent_by_mistake, wrong_case …")]


@app.command("list")
def list_(
    ctx: typer.Context,
    state: Annotated[
        str | None, typer.Option("--state", help="Only these: unrouted, parked, contradicted, superseded, applied, discarded.")
    ] = None,
    partner: Annotated[str | None, typer.Option("--partner", metavar="PARTNER", help="Only what this partner sent.")] = None,
    vacancy: Annotated[str | None, typer.Option("--vacancy", metavar="REFERENCE", help="Only what is about this vacancy.")] = None,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """List the events that wait for their case, their moment or a person, each with what to do about it."""
    found = terminal(ctx).at_store(lambda desk: desk.signals.list(state, partner, vacancy))
    words = Words.load()
    rows = [vars(each) | {"do": words.say(f"remedy.{each.remedy}", language)} for each in found]
    show.many(
        rows, ("event", "partner", "type", "case", "received_at", "state", "reason", "acts", "do"), json_=json, none="No event waits."
    )


@app.command()
def discard(ctx: typer.Context, event: Event, reason: Reason, person: Person, json: Json = False) -> None:
    """Put an event away: it will have no effect. Its sender sees that."""
    found = terminal(ctx).at_desk(lambda desk: desk.signals.discard(person, event, reason))
    show.as_json(vars(found)) if json else show.sheet(show.fields(vars(found)))


@app.command()
def replay(ctx: typer.Context, event: Event, reason: Reason, person: Person, json: Json = False) -> None:
    """Propose to put an event to its case again, as a new event. A second person approves."""
    _proposed(terminal(ctx).at_store(lambda desk: desk.signals.propose(person, event, "replay", reason)), json=json)


@app.command()
def reroute(
    ctx: typer.Context,
    event: Event,
    to: Annotated[str, typer.Option("--to", metavar="CASE", help="The case it is about: hire/… or vacancy/…")],
    reason: Reason,
    person: Person,
    json: Json = False,
) -> None:
    """Propose to give an event to another case. A second person approves."""
    _proposed(terminal(ctx).at_store(lambda desk: desk.signals.propose(person, event, "reroute", reason, to)), json=json)


@app.command()
def decide(
    ctx: typer.Context,
    proposal: Annotated[str, typer.Argument(metavar="PROPOSAL", help="The proposal, as in `muster event list`.")],
    person: Person,
    reject: Annotated[bool, typer.Option("--reject", help="Reject it instead of approving it.")] = False,
    json: Json = False,
) -> None:
    """Approve (or reject) what another person proposed about an event."""
    _proposed(terminal(ctx).at_desk(lambda desk: desk.signals.decide(person, proposal, approve=not reject)), json=json)


def _proposed(decision: Any, *, json: bool) -> None:
    show.as_json(vars(decision)) if json else show.sheet(show.fields(vars(decision)))
