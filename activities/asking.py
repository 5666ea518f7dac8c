"""Asking the outside: one short ordinary activity per request; the answer comes months later as an event."""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

from activities.hire import Asked, Recalled
from activities.records import Library
from domain.conditions import TOO_LOW, clearance_ask
from domain.errors import NotFound, NotNow
from domain.facts import ClearanceForm
from domain.slots import without_nation
from domain.words import Condition


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


class Recall(BaseModel):
    """A request to be taken back, by the key it was put with. `by_hand`: a person had put it for us."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    key: str
    authority: str
    about: str
    by_hand: bool = False


class Authority(Protocol):
    channel: str

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]: ...

    async def recall(self, key: str) -> None: ...


class Asking:
    def __init__(self, authorities: Mapping[str, Authority], library: Library) -> None:
        self._authorities, self._library = authorities, library

    @activity.defn(name="ask_authority")
    async def ask_authority(self, ask: Ask) -> Asked:
        """Put one request to one authority. Raises NotFound when none of that name is configured, PartnerUnavailable to be retried."""
        authority = self._of(ask.authority)
        person = await self._person(ask)
        details = ask.details
        if ask.vacancy:
            spec = (await self._library.published(ask.vacancy)).spec
            details = {**details, "vacancy": ask.vacancy, "level": spec.clearance}
        form = await self.form_of(ask)
        details = {**details, "form": form} if form else details
        answer = await authority.ask(key=ask.key, kind=without_nation(ask.about), case=ask.case, details=details, person=person)
        return Asked(
            about=str(details.get("post", ask.about)) if ask.about == "budget" else ask.about,
            authority=ask.authority,
            key=ask.key,
            round=ask.round,
            channel=authority.channel,
            form=form,
            reference=str(answer.get("reference", "")),
        )

    @activity.defn(name="recall_request")
    async def recall_request(self, recall: Recall) -> Recalled:
        """Take one request back; twice is once, and what they never received needs none. By e-mail or on paper where it was asked so.

        Raises NotNow for what a person had asked by hand of an authority with a machine: it does not know our key.
        """
        authority = self._of(recall.authority)
        if recall.by_hand and authority.channel == "http":
            raise NotNow(f"{recall.about} was asked by hand", code="asked_by_hand", partner=recall.authority)
        await authority.recall(recall.key)
        return Recalled(about=recall.about, authority=recall.authority, key=recall.key)

    def _of(self, name: str) -> Authority:
        authority = self._authorities.get(name)
        if authority is None:
            raise NotFound(f"no partner {name!r} is configured", code="no_such_partner", partner=name)
        return authority

    async def form_of(self, ask: Ask) -> ClearanceForm | Literal[""]:
        """Which clearance request it is. The level on file is read from the application now, and goes no further than this answer."""
        if without_nation(ask.about) != Condition.CLEARANCE or not ask.vacancy:
            return ""
        spec = (await self._library.published(ask.vacancy)).spec
        if ask.details.get("because") == TOO_LOW:
            return "upgrade"
        application = await self._library.application(ask.application) if spec.fast_track and ask.application else {}
        on_file = (application.get("candidate", {}).get("clearance_on_file") or {}).get("level")
        return clearance_ask(spec.clearance, on_file, fast_track=spec.fast_track)

    async def _person(self, ask: Ask) -> dict[str, Any] | None:
        if ask.candidate is None:
            return None
        contact = await self._library.contact(ask.candidate)
        person: dict[str, Any] = {k: contact[k] for k in ("name", "email", "language") if k in contact}
        if ask.about == "verification" and ask.application:
            application = await self._library.application(ask.application)
            person["claims"] = {"education": application.get("education", []), "experience": application.get("experience", [])}
        return person
