"""Judging a recorded case again: every step whose inputs were recorded goes through the steps of today, and must say the same facts.

Nothing is written and nothing is asked: the journal recites what was written, the library knows only what was kept with the history.
A step that cannot be judged again is said with its reason, never passed over.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from activities.hire import POISON, Asked, At, Do, HireSteps, NoteAsked, NoteRecalled, Recalled, Take
from activities.records import Desk
from domain import facts as f
from domain.calendars import Calendar
from domain.editions import Edition, in_force
from domain.errors import Refusal
from domain.facts import Entry
from domain.hire import HireState, fold
from domain.letters import LetterDue
from domain.messages import ActRequest, Letter, Message, Step
from domain.moment import Moment
from domain.outage import Outage
from domain.overlays import Standing
from domain.policies.publication import content_hash
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


class Difference(BaseModel):
    """`number` is the journal's; `fact` the kind of fact that stands there; `expected` is what was recorded."""

    number: int
    step: str
    fact: str
    expected: Any = None
    found: Any = None


class Unjudged(BaseModel):
    """A step, or a part of one, that was not judged again, and why (a code)."""

    number: int
    step: str
    reason: str


class Findings(BaseModel):
    judged: int = 0
    steps: int = 0
    differences: list[Difference] = Field(default_factory=list)
    unjudged: list[Unjudged] = Field(default_factory=list)


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

    async def judge(self, state: HireState, m: Moment) -> f.Decision:
        return next(e.fact.decision for e in self.group if isinstance(e.fact, f.EligibilityJudged))


async def rejudge(recorded: Recorded, known: Knowledge, calendar: Callable[[str], Calendar]) -> Findings:
    """Judge a hire again, step by step. `calendar` gives the calendars that come with the software."""
    found = Findings()
    found.differences += _whole(recorded, known)
    recital = Recital(recorded, known)
    steps = HireSteps(Desk(recital, recital, recital, calendar), recital, recital.judge)
    for key, entries in groupby(recorded.entries, key=lambda entry: entry.step):
        recital.group, recital.said = list(entries), None
        found.steps += 1
        await _again(steps, recital, key, found)
    return found


async def _again(steps: HireSteps, recital: Recital, key: str, found: Findings) -> None:
    """One step. Whatever today's code says instead of the recorded facts, a crash included, is a difference."""
    group, first = recital.group, recital.group[0]
    try:
        await _play(steps, recital, key)
    except NotKept as reason:
        found.unjudged.append(Unjudged(number=first.number, step=key, reason=str(reason)))
        return
    except Refusal as refusal:
        said: Any = {"refused": refusal.code}
        found.differences.append(Difference(number=first.number, step=key, fact=first.fact.kind, expected=_plain(first.fact), found=said))
    except Exception as error:  # noqa: BLE001 - whatever today's code does instead is what is told
        said = {"failed": type(error).__name__}
        found.differences.append(Difference(number=first.number, step=key, fact=first.fact.kind, expected=_plain(first.fact), found=said))
    else:
        found.differences += list(_compared(group, recital.said))
    found.judged += 1
    found.unjudged += [Unjudged(number=e.number, step=key, reason=why) for e in group if (why := _only_a_hash(e.fact))]


async def _play(steps: HireSteps, recital: Recital, key: str) -> None:
    """Give a step the input it had. Raises NotKept when the history does not hold it."""
    recorded, group = recital.recorded, recital.group
    first = group[0]
    if first.number <= recorded.taken_over:
        raise NotKept("written_in_an_earlier_run")
    where: dict[str, Any] = {"case": recorded.case, "after": first.number - 1, "at": first.at}
    name, _, rest = key.partition("/")
    match name:
        case "message":
            if any(isinstance(e.fact, f.MessageSetAside) and e.fact.reason.startswith(POISON) for e in group):
                raise NotKept("could_not_be_written_down")
            message = _kept(recorded.messages, rest).model_copy(deep=True)
            await steps.take_message(Take(**where, message=message))
        case "act":
            await steps.do_act(Do(**where, request=_kept(recorded.requests, key)))
        case "due":
            await steps.keep_deadlines(At(**where))
        case "eligibility":
            await steps.judge_eligibility(At(**where))
        case "asked":
            await steps.note_asked(NoteAsked(**where, asked=tuple(_asked(recorded, group))))
        case "recalled":
            await steps.note_recalled(NoteRecalled(**where, recalled=_recalled(group)))
        case _:
            raise NotKept("unknown_step")


