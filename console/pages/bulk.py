"""One act on many hires: chosen in the list, previewed hire by hire, confirmed, and followed as an operation that can be cancelled.

What may be done to many is little on purpose (`domain.operation.BULK`): clocks, and what confirms that they ran out.
"""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.bulk import Filter
from acts.rights import Resource
from console.forms import fields_of, read
from console.frame import Frame
from console.proving import proved, ways
from console.telling import names
from console.visits import Does, Shows, Visitor
from domain.acts import ACTS
from domain.errors import BadInput, NotAllowed, Refusal, Trouble
from domain.foresight import Foreseen
from domain.operation import BULK, Operation

Acting = Annotated[Visitor, Depends(Shows(Resource.ACTING, "hire.hold"))]
Doing = Annotated[Visitor, Depends(Does(Resource.ACTING, "hire.hold"))]
Following = Annotated[Visitor, Depends(Shows(Resource.OPERATIONS))]
OperationId = Annotated[str, Path(pattern=r"^op-[0-9a-f]{8}$")]
ActName = Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")]
Case = Annotated[str, Query(pattern=r"^hire/[a-z0-9]{2,16}(-[0-9]{1,3})?$")]
#: What the form carries besides the act's own words.
OURS = frozenset({"csrf", "act", "case", "step", "proof", "count"})
Filled = dict[str, list[str]]
#: What may end somebody's hire: the number of hires is typed, so that nobody does it to more than they think.
NAMED = frozenset({"confirm_lapse"})


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/bulk")
    async def choose(request: Request, visitor: Acting, act: ActName = "", case: Annotated[tuple[Case, ...], Query()] = ()) -> Response:
        return await _form(frame, request, visitor, act, case, {})

    @at.post("/bulk")
    async def go(request: Request, visitor: Doing) -> Response:
        form = await request.form()
        act, step, cases = str(form.get("act", "")), str(form.get("step", "preview")), [str(each) for each in form.getlist("case")]
        filled = {name: [str(value) for value in form.getlist(name)] for name in set(form) - OURS}
        if act not in BULK or not cases:
            return await _form(frame, request, visitor, act, cases, filled, 400)
        try:
            args = read(ACTS[act].args, filled, frame.zone)
            found = await visitor.desk.bulk.preview(visitor.person, act, args, Filter(cases=tuple(cases)))
        except BadInput as wrong:
            return await _form(frame, request, visitor, act, cases, filled, 400, errors=wrong.details.get("errors", {}), refused=wrong)
        possible = [each.case for each in found if each.possible]
        given: dict[str, Any] = {"found": found, "possible": possible, "step": "confirm"}
        if ACTS[act].approval and not visitor.fresh:
            given |= await ways(request, visitor)
        if step != "confirm" or not possible:
            return await _form(frame, request, visitor, act, cases, filled, **given)
        if act in NAMED and str(form.get("count", "")).strip() != str(len(possible)):
            return await _form(frame, request, visitor, act, cases, filled, 400, **given, miscounted=True)
        if ACTS[act].approval and (proof := await proved(request, visitor)) != "yes":
            return await _form(frame, request, visitor, act, cases, filled, 403, **given, wrong_proof=proof == "wrong")
        try:
            desk = await visitor.reach()
            begun = await desk.bulk.begin(visitor.person, act, args, Filter(cases=tuple(possible)))
        except (Refusal, Trouble) as refused:
            status = 409 if isinstance(refused, Refusal) else 503
            return await _form(frame, request, visitor, act, cases, filled, status, **given, refused=refused)
        desk.bulk.set_off(begun.operation)
        return RedirectResponse(f"/operations/{begun.operation}", 303)

    @at.get("/operations")
    async def operations(request: Request, visitor: Following) -> Response:
        rows = await visitor.desk.bulk.list()
        return frame.page(request, "operations.html", rows=rows, called=await _staff(visitor, rows), now=await visitor.desk.clock.now())

    @at.get("/operations/{operation}")
    async def operation(request: Request, visitor: Following, operation: OperationId) -> Response:
        found = await visitor.desk.bulk.get(operation)
        called = await _names(visitor, [item.case for item in found.items])
        staff = await _staff(visitor, [found])
        may = visitor.sees(Resource.ACTING)
        return frame.page(request, "operation.html", one=found, called=called, staff=staff, may=may)

    @at.post("/operations/{operation}")
    async def change(request: Request, visitor: Doing, operation: OperationId) -> Response:
        """Cancel what is left, or go on with what is one's own."""
        if (await request.form()).get("step") == "cancel":
            await visitor.desk.bulk.cancel(operation)
            return RedirectResponse(f"/operations/{operation}", 303)
        begun = await visitor.desk.bulk.own(visitor.person, operation)
        if ACTS[begun.act].approval and not visitor.fresh:
            raise NotAllowed("an approval needs a fresh proof of who you are: sign in again first", code="stale_proof")
        (await visitor.reach()).bulk.set_off(operation)
        return RedirectResponse(f"/operations/{operation}", 303)

    return at


async def _form(
    frame: Frame, request: Request, visitor: Visitor, act: str, cases: Sequence[str], filled: Filled, status: int = 200, **changed: Any
) -> Response:
    found: Sequence[Foreseen] = changed.get("found", ())
    states = await visitor.desk.bulk.select(Filter(cases=tuple(cases))) if cases and not found else []
    meant = [each.case for each in found] or [state.case for state in states]
    keys = sorted({key for state in states for key in state.deadlines if key != "closing"})
    given: dict[str, Any] = {
        "act": act if act in BULK else "",
        "acts": [each for each in BULK if ACTS[each].roles & visitor.roles],
        "cases": meant,
        "called": await _names(visitor, meant),
        "fields": fields_of(ACTS[act].args, {"deadline": keys} if keys else {}) if act in BULK else [],
        "filled": filled,
        "zone": frame.zone,
        "named": act in NAMED,
        "found": found,
        "possible": [],
        "errors": {},
        "step": "preview",
        "refused": None,
        "miscounted": False,
        "prove": [],
        "wrong_proof": False,
        "provider": "",
    }
    return frame.page(request, "bulk.html", status, **given | changed)


async def _names(visitor: Visitor, cases: Sequence[str]) -> dict[str, str]:
    """The candidates' names by case, for whom names are shown."""
    return await names(visitor, await visitor.desk.queries.brief(cases))


async def _staff(visitor: Visitor, rows: Sequence[Operation]) -> dict[str, str]:
    return {person: (await visitor.desk.people.staff(person)).name for person in {row.person for row in rows}}
