"""One act on many hires: chosen in a list or all of one, previewed hire by hire, confirmed; then it is an operation (`operations.py`).

What may be done to many is little on purpose (`domain.operation.BULK`): clocks, and what confirms that they ran out.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from acts.bulk import Filter
from acts.rights import Resource
from console.choosing import Chosen, Source, chosen
from console.forms import fields_of, read
from console.frame import Frame
from console.pages import deadlines, hires
from console.pages.operations import called
from console.proving import proved, ways
from console.visits import Does, Shows, Visitor
from domain.acts import ACTS
from domain.errors import BadInput, Refusal, Trouble
from domain.foresight import Foreseen
from domain.operation import BULK

Acting = Annotated[Visitor, Depends(Shows(Resource.ACTING, "hire.hold"))]
Doing = Annotated[Visitor, Depends(Does(Resource.ACTING, "hire.hold"))]
ActName = Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")]
HIRE = r"hire/[a-z0-9]{2,16}(-[0-9]{1,3})?"
Case = Annotated[str, Query(pattern=f"^{HIRE}$")]
#: A deadline that was ticked: whose, and which.
Due = Annotated[str, Query(pattern=rf"^{HIRE} [a-z0-9_.:/-]{{1,80}}$")]
#: The lists all of whose hires can be chosen at once.
SOURCES = (Source(hires.LISTING, hires.matching), Source(deadlines.LISTING, deadlines.matching))
#: What the form carries besides the act's own words.
OURS = frozenset({"csrf", "act", "case", "cases", "due", "of", "q", "step", "proof", "count"})
Filled = dict[str, list[str]]
#: What may end somebody's hire: the number of hires is typed, so that nobody does it to more than they think.
NAMED = frozenset({"confirm_lapse"})


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/bulk")
    async def choose(
        request: Request,
        visitor: Acting,
        act: ActName = "",
        case: Annotated[tuple[Case, ...], Query()] = (),
        due: Annotated[tuple[Due, ...], Query()] = (),
        of: Annotated[str, Query(pattern=r"^[a-z]{0,20}$")] = "",
        q: Annotated[str, Query(max_length=1000)] = "",
    ) -> Response:
        meant, refusal = await _meant(visitor, {"case": case, "due": due, "of": [of], "q": [q]})
        filled = {"deadline": [*meant.deadlines]} if len(meant.deadlines) == 1 else {}
        return await _form(frame, request, visitor, act, meant, filled, 400 if refusal else 200, refused=refusal)

    @at.post("/bulk")
    async def go(request: Request, visitor: Doing) -> Response:
        form = await request.form()
        act, step, said = str(form.get("act", "")), str(form.get("step", "preview")), _said(form)
        filled = {name: values for name, values in said.items() if name not in OURS}
        meant, refusal = await _meant(visitor, said)
        if act not in BULK or not meant.cases:
            return await _form(frame, request, visitor, act, meant, filled, 400, refused=refusal)
        try:
            args = read(ACTS[act].args, filled, frame.zone)
            found = await visitor.desk.bulk.preview(visitor.person, act, args, Filter(cases=meant.cases))
        except BadInput as wrong:
            return await _form(frame, request, visitor, act, meant, filled, 400, errors=wrong.details.get("errors", {}), refused=wrong)
        possible = [each.case for each in found if each.possible]
        given: dict[str, Any] = {"found": found, "possible": possible, "step": "confirm"}
        if ACTS[act].approval and not visitor.fresh:
            given |= await ways(request, visitor)
        if step != "confirm" or not possible:
            return await _form(frame, request, visitor, act, meant, filled, **given)
        if act in NAMED and str(form.get("count", "")).strip() != str(len(possible)):
            return await _form(frame, request, visitor, act, meant, filled, 400, **given, miscounted=True)
        if ACTS[act].approval and (proof := await proved(request, visitor)) != "yes":
            return await _form(frame, request, visitor, act, meant, filled, 403, **given, wrong_proof=proof == "wrong")
        try:
            desk = await visitor.reach()
            begun = await desk.bulk.begin(visitor.person, act, args, Filter(cases=tuple(possible)))
        except (Refusal, Trouble) as refused:
            status = 409 if isinstance(refused, Refusal) else 503
            return await _form(frame, request, visitor, act, meant, filled, status, **given, refused=refused)
        desk.bulk.set_off(begun.operation)
        return RedirectResponse(f"/operations/{begun.operation}", 303)

    return at


def _said(form: FormData) -> Filled:
    return {name: [str(value) for value in form.getlist(name)] for name in set(form)}


async def _meant(visitor: Visitor, said: Mapping[str, Sequence[str]]) -> tuple[Chosen, BadInput | None]:
    """Who is meant; nobody, and why, where that is more than may be done at once."""
    try:
        return await chosen(visitor, said, SOURCES), None
    except BadInput as refusal:
        return Chosen(), refusal


async def _form(
    frame: Frame, request: Request, visitor: Visitor, act: str, chosen: Chosen, filled: Filled, status: int = 200, **changed: Any
) -> Response:
    found: Sequence[Foreseen] = changed.get("found", ())
    states = await visitor.desk.bulk.select(Filter(cases=chosen.cases)) if chosen.cases and not found else []
    meant = [each.case for each in found] or [state.case for state in states]
    keys = sorted({key for state in states for key in state.deadlines if key != "closing"})
    given: dict[str, Any] = {
        "act": act if act in BULK else "",
        "acts": [each for each in BULK if ACTS[each].roles & visitor.roles],
        "cases": meant,
        "all_of": {"of": chosen.of, "q": chosen.query} if chosen.of and not found else {},
        "called": await called(visitor, meant),
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
