"""The steps of a vacancy: publish, close, take a message, do an act. The same write path as a hire's."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from temporalio import activity

from activities.hire import Asked, At, Do, NoteAsked, Take, Written
from activities.records import Desk, again_if_behind, numbered
from domain import competition, facts
from domain.announcements import announced_by_vacancy
from domain.competition import Earlier, Rival, Turnout
from domain.hire import fold
from domain.messages import ActRequest, CaseMessage, Closing, Step
from domain.moment import Moment
from domain.vacancy import VacancyState
from domain.words import MessageFate


class Field(Protocol):
    """Who is in a competition, as the read model knows it."""

    async def rivals(self, vacancy: str) -> list[Rival]: ...


class VacancySteps:
    def __init__(self, desk: Desk, field: Field) -> None:
        self._desk, self._field = desk, field

    @activity.defn(name="take_vacancy_message")
    async def take_vacancy_message(self, take: Take) -> Written:
        """A message from a hire or the budget authority, or the publication itself; its inbox row is closed."""
        message = take.message

        async def happen(state: VacancyState, m: Moment) -> Turnout:
            if message.type == "vacancy.publish":
                return competition.publish(m) if not state.reference else Turnout()
            return competition.take(state, message, m)

        return await self._step(take, f"message/{message.id}", message.actor, happen, closes=message.id)

    @activity.defn(name="do_vacancy_act")
    async def do_vacancy_act(self, do: Do) -> Written:
        """What a person asked of the vacancy: the board's report, its decision, a cancellation."""

        async def happen(state: VacancyState, m: Moment) -> Turnout:
            do.request.known(state.seen_steps)
            return competition.do(state, do.request, await self._field.rivals(state.reference), m, await self._earlier(do.request))

        return await self._step(do, do.request.step, f"person:{do.request.person}", happen)

    async def _earlier(self, request: ActRequest) -> Earlier | None:
        """The hire of another vacancy that an act is about; None where it is about none, or there is no such hire."""
        hire = str(request.args.get("hire", ""))
        if request.act != "offer_reuse" or not hire.startswith("hire/"):
            return None
        state = fold(await self._desk.journal.journal(hire))
        if not state.vacancy:
            return None
        stood = await self._desk.library.published(state.vacancy)
        return Earlier(state, (state.grade_high,) if state.grade_high else tuple(p.grade_high for p in stood.spec.posts))

    @activity.defn(name="close_vacancy")
    async def close_vacancy(self, at: At) -> Written:
        """What the clock brings: the competition closes on its wall clock, the list comes to its end."""

        async def happen(state: VacancyState, m: Moment) -> Turnout:
            return competition.due(state, m)

        return await self._step(at, f"due/{at.after}", "muster", happen)

    @activity.defn(name="note_budget_asked")
    async def note_budget_asked(self, note: NoteAsked) -> Written:
        """Record that the budget authority was asked for each unfunded post."""

        async def happen(state: VacancyState, m: Moment) -> Turnout:
            new = [a for a in note.asked if state.budget_asked.get(a.about) != a.key and state.failed_asks.get(a.about) != a.failed]
            return Turnout([_of_budget(a) for a in new])

        return await self._step(note, f"asked/{note.after}", "muster", happen)

    async def _step(
        self,
        at: At,
        key: str,
        actor: str,
        happen: Callable[[VacancyState, Moment], Awaitable[Turnout]],
        closes: str | None = None,
    ) -> Written:
        return await again_if_behind(lambda: self._try(at, key, actor, happen, closes))

    async def _try(
        self,
        at: At,
        key: str,
        actor: str,
        happen: Callable[[VacancyState, Moment], Awaitable[Turnout]],
        closes: str | None,
    ) -> Written:
        state, since = await self._desk.vacancies.at(at.case, at.after)
        if key in state.seen_steps:  # written by a first try whose answer was lost, or in an earlier life of the case
            return Written(entries=since)
        m = await self._desk.moment(at.case.removeprefix("vacancy/"), at.at, actor)
        turnout = await happen(state, m)
        closing = _closing(closes, turnout)
        if not turnout.facts and not turnout.messages and not closing:
            self._desk.vacancies.keep(at.case, state)
            return Written(entries=since)
        after = state.model_copy(deep=True)
        for entry in numbered(at.case, after.number, key, at.at, actor, turnout.facts):
            after.apply(entry)
        step = Step(
            case=at.case,
            after=state.number,
            step=key,
            at=at.at,
            actor=actor,
            facts=tuple(turnout.facts),
            closes=closing,
            messages=tuple(_in_its_life(message, after) for message in turnout.messages),
            announcements=tuple(announced_by_vacancy(after, tuple(turnout.facts))),
        )
        entries = await self._desk.journal.append(step)
        self._desk.vacancies.keep(at.case, after)
        return Written(entries=[*since, *entries])


def _of_budget(asked: Asked) -> facts.AnyFact:
    if asked.failed:
        return facts.AskFailed(about=asked.about, reason=asked.failed)
    return facts.BudgetAsked(post=asked.about, ask=asked.key)


def _closing(message: str | None, turnout: Turnout) -> tuple[Closing, ...]:
    if message is None:
        return ()
    changed = bool(turnout.facts or turnout.messages)
    fate = MessageFate.APPLIED if changed else MessageFate.SUPERSEDED
    return (Closing(message=message, fate=fate, reason="" if changed else "changed_nothing"),)


def _in_its_life(message: CaseMessage, state: VacancyState) -> CaseMessage:
    """A hire that came back must not take what was said to it before: the message names how often it has."""
    life = state.lives.get(message.to, 0)
    return message.model_copy(update={"data": {**message.data, "life": life}}) if life else message
