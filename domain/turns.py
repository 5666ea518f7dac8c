"""Whose turn: every second of a case booked to the party, or parties, who had to move (recruitment.md §9).

Derived from the journal alone. While deadlines are open, their parties move; while none is, the stage says who (HR unless a
person is plainly the one awaited); on hold, nobody. A limit on the candidate's clock hands the turn to HR, who confirm, extend
or reopen; where a person decides about a silent authority, HR move beside it. The intervals follow one another without gap or overlap,
so they add up to the age of the case exactly.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate, pairwise

from domain.conditions import deadline_keys
from domain.facts import (
    ApplicationReceived,
    ConditionHeld,
    ConditionResumed,
    DeadlineClosed,
    DeadlineEscalated,
    DeadlineSet,
    EndingReached,
    Entry,
    Held,
    LapseDue,
    Reopened,
    Resumed,
    StageEntered,
    VacancyCancelled,
    VacancyCompleted,
)
from domain.words import LimitAction, Party, Stage

#: The competition's own clock: it runs for everybody and is nobody's to move.
NOBODYS = frozenset({"closing"})

#: Who moves in a stage while no deadline of theirs is open. HR everywhere else.
BY_STAGE: dict[Stage, Party] = {
    Stage.RECEIVED: Party.NOBODY,
    Stage.INTERVIEW: Party.BOARD,
    Stage.SELECTION: Party.BOARD,
    Stage.ENTRY: Party.CANDIDATE,
    Stage.PROBATION: Party.LINE_MANAGER,
}


@dataclass(frozen=True, order=True)
class Mover:
    """A party; `who` tells the nation or person apart where there are several."""

    party: Party
    who: str = ""

    def __str__(self) -> str:
        return f"{self.party}:{self.who}" if self.who else str(self.party)


NOBODY = (Mover(Party.NOBODY),)


@dataclass(frozen=True)
class Turn:
    """From `since` (inclusive) to `until` (exclusive) these parties had to move, in this stage."""

    since: datetime
    until: datetime
    movers: tuple[Mover, ...]
    stage: Stage | None

    @property
    def length(self) -> timedelta:
        return self.until - self.since


@dataclass
class _Now:
    stage: Stage | None = None
    late: bool = False
    held: bool = False
    ended: bool = False
    open: dict[str, DeadlineSet] = field(default_factory=dict)
    still: dict[str, frozenset[str]] = field(default_factory=dict)
    moving: dict[str, tuple[Mover, ...]] = field(default_factory=dict)

    def movers(self) -> tuple[Mover, ...]:
        if self.held:
            return NOBODY
        stopped = {key for keys in self.still.values() for key in keys}
        found = {mover for key, movers in self.moving.items() if key not in stopped for mover in movers}
        if (self.ended or self.moving) and not found:  # over but for a window, or every condition that is waited for is on hold
            return NOBODY
        return tuple(sorted(found)) or (Mover(self._by_stage()),)

    def _by_stage(self) -> Party:
        """A late application waits for HR to say so, any other for the competition to close."""
        if self.stage is None or (self.stage is Stage.RECEIVED and self.late):
            return Party.HR
        return BY_STAGE.get(self.stage, Party.HR)

    def apply(self, entry: Entry) -> None:
        match entry.fact:
            case ApplicationReceived(late=late):
                self.late = late
            case StageEntered(stage=stage):
                self.stage = stage
            case DeadlineSet(key=key) as deadline if key not in NOBODYS:
                self.open[key], self.moving[key] = deadline, (_party(deadline),)
            case DeadlineClosed(key=key):
                self.open.pop(key, None)
                self.moving.pop(key, None)
            case LapseDue(key=key) if key in self.open:
                self.moving[key] = (Mover(Party.HR),)
            case DeadlineEscalated(key=key) if key in self.open and self.open[key].at_limit is LimitAction.PERSON_DECIDES:
                self.moving[key] = (_party(self.open[key]), Mover(Party.HR))
            case ConditionHeld(slot=slot):
                self.still[slot] = frozenset(deadline_keys(slot))
            case ConditionResumed(slot=slot):
                self.still.pop(slot, None)
            case Held():
                self.held = True
            case Resumed():
                self.held = False
            case EndingReached():
                self.ended, self.held, self.open, self.moving = True, False, {}, {}
            case Reopened():
                self.ended, self.late = False, False
            case _:
                pass


def _party(deadline: DeadlineSet) -> Mover:
    return Mover(deadline.party, deadline.who)


def turns(journal: Sequence[Entry], now: datetime | None = None) -> list[Turn]:
    """The case from its first entry to its ending, else to `now` (or the last entry), as turns that follow one another.

    A turn lasts until the movers or the stage change. What is written after the ending belongs to no turn, unless a review reopened
    the case: then the time until its request was nobody's, and the time it took HR's, both under the stage of exclusion.
    """
    return list(_joined(_booked(journal, now)))


def age(journal: Sequence[Entry], now: datetime | None = None) -> timedelta:
    """How old the case is: what its turns add up to."""
    times = _times(journal, now)
    return times[-1] - times[0] if times else timedelta(0)


def by_party(booked: Sequence[Turn]) -> dict[str, timedelta]:
    """Time per party. Where several had to move at once each is charged the whole of it; `shared` divides it instead."""
    found: dict[str, timedelta] = {}
    for turn in booked:
        for mover in turn.movers:
            found[str(mover)] = found.get(str(mover), timedelta(0)) + turn.length
    return found


def shared(booked: Sequence[Turn]) -> dict[str, timedelta]:
    """Time per party, a turn of several divided among them: adds up to the age exactly, to the microsecond."""
    found: dict[str, timedelta] = {}
    for turn in booked:
        each, left = divmod(turn.length // timedelta(microseconds=1), len(turn.movers))
        for n, mover in enumerate(turn.movers):
            part = timedelta(microseconds=each + (n < left))
            found[str(mover)] = found.get(str(mover), timedelta(0)) + part
    return found


def by_stage(booked: Sequence[Turn]) -> dict[str, timedelta]:
    """Time per stage, time on hold under the stage it interrupted; adds up to the age exactly. Before the first stage: "received"."""
    found: dict[str, timedelta] = {}
    for turn in booked:
        stage = str(turn.stage or Stage.RECEIVED)
        found[stage] = found.get(stage, timedelta(0)) + turn.length
    return found


def _times(journal: Sequence[Entry], now: datetime | None) -> list[datetime]:
    """When each entry up to the ending was written, and the end; a clock that was set back stands still until it is caught up."""
    last = _end(journal)
    written = [entry.at for entry in (journal if last is None else journal[: last + 1])]
    end = [now] if now and last is None else []
    return list(accumulate([*written, *end], max))


def _end(journal: Sequence[Entry]) -> int | None:
    """Where the ending stands that no review has voided."""
    found: int | None = None
    for n, entry in enumerate(journal):
        if isinstance(entry.fact, Reopened):
            found = None
        elif found is None and isinstance(entry.fact, EndingReached | VacancyCancelled | VacancyCompleted):
            found = n
    return found


def _booked(journal: Sequence[Entry], now: datetime | None) -> Iterator[Turn]:
    state, times = _Now(), _times(journal, now)
    for entry, (since, until) in zip(journal, pairwise(times), strict=False):
        state.apply(entry)
        if until > since:
            yield Turn(since, until, state.movers(), state.stage)


def _joined(booked: Iterator[Turn]) -> Iterator[Turn]:
    last: Turn | None = None
    for turn in booked:
        if last and (last.movers, last.stage) == (turn.movers, turn.stage):
            last = Turn(last.since, turn.until, turn.movers, turn.stage)
            continue
        if last:
            yield last
        last = turn
    if last:
        yield last
