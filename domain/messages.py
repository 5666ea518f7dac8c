"""What travels: a message to a case, a step of a case, and what a step sends out. References and outcomes only."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.errors import Conflict, Stale
from domain.facts import AnyFact
from domain.words import MessageFate


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(BaseModel):
    """One inbox row on its way to a case (the argument of the `deliver` signal).

    `id` is the inbox row's id; `type` the event type without prefix (`clearance.replied`, or between cases `post.assigned`);
    `received_at` is the door's receipt time, the only clock lateness is judged by; `data` is the thin part of the event
    (outcomes, dates, references); `payload` refers to the personal part, which stays in its own table.
    Unknown fields are ignored and new fields have defaults: old histories must decode for ever.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    id: str
    type: str
    sender: str
    received_at: datetime
    data: dict[str, Any] = Field(default_factory=dict)
    payload: str | None = None

    @property
    def actor(self) -> str:
        """Who this message makes responsible in the journal: a partner's id gets its prefix, cases and persons have theirs."""
        return self.sender if ":" in self.sender else f"partner:{self.sender}"


class CaseSpec(BaseModel):
    """What a case is started with: only its id. Everything else it reads from its journal, so starting is always resuming."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    case: str


class ActRequest(BaseModel):
    """What a person asks of a case: the argument of every update. The same `request` again gets the same receipt;
    the same `request` for something else is a Conflict, never a receipt for an act that was not done.

    `roles` are the person's own, `stands_in` those others gave them for now (principal -> roles); `acting_for` is the principal
    whose role the act is done with, and is set by the table of acts alone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
    request: str
    act: str
    person: str
    roles: tuple[str, ...] = ()
    stands_in: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    acting_for: str = ""
    args: dict[str, Any] = Field(default_factory=dict)
    #: The journal number this was decided on; None for whatever the case is now.
    version: int | None = None

    def still(self, number: int) -> None:
        """Is the case still as it was when this was decided? Raises Stale. Asked with the pen in hand, so of two only one passes."""
        if self.version not in (None, number):
            raise Stale("the case has moved on since this was decided; look again", code="stale", number=number)

    @property
    def eyes(self) -> frozenset[str]:
        """Who looks: the person, and the one whose role they use. Four eyes are not kept when any of them was there before."""
        return frozenset(f"person:{who}" for who in (self.person, self.acting_for) if who)

    @property
    def step(self) -> str:
        """Key of the step that writes this act: the request id, and a hash of who asks what."""
        what = json.dumps([self.person, self.act, self.args], sort_keys=True, default=str)
        return f"act/{self.request}/{hashlib.sha256(what.encode()).hexdigest()[:12]}"

    def known(self, steps: Collection[str]) -> bool:
        """Is this very act written already? Raises Conflict when its request id was used for another."""
        if self.step in steps:
            return True
        if any(step.startswith(f"act/{self.request}/") for step in steps):
            raise Conflict("this request id was used before for another act", code="request_reused", request=self.request)
        return False


class Receipt(BaseModel):
    """Answer to an act: it is written in the journal, up to this number, and the case now stands here."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    case: str
    number: int
    stage: str | None = None
    ending: str | None = None
    over: bool = False


class CaseMessage(Strict):
    """A message from one case to another; becomes an inbox row of the target in the sender's transaction."""

    to: str
    type: str
    data: dict[str, Any] = Field(default_factory=dict)


class Announcement(Strict):
    """An outbound event (`hire.stage_changed` …) for subscribers. Thin: references and outcomes."""

    type: str
    subject: str
    data: dict[str, Any] = Field(default_factory=dict)


class Letter(Strict):
    """A letter as sent, kept in the personal tables; the journal holds its hash. `at` is the case's time, which dates it;
    `calendar` is an iCalendar text or None."""

    letter: str
    case: str
    candidate: str
    template: str
    language: str
    to: str
    subject: str
    body: str
    sha256: str
    at: datetime
    calendar: str | None = None
    calendar_method: str = "REQUEST"


class Notice(Strict):
    """A mail to a member of staff about a case: references and figures, no personal data. Words and address are found when it is sent."""

    person: str
    type: str
    about: dict[str, Any] = Field(default_factory=dict)


class Closing(Strict):
    """What became of one inbox row; written in the same transaction as the facts it led to."""

    message: str
    fate: MessageFate
    reason: str = ""


class Step(Strict):
    """One write of one case, whole or not at all. `after` is the last number the case knew; `step` the key that makes a repeat harmless."""

    case: str
    after: int = Field(ge=0)
    step: str
    at: datetime
    actor: str
    facts: tuple[AnyFact, ...]
    closes: tuple[Closing, ...] = ()
    messages: tuple[CaseMessage, ...] = ()
    announcements: tuple[Announcement, ...] = ()
    letters: tuple[Letter, ...] = ()
    notices: tuple[Notice, ...] = ()
