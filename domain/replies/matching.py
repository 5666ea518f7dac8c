"""Which request a message about a condition belongs to: which nation's, and which round of asking (`recruitment.md` §4)."""

from domain.conditions import TABLE
from domain.hire import ConditionNow, HireState
from domain.messages import Message
from domain.replies.taking import ORDER, Moot, TooEarly
from domain.words import Condition, ConditionState, Stage


def matched(state: HireState, message: Message) -> ConditionNow:
    """The slot a message is about, asked already.

    Raises TooEarly while its question is still to come, or nobody could say which nation is meant; Moot when it answers
    nothing this hire asks (any more): no such condition, a nation nobody asked, an earlier round.
    """
    slots = _slots(state, message)
    return _asked(_by_ask(state.case, slots, message) or _by_sender(slots, message) or _only(slots))


def matched_papers(state: HireState, message: Message) -> list[ConditionNow]:
    """The slots the candidate's papers are for: the one they name, else every one that was asked and has none. Raises as `matched`."""
    slots = _slots(state, message)
    named = _by_ask(state.case, slots, message) or _by_sender(slots, message)
    if named:
        return [_asked(named)]
    still = [c for c in slots if not c.papers and not c.answered]
    return [c for c in still if c.state is not ConditionState.WAITING] or [_asked(c) for c in still]


def _slots(state: HireState, message: Message) -> list[ConditionNow]:
    condition = Condition(message.type.split(".")[0])
    if state.stage is not None and ORDER[state.stage] < ORDER[Stage.CONDITIONS]:
        raise TooEarly("the conditions are not open yet", code="before_its_question")
    slots = [c for c in state.conditions.values() if c.condition is condition]
    if not slots:
        raise Moot(f"this hire has no {condition} condition", code="not_required")
    return slots


def _asked(now: ConditionNow) -> ConditionNow:
    if now.state is ConditionState.WAITING:
        raise TooEarly(f"{now.slot} has not been asked for yet", code="before_its_question")
    return now


def _by_ask(case: str, slots: list[ConditionNow], message: Message) -> ConditionNow | None:
    """The slot whose request the message names. An earlier round's answer never settles a later one: it is on record, no more."""
    ask = str(message.data.get("ask") or "")
    if not ask:
        return None
    for now in slots:
        head, _, nth = ask.rpartition("/")
        if head != f"{case}/{now.slot}/request" or not nth.isdigit():
            continue
        _only_from(now, message)
        current = now.round + (now.state is ConditionState.WAITING)
        if int(nth) < current:
            raise Moot(f"{now.slot} was asked anew since", code="earlier_round")
        if int(nth) > current:
            raise TooEarly(f"{now.slot} has not been asked for a time {nth}", code="before_its_question")
        return now
    raise TooEarly("no request of this case has that key", code="unknown_ask")


def _by_sender(slots: list[ConditionNow], message: Message) -> ConditionNow | None:
    """A nation speaks for itself only."""
    if not _is_nation(slots[0], message):
        return None
    for now in slots:
        if now.authority == _id(message):
            return now
    raise Moot(f"{_id(message)} was not asked", code="nation_not_asked")


def _only_from(now: ConditionNow, message: Message) -> None:
    if _is_nation(now, message) and now.authority != _id(message):
        raise Moot(f"{_id(message)} was not asked", code="nation_not_asked")


def _only(slots: list[ConditionNow]) -> ConditionNow:
    """Nobody said which: then the only slot, or the only one without an answer."""
    still = slots if len(slots) == 1 else [c for c in slots if not c.answered]
    if len(still) != 1:
        raise TooEarly("several nations are asked, and it does not say which it speaks of", code="which_nation")
    return still[0]


def _is_nation(now: ConditionNow, message: Message) -> bool:
    """Is the sender an authority of the kind that is asked, one per nation? The portal and the desks speak of any."""
    kind, several, _ = TABLE[now.condition].authority.partition("{nation}")
    return bool(several) and _id(message).startswith(kind)


def _id(message: Message) -> str:
    return message.actor.removeprefix("partner:")
