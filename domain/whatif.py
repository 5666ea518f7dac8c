"""What another day of entry would mean for a hire: what slips, what would have run out by then, what would still be unanswered. Pure.

Nothing is written and nobody is asked; it is the same reckoning the case itself makes, for a day nobody has agreed to.
"""

from dataclasses import dataclass
from datetime import date

from domain.contract import Terms, moved_to
from domain.deadlines import probation_ends_on
from domain.errors import NotNow
from domain.facts import DeadlineSet
from domain.hire import HireState
from domain.moment import Moment
from domain.words import Stage

#: From the offer on there is a day of entry to speak of; once somebody is on duty it is a fact.
BEFORE_ENTRY = frozenset({Stage.OFFER, Stage.CONDITIONS, Stage.CONTRACT, Stage.ENTRY})


@dataclass(frozen=True)
class Slip:
    """A date that would be another one: "entry", "probation" (its last day), "contract" (its end), "advancement" (the normal earliest)."""

    what: str
    was: date | None
    now: date

    @property
    def days(self) -> int | None:
        return None if self.was is None else (self.now - self.was).days


@dataclass(frozen=True)
class WhatIf:
    """`agreed` is the day of entry as things stand. `expired`: results that would not be valid any more, with their last day.
    `unanswered`: open deadlines of conditions that end after that day."""

    agreed: date | None
    day: date
    slips: tuple[Slip, ...]
    expired: tuple[tuple[str, date], ...]
    unanswered: tuple[DeadlineSet, ...]


def what_if(state: HireState, day: date, m: Moment) -> WhatIf:
    """What entering on `day` would mean. Raises NotNow before an offer, and once the person is on duty or the hire is over."""
    if state.ended or state.stage not in BEFORE_ENTRY:
        raise NotNow("there is no day of entry to move", code="no_start")
    agreed = agreed_day(state)
    slips = [Slip("entry", agreed, day), *_of_the_terms(state, day)]
    months = m.published.rules.probation_months
    slips.append(Slip("probation", agreed and probation_ends_on(agreed, months), probation_ends_on(day, months)))
    results = ((slot, c.valid_until) for slot, c in sorted(state.conditions.items()))
    expired = tuple((slot, until) for slot, until in results if until is not None and until < day)
    zone = m.calendar.tz
    late = [d for slot, d in sorted(state.deadlines.items()) if slot in state.conditions and d.due_at.astimezone(zone).date() > day]
    return WhatIf(agreed, day, tuple(slips), expired, tuple(late))


def agreed_day(state: HireState) -> date | None:
    """The day of entry as things stand: signed, else proposed; None while nobody has named one."""
    return state.enters_on or (Terms.model_validate(state.terms).enters_on if state.terms else None)


def _of_the_terms(state: HireState, day: date) -> list[Slip]:
    if not state.terms:
        return []
    was = Terms.model_validate(state.terms)
    now = moved_to(was, day)
    pairs = (("contract", was.ends_on, now.ends_on), ("advancement", was.earliest_advancement, now.earliest_advancement))
    return [Slip(what, before, after) for what, before, after in pairs if after is not None]
