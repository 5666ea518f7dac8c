"""Ten years of retention in a few seconds: cases, holds and changed rules drawn at random, and a second reading of every deletion.

The store here is a dictionary; what decides is `domain.retention.judge`. The check reads the schedule by itself, day by day, from the
rules in force on the day: nothing past its period and free of holds is still there after a run, nothing went before its day, nothing
held or open went at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from domain.erasure import Hold
from domain.retention import PIECES, Category, Item, Kept, Rule, Schedule, judge, whole_of
from domain.words import Ending

BEGINNING = date(2027, 1, 1)
Judge = Callable[[Schedule, Sequence[Kept], dict[str, list[Hold]], date], list[Item]]


@dataclass
class Tally:
    """What the second reading found."""

    runs: int = 0
    gone: int = 0
    overdue: int = 0
    early: int = 0
    held_broken: int = 0
    stopped_by_hold: int = 0


@dataclass
class Years:
    """A simulated installation. `held` is the truth about holds: from and until which day each stands, on which case or person."""

    rng: Random
    schedule: Schedule
    cases: dict[str, Kept] = field(default_factory=dict)
    ends: dict[str, date] = field(default_factory=dict)
    held: list[tuple[str, date, date]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)

    def draw(self, count: int, days: int) -> None:
        """Cases of somewhat fewer people, begun and ended over the years; on some a hold, placed and lifted on days of its own."""
        for n in range(count):
            who, case = f"cand-{self.rng.randrange(count * 4 // 5)}", f"hire/{n}"
            ends = BEGINNING + timedelta(days=self.rng.randrange(int(days * 1.1)))
            rows = {piece: self.rng.randrange(1, 4) for piece in PIECES if self.rng.random() < 0.5}
            ending = self.rng.choice(list(Ending))
            listed = ends + timedelta(days=self.rng.randrange(-400, 400)) if self.rng.random() < 0.3 else None
            self.cases[case] = Kept(case, who, f"v{n % 40}", ending, None, listed, applications=1, rows=rows)
            self.ends[case] = ends
            self.names.add(who)
            if self.rng.random() < 0.15:
                placed = ends + timedelta(days=self.rng.randrange(-100, 900))
                self.held.append((self.rng.choice((who, case)), placed, placed + timedelta(days=self.rng.randrange(1, 1200))))

    def holds(self, today: date) -> dict[str, list[Hold]]:
        found: dict[str, list[Hold]] = {}
        for n, (on, first, last) in enumerate(self.held):
            if first <= today:
                found.setdefault(on, []).append(Hold(f"h{n}", "complaint", last))
        return found

    def change_rules(self) -> None:
        """Somebody confirms other periods: a part never longer than the case."""
        whole = self.rng.randrange(6, 37)
        months = {c: whole if c not in PIECES else self.rng.randrange(1, whole + 1) for c in self.schedule.categories}
        rules = {c: r if r.action == "keep" else r.model_copy(update={"months": months[c]}) for c, r in self.schedule.categories.items()}
        self.schedule = Schedule(version="drawn", categories=rules)

    def run(self, today: date, judged: Judge) -> None:
        """One retention run, and the second reading of it."""
        self.tally.runs += 1
        for case, ends in self.ends.items():
            if ends <= today and case in self.cases and self.cases[case].over is None:
                self.cases[case] = replace(self.cases[case], over=ends)
        of: dict[str, list[Kept]] = {}
        for kept in self.cases.values():
            of.setdefault(kept.candidate, []).append(kept)
        holds = self.holds(today)
        for who, theirs in of.items():
            if who in self.names:
                self._person(who, theirs, [item for item in judged(self.schedule, theirs, holds, today) if item.state == "due"], today)

    def _person(self, who: str, theirs: list[Kept], due: list[Item], today: date) -> None:
        for item in due:
            if item.category is Category.IDENTITY:
                self._check(all(self._whole_over(case, today) for case in theirs), any(self._held(case, today) for case in theirs))
                self.names.discard(who)
                continue
            case = self.cases[item.case]
            self._check(self._over(case, item.category, today), self._held(case, today))
            whole = item.category not in PIECES
            rows = {} if whole else {c: n for c, n in case.rows.items() if c is not item.category}
            self.tally.gone += case.applications + sum(case.rows.values()) if whole else case.rows.get(item.category, 0)
            self.cases[item.case] = replace(case, rows=rows, applications=0 if whole else case.applications)
        self._left(who, [self.cases[case.case] for case in theirs], today)

    def _check(self, over: bool, held: bool) -> None:
        self.tally.early += not over
        self.tally.held_broken += held

    def _left(self, who: str, theirs: list[Kept], today: date) -> None:
        """Whatever is past its period and not held is gone now; what a hold kept is counted."""
        for case in theirs:
            late = [c for c in case.rows if self._over(case, c, today)]
            late += [whole_of(case)] * bool(case.applications and self._whole_over(case, today))
            if self._held(case, today):
                self.tally.stopped_by_hold += bool(late)
            else:
                self.tally.overdue += len(late)
        if who in self.names and all(self._whole_over(case, today) and not self._held(case, today) for case in theirs):
            self.tally.overdue += 1

    # ---- the second reading: nothing below asks the rules how they count --------------------------------------------------

    def _held(self, case: Kept, today: date) -> bool:
        return any(on in (case.case, case.candidate) and first <= today <= last for on, first, last in self.held)

    def _whole_over(self, case: Kept, today: date) -> bool:
        return self._over(case, whole_of(case), today)

    def _over(self, case: Kept, category: Category, today: date) -> bool:
        since = self.ends[case.case]
        if category is Category.RESERVE_LIST and case.listed_until:
            since = max(since, case.listed_until)
        return self.ends[case.case] <= today and counted(since, self.schedule.categories[category]) <= today


def counted(since: date, rule: Rule) -> date:
    """A period counted month by month on the calendar, in another way than the rule counts it."""
    day, first = since.day, since.replace(day=1)
    for _ in range(rule.months):
        first = (first + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return min(first + timedelta(days=day - 1), last) + timedelta(days=rule.days)


def simulated(seed: int, count: int, years: int, schedule: Schedule, judged: Judge = judge, every: int = 7) -> Tally:
    """So many cases over so many years, a run every week, other rules about twice a year."""
    made = Years(Random(seed), schedule)
    made.draw(count, years * 365)
    today, end = BEGINNING, BEGINNING + timedelta(days=years * 365)
    while today <= end:
        if made.rng.random() < every / 180:
            made.change_rules()
        made.run(today, judged)
        today += timedelta(days=every)
    return made.tally
