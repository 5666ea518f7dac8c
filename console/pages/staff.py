"""Who works here, in which roles, and who may do what: read from the staff list and from the tables of rights the doors themselves ask."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from acts.rights import Resource
from console.frame import Frame
from console.visits import Shows, Visitor
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.four_eyes import PAIRS
from domain.words import Role
from domain.words import roles as roles_among

OfStaff = Annotated[Visitor, Depends(Shows(Resource.STAFF))]
Kind = Literal["hire", "vacancy"]
TABLES: Mapping[Kind, Mapping[str, Any]] = {"hire": ACTS, "vacancy": VACANCY_ACTS}


class Asked(BaseModel):
    """Only those who may do an act: `hire.screen`, `vacancy.cancel`."""

    model_config = ConfigDict(extra="forbid")
    may: Annotated[str, Field(pattern=r"^((hire|vacancy)\.[a-z_]{2,40})?$")] = ""

    @property
    def roles(self) -> frozenset[Role] | None:
        """None for everybody; no role at all for an act there is not."""
        if not self.may:
            return None
        kind, _, act = self.may.partition(".")
        known = TABLES["hire" if kind == "hire" else "vacancy"].get(act)
        return known.roles if known else frozenset()


def routes(frame: Frame) -> APIRouter:
    at = APIRouter()

    @at.get("/staff")
    async def staff(request: Request, visitor: OfStaff, asked: Annotated[Asked, Query()]) -> Response:
        wanted = asked.roles
        everybody = sorted(await visitor.desk.staff(), key=lambda each: each.name)
        shown = [each for each in everybody if wanted is None or roles_among(each.roles) & wanted]
        acts = {kind: list(_acts(table, kind)) for kind, table in TABLES.items()}
        return frame.page(request, "staff.html", rows=shown, asked=asked, acts=acts)

    return at


def _acts(table: Mapping[str, Any], kind: Kind) -> Iterable[dict[str, Any]]:
    """Each act with the roles that may, and the act another person must have done before."""
    before = {pair.act: pair.first for pair in PAIRS}
    for name, act in sorted(table.items()):
        yield {"key": f"{kind}.{name}", "name": name, "roles": sorted(act.roles), "second_of": before.get(name, "")}
