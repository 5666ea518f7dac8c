"""What auditors take with them: the dossier of a case, the log or a part of it. Each is one file, made anew and noted in the log."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from acts.audit import LANGUAGES, Wanted
from acts.rights import Resource
from gateway.api.callers import Caller, sees
from gateway.api.hires import HireId
from gateway.api.problems import ACT_REFUSALS
from gateway.api.strict import router
from gateway.api.vacancies import Reference

ZIP, LOG = "application/zip", "application/octet-stream"
Auditing = Annotated[Caller, Depends(sees(Resource.EVIDENCE))]
Purpose = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$", description="What for, as a code: it stands in the log.")]


def file_of(kind: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}}}}, 409: ACT_REFUSALS[409]}


class DossierQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    purpose: Purpose = "audit"
    language: Annotated[Literal["en", "fr"] | None, Field(description="The paper in this language alone.")] = None
    redact: Annotated[list[str], Field(max_length=50, description="Categories whose contents are withheld.")] = []
    letters: Annotated[bool, Field(description="With the texts of the letters; not for auditors.")] = False
    since: Annotated[str, Field(max_length=600, description="A checkpoint that was kept, as it stands in its file.")] = ""

    def wanted(self) -> Wanted:
        languages = (self.language,) if self.language else LANGUAGES
        return Wanted(languages=languages, redact=frozenset(self.redact), since=self.since, letters=self.letters)


class LogQuestion(BaseModel):
    model_config = ConfigDict(extra="forbid")

    purpose: Purpose = "audit"
    begin: Annotated[int, Field(ge=0, lt=2**53, description="From this leaf on.")] = 0
    until: Annotated[int | None, Field(ge=1, lt=2**53, description="Up to the checkpoint of this size; by default a new one.")] = None


def routes() -> APIRouter:
    at = router("evidence")

    @at.get(
        "/hires/{hire}/dossier",
        summary="The dossier of a hire, with its verifier",
        response_class=Response,
        responses=file_of(ZIP),
    )
    async def of_hire(caller: Auditing, hire: HireId, asked: Annotated[DossierQuestion, Query()]) -> Response:
        raw = await caller.desk.audit.export(caller.person, f"hire/{hire}", asked.purpose, asked.wanted())
        return Response(raw, media_type=ZIP)

    @at.get(
        "/vacancies/{reference}/dossier",
        summary="The dossier of a vacancy, with its verifier",
        response_class=Response,
        responses=file_of(ZIP),
    )
    async def of_vacancy(caller: Auditing, reference: Reference, asked: Annotated[DossierQuestion, Query()]) -> Response:
        raw = await caller.desk.audit.export(caller.person, f"vacancy/{reference}", asked.purpose, asked.wanted())
        return Response(raw, media_type=ZIP)

    @at.get(
        "/log",
        summary="The log or a part of it, with its checkpoint",
        response_class=Response,
        responses=file_of(LOG),
    )
    async def of_log(caller: Auditing, asked: Annotated[LogQuestion, Query()]) -> Response:
        raw = await caller.desk.audit.log(caller.person, asked.purpose, asked.begin, asked.until)
        return Response(raw, media_type=LOG)

    return at
