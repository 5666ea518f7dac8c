"""From a published notice to a vacancy: paste it or send the file, see what it says beside the lines that say so, settle, publish.

Nothing is chosen here and nothing made up: what the languages say differently, and what the notice leaves open, a person gives.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from acts.noticing import Looked
from acts.rights import Resource
from connectors.documents import MAX_BYTES, text_of
from console.frame import Frame
from console.notices import APART, fields, questions
from console.visits import Does, Shows, Visitor, language_of
from domain.errors import BadInput, Refusal
from domain.notice import NotANotice
from domain.words import PostKind

HOME = "/notices"
#: Larger bodies than elsewhere, here alone.
LARGER = {HOME: MAX_BYTES}
Looking = Annotated[Visitor, Depends(Shows(Resource.NOTICES))]
Doing = Annotated[Visitor, Depends(Does(Resource.NOTICES))]
Publishing = Annotated[Visitor, Depends(Does(Resource.NOTICES, "publish_vacancy"))]
DraftId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{4,60}$")]
Step = Annotated[str, Form(pattern=r"^(save|publish|discard)$")]
POST_FIELDS = ("id", "kind", "grade", "division", "role_profile")
_POST = re.compile(r"p\.(\d{1,2})\.(\w+)")
#: So many empty rows stand after those that are filled in.
SPARE = 3
EMPTY: dict[str, Any] = {**dict.fromkeys(POST_FIELDS, ""), "funded": None}
POLICY = "standard"


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get(HOME)
    async def begin(request: Request, visitor: Looking) -> Response:
        return await _list(frame, request, visitor)

    @at.post(HOME)
    async def read(
        request: Request, visitor: Doing, text: Annotated[str, Form(max_length=500_000)] = "", file: UploadFile | None = None
    ) -> Response:
        try:
            source, found = await _given(text, file)
            draft = await visitor.desk.notices.begin(visitor.person, source, found)
        except (BadInput, NotANotice) as refused:
            return await _list(frame, request, visitor, 400, text=text, refused=refused)
        return RedirectResponse(f"{HOME}/{draft}", 303)

    @at.get("/notices/{draft}")
    async def one(request: Request, visitor: Looking, draft: DraftId) -> Response:
        return await _page(frame, request, await visitor.desk.notices.look(draft))

    @at.post("/notices/{draft}")
    async def go_on(
        request: Request,
        visitor: Publishing,
        draft: DraftId,
        step: Step = "save",
    ) -> Response:
        desk = visitor.desk
        if step == "discard":
            await desk.notices.end(draft)
            return RedirectResponse(HOME, 303)
        form = {name: str(value) for name, value in (await request.form()).items()}
        looked = await desk.notices.save(draft, _answers(form), _posts(form))
        if step == "save" or not looked.whole:
            return await _page(frame, request, looked, 200 if step == "save" and not looked.wrong else 400, pressed=step)
        assert looked.made.spec is not None
        try:
            rules = (await desk.policies.in_force(POLICY)).rules
            await desk.publish(visitor.person, looked.made.spec, rules)
        except Refusal as refused:
            return await _page(frame, request, looked, 409, refused=refused)
        await desk.notices.end(draft, looked.made.spec.reference)
        return RedirectResponse(f"{HOME}/{draft}", 303)

    return at


async def _given(text: str, file: UploadFile | None) -> tuple[str, str]:
    """Where a notice comes from and its text. Raises BadInput, NotANotice."""
    if file is not None and file.filename:
        return file.filename[:120], await asyncio.to_thread(text_of, await file.read(), file.filename)
    if not text.strip():
        raise BadInput("paste the notice, or choose its file", code="nothing_given", field="text")
    return "", text.replace("\r\n", "\n")


def _answers(form: Mapping[str, str]) -> dict[str, str]:
    """What was said to each question: one of the readings, or words of one's own."""
    found: dict[str, str] = {}
    for name, said in form.items():
        if name.startswith("a.") and (answer := form.get(f"own.{name[2:]}", "") if said == "own" else said).strip():
            found[name[2:]] = answer.strip()
    return found


def _posts(form: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows in which something stands, in their order."""
    rows: dict[int, dict[str, Any]] = {}
    for name, said in form.items():
        if (match := _POST.fullmatch(name)) and said.strip() and match[2] in (*POST_FIELDS, "funded"):
            rows.setdefault(int(match[1]), {})[match[2]] = said.strip()
    named = [row for _, row in sorted(rows.items()) if any(row.get(field) for field in POST_FIELDS)]
    return [{**row, "funded": row["funded"] == "yes"} if row.get("funded") else row for row in named]


async def _list(frame: Frame, request: Request, visitor: Visitor, status: int = 200, **given: Any) -> Response:
    begun = [(await visitor.desk.people.staff(each.person), each) for each in await visitor.desk.notices.open()]
    now = await visitor.desk.clock.now()
    return frame.page(request, "notices.html", status, **{"begun": begun, "now": now, "text": "", "refused": None} | given)


async def _page(frame: Frame, request: Request, looked: Looked, status: int = 200, **given: Any) -> Response:
    values: dict[str, Any] = {
        "looked": looked,
        "draft": looked.draft,
        "fields": fields(looked, lambda key: frame.words.say(key, language_of(request))),
        "questions": questions(looked),
        "about": _about(looked),
        "posts": [EMPTY | post for post in (*looked.draft.posts, *[EMPTY] * SPARE)],
        "kinds": [str(kind) for kind in PostKind],
        "profiles": looked.notice.role_profiles,
        "spec": looked.made.spec,
        "refused": None,
        "pressed": "",
    }
    return frame.page(request, "notice.html", status, **values | given)


def _about(looked: Looked) -> dict[int, list[str]]:
    """Which fields each line is evidence of."""
    found: dict[int, list[str]] = {}
    for name, evidence in looked.notice.evidence.items():
        if name in APART:
            continue
        for line in range(evidence.lines[0], evidence.lines[1] + 1):
            found.setdefault(line, []).append(name)
    return found
