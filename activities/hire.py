"""The steps of a hire: each judges and records in one local activity. The story calls them by name; nothing else writes to a hire."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field
from temporalio import activity

from activities.records import Desk, Outcome, again_if_behind, numbered, written
from domain import acts, due, facts, replies, reuse, stages
from domain.announcements import announced, messages_of
from domain.attention import decision_clocks, notices_of
from domain.errors import JournalConflict, NotFound, NotNow, Refusal
from domain.facts import Entry
from domain.hire import HireState
from domain.messages import ActRequest, Closing, Message, Step
from domain.moment import Moment
from domain.words import ConditionState, MessageFate

#: Begins the reason of a parked message that could not be written down; only a person can help it.
POISON = "poison."


class At(BaseModel):
    """Where a case stands when it asks for a step: its id, the last number it knows, its own time."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    case: str
    after: int
    at: datetime


class Take(At):
    message: Message


class Do(At):
    request: ActRequest


class Asked(BaseModel):
    """An authority was asked: under which key, over which channel, with which expected date; or why it could not be."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    about: str
    authority: str
    key: str
    round: int = 1
    channel: str = "http"
    reference: str = ""
    expected: date | None = None
    failed: str = ""
    may_have_arrived: bool = False  # of one that failed: an answer was lost, not the request
    form: facts.ClearanceForm | Literal[""] = ""


class NoteAsked(At):
    asked: tuple[Asked, ...] = Field(min_length=1)


class Recalled(BaseModel):
    """A request was taken back from an authority; or why it could not be."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    about: str
    authority: str
    key: str
    failed: str = ""


class NoteRecalled(At):
    recalled: Recalled


class Written(BaseModel):
    """What a step wrote. `waits` says that the clock must wait: mail received before the deadline is still on its way."""

    entries: list[Entry] = []
    waits: bool = False


class Post(Protocol):
    """The inbox, as far as a deadline needs it: is anything received before this moment still undelivered?"""

    async def open_before(self, case: str, instant: datetime) -> int: ...


Judge = Callable[[Any, Moment], Awaitable[facts.Decision]]


