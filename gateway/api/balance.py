"""Balance reports that were issued. Declarations, and the keys that open them, are out of this door's reach."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from acts.rights import Resource
from domain.balance_people import Attribute
from gateway.api.callers import Caller, sees
from gateway.api.strict import router

OfBalance = Annotated[Caller, Depends(sees(Resource.BALANCE))]


def routes() -> APIRouter:
    at = router("work")

    @at.get("/reports/balance", summary="A balance report as it was issued: selection rates by group, or waiting times by nation")
    async def balance(
        caller: OfBalance,
        by: Annotated[Attribute, Query(description="What it compares.")] = Attribute.GENDER,
        vacancy: Annotated[str | None, Query(max_length=64, description="Of this vacancy.")] = None,
        period: Annotated[int | None, Query(ge=2000, le=2999, description="Of the applications of this year (UTC).")] = None,
    ) -> dict[str, Any]:
        return await caller.desk.balance.issued(by, vacancy=vacancy, year=period)

    return at
