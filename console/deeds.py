"""The form of a deed beside the cases: what it is about, what it asks, what it will do; looked at, confirmed, answered with a receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from console.forms import Field
from console.frame import Frame
from console.proving import proved, ways
from console.visits import Visitor
from domain.errors import Problem, Trouble

Filled = Mapping[str, str]


@dataclass(frozen=True)
class Deed:
    """`name` is a key of the catalogue below `console.deed.`: its title, and `….does`, the sentence about what follows. `about` are
    lines to read, label and value; `here` and `back` addresses; `approval` wants a proof of a few minutes; `place` is where it belongs."""

    name: str
    here: str
    back: str
    above: str
    about: Sequence[tuple[str, str]] = ()
    fields: Sequence[Field] = ()
    given: Mapping[str, Any] | None = None
    approval: bool = False
    offers: Sequence[str] = ("confirm",)
    place: str = "integrations"

    def read(self, form: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
        """What was filled in, and the names of what is missing or is none of what may be chosen."""
        filled = {field.name: str(form.get(field.name, "")).strip() for field in self.fields}
        wrong = [
            field.name
            for field in self.fields
            if (field.required and not filled[field.name]) or (field.options and filled[field.name] not in ("", *field.options))
        ]
        return filled, wrong


async def page(frame: Frame, request: Request, deed: Deed, filled: Filled | None = None, status: int = 200, **more: Any) -> Response:
    """The form, to be filled in (`step` preview) or confirmed; an approval whose proof is too old asks for a new one there."""
    visitor: Visitor = request.state.visitor
    given: dict[str, Any] = {
        "deed": deed,
        "filled": {name: [value] for name, value in (filled or {}).items() if value},
        "step": "preview" if deed.fields else "confirm",
        "wrong": [],
        "refused": None,
        "wrong_proof": False,
        "prove": [],
        "provider": "",
        "zone": frame.zone,
        "said": {},
        **more,
    }
    asked = given["step"] == "confirm" and deed.approval and not visitor.fresh
    given |= await ways(request, visitor) if asked else {}
    return frame.page(request, "deed.html", status, **given)


async def unproved(frame: Frame, request: Request, deed: Deed, filled: Filled) -> Response | None:
    """None where this person has just proved who they are, or need not; else the page to confirm on."""
    visitor: Visitor = request.state.visitor
    if not deed.approval or (given := await proved(request, visitor)) == "yes":
        return None
    return await page(frame, request, deed, filled, 403 if given == "wrong" else 200, step="confirm", wrong_proof=given == "wrong")


async def refused(frame: Frame, request: Request, deed: Deed, filled: Filled, why: Problem) -> Response:
    """The form again, with what stands against it."""
    return await page(frame, request, deed, filled, 503 if isinstance(why, Trouble) else 409, refused=why, step="confirm")