class HireSteps:
    """All steps of a hire. `judge` is the eligibility judgement (`activities/judgements.py`)."""

    def __init__(self, desk: Desk, post: Post, judge: Judge) -> None:
        self._desk, self._post, self._judge = desk, post, judge

    @activity.defn(name="read_journal")
    async def read_journal(self, case: str) -> Written:
        """The whole journal of a case: how a hire is begun again."""
        return Written(entries=await self._desk.journal.journal(case))

    @activity.defn(name="take_message")
    async def take_message(self, take: Take) -> Written:
        """A delivered message: applied, parked (too early) or superseded (late, repeated, moot), and its inbox row closed."""
        message = take.message

        async def happen(state: HireState, m: Moment) -> Outcome:
            closing = Closing(message=message.id, fate=MessageFate.APPLIED)
            if not message.sender.startswith("case:"):
                m = replace(m, shut=tuple(await self._desk.library.outages(message.received_at)))
            try:
                found = replies.take(state, message, m)
            except Refusal as reason:  # a message the rules refuse waits visibly, like one that is too early; it never blocks the case
                fate = MessageFate.SUPERSEDED if isinstance(reason, replies.Moot) else MessageFate.PARKED
                found = [_aside(message, fate, reason.code)]
                closing = Closing(message=message.id, fate=fate, reason=reason.code)
            return Outcome(found, message.actor, [closing])

        key = f"message/{message.id}"
        try:
            return await self._step(take, key, happen, message=message)
        except JournalConflict:
            raise
        except Refusal as refusal:  # what it leads to cannot be written (a letter, an addressee): for a person, and the case lives on
            code = f"{POISON}{refusal.code}"

        async def poisoned(state: HireState, m: Moment) -> Outcome:
            closing = Closing(message=message.id, fate=MessageFate.PARKED, reason=code)
            return Outcome([_aside(message, MessageFate.PARKED, code)], message.actor, [closing])

        return await self._step(take, key, poisoned, message=message)

    @activity.defn(name="do_act")
    async def do_act(self, do: Do) -> Written:
        """What a person asked: refused with a reason, or written."""

        async def happen(state: HireState, m: Moment) -> Outcome:
            do.request.known(state.seen_steps)
            if do.request.act in acts.overlay.ABOUT_OVERLAY:
                acts.check(state, do.request)
                m = replace(m, overlay=await self._desk.library.overlay(str(do.request.args.get("overlay", ""))))
            found = acts.do(state, do.request, m)
            for fact in found:
                if isinstance(fact, facts.ReuseOffered):
                    await self._suits(fact, state, m)
            return Outcome(found, f"person:{do.request.person}")

        return await self._step(do, do.request.step, happen)

    async def _suits(self, offer: facts.ReuseOffered, state: HireState, m: Moment) -> None:
        """Raises NotFound for a post that is nowhere (its acceptance could be told to nobody), and NotNow for a higher grade."""
        await self._desk.library.published(offer.vacancy)
        there, _ = await self._desk.vacancies.at(f"vacancy/{offer.vacancy}", -1)
        if offer.post not in there.posts:
            raise NotFound(f"vacancy {offer.vacancy} has no post {offer.post}", code="unknown_post", vacancy=offer.vacancy, post=offer.post)
        own = [state.grade_high] if state.grade_high else [p.grade_high for p in m.published.spec.posts]
        reuse.check_grade(there.posts[offer.post].spec.grade_high, own)

    @activity.defn(name="keep_deadlines")
    async def keep_deadlines(self, at: At) -> Written:
        """Everything the clock brings by now; waits while mail received before that moment is still to be delivered."""
        waits = False

        async def happen(state: HireState, m: Moment) -> Outcome:
            nonlocal waits  # the end of a hold never waits: the mail kept during the hold is read only after it
            waits = state.held is None and await self._post.open_before(at.case, at.at) > 0
            return Outcome([] if waits else await self._named(due.due(state, m)), "muster")

        done = await self._step(at, f"due/{at.after}", happen)
        return done.model_copy(update={"waits": waits})

    async def _named(self, found: list[facts.AnyFact]) -> list[facts.AnyFact]:
        """Escalations with the persons who hold the role now: a role tells nobody, a person reads mail."""
        return [
            fact.model_copy(update={"persons": tuple(await self._desk.library.holders(fact.to))})
            if isinstance(fact, facts.DeadlineEscalated)
            else fact
            for fact in found
        ]

    @activity.defn(name="judge_eligibility")
    async def judge_eligibility(self, at: At) -> Written:
        """Run the eligibility checks over the application; a proposal with reasons, never an ending."""

        async def happen(state: HireState, m: Moment) -> Outcome:
            judged = state.judged is not None
            return Outcome([] if judged else [facts.EligibilityJudged(decision=await self._judge(state, m))], "muster")

        return await self._step(at, f"eligibility/{at.after}", happen)

    @activity.defn(name="note_asked")
    async def note_asked(self, note: NoteAsked) -> Written:
        """Record what was asked of whom, and start the deadlines that follow."""

        async def happen(state: HireState, m: Moment) -> Outcome:
            return Outcome([fact for asked in note.asked for fact in _asked(state, asked, m)], "muster")

        return await self._step(note, f"asked/{note.after}", happen)

    @activity.defn(name="note_recalled")
    async def note_recalled(self, note: NoteRecalled) -> Written:
        """Record that a request was taken back, or that a person has to do it."""

        async def happen(state: HireState, m: Moment) -> Outcome:
            return Outcome(_recalled(state, note.recalled), "muster")

        return await self._step(note, f"recalled/{note.recalled.key}/{note.after}", happen)

    async def _step(
        self,
        at: At,
        key: str,
        happen: Callable[[HireState, Moment], Awaitable[Outcome]],
        message: Message | None = None,
    ) -> Written:
        return await again_if_behind(lambda: self._try(at, key, happen, message))

    async def _try(self, at: At, key: str, happen: Callable[[HireState, Moment], Awaitable[Outcome]], message: Message | None) -> Written:
        before, since = await self._desk.hires.at(at.case, at.after)
        if key in before.seen_steps:  # written by a first try whose answer was lost, or in an earlier life of the case
            return Written(entries=since)
        vacancy, candidate = (before.vacancy, before.candidate) if before.vacancy else await self._desk.library.about(at.case)
        m = await self._desk.moment(vacancy, at.at, "muster", before.figures)
        if message is not None and not before.vacancy:
            message.data["candidate"] = candidate
        outcome = await happen(before, m)
        if not outcome.facts and not outcome.closes:
            self._desk.hires.keep(at.case, before)
            return Written(entries=since)
        after = before.model_copy(deep=True)
        found = list(outcome.facts)
        closes = list(outcome.closes)
        for entry in numbered(at.case, after.number, key, at.at, outcome.actor, found):
            after.apply(entry)
        closes += _put_away(before, found, closes)
        _unpark(after, found, closes, key, m)
        clocks = decision_clocks(after, m)
        for entry in numbered(at.case, after.number, key, at.at, outcome.actor, clocks):
            after.apply(entry)
        found += clocks
        letters = await self._desk.letters(before, after, found, m)
        facts_of_letters = written(letters)
        for entry in numbered(at.case, after.number, key, at.at, outcome.actor, facts_of_letters):
            after.apply(entry)
        step = Step(
            case=at.case,
            after=before.number,
            step=key,
            at=at.at,
            actor=outcome.actor,
            facts=(*found, *facts_of_letters),
            closes=tuple(closes),
            messages=tuple(messages_of(after, tuple(found))),
            announcements=tuple(announced(after, tuple(found))),
            letters=tuple(letters),
            notices=tuple(notices_of(after, found)),
        )
        entries = await self._desk.journal.append(step)
        if entries and entries[-1].number == after.number:
            self._desk.hires.keep(at.case, after)
        return Written(entries=[*since, *entries])


