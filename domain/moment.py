"""The moment a rule is applied in: when, by whom, under which frozen vacancy and calendars."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.calendars import Calendar
from domain.deadlines import set_deadline, set_deadline_until
from domain.facts import DeadlineSet
from domain.outage import Outage
from domain.overlays import Standing
from domain.rules import DeadlineRule, Rules
from domain.slots import without_nation
from domain.vacancy import Published
from domain.words import LimitAction, Party


@dataclass(frozen=True)
class Moment:
    """`at` is the case's own time; `actor` as in `facts.Entry`; `published` and `calendar` are the ones in force for the case.

    `office` gives the calendar of that id, for parties whose own closing days count; without it everybody counts `calendar`.
    `today` is the edition of the same policy that is in force at `at`; `figures` are those that overlays on this case have put in
    place of the policy's; `overlay` is the one an act is about (`domain.overlays.Standing`), as it stands at `at`.
    `shut` are the outages of our own door, as far as they matter for a message that came.
    """

    at: datetime
    actor: str
    published: Published
    calendar: Calendar
    office: Callable[[str], Calendar] | None = None
    shut: tuple[Outage, ...] = ()
    today: Rules | None = None
    figures: Mapping[str, DeadlineRule] = field(default_factory=dict)
    overlay: Standing | None = None

    @property
    def in_force(self) -> Rules:
        """The policy in use now, which contract terms follow (S2); the frozen one where no other edition is known."""
        return self.today or self.published.rules

    def calendar_of(self, party: Party, who: str = "") -> Calendar:
        """The calendar of the party that must act (recruitment.md §2): its own where the policy names one, else the duty station's."""
        named = self.published.rules.calendars.of(party, who)
        return self.office(named) if named and self.office else self.calendar

    def set_by(self, key: str) -> DeadlineRule | None:
        """The figures an open deadline was set by; None for the competition's closing, which is no figure of a policy."""
        short = key == "interview" and self.published.spec.fast_track
        policy = "interview_fast_track" if short else key
        return None if key == "closing" else self.figures.get(without_nation(key)) or self.published.rules.figures(policy)

    def deadline(self, key: str, *, who: str = "", rule: str | None = None, ends_on: date | None = None) -> DeadlineSet:
        """The deadline `key` of the policy, started now. `rule` picks other figures under the same key (fast track);
        `ends_on` is its last day where that is known (the agreed day of entry, the end of probation). What runs for a further
        nation has the figures of the first."""
        policy = self.published.rules
        figures = self.figures.get(without_nation(key)) or policy.figures(rule or key)
        calendar = self.calendar_of(figures.party, who)
        if ends_on is not None and figures.unit == "day":
            return set_deadline_until(key, figures, self.at, ends_on, calendar, who=who)
        return set_deadline(key, figures, self.at, calendar, who=who)

    def place_kept(self, hire: str) -> DeadlineSet:
        """How long a place is kept for a hire whose review is being decided: bounded, in the unit of the review's own figures."""
        unit = self.published.rules.deadlines["review_decision"].unit
        days = self.published.rules.review_holds_days
        figures = DeadlineRule(party=Party.NOBODY, target=days, at_limit=LimitAction.NONE, unit=unit)
        return set_deadline(f"kept.{hire}", figures, self.at, self.calendar)

    def closing(self) -> DeadlineSet | None:
        """The wall clock at which the competition closes, as a deadline of the case's own; None for an ongoing notice."""
        closes_at = self.published.closes_at
        if closes_at is None:
            return None
        opens = closes_at + timedelta(seconds=1)
        return DeadlineSet(
            key="closing",
            party=Party.NOBODY,
            started_at=self.at,
            due_at=opens,
            limit_at=opens,
            at_limit=LimitAction.OPENS,
            rule="the competition closes",
            calendar=f"{self.calendar.id}@{self.calendar.version}",
            zone=self.published.spec.duty_station.zone,
        )
