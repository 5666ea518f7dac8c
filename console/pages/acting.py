"""Acting on a hire or a vacancy: look at what it would do, say why, confirm, get a receipt. The case decides; a page never writes.

Confirming carries the version of the case that was looked at: who decided on an older one is shown what changed, and keeps what they
typed (412). An approval wants a proof of a few minutes: the session's person proves once more who they are.
"""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from acts.needs import BY_PATH
from acts.rights import Resource
from console.facts import FactTeller
from console.forms import Field, fields_of, read, said
from console.frame import Frame
from console.pages.hires import HireId
from console.pages.vacancies import Reference
from console.proving import proved, ways
from console.subjects import Subject, of_hire, of_vacancy
from console.visits import Does, Shows, Visitor, language_of
from domain.errors import BadInput, Refusal, Stale, Trouble

ActName = Annotated[str, Path(pattern=r"^[a-z_]{2,40}$")]
ToHire = Annotated[Visitor, Depends(Does(Resource.ACTING, f"hire.{BY_PATH}"))]
OnHire = Annotated[Visitor, Depends(Shows(Resource.ACTING, f"hire.{BY_PATH}"))]
ToVacancy = Annotated[Visitor, Depends(Does(Resource.ACTING, f"vacancy.{BY_PATH}"))]
OnVacancy = Annotated[Visitor, Depends(Shows(Resource.ACTING, f"vacancy.{BY_PATH}"))]
About = Annotated[str, Query(pattern=r"^[A-Za-z0-9_.:/-]{0,80}$")]
Held = Annotated[str, Query(pattern=r"^([0-9a-f]{24})?$")]
Version = Annotated[int, Form(ge=0)]
RequestId = Annotated[str, Form(alias="request", pattern=r"^[0-9a-f]{24}$")]
Step = Annotated[str, Form(pattern=r"^(preview|confirm|change)$")]
#: What the form carries besides the act's own words.
OURS = frozenset({"csrf", "version", "request", "step", "proof"})
#: What an act may ask that says what it is about: the page it is begun from knows the answer.
ABOUT = ("about", "condition", "deadline", "post")
Filled = dict[str, list[str]]


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/hires/{hire}/acts/{act}")
    async def form(request: Request, visitor: OnHire, hire: HireId, act: ActName, about: About = "", held: Held = "") -> Response:
        subject = await of_hire(visitor, language_of(request), hire, act)
        return _page(frame, request, visitor, subject, await _kept(visitor, subject, held) or _said(subject, about))

    @at.post("/hires/{hire}/acts/{act}")
    async def do(
        request: Request, visitor: ToHire, hire: HireId, act: ActName, version: Version, request_id: RequestId, step: Step = "preview"
    ) -> Response:
        subject = await of_hire(visitor, language_of(request), hire, act)
        return await _sent(frame, request, visitor, subject, version, request_id, step)

    @at.get("/vacancies/{reference}/acts/{act}")
    async def vacancy_form(
        request: Request,
        visitor: OnVacancy,
        reference: Reference,
        act: ActName,
        about: About = "",
        hire: About = "",
        post: About = "",
        held: Held = "",
    ) -> Response:
        subject = await of_vacancy(visitor, language_of(request), reference, act)
        filled = await _kept(visitor, subject, held) or _said(subject, about, hire=hire, post=post)
        return _page(frame, request, visitor, subject, filled)

    @at.post("/vacancies/{reference}/acts/{act}")
    async def do_to_vacancy(
        request: Request,
        visitor: ToVacancy,
        reference: Reference,
        act: ActName,
        version: Version,
        request_id: RequestId,
        step: Step = "preview",
    ) -> Response:
        subject = await of_vacancy(visitor, language_of(request), reference, act)
        return await _sent(frame, request, visitor, subject, version, request_id, step)

    return at


def _said(subject: Subject, about: str, **given: str) -> Filled:
    """What the address says already; `about` answers the question of this act that asks what it is about."""
    asks = next((name for name in ABOUT if name in subject.act.args.model_fields), "about")
    return {name: [value] for name, value in {**given, asks: about or given.get(asks, "")}.items() if value}


