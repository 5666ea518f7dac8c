"""One case read back: its facts in order, in words; how it stood on a day; what one fact changed; whether the log holds; its dossier."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acts import compartments, parts
from acts.audit import Wanted
from acts.compartments import opened
from acts.rights import Resource
from console.facts import Step
from console.forms import BROWSER_MOMENT
from console.frame import Frame
from console.pages.audit import PURPOSES, teller_of
from console.pages.hire import Engine
from console.visits import Does, Shows, Visitor
from domain.errors import NotFound
from domain.slots import without_nation

OfFacts = Annotated[Visitor, Depends(Shows(Resource.AUDITED_FACTS))]
OfAudit = Annotated[Visitor, Depends(Shows(Resource.AUDIT))]
Checks = Annotated[Visitor, Depends(Does(Resource.AUDIT))]
Takes = Annotated[Visitor, Depends(Does(Resource.EVIDENCE))]
Kind = Annotated[Literal["hire", "vacancy"], Path()]
Ref = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
#: So many looks are shown; the rest are a search away.
LOOKS = 10
SHOWS = ("all", "decisions", "outside")


class Asked(BaseModel):
    """What of a history is shown. `at`: as it stood at that moment, on the office's clock."""

    model_config = ConfigDict(extra="forbid")
    show: Literal["all", "decisions", "outside"] = "all"
    at: Annotated[str, Field(pattern=r"^(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?)?$")] = ""

    def moment(self, zone: str) -> datetime | None:
        """The moment asked for; None where none was, or there is no such moment."""
        try:
            return datetime.strptime(self.at[:16], BROWSER_MOMENT).replace(tzinfo=ZoneInfo(zone)) if self.at else None
        except ValueError:
            return None


def routes(frame: Frame, engine: Engine) -> APIRouter:
    at = APIRouter()

    @at.get("/audit/cases/{kind}/{ref}")
    async def history(request: Request, visitor: OfAudit, kind: Kind, ref: Ref, asked: Annotated[Asked, Query()]) -> Response:
        case, moment, told = f"{kind}/{ref}", asked.moment(frame.zone), await teller_of(frame, request, visitor)
        rows = await journal(visitor, case)
        then = await _then(visitor, case, moment) if moment and kind == "hire" and visitor.sees(Resource.CASES) else None
        steps = told.steps(row for row in rows if moment is None or row["at"] <= moment)
        given: dict[str, Any] = {"case": case, "kind": kind, "id": ref, "asked": asked, "told": told, "moment": moment, "then": then}
        given |= {"steps": _shown(steps, asked.show), "conditions": _conditions(rows), "purposes": PURPOSES}
        given["counts"] = {"all": len(steps), **{name: len(_shown(steps, name)) for name in SHOWS[1:]}}
        given |= {"looks": await _looks(visitor, case), "workflow": engine.link(case)}
        return frame.page(request, "audit_case.html", **given)

    @at.get("/audit/cases/{kind}/{ref}/facts/{number}")
    async def fact(request: Request, visitor: OfFacts, kind: Kind, ref: Ref, number: Annotated[int, Path(ge=1, le=1_000_000)]) -> Response:
        case, told = f"{kind}/{ref}", await teller_of(frame, request, visitor)
        rows = await journal(visitor, case)
        row = next((each for each in rows if each["number"] == number), None)
        if row is None:
            raise NotFound(f"{case} has no fact {number}", code="unknown_fact", case=case)
        changed = await visitor.desk.auditing.diff(case, number)
        cut = parts.change(changed, visitor) if kind == "hire" else changed
        (step,) = told.steps([row])
        given: dict[str, Any] = {
            "workflow": engine.link(case),
            "case": case,
            "kind": kind,
            "id": ref,
            "step": step,
            "fact": told.fact(row),
            "last": rows[-1]["number"],
            "told": told,
        }
        return frame.page(request, "audit_fact.html", changes=_grouped(cut["changes"]), **given)

    @at.post("/audit/cases/{kind}/{ref}/verify")
    async def verify(request: Request, visitor: Checks, kind: Kind, ref: Ref) -> Response:
        found = await visitor.desk.audit.verified(visitor.person, f"{kind}/{ref}")
        return frame.page(request, "audit_verified.html", case=f"{kind}/{ref}", kind=kind, id=ref, found=found)

    @at.post("/audit/cases/{kind}/{ref}/dossier")
    async def dossier(
        visitor: Takes,
        kind: Kind,
        ref: Ref,
        purpose: Annotated[str, Form(pattern=r"^[a-z][a-z0-9_.]{1,63}$")],
        redact: Annotated[tuple[str, ...], Form(max_length=50)] = (),
    ) -> Response:
        raw = await visitor.desk.audit.export(visitor.person, f"{kind}/{ref}", purpose, Wanted(redact=frozenset(redact)))
        named = {"content-disposition": f'attachment; filename="dossier_{kind}_{id}.zip"', "cache-control": "no-store"}
        return Response(raw, media_type="application/zip", headers=named)

    return at


async def journal(visitor: Visitor, case: str) -> list[dict[str, Any]]:
    """The facts of a case as this visitor may see them; none for whoever does not see whole cases. Raises NotFound."""
    if not visitor.sees(Resource.CASES):
        await visitor.desk.queries.timeline(case)
        return []
    rows = await visitor.desk.timeline(case)
    if case.startswith("vacancy/"):
        return compartments.of_competition(rows, opened(visitor.roles))
    return parts.timeline(rows, visitor)


async def _then(visitor: Visitor, case: str, moment: datetime) -> dict[str, Any] | None:
    """How a hire stood; None where it had not begun."""
    try:
        return parts.cut(await visitor.desk.auditing.as_of(case, moment), visitor)
    except NotFound as early:
        if early.code != "not_begun":
            raise
        return None


async def _looks(visitor: Visitor, case: str) -> list[dict[str, Any]]:
    """Who looked at a case last, the last first; nothing for whoever may not know."""
    if not visitor.sees(Resource.READS):
        return []
    return list(reversed(await visitor.desk.reads.of(case)))[:LOOKS]


def _shown(steps: Iterable[Step], show: str) -> list[Step]:
    match show:
        case "decisions":
            return [step for step in steps if any(fact.decided for fact in step.facts)]
        case "outside":
            return [step for step in steps if step.intervention]
    return list(steps)


def _conditions(rows: Iterable[dict[str, Any]]) -> list[str]:
    """The conditions a dossier may withhold: those the case has."""
    return sorted({without_nation(str(row["body"]["condition"])) for row in rows if row["kind"] == "condition_opened"})


def _grouped(changes: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Changes under what they are of; the case itself first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for change in changes:
        found.setdefault(change["of"], []).append(change)
    return sorted(found.items())
