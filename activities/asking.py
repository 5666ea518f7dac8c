"""Asking the outside: one short ordinary activity per request; the answer comes months later as an event."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

from activities.hire import Asked, Recalled
from activities.records import Library
from domain.conditions import TOO_LOW, clearance_ask
from domain.errors import NotFound, NotNow, PartnerUnavailable, Refusal
from domain.facts import ClearanceForm
from domain.reach import Arrived, surer
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
    #: Does a repeat with the same key start nothing a second time?
    repeatable: bool

    async def ask(self, *, key: str, kind: str, case: str, details: dict[str, Any], person: dict[str, Any] | None) -> dict[str, Any]: ...

    async def recall(self, key: str) -> None: ...

    async def find(self, key: str) -> dict[str, Any] | None:
        """What they have under this key; None: nothing. Raises NotNow when they cannot be asked that."""
        ...


class Known(Protocol):
    """What is known of a request before it is tried again."""

    @property
    def arrived(self) -> Arrived: ...
    @property
    def reference(self) -> str: ...
    @property
    def expected(self) -> date | None: ...


class Watch(Protocol):
    """Keeps how each partner's door stands, and which requests may have arrived. `store.partners.Partners` fits."""

    async def tried(self, key: str) -> Known: ...

    async def begin(self, partner: str, key: str = "") -> Known: ...

    async def answered(
        self, partner: str, key: str = "", arrived: Arrived = "yes", reference: str = "", expected: date | None = None
    ) -> None: ...

    async def failed(
        self, partner: str, error: str, key: str = "", arrived: Arrived = "maybe", retry_after: float | None = None
    ) -> None: ...


#: A partner that starts twice when asked twice gets this long to finish what it may have begun, before it is looked up.
SETTLES_S = 60.0


class Asking:
    def __init__(self, authorities: Mapping[str, Authority], library: Library, watch: Watch, settles_s: float = SETTLES_S) -> None:
        self._authorities, self._library, self._watch, self._settles_s = authorities, library, watch, settles_s

    @activity.defn(name="ask_authority")
    async def ask_authority(self, ask: Ask) -> Asked:
        """Put one request to one authority; one that is known to be with it is not put again.

        Raises NotFound when none of that name is configured, PartnerUnavailable to be retried. Every error says in its details
        whether the request may have `arrived`, with this try or an earlier one.
        """
        authority = self._of(ask.authority)
        person = await self._person(ask)
        details = ask.details
        if ask.vacancy:
            spec = (await self._library.published(ask.vacancy)).spec
            details = {**details, "vacancy": ask.vacancy, "level": spec.clearance}
        form = await self.form_of(ask)
        details = {**details, "form": form} if form else details
        reference, expected = await self._put(ask, authority, details, person)
        return Asked(
            about=str(details.get("post", ask.about)) if ask.about == "budget" else ask.about,
            authority=ask.authority,
            key=ask.key,
            round=ask.round,
            channel=authority.channel,
            form=form,
            reference=reference,
            expected=expected,
        )

    async def _put(self, ask: Ask, authority: Authority, details: dict[str, Any], person: dict[str, Any] | None) -> tuple[str, date | None]:
        before = await self._watch.tried(ask.key)
        if before.arrived == "yes":  # answered to a try of ours whose own answer was lost
            return before.reference, before.expected
        try:
            await self._watch.begin(ask.authority, ask.key)
            answer = await self._once(ask, authority, before, details, person)
        except PartnerUnavailable as trouble:
            arrived = surer(before.arrived, trouble.details.get("arrived", "maybe"))
            if trouble.code != "resting":
                await self._watch.failed(ask.authority, trouble.code, ask.key, arrived, trouble.retry_after)
            trouble.details["arrived"] = arrived
            if arrived == "maybe" and not authority.repeatable:
                trouble.retry_after = max(trouble.retry_after or 0.0, self._settles_s)
            raise
        except Refusal as refusal:  # it took nothing this time
            refusal.details["arrived"] = before.arrived
            await self._watch.answered(ask.authority, ask.key, before.arrived)
            raise
        reference, expected = str(answer.get("reference", "")), answer.get("expected")
        day = date.fromisoformat(expected) if expected else None
        await self._watch.answered(ask.authority, ask.key, "yes", reference, day)
        return reference, day

    async def _once(
        self, ask: Ask, authority: Authority, before: Known, details: dict[str, Any], person: dict[str, Any] | None
    ) -> dict[str, Any]:
        """Ask; where asking twice would start twice and an earlier try may have arrived, look first. Raises NotNow for a person."""
        if before.arrived != "no" and not authority.repeatable:
            found = await authority.find(ask.key)
            if found is not None:
                return found
        return await authority.ask(key=ask.key, kind=without_nation(ask.about), case=ask.case, details=details, person=person)

    @activity.defn(name="recall_request")
    async def recall_request(self, recall: Recall) -> Recalled:
        """Take one request back; twice is once, and what they never received needs none. By e-mail or on paper where it was asked so.

        Raises NotNow for what a person had asked by hand of an authority with a machine: it does not know our key.
        """
        authority = self._of(recall.authority)
        if recall.by_hand and authority.channel == "http":
            raise NotNow(f"{recall.about} was asked by hand", code="asked_by_hand", partner=recall.authority)
        await self._watch.begin(recall.authority)
        try:
            await authority.recall(recall.key)
        except PartnerUnavailable as trouble:
            await self._watch.failed(recall.authority, trouble.code, retry_after=trouble.retry_after)
            raise
        except Refusal:
            await self._watch.answered(recall.authority)
            raise
        await self._watch.answered(recall.authority)
        return Recalled(about=recall.about, authority=recall.authority, key=recall.key)

    def _of(self, name: str) -> Authority:
        authority = self._authorities.get(name)
        if authority is None:
            raise NotFound(f"no partner {name!r} is configured", code="no_such_partner", partner=name, arrived="no")
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