def _asked(subject: Subject, filled: Filled) -> list[Field]:
    """The questions of the form; one that may be left open and has nothing to choose from is not asked."""
    known = {**subject.known, **({"about": filled["about"]} if filled.get("about") else {})}
    asked = fields_of(subject.act.args, {name: values for name, values in known.items() if values})
    return [each for each in asked if each.required or each.kind != "list" or known.get(each.name) != []]


async def _kept(visitor: Visitor, subject: Subject, held: str) -> Filled:
    """What they typed the last time, where the case refused it when it was to take effect; the terms to agree to are today's."""
    args = await visitor.desk.holding.typed(visitor.person, held, subject.case, subject.act.name) if held else {}
    return {name: texts for name, texts in said(subject.act.args, args, subject.zone).items() if name != "sha256"}


async def _sent(frame: Frame, request: Request, visitor: Visitor, subject: Subject, version: int, request_id: str, step: str) -> Response:
    """A form that was sent: shown again, shown for confirming, or done."""
    filled = {name: [str(value) for value in (await request.form()).getlist(name)] for name in set(await request.form()) - OURS}
    now: dict[str, Any] = {"version": version, "request_id": request_id}
    if step == "change":
        return _page(frame, request, visitor, subject, filled, **now)
    try:
        args = read(subject.act.args, filled, subject.zone)
    except BadInput as wrong:
        return _page(frame, request, visitor, subject, filled, 400, **now, errors=wrong.details["errors"])
    if step == "preview":
        return await _to_confirm(frame, request, visitor, subject, filled, **now)
    if subject.act.approval and (given := await proved(request, visitor)) != "yes":
        status = 403 if given == "wrong" else 200
        return await _to_confirm(frame, request, visitor, subject, filled, status, **now, wrong_proof=given == "wrong")
    try:
        if await _held(visitor, subject, args, request_id, version):
            return RedirectResponse(subject.back, 303)
        receipt = await subject.ask(visitor, args, request_id, version)
    except Stale as stale:
        now |= {"version": (await visitor.desk.standing(subject.case)).number}
        told = FactTeller(frame.teller(request, subject.zone), await visitor.desk.people.list_staff())
        changed = [told.fact(entry) for entry in await subject.since(visitor, version)]
        return _page(frame, request, visitor, subject, filled, 412, **now, refused=stale, changed=changed)
    except Refusal as refused:  # nothing was done under this request: what is confirmed next is another one
        return _page(frame, request, visitor, subject, filled, 409, version=version, refused=refused)
    except Trouble as trouble:
        return _page(frame, request, visitor, subject, filled, 503, **now, refused=trouble)
    return RedirectResponse(f"{subject.back}?done={receipt.number}", 303)


async def _held(visitor: Visitor, subject: Subject, args: dict[str, Any], request_id: str, version: int) -> bool:
    """Does the act wait a moment, so that it can be taken back? Whoever goes on has done what they did before: it waits no longer."""
    holding = visitor.desk.holding
    if (before := await holding.before(visitor.person, subject.case)) not in ("", request_id):
        await (await visitor.reach()).holding.at_once(visitor.person, before)
    return await holding.accept(visitor.person, subject.case, subject.act.name, args, request_id, version) is not None


async def _to_confirm(
    frame: Frame, request: Request, visitor: Visitor, subject: Subject, filled: Filled, status: int = 200, **now: Any
) -> Response:
    """The page to confirm on; an approval whose proof is too old asks there for a new one, in the way the person has."""
    now |= await ways(request, visitor) if subject.act.approval and not visitor.fresh else {}
    return _page(frame, request, visitor, subject, filled, status, **now, step="confirm")


def _page(
    frame: Frame, request: Request, visitor: Visitor, subject: Subject, filled: Filled, status: int = 200, **changed: Any
) -> Response:
    """The form: the case, whether the act is possible now, the questions, what was filled in so far."""
    given: dict[str, Any] = {
        "subject": subject,
        "act": subject.act,
        "fields": _asked(subject, filled),
        "filled": filled,
        "errors": {},
        "step": "preview",
        "refused": None,
        "changed": [],
        "version": subject.number,
        "request_id": secrets.token_hex(12),
        "prove": [],
        "wrong_proof": False,
        "provider": "",
        "beside": subject.beside,
    }
    return frame.page(request, "act.html", status, **given | changed)
