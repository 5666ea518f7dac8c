"""The staff: who works here in which roles, who is away, who stands in for whom."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from acts.rights import Resource
from gateway.api.agenda import Person
from gateway.api.callers import Caller, sees
from gateway.api.strict import router

OfStaff = Annotated[Caller, Depends(sees(Resource.STAFF))]


class Member(BaseModel):
    person: str
    name: str
    roles: list[str]


class Away(BaseModel):
    number: int
    starts_on: date
    ends_on: date
    deputy: str


class Lent(BaseModel):
    number: int
    to: str
    roles: list[str]
    starts_on: date
    ends_on: date


class Notes(BaseModel):
    """When somebody is away, and who may use which of their roles. An empty list of roles means all of them."""

    person: str
    absences: list[Away]
    given: list[Lent]


def routes() -> APIRouter:
    at = router("staff")

    @at.get("/staff", summary="Who may act, in which roles")
    async def staff(caller: OfStaff) -> list[Member]:
        return [Member(person=each.person, name=each.name, roles=list(each.roles)) for each in await caller.desk.staff()]

    @at.get("/staff/{person}", summary="When somebody is away, and who may use which of their roles")
    async def notes(caller: OfStaff, person: Person) -> Notes:
        found = await caller.desk.personnel.state(person)
        away = [
            Away(number=number, starts_on=each.starts_on, ends_on=each.ends_on, deputy=each.deputy)
            for number, each in found.absences.items()
        ]
        return Notes(person=found.person, absences=away, given=[Lent(**each.model_dump()) for each in found.given.values()])

    return at
