"""Judging a recorded case again: every step whose inputs were recorded goes through the steps of today, and must say the same facts.

Nothing is written and nothing is asked: the journal recites what was written, the library knows only what was kept with the history.
A step that cannot be judged again is said with its reason, never passed over.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any, Protocol

from pydantic import BaseModel, Field

from activities.hire import POISON, Asked, At, Do, HireSteps, NoteAsked, NoteRecalled, Recalled, Take
from activities.reciting import Knowledge, NotKept, Recital, Recorded
from activities.records import Desk
from activities.vacancy import VacancySteps
from domain import facts as f
from domain import hire, vacancy
from domain.calendars import Calendar
from domain.errors import Refusal
from domain.facts import Entry
from domain.messages import Step
from domain.policies.publication import content_hash


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


class Play(Protocol):
    """Gives one step of a case the input it had. Raises NotKept when the history does not hold it."""

    async def __call__(self, name: str, rest: str, where: dict[str, Any]) -> None: ...


async def rejudge(recorded: Recorded, known: Knowledge, calendar: Callable[[str], Calendar]) -> Findings:
    """Judge a hire or a vacancy again, step by step. `calendar` gives the calendars that come with the software."""
    found, recital = Findings(), Recital(recorded, known)
    desk = Desk(recital, recital, recital, calendar)
    found.differences += _numbers(recorded)
    if recorded.case.startswith("hire/"):
        play: Play = OfHire(HireSteps(desk, recital, recital.judge), recital)
        found.differences += [] if found.differences else _whole_hire(recorded, known)
    else:
        play = OfVacancy(VacancySteps(desk, recital), recital)
        found.differences += [] if found.differences else _whole_vacancy(recorded)
    for key, entries in groupby(recorded.entries, key=lambda entry: entry.step):
        recital.group, recital.said = list(entries), None
        found.steps += 1
        await _again(play, recital, key, found)
    return found


async def _again(play: Play, recital: Recital, key: str, found: Findings) -> None:
    """One step. Whatever today's code says instead of the recorded facts, a crash included, is a difference."""
    group, first = recital.group, recital.group[0]
    try:
        await _played(play, recital, key)
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


async def _played(play: Play, recital: Recital, key: str) -> None:
    first = recital.group[0]
    if first.number <= recital.recorded.taken_over:
        raise NotKept("written_in_an_earlier_run")
    name, _, rest = key.partition("/")
    await play(name, rest, {"case": recital.recorded.case, "after": first.number - 1, "at": first.at})


class OfHire:
    def __init__(self, steps: HireSteps, recital: Recital) -> None:
        self._steps, self._recital = steps, recital

    async def __call__(self, name: str, rest: str, where: dict[str, Any]) -> None:
        recorded, group = self._recital.recorded, self._recital.group
        match name:
            case "message":
                if any(isinstance(e.fact, f.MessageSetAside) and e.fact.reason.startswith(POISON) for e in group):
                    raise NotKept("could_not_be_written_down")
                message = _kept(recorded.messages, rest).model_copy(deep=True)
                await self._steps.take_message(Take(**where, message=message))
            case "act":
                await self._steps.do_act(Do(**where, request=_kept(recorded.requests, f"act/{rest}")))
            case "due":
                await self._steps.keep_deadlines(At(**where))
            case "eligibility":
                await self._steps.judge_eligibility(At(**where))
            case "asked":
                await self._steps.note_asked(NoteAsked(**where, asked=tuple(_asked(recorded, group))))
            case "recalled":
                await self._steps.note_recalled(NoteRecalled(**where, recalled=_recalled(group)))
            case _:
                raise NotKept("unknown_step")


class OfVacancy:
    def __init__(self, steps: VacancySteps, recital: Recital) -> None:
        self._steps, self._recital = steps, recital

    async def __call__(self, name: str, rest: str, where: dict[str, Any]) -> None:
        recorded = self._recital.recorded
        match name:
            case "message":
                message = _kept(recorded.messages, rest).model_copy(deep=True)
                await self._steps.take_vacancy_message(Take(**where, message=message))
            case "act":
                await self._steps.do_vacancy_act(Do(**where, request=_kept(recorded.requests, f"act/{rest}")))
            case "due":
                await self._steps.close_vacancy(At(**where))
            case "asked":
                asked = tuple(_asked(recorded, self._recital.group))
                await self._steps.note_budget_asked(NoteAsked(**where, asked=asked))
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
        elif isinstance(fact, f.AssessmentInvited | f.ConditionRequested | f.BudgetAsked):
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


def _numbers(recorded: Recorded) -> Iterable[Difference]:
    """The record itself: numbers without a gap, all of this case."""
    for n, entry in enumerate(recorded.entries, 1):
        if entry.number != n or entry.case != recorded.case:
            yield Difference(number=entry.number, step=entry.step, fact="journal", expected=n, found=entry.number)
            return


def _whole_hire(recorded: Recorded, known: Knowledge) -> Iterable[Difference]:
    """The frozen vacancy of the journal, no message lost, the ending Temporal knows."""
    entries = recorded.entries
    if not entries:
        return
    state = hire.fold(entries)
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


def _whole_vacancy(recorded: Recorded) -> Iterable[Difference]:
    """How the competition ended, as Temporal knows it."""
    state = vacancy.fold(recorded.entries)
    if recorded.result is not None and recorded.result != state.status:
        yield Difference(number=state.number, step="", fact="status", expected=recorded.result, found=state.status)
