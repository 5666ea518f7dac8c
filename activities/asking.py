"""Asking the outside: one short ordinary activity per request; the answer comes months later as an event."""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

from activities.hire import Asked
from activities.records import Library
from domain.errors import NotFound
from domain.slots import without_nation


class Ask(BaseModel):
    """A request to an authority. `key` is the business key that makes a repeat harmless; `details` hold no personal data.

    `application` and `candidate` are references: what the authority must know of the person is looked up here, at the last moment.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    key: str
    authority: str
    about: str
    case: str
    vacancy: str = ""
    round: int = 1
    application: str | None = None
    candidate: str | None = None
    details: dict[str, Any] = Field(default_factory=dict)


class Authority(Protocol):
    channel: str

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]: ...


class Asking:
    def __init__(self, authorities: Mapping[str, Authority], library: Library) -> None:
        self._authorities, self._library = authorities, library

    @activity.defn(name="ask_authority")
    async def ask_authority(self, ask: Ask) -> Asked:
        """Put one request to one authority. Raises NotFound when none of that name is configured, PartnerUnavailable to be retried."""
        authority = self._authorities.get(ask.authority)
        if authority is None:
            raise NotFound(f"no partner {ask.authority!r} is configured", code="no_such_partner", partner=ask.authority)
        person = await self._person(ask)
        details = ask.details
        if ask.vacancy:
            spec = (await self._library.published(ask.vacancy)).spec
            details = {**details, "vacancy": ask.vacancy, "level": spec.clearance}
        answer = await authority.ask(key=ask.key, kind=without_nation(ask.about), case=ask.case, details=details, person=person)
        return Asked(
            about=str(details.get("post", ask.about)) if ask.about == "budget" else ask.about,
            authority=ask.authority,
            key=ask.key,
            round=ask.round,
            channel=authority.channel,
            reference=str(answer.get("reference", "")),
        )

    async def _person(self, ask: Ask) -> dict[str, Any] | None:
        if ask.candidate is None:
            return None
        contact = await self._library.contact(ask.candidate)
        person: dict[str, Any] = {k: contact[k] for k in ("name", "email", "language") if k in contact}
        if ask.about == "verification" and ask.application:
            application = await self._library.application(ask.application)
            person["claims"] = {"education": application.get("education", []), "experience": application.get("experience", [])}
        return person
