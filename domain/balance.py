"""Balance watch, the arithmetic: how groups fare at each step of a competition, told so that no small number can be worked out.

What may be told of a group are its exclusive cells (how many got as far as each step, and no further). A group with a cell under `LEAST`
is not told, nor counted anywhere but in the totals. Totals are taken as known to everybody, so what is not told must hide something
else too: those who said nothing about themselves, where each of their own cells is large enough; else the smallest group (all of that
size) that could have been told. So for every cell under `LEAST` of a group somebody named there is another value with which this very
answer would have come out, even for a reader who knows this rule, the totals and how many said nothing was never told.
Fisher's exact test is two-sided; four fifths is the rule of thumb of 29 CFR 1607.4(D), a rule of the United States.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import ceil, comb
from statistics import median_low

LEAST = 10
#: A step is told only where so many stopped before it and so many reached it, whoever they are: fewer could be no two groups.
MANY = 4 * LEAST
FOUR_FIFTHS = Fraction(4, 5)
DAY = timedelta(days=1)

Cells = tuple[int, ...]


def told(groups: Mapping[str, Cells], unsaid: Cells, least: int = LEAST) -> dict[str, Cells]:
    """The groups that may be told of these. `groups` are those somebody named; `unsaid`: the cells of those who named none."""
    small = {name for name, cells in groups.items() if min(cells) < least}
    able = groups.keys() - small
    if small and not _hidden_among(unsaid, [groups[name] for name in small], least):
        smallest = min((sum(groups[name]) for name in able), default=0)
        able = {name for name in able if sum(groups[name]) > smallest}
    return {name: groups[name] for name in sorted(able)}


def _hidden_among(unsaid: Cells, small: Sequence[Cells], least: int) -> bool:
    """Whether those who said nothing are enough to hide them. A pool of exactly `least` would say that nobody small is in it."""
    pooled = [sum(each) for each in zip(unsaid, *small, strict=True)]
    return min(unsaid) >= least and min(pooled) > least


def steps(furthest: Sequence[int], many: int = MANY) -> list[int]:
    """Which steps are told, by their places in `furthest` (how many got so far and no further); the first is where everybody begins.

    From the totals alone, so that it says nothing about any group.
    """
    found = [0]
    for place in range(1, len(furthest)):
        if sum(furthest[found[-1] : place]) >= many and sum(furthest[place:]) >= many:
            found.append(place)
    return found


def merged(furthest: Sequence[int], places: Sequence[int]) -> Cells:
    """The same cells with the steps that are not told taken together."""
    ends = [*places[1:], len(furthest)]
    return tuple(sum(furthest[begin:end]) for begin, end in zip(places, ends, strict=True))


@dataclass(frozen=True)
class Rate:
    """One group at one step: how many came to it and passed it. `ratio`: its rate over the highest; `p`: Fisher's, against that group."""

    group: str
    entered: int
    passed: int
    ratio: Fraction | None = None
    p: float | None = None

    @property
    def rate(self) -> Fraction:
        return Fraction(self.passed, self.entered)


def rates(groups: Mapping[str, Cells], step: int) -> list[Rate]:
    """All groups at one step (1 is the first to pass), each compared with the group of the highest rate."""
    found = [Rate(name, sum(cells[step - 1 :]), sum(cells[step:])) for name, cells in sorted(groups.items())]
    best = max(found, key=lambda each: each.rate, default=None)
    if best is None or not best.rate:
        return found
    return [Rate(x.group, x.entered, x.passed, x.rate / best.rate, None if x is best else fisher(x, best)) for x in found]


def fisher(one: Rate, other: Rate) -> float:
    """Two-sided: the chance of a table no likelier than this one, were passing no matter of the group. Exact until the last division."""
    passed, everybody = one.passed + other.passed, one.entered + other.entered

    def ways(of_one: int) -> int:
        return comb(one.entered, of_one) * comb(other.entered, passed - of_one)

    possible = range(max(0, passed - other.entered), min(one.entered, passed) + 1)
    unlikely = sum(many for each in possible if (many := ways(each)) <= ways(one.passed))
    return float(Fraction(unlikely, comb(everybody, passed)))


@dataclass(frozen=True)
class Wait:
    """How long one nation's answers to one condition took, in whole days begun: the middle one, and the one nine in ten did not exceed."""

    nation: str
    answers: int
    median_days: int
    p90_days: int


def waits(by_nation: Mapping[str, Sequence[timedelta]], least: int = LEAST) -> list[Wait]:
    """The nations that may be told, by the same rule; nobody is without a nation here."""
    shown = told({name: (len(times),) for name, times in by_nation.items()}, (0,), least)
    return [_wait(name, sorted(by_nation[name])) for name in shown]


def _wait(nation: str, times: Sequence[timedelta]) -> Wait:
    return Wait(nation, len(times), _days(median_low(times)), _days(times[ceil(len(times) * 0.9) - 1]))


def _days(time: timedelta) -> int:
    return ceil(time / DAY)


def tallied(groups: Iterable[tuple[str, int]], places: int) -> dict[str, Cells]:
    """(group, how far) of each person, as cells per group."""
    found: dict[str, list[int]] = {}
    for name, far in groups:
        found.setdefault(name, [0] * places)[far] += 1
    return {name: tuple(cells) for name, cells in found.items()}