def _aside(message: Message, fate: MessageFate, reason: str) -> facts.MessageSetAside:
    return facts.MessageSetAside(
        message=message.id,
        type=message.type,
        sender=message.actor,
        fate=fate,
        reason=reason,
        received_at=message.received_at,
        data=message.data,
    )


def _put_away(before: HireState, found: list[facts.AnyFact], closes: list[Closing]) -> list[Closing]:
    """The inbox rows of what had waited in the case and a person put away."""
    gone = [fact for fact in found if isinstance(fact, facts.MessageSetAside) and fact.fate is MessageFate.SUPERSEDED]
    known = {closing.message for closing in closes}
    return [Closing(message=x.message, fate=x.fate, reason=x.reason) for x in gone if x.message in before.parked and x.message not in known]


def _unpark(state: HireState, found: list[facts.AnyFact], closes: list[Closing], key: str, m: Moment) -> None:
    """Try every parked message again: what came before its question is answered as soon as the question is put."""
    progressed = True
    while progressed:
        progressed = False
        for parked in list(state.parked.values()):
            message = Message(id=parked.message, type=parked.type, sender=parked.sender, received_at=parked.received_at, data=parked.data)
            if state.over or parked.reason.startswith(POISON) or any(c.message == parked.message for c in closes):
                continue
            try:
                more = replies.take(state, message, m)
                closing = Closing(message=parked.message, fate=MessageFate.APPLIED, reason="found_its_moment")
            except replies.Moot as moot:
                more, closing = [], Closing(message=parked.message, fate=MessageFate.SUPERSEDED, reason=moot.code)
            except Refusal:
                continue
            taken = [facts.MessageTaken(message=parked.message, sender=parked.sender), *more]
            for entry in numbered(state.case, state.number, key, m.at, "muster", taken):
                state.apply(entry)
            found += taken
            closes.append(closing)
            progressed = True
    if state.ended:
        _close_parked(state, found, closes, key, m)


def _close_parked(state: HireState, found: list[facts.AnyFact], closes: list[Closing], key: str, m: Moment) -> None:
    """The case is over: what still waited for its moment has none any more, and its sender may know.

    While a review may reopen it, what partners said is kept; what the vacancy said about its posts is past with the ending.
    """
    for parked in list(state.parked.values()):
        if not state.over and (not parked.sender.startswith("case:") or parked.type == "vacancy.cancelled"):
            continue
        aside = parked.model_copy(update={"fate": MessageFate.SUPERSEDED, "reason": "case_closed"})
        for entry in numbered(state.case, state.number, key, m.at, "muster", [aside]):
            state.apply(entry)
        found.append(aside)
        closes.append(Closing(message=parked.message, fate=MessageFate.SUPERSEDED, reason="case_closed"))


def _recalled(state: HireState, recalled: Recalled) -> list[facts.AnyFact]:
    about, authority, ask = recalled.about, recalled.authority, recalled.key
    if ask in state.recalled:  # a person was quicker
        return []
    if not recalled.failed:
        return [facts.RequestRecalled(about=about, authority=authority, ask=ask)]
    if not state.ended:  # a review brought the case back meanwhile: its answer is wanted again
        return []
    return [facts.RecallFailed(about=about, authority=authority, ask=ask, reason=recalled.failed)]


def _asked(state: HireState, asked: Asked, m: Moment) -> list[facts.AnyFact]:
    slot = state.conditions.get(asked.about)
    moot = slot is not None and slot.state is not ConditionState.WAITING
    if asked.failed:
        return _not_asked(state, asked, moot or state.ended)
    if moot:
        return []  # noted already, or answered on paper while the request was still on its way
    if asked.about == "assessment":
        if state.assessment_ask:  # noted already
            return []
        invited = facts.AssessmentInvited(assessment=m.published.rules.assessment, ask=asked.key)
        return [invited] if state.ended else [invited, m.deadline("assessment_answer")]
    if slot is None:
        raise NotNow(f"this hire has no {asked.about} condition", code="not_required")
    requested = facts.ConditionRequested(
        **slot.about,
        authority=asked.authority,
        ask=asked.key,
        round=asked.round,
        channel=asked.channel,
        form=asked.form,
        expected=asked.expected,
    )
    return [requested] if state.ended else [requested, *stages.asked(slot, m, asked.form)]


def _not_asked(state: HireState, asked: Asked, moot: bool) -> list[facts.AnyFact]:
    """It could not be asked. One that nobody needs any more is noted only where it may have arrived: it must be taken back."""
    noted = asked.key in state.lost_asks or asked.key in state.recalled
    if noted or (moot and not asked.may_have_arrived):
        return []
    fact = facts.AskFailed(
        about=asked.about,
        reason=asked.failed,
        authority=asked.authority,
        ask=asked.key,
        may_have_arrived=asked.may_have_arrived,
        moot=moot,
    )
    return [fact]
