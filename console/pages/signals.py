"""The signal desk: events that wait or had no effect, what to do about each, and deciding it: one puts away, two give it to a case."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.rights import Resource
from acts.signals import Signal
from console import envelopes
from console.deeds import Deed, page, refused, unproved
from console.forms import Field
from console.frame import Frame
from console.visits import Does, Shows, Visitor, language_of
from domain.deeds import DEEDS
from domain.errors import NotFound, Refusal, Trouble

OfEvents = Annotated[Visitor, Depends(Shows(Resource.EVENTS))]
Discards = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="discard_event"))]
MayDiscard = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="discard_event"))]
Proposes = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="propose_event"))]
MayPropose = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="propose_event"))]
Decides = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="decide_event"))]
MayDecide = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="decide_event"))]
EventId = Annotated[str, Path(pattern=r"^[a-z2-7]{24}$")]
Proposal = Annotated[str, Path(pattern=r"^[a-z0-9]{24}$")]
STATES = ("unrouted", "parked", "contradicted", "superseded", "refused", "discarded")
DESK = "/integrations/signals"
#: Why somebody decides so; a code of one's own is for the command line.
REASONS = {
    "discard": ("sent_in_error", "sent_twice", "wrong_case", "agreed_with_sender", "test_event"),
    "replay": ("cause_repaired", "put_away_by_mistake", "agreed_with_sender"),
    "reroute": ("wrong_case", "agreed_with_sender"),
}
#: Acts of a case that settle what the desk cannot.
IN_THE_CASE = {"settle_reply": "settle_reply", "accept_late": "accept_late"}


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/integrations/signals")
    async def desk(
        request: Request,
        visitor: OfEvents,
        state: Literal["", "unrouted", "parked", "contradicted", "superseded", "refused", "discarded"] = "",
        partner: Annotated[str, Query(pattern=r"^[a-z0-9-]{0,64}$")] = "",
        done: Annotated[str, Query(pattern=r"^[a-z]{0,20}$")] = "",
    ) -> Response:
        found = await visitor.desk.signals.list(state or None, partner or None)
        rows = [await _shown(visitor, signal) for signal in found]
        names = {each.id: each.name for each in await visitor.desk.systems.all()}
        given: dict[str, Any] = {"rows": rows, "state": state, "states": STATES, "partner": partner, "names": names, "done": done}
        given |= {"now": await visitor.desk.clock.now(), "called": envelopes.called, "because": envelopes.because}
        return frame.page(request, "signals.html", whole=visitor.sees(Resource.CASES), in_case=IN_THE_CASE, **given)

    @at.get("/integrations/signals/{event}/discard")
    async def discarding(request: Request, visitor: MayDiscard, event: EventId) -> Response:
        return await page(frame, request, await _deed(frame, request, visitor, event, "discard"))

    @at.post("/integrations/signals/{event}/discard")
    async def discard(request: Request, visitor: Discards, event: EventId) -> Response:
        return await _sent(frame, request, visitor, event, "discard")

    @at.get("/integrations/signals/{event}/{kind}")
    async def proposing(request: Request, visitor: MayPropose, event: EventId, kind: Literal["replay", "reroute"]) -> Response:
        return await page(frame, request, await _deed(frame, request, visitor, event, kind))

    @at.post("/integrations/signals/{event}/{kind}")
    async def propose(request: Request, visitor: Proposes, event: EventId, kind: Literal["replay", "reroute"]) -> Response:
        return await _sent(frame, request, visitor, event, kind)

    @at.get("/integrations/proposals/{decision}")
    async def deciding(request: Request, visitor: MayDecide, decision: Proposal) -> Response:
        return await page(frame, request, await _proposal(frame, request, visitor, decision))

    @at.post("/integrations/proposals/{decision}")
    async def decide(request: Request, visitor: Decides, decision: Proposal) -> Response:
        deed, step = await _proposal(frame, request, visitor, decision), str((await request.form()).get("step", ""))
        if step not in deed.offers:
            return await page(frame, request, deed)
        if asked := await unproved(frame, request, deed, {}):
            return asked
        try:
            await (await visitor.reach()).signals.decide(visitor.person, decision, approve=step == "approve")
        except (Refusal, Trouble) as why:
            return await refused(frame, request, deed, {}, why)
        return RedirectResponse(f"{DESK}?done={step}", 303)

    return at


async def _shown(visitor: Visitor, signal: Signal) -> dict[str, Any]:
    """A row of the desk. Who looks after keys sees no case, nor why it did not take an event."""
    row: dict[str, Any] = {**vars(signal), "may": (), "proposal": None, "decides": False}
    if not visitor.sees(Resource.CASES):
        return row | {"case": "", "reason": "", "remedy": "", "proposed": ""}
    proposal = await visitor.desk.signals.proposal(signal.proposed) if signal.proposed else None
    decides = bool(DEEDS["decide_event"].roles & visitor.roles) and signal.proposed_by != visitor.person
    may = [kind for kind in signal.acts if envelopes.may(kind, visitor.roles)]
    return row | {"may": [] if proposal else may, "proposal": proposal, "decides": decides}


async def _about(frame: Frame, request: Request, visitor: Visitor, event: str) -> tuple[Signal, list[tuple[str, str]]]:
    """An event in lines to read. Raises NotFound."""
    signal, teller = await visitor.desk.signals.get(event), frame.teller(request)
    return signal, [
        ("console.messages.what", envelopes.called(signal.type, teller)),
        ("console.systems.from", signal.partner),
        ("console.systems.sent_as", signal.sent_as),
        ("console.systems.received", teller.moment(signal.received_at)),
        ("console.systems.case", signal.case.partition("/")[2]),
        ("console.systems.why", envelopes.because(signal.reason, teller)),
    ]


async def _deed(frame: Frame, request: Request, visitor: Visitor, event: str, kind: str) -> Deed:
    signal, about = await _about(frame, request, visitor, event)
    if kind not in signal.acts:
        raise NotFound(f"this event is {signal.state}: {kind} is not for it", code="not_for_this_event")
    fields = [Field("because", "choice", True, REASONS[kind])]
    if kind == "reroute":
        fields.insert(0, Field("to", "text", True))
    above = frame.words.say("console.signals.title", language_of(request))
    return Deed(kind, f"{DESK}/{event}/{kind}", DESK, above, about, fields)


async def _sent(frame: Frame, request: Request, visitor: Visitor, event: str, kind: Literal["discard", "replay", "reroute"]) -> Response:
    """A form that was sent: shown again, shown for confirming, or done."""
    deed, form = await _deed(frame, request, visitor, event, kind), await request.form()
    filled, wrong = deed.read(form)
    step = str(form.get("step", "preview"))
    if wrong:
        return await page(frame, request, deed, filled, 400, wrong=wrong)
    if step != "confirm":
        return await page(frame, request, deed, filled, step="confirm" if step == "preview" else "preview")
    try:
        if kind == "discard":
            await (await visitor.reach()).signals.discard(visitor.person, event, filled["because"])
        else:
            await visitor.desk.signals.propose(visitor.person, event, kind, filled["because"], _case(filled.get("to", "")))
    except (Refusal, Trouble) as why:
        return await refused(frame, request, deed, filled, why)
    return RedirectResponse(f"{DESK}?done={kind}", 303)


def _case(said: str) -> str | None:
    """The case somebody named: a hire's id as the list has it, or a vacancy's reference with its kind before it."""
    if not said:
        return None
    return said if "/" in said else f"hire/{said}"


async def _proposal(frame: Frame, request: Request, visitor: Visitor, decision: str) -> Deed:
    found = await visitor.desk.signals.proposal(decision)
    _, about = await _about(frame, request, visitor, found.event)
    teller = frame.teller(request)
    more = [
        ("console.signals.proposed", teller.say(f"console.deed.{found.kind}")),
        ("console.field.to", (found.to_case or "").partition("/")[2]),
        ("console.field.reason", envelopes.because(found.reason, teller)),
        ("console.signals.by", found.proposed_by),
    ]
    above = teller.say("console.signals.title")
    return Deed("decide", f"/integrations/proposals/{decision}", DESK, above, [*about, *more], approval=True, offers=("approve", "reject"))
