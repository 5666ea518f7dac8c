"""Integrations: how it stands with each system we talk to, and one of them: what came, what went, what was given up, what is agreed."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts import compartments
from acts.compartments import opened
from acts.rights import Resource
from acts.systems import System, told
from config.telling import Teller
from console import envelopes
from console.deeds import Deed, page, refused, unproved
from console.forms import Field
from console.frame import Frame
from console.visits import Does, Shows, Visitor
from domain.deeds import DEEDS
from domain.errors import Refusal, Trouble

OfEvents = Annotated[Visitor, Depends(Shows(Resource.EVENTS))]
Operates = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="operate_deliveries"))]
MayOperate = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="operate_deliveries"))]
Rotates = Annotated[Visitor, Depends(Does(Resource.EVENTS, act="rotate_partner_key"))]
MayRotate = Annotated[Visitor, Depends(Shows(Resource.EVENTS, act="rotate_partner_key"))]
PartnerId = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Delivery = Annotated[str, Query(pattern=r"^[a-z2-7]{24}$")]
Cause = Annotated[str, Query(pattern=r"^[a-z0-9_]{0,64}$")]
Done = Annotated[str, Query(pattern=r"^[a-z_]{0,20}$")]
Step = Annotated[str, Form(pattern=r"^(preview|confirm|change)$")]
TABS = (("inbox", ""), ("outbox", "/outbox"), ("dead", "/dead"), ("settings", "/settings"))
MOST = 100
#: For how many days an old key still counts, and the longest that may be said.
OVERLAP, LONGEST = 7, 90


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    def tab(request: Request, visitor: Visitor, system: System, name: str, **given: Any) -> Response:
        home = f"/integrations/systems/{system.id}"
        values: dict[str, Any] = {
            "system": system,
            "tab": name,
            "tabs": [(each, home + path) for each, path in TABS],
            "home": home,
            "now": given.pop("now"),
            "done": "",
            "sent": 0,
            "whole": visitor.sees(Resource.CASES),
            "operates": bool(DEEDS["operate_deliveries"].roles & visitor.roles),
            "rotates": bool(DEEDS["rotate_partner_key"].roles & visitor.roles),
            "called": envelopes.called,
            "cause": envelopes.cause,
            "because": envelopes.because,
            "pills": envelopes.PILLS,
        }
        return frame.page(request, f"system_{name}.html", **values | given)

    @at.get("/integrations")
    async def systems(request: Request, visitor: OfEvents) -> Response:
        rows, now = await visitor.desk.systems.all(), await visitor.desk.clock.now()
        waiting, letters = len(await visitor.desk.signals.list()), sum(each["n"] for each in await visitor.desk.undelivered.causes())
        given: dict[str, Any] = {
            "rows": rows,
            "now": now,
            "waiting": waiting,
            "letters": letters,
            "troubled": sum(each.troubled for each in rows),
            "cause": envelopes.cause,
        }
        return frame.page(request, "systems.html", **given)

    @at.get("/integrations/systems/{partner}")
    async def inbox(request: Request, visitor: OfEvents, partner: PartnerId) -> Response:
        system = await visitor.desk.systems.get(partner)
        rows = [_came(each, visitor) for each in await visitor.desk.systems.came(partner, limit=MOST)]
        return tab(request, visitor, system, "inbox", rows=rows, now=await visitor.desk.clock.now(), most=MOST)

    @at.get("/integrations/systems/{partner}/outbox")
    async def outbox(request: Request, visitor: OfEvents, partner: PartnerId, done: Done = "") -> Response:
        system = await visitor.desk.systems.get(partner)
        rows = [_went(each, visitor) for each in await visitor.desk.deliveries.find(partner=partner, limit=MOST)]
        return tab(request, visitor, system, "outbox", rows=rows, now=await visitor.desk.clock.now(), most=MOST, done=done)

    @at.get("/integrations/systems/{partner}/dead")
    async def dead(
        request: Request, visitor: OfEvents, partner: PartnerId, done: Done = "", sent: Annotated[int, Query(ge=0)] = 0
    ) -> Response:
        system = await visitor.desk.systems.get(partner)
        rows = [_went(each, visitor) for each in await visitor.desk.deliveries.find(state="dead", partner=partner, limit=MOST)]
        causes = await visitor.desk.systems.causes(partner)
        now = await visitor.desk.clock.now()
        return tab(request, visitor, system, "dead", rows=rows, causes=causes, now=now, done=done, sent=sent)

    @at.get("/integrations/systems/{partner}/settings")
    async def settings(request: Request, visitor: OfEvents, partner: PartnerId, done: Done = "", why: Cause = "") -> Response:
        system, entry = await visitor.desk.systems.get(partner), visitor.desk.systems.entry(partner)
        given: dict[str, Any] = {"entry": entry, "told": entry is not None and told(entry), "done": done, "why": why}
        given |= {"answers": await visitor.desk.systems.answers(partner), "spans": lambda days: spans(days, frame.teller(request))}
        given["staff"] = {each.person: each.name for each in await visitor.desk.staff()}
        given |= {"keys": _keys(entry), "acted": await visitor.desk.systems.acted(partner), "now": await visitor.desk.clock.now()}
        return tab(request, visitor, system, "settings", **given)

    # ---- what is done about it --------------------------------------------------------------------------------------------

    @at.get("/integrations/systems/{partner}/again")
    async def to_send_again(
        request: Request, visitor: MayOperate, partner: PartnerId, delivery: Delivery = "", why: Cause = ""
    ) -> Response:
        return await page(frame, request, await _again(frame, request, visitor, partner, delivery, why))

    @at.post("/integrations/systems/{partner}/again")
    async def send_again(request: Request, visitor: Operates, partner: PartnerId, delivery: Delivery = "", why: Cause = "") -> Response:
        try:
            n = await _sent_again(visitor, partner, delivery, why)
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, await _again(frame, request, visitor, partner, delivery, why), {}, stop)
        return RedirectResponse(f"/integrations/systems/{partner}/dead?done=again&sent={n}", 303)

    @at.get("/integrations/systems/{partner}/resume")
    async def to_resume(request: Request, visitor: MayOperate, partner: PartnerId) -> Response:
        return await page(frame, request, await _plain(visitor, partner, "resume"))

    @at.post("/integrations/systems/{partner}/resume")
    async def resume(request: Request, visitor: Operates, partner: PartnerId) -> Response:
        try:
            await visitor.desk.deliveries.resume(visitor.person, partner)
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, await _plain(visitor, partner, "resume"), {}, stop)
        return RedirectResponse(f"/integrations/systems/{partner}/settings?done=resume", 303)

    @at.get("/integrations/systems/{partner}/ping")
    async def to_ping(request: Request, visitor: MayOperate, partner: PartnerId) -> Response:
        return await page(frame, request, await _plain(visitor, partner, "ping"))

    @at.post("/integrations/systems/{partner}/ping")
    async def ping(request: Request, visitor: Operates, partner: PartnerId) -> Response:
        try:
            found = await visitor.desk.systems.ping(visitor.person, partner)
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, await _plain(visitor, partner, "ping"), {}, stop)
        came = "done=pinged" if found.ok else f"done=not_pinged&why={found.code}"
        return RedirectResponse(f"/integrations/systems/{partner}/settings?{came}", 303)

    @at.get("/integrations/systems/{partner}/key")
    async def to_rotate(request: Request, visitor: MayRotate, partner: PartnerId) -> Response:
        return await page(frame, request, await _rotating(visitor, partner))

    @at.post("/integrations/systems/{partner}/key")
    async def rotate(request: Request, visitor: Rotates, partner: PartnerId, step: Step = "preview") -> Response:
        deed = await _rotating(visitor, partner)
        filled, wrong = deed.read(await request.form())
        if wrong or not filled["overlap_days"].isdigit() or int(filled["overlap_days"]) > LONGEST:
            return await page(frame, request, deed, filled, 400, wrong=["overlap_days"], step="preview")
        if step != "confirm":
            return await page(frame, request, deed, filled, step="confirm" if step != "change" else "preview")
        if asked := await unproved(frame, request, deed, filled):
            return asked
        try:
            new = await visitor.desk.systems.rotate(visitor.person, partner, int(filled["overlap_days"]))
        except (Refusal, Trouble) as stop:
            return await refused(frame, request, deed, filled, stop)
        system = await visitor.desk.systems.get(partner)  # shown in this very answer, once, and kept nowhere
        return frame.page(request, "system_key.html", system=system, new=new, home=f"/integrations/systems/{partner}")

    return at


def _came(row: dict[str, Any], visitor: Visitor) -> dict[str, Any]:
    """What came, as this visitor may see it; what may be done about it where they do that."""
    (seen,) = compartments.messages([row], opened(visitor.roles))
    allowed = [kind for kind in envelopes.acts_of(row) if envelopes.may(kind, visitor.roles)]
    if seen["type"] != row["type"]:
        seen = {**seen, "fields": []}
    return _without_case(seen | {"may": allowed}, visitor, reason="", led_to="", linked_to=None, may=[])


def _went(row: dict[str, Any], visitor: Visitor) -> dict[str, Any]:
    """What went, as this visitor may see it: `error` is a word about the door, and stays."""
    (seen,) = compartments.messages([{**row, "reason": "", "led_to": ""}], opened(visitor.roles))
    return _without_case(seen, visitor)


def _without_case(row: dict[str, Any], visitor: Visitor, **hidden: Any) -> dict[str, Any]:
    """Who looks after keys sees no case, and nothing of what became of an event there."""
    return row if visitor.sees(Resource.CASES) else row | {"case_id": "", "subject": ""} | hidden


def spans(days: float, teller: Teller) -> str:
    """A measured time as people say it: in minutes below an hour, in hours below two days, else in days."""
    unit, size = ("day", 1.0) if days >= 2 else ("hour", 1 / 24) if days >= 1 / 24 else ("minute", 1 / 1440)
    n = max(1, round(days / size))
    return teller.say(f"count.{unit}.{'one' if n == 1 else 'many'}", n=n)


def _keys(entry: Any) -> list[dict[str, Any]]:
    """The keys of an entry, with whether each counts today."""
    now = datetime.now(UTC)

    def state(key: Any) -> str:
        if key.revoked or (key.not_after and key.not_after < now):
            return "ended"
        return "coming" if key.not_before and key.not_before > now else "live"

    return [{"id": key.id, "until": key.not_after, "state": state(key)} for key in entry.keys] if entry else []


async def _sent_again(visitor: Visitor, partner: str, delivery: str, why: str) -> int:
    if delivery:
        return len(await visitor.desk.deliveries.replay(visitor.person, delivery))
    return await visitor.desk.systems.again(visitor.person, partner, why)


async def _again(frame: Frame, request: Request, visitor: Visitor, partner: str, delivery: str, why: str) -> Deed:
    system, teller = await visitor.desk.systems.get(partner), frame.teller(request)
    home, about = f"/integrations/systems/{partner}", [("console.systems.system", system.name)]
    if delivery:
        return Deed("again_one", f"{home}/again?delivery={delivery}", f"{home}/dead", system.name, about)
    n = next((each["n"] for each in await visitor.desk.systems.causes(partner) if each["error"] == why), 0)
    about += [("console.systems.why", envelopes.cause(why, teller)), ("console.systems.number", str(n))]
    return Deed("again", f"{home}/again?why={why}", f"{home}/dead", system.name, about)


async def _plain(visitor: Visitor, partner: str, name: Literal["resume", "ping"]) -> Deed:
    system, home = await visitor.desk.systems.get(partner), f"/integrations/systems/{partner}"
    return Deed(name, f"{home}/{name}", f"{home}/settings", system.name, [("console.systems.system", system.name)])


async def _rotating(visitor: Visitor, partner: str) -> Deed:
    system, home = await visitor.desk.systems.get(partner), f"/integrations/systems/{partner}"
    days = Field("overlap_days", "number", True, least=0, most=LONGEST, default=str(OVERLAP))
    return Deed("key", f"{home}/key", f"{home}/settings", system.name, [("console.systems.system", system.name)], [days], approval=True)
