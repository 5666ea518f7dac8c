"""The journal of a recorded case recited, and the world as far as it was kept with its history: what a step judged again looks up."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from activities.hire import Asked
from domain import facts as f
from domain.calendars import Calendar
from domain.competition import Rival
from domain.editions import Edition, in_force
from domain.facts import Entry
from domain.hire import HireState
from domain.letters import LetterDue
from domain.messages import ActRequest, Letter, Message, Step
from domain.moment import Moment
from domain.outage import Outage
from domain.overlays import Standing
from domain.rules import Rules
from domain.vacancy import Published, VacancySpec


class Knowledge(BaseModel):
    """What the judgements of a case looked up beside its journal, none of it personal. Kept with its history."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    published: Published | None = None
    editions: tuple[Edition, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    overlays: tuple[Standing, ...] = ()
    outages: tuple[tuple[datetime, datetime], ...] = ()
    #: Of a vacancy: who was in the competition when each act was done on it, by the act's step.
    rivals: dict[str, tuple[Rival, ...]] = {}


@dataclass(frozen=True)
class Recorded:
    """What a history holds of one case: its journal, and what went into each step."""

    case: str
    entries: list[Entry]
    messages: dict[str, Message] = field(default_factory=dict)
    requests: dict[str, ActRequest] = field(default_factory=dict)
    asked: dict[str, Asked] = field(default_factory=dict)
    #: How the story ended, as Temporal recorded it; None while it is open.
    result: str | None = None
    #: The journal's length when this run took it over: those steps belong to an earlier run.
    taken_over: int = 0


class NotKept(Exception):
    """A judgement asks for something that was not kept with the history. The argument is the reason's code."""


class Recital:
    """The journal as recorded up to some number, and the world as far as it was kept. It writes down nothing."""

    def __init__(self, recorded: Recorded, known: Knowledge) -> None:
        self.recorded, self.known = recorded, known
        self.group: list[Entry] = []
        self.said: Step | None = None

    # ---- the journal ------------------------------------------------------------------------------------------------------

    async def journal(self, case: str) -> list[Entry]:
        if case != self.recorded.case:
            raise NotKept("another_case")
        return self.recorded.entries[: self.group[0].number - 1]

    async def append(self, step: Step) -> tuple[Entry, ...]:
        self.said = step
        return tuple(self.group)

    # ---- the library ------------------------------------------------------------------------------------------------------

    async def published(self, reference: str) -> Published:
        if self.known.published is None or self.known.published.spec.reference != reference:
            raise NotKept("vacancy_not_kept")
        return self.known.published

    async def overlay(self, overlay: str) -> Standing:
        """As it stood then: what was decided later had not happened."""
        found = next((each for each in self.known.overlays if each.id == overlay), None)
        if found is None:
            raise NotKept("overlay_not_kept")
        later = found.lifted_at is not None and found.lifted_at > self.group[0].at
        return found.model_copy(update={"lifted_by": None, "lifted_at": None}) if later else found

    async def in_force(self, policy: str, at: datetime) -> Rules | None:
        edition = in_force([each for each in self.known.editions if each.name == policy], policy, at)
        return edition.rules if edition else None

    async def application(self, application: str) -> dict[str, Any]:
        raise NotKept("personal_data")

    async def contact(self, candidate: str) -> dict[str, Any]:
        """Nobody: a letter's words are personal and not here. Its language is the one it was written in."""
        language = next((e.fact.language for e in self.group if isinstance(e.fact, f.LetterWritten)), "en")
        return {"candidate": candidate, "name": "", "email": "", "language": language}

    async def calendars(self) -> dict[str, Calendar]:
        return {each.id: each for each in sorted(self.known.calendars, key=lambda each: each.age)}

    async def outages(self, now: datetime) -> list[Outage]:
        return [Outage(*each) for each in self.known.outages if each[0] <= now]

    async def holders(self, role: str) -> list[str]:
        """Who held the role then is known from the record alone."""
        told = (e.fact for e in self.group)
        return next((list(x.persons) for x in told if isinstance(x, f.DeadlineEscalated) and x.to == role), [])

    async def about(self, case: str) -> tuple[str, str]:
        received = next((e.fact for e in self.recorded.entries if isinstance(e.fact, f.ApplicationReceived)), None)
        if received is None:
            raise NotKept("application_not_received")
        return received.vacancy, received.candidate

    # ---- the post, the writer, the judge ----------------------------------------------------------------------------------

    async def open_before(self, case: str, instant: datetime) -> int:
        return 0  # the step wrote something, so it did not wait

    def compose(
        self, due: LetterDue, contact: dict[str, Any], vacancy: VacancySpec, case: str, values: dict[str, Any], letter_id: str
    ) -> Letter:
        """The letter without its words, under the hash of the one that was written."""
        same = (e.fact for e in self.group if isinstance(e.fact, f.LetterWritten) and e.fact.letter == letter_id)
        sha256 = next((fact.sha256 for fact in same), "")
        return Letter(
            letter=letter_id,
            case=case,
            candidate=contact["candidate"],
            template=due.template,
            language=contact["language"],
            to="",
            subject="",
            body="",
            sha256=sha256,
            at=values["at"],
        )

    async def rivals(self, vacancy: str) -> list[Rival]:
        if self.group[0].step not in self.known.rivals:
            raise NotKept("competition_not_kept")
        return list(self.known.rivals[self.group[0].step])

    async def judge(self, state: HireState, m: Moment) -> f.Decision:
        return next(e.fact.decision for e in self.group if isinstance(e.fact, f.EligibilityJudged))
