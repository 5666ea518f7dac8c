"""Audit: the log as one searches it, what lay outside the normal path, the report one takes away, the log itself and its checkpoints."""

from contextlib import suppress
from datetime import date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acts import parts
from acts.auditing import Auditing
from acts.rights import Resource
from console.facts import FactTeller
from console.frame import Frame
from console.visits import Does, Shows, Visitor
from domain.errors import EngineUnavailable
from domain.log.leaf import Kind
from domain.log.trail import FACTS, Trace, Wanted

OfAudit = Annotated[Visitor, Depends(Shows(Resource.AUDIT))]
OfLog = Annotated[Visitor, Depends(Shows(Resource.LOG))]
TakesLog = Annotated[Visitor, Depends(Does(Resource.EVIDENCE))]
CASE = r"^((hire|vacancy|staff)/[A-Za-z0-9._-]{1,64}|[a-z0-9-]{2,20})?$"
DAY = r"^(\d{4}-\d\d-\d\d)?$"
PER_PAGE, NEWEST = 50, 25
#: Why somebody looks for a person, or takes a dossier: `console.purpose.<code>` of the catalogue.
PURPOSES = ("yearly_audit", "complaint", "tribunal", "subject_access", "investigation")


class Asked(BaseModel):
    """What is looked for; everything given must hold. `person` is a candidate's random id, or one of their hires, and takes a purpose."""

    model_config = ConfigDict(extra="forbid")
    case: Annotated[str, Field(pattern=CASE)] = ""
    actor: Annotated[str, Field(pattern=r"^[A-Za-z0-9._:@/-]{0,80}$")] = ""
    what: Annotated[str, Field(pattern=r"^[a-z_]{0,64}$")] = ""
    leaf: Kind | Literal[""] = ""
    vacancy: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,40}$")] = ""
    policy: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{0,80}$")] = ""
    since: Annotated[str, Field(pattern=DAY)] = ""
    until: Annotated[str, Field(pattern=DAY)] = ""
    person: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]{0,80}$")] = ""
    purpose: Annotated[str, Field(pattern=r"^([a-z][a-z0-9_.]{1,63})?$")] = ""
    outside: bool = False
    after: Annotated[int, Field(ge=-1, lt=2**53)] = -1

    @property
    def anything(self) -> bool:
        return any(self.model_dump(exclude={"after"}).values())

    def wanted(self, zone: str) -> Wanted:
        """Days are those of the office, the last one included."""
        return Wanted(
            streams=frozenset({self.case if "/" in self.case else f"hire/{self.case}"}) if self.case else None,
            actor=self.actor,
            what=frozenset({self.what}) if self.what else frozenset(),
            leaf=str(self.leaf),
            since=_day(self.since, zone),
            until=_day(self.until, zone, end=True),
            interventions=self.outside,
        )

    @property
    def about(self) -> dict[str, str]:
        return {"candidate": self.person, "purpose": self.purpose, "vacancy": self.vacancy, "policy": self.policy}


class Period(BaseModel):
    """The period of a report; nothing is counted before somebody asks (`made`)."""

    model_config = ConfigDict(extra="forbid")
    since: Annotated[str, Field(pattern=DAY)] = ""
    until: Annotated[str, Field(pattern=DAY)] = ""
    made: bool = False


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/audit")
    async def search(request: Request, visitor: OfAudit, asked: Annotated[Asked, Query()]) -> Response:
        parts.check_question({"what": asked.what}, visitor)
        after = asked.after
        if not asked.anything and after < 0:
            after = max(-1, await visitor.desk.proofs.size() - NEWEST - 1)
        auditing = visitor.desk.auditing
        looked = await auditing.look(await auditing.narrowed(asked.wanted(frame.zone), **asked.about), after)
        shown, told = looked.traces[:PER_PAGE], await teller_of(frame, request, visitor)
        given: dict[str, Any] = {"asked": asked, "rows": [row_of(each, visitor, told) for each in shown]}
        given["following"] = shown[-1].position if len(looked.traces) > PER_PAGE else looked.beyond
        given["size"] = await visitor.desk.proofs.size()
        given |= {"facts": sorted(FACTS, key=told.what), "leaves": list(Kind), "purposes": PURPOSES, "told": told}
        given["policies"] = sorted({f"{each['name']}@{each['version']}" for each in await visitor.desk.policies.list()})
        return frame.page(request, "audit.html", **given)

    @at.get("/audit/report")
    async def report(request: Request, visitor: OfAudit, asked: Annotated[Period, Query()]) -> Response:
        told, found = await teller_of(frame, request, visitor), None
        if asked.made:
            auditing = await _reaching(visitor)
            found = parts.report(await auditing.report(_day(asked.since, frame.zone), _day(asked.until, frame.zone, end=True)), visitor)
        rows = {
            name: [row_of(each, visitor, told) for each in getattr(found, name)] if found else [] for name in ("pairs", "interventions")
        }
        return frame.page(request, "audit_report.html", asked=asked, found=found, told=told, rows=rows)

    @at.get("/audit/log")
    async def log(request: Request, visitor: OfLog) -> Response:
        proofs = visitor.desk.proofs
        signed, places = await proofs.newest(PER_PAGE), await proofs.places()
        given: dict[str, Any] = {"size": await proofs.size(), "signed": signed, "places": places, "purposes": PURPOSES}
        given |= {"now": await visitor.desk.clock.now(), "key": await visitor.desk.audit.public_keys()}
        return frame.page(request, "audit_log.html", **given)

    @at.get("/audit/log/checkpoints/{size}")
    async def checkpoint(visitor: OfLog, size: Annotated[int, Path(ge=1, lt=2**53)]) -> Response:
        found = await visitor.desk.proofs.of_size(size)
        named = {"content-disposition": f'attachment; filename="checkpoint-{size:012d}.txt"', "cache-control": "no-store"}
        return Response(found.note, media_type="text/plain; charset=utf-8", headers=named)

    @at.post("/audit/log/export")
    async def export(visitor: TakesLog, purpose: Annotated[str, Form(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]) -> Response:
        raw = await visitor.desk.audit.log(visitor.person, purpose)
        named = {"content-disposition": 'attachment; filename="all.muster-log"', "cache-control": "no-store"}
        return Response(raw, media_type="application/octet-stream", headers=named)

    return at


async def teller_of(frame: Frame, request: Request, visitor: Visitor) -> FactTeller:
    return FactTeller(frame.teller(request), await visitor.desk.people.list_staff())


def row_of(trace: Trace, visitor: Visitor, told: FactTeller) -> dict[str, Any]:
    """One leaf of the log, as this visitor may see it, in words."""
    cut = parts.trace(trace.model_dump(), visitor)
    other = str(cut["second"])
    return {
        **cut,
        "title": told.what(cut["what"] or cut["leaf"]),
        "who": told.who(cut["actor"]),
        "with": told.who(other) if other and other != cut["actor"] else "",
        "why": told.reason(cut["reason"]),
        "outside": told.intervention(trace.intervention),
    }


async def _reaching(visitor: Visitor) -> Auditing:
    """The auditing that also asks Temporal what runs, where it answers."""
    with suppress(EngineUnavailable):
        return (await visitor.reach()).auditing
    return visitor.desk.auditing


def _day(text: str, zone: str, *, end: bool = False) -> datetime | None:
    """The beginning of a day on the office's clock, or its end; None where none was given. A day there is not counts as none given."""
    if not text:
        return None
    with suppress(ValueError):
        given = date.fromisoformat(text)
        return datetime.combine(date.fromordinal(given.toordinal() + (1 if end else 0)), time(), ZoneInfo(zone))
    return None