def _kept(inputs: dict[str, Any], key: str) -> Any:
    if key not in inputs:
        raise NotKept("input_not_in_the_history")
    return inputs[key]


def _asked(recorded: Recorded, group: list[Entry]) -> Iterable[Asked]:
    """What the authorities' doors answered; a failure is known from its fact alone."""
    for entry in group:
        fact = entry.fact
        if isinstance(fact, f.AskFailed):
            lost = fact.may_have_arrived
            yield Asked(about=fact.about, authority=fact.authority, key=fact.ask, failed=fact.reason, may_have_arrived=lost)
        elif isinstance(fact, f.AssessmentInvited | f.ConditionRequested):
            yield _kept(recorded.asked, fact.ask)


def _recalled(group: list[Entry]) -> Recalled:
    for entry in group:
        fact = entry.fact
        if isinstance(fact, f.RequestRecalled | f.RecallFailed):
            failed = fact.reason if isinstance(fact, f.RecallFailed) else ""
            return Recalled(about=fact.about, authority=fact.authority, key=fact.ask, failed=failed)
    raise NotKept("input_not_in_the_history")


def _compared(group: list[Entry], said: Step | None) -> Iterable[Difference]:
    """The recorded entries of a step against what it says today, fact by fact; who said it counts too."""
    again = [] if said is None else list(said.facts)
    actor = group[0].actor if said is None else said.actor
    for n in range(max(len(group), len(again))):
        entry, fact = group[min(n, len(group) - 1)], again[n] if n < len(again) else None
        was = entry.fact if n < len(group) else None
        number, kind = group[0].number + n, was.kind if was is not None else str(fact and fact.kind)
        if _plain(was) != _plain(fact):
            yield Difference(number=number, step=entry.step, fact=kind, expected=_plain(was), found=_plain(fact))
        elif was is not None and entry.actor != actor:
            yield Difference(number=number, step=entry.step, fact=kind, expected={"actor": entry.actor}, found={"actor": actor})


def _plain(fact: f.AnyFact | None) -> Any:
    return None if fact is None else fact.model_dump(mode="json")


def _only_a_hash(fact: f.AnyFact) -> str:
    """What a fact says that the history cannot show again: hashes of personal data, the staff list of a day."""
    match fact:
        case f.EligibilityJudged():
            return "eligibility_seen_is_a_hash"
        case f.LetterWritten():
            return "letter_words_are_a_hash"
        case f.DeadlineEscalated():
            return "staff_list_of_that_day"
        case _:
            return ""


def _whole(recorded: Recorded, known: Knowledge) -> Iterable[Difference]:
    """The record itself: numbers without a gap, the frozen vacancy of the journal, no message lost, the ending Temporal knows."""
    entries = recorded.entries
    for n, entry in enumerate(entries, 1):
        if entry.number != n or entry.case != recorded.case:
            yield Difference(number=entry.number, step=entry.step, fact="journal", expected=n, found=entry.number)
            return
    if not entries:
        return
    state = fold(entries)
    received = entries[0].fact
    if known.published is not None and isinstance(received, f.ApplicationReceived):
        frozen = content_hash(known.published.spec, known.published.rules)
        if received.policy != frozen:
            yield Difference(number=1, step=entries[0].step, fact="frozen_vacancy", expected=received.policy, found=frozen)
    if recorded.result is not None:
        if recorded.result != str(state.ending):
            yield Difference(number=state.number, step="", fact="ending", expected=recorded.result, found=str(state.ending))
        for message in sorted(set(recorded.messages) - {x.removeprefix("message/") for x in state.seen_steps}):
            yield Difference(number=state.number, step=f"message/{message}", fact="message", expected="taken", found=None)
