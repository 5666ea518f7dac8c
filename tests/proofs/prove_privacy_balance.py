"""No small figure of a balance report can be worked out: thousands of drawn populations, reported slice by slice as the desk does it.

For each report every figure under ten of a group it does not list is looked at: is there another population, with another value there,
for which the very same report comes out (totals and rule known to the reader)? That reports have nobody in common, so that their
difference is about nobody, is the desk's part (tests/acts/test_balance.py); here too who was counted is counted no more.
The control tells what a report that only leaves small groups out would give away.
PROVE_BALANCE changes how many populations are drawn, PROVE_SEED which.
"""

import os
import random
import sys
from dataclasses import dataclass

from domain.balance import LEAST, MANY, Cells, merged, steps, tallied, told
from domain.balance_people import MILESTONES
from tests.balancing import another

ROUNDS = int(os.environ.get("PROVE_BALANCE", "2000"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
PLACES = len(MILESTONES)
NAMES = ("BE", "CA", "DE", "ES", "FR", "IT", "NL", "TR")


@dataclass
class Found:
    reports: int = 0
    small: int = 0
    recovered: int = 0
    control: int = 0


def main() -> int:
    found = proved(ROUNDS, SEED)
    print(f"seed {SEED}: {ROUNDS} populations, {found.reports} reports")
    print(f"control (small groups left out, nothing else hidden): {found.control} figures under {LEAST} given away by the totals")
    print(f"{found.small} figures under {LEAST} not told: {found.recovered} can be recovered")
    return 1 if found.recovered or not found.small or not found.control else 0


def proved(rounds: int, seed: int) -> Found:
    drawn, found = random.Random(seed), Found()
    for _ in range(rounds):
        _reported(_population(drawn), found)
    return found


def _population(drawn: random.Random) -> list[list[tuple[str, str, int]]]:
    """(person, what they declared or nothing, how far) of two or three vacancies; some people apply to more than one."""
    people = [f"p{n}" for n in range(drawn.randint(150, 1500))]
    names = NAMES[: drawn.randint(2, len(NAMES))]
    weights = [drawn.choice((1, 3, 10, 40)) for _ in names]
    silent = drawn.choice((0.0, 0.0, 0.02, 0.2, 0.5))
    said = {each: "" if drawn.random() < silent else drawn.choices(names, weights)[0] for each in people}
    odds = [drawn.random() + 0.05 for _ in MILESTONES]
    slices = []
    for _ in range(drawn.randint(2, 3)):
        applied = drawn.sample(people, drawn.randint(80, len(people)))
        slices.append([(each, said[each], drawn.choices(range(PLACES), odds)[0]) for each in applied])
    return slices


def _reported(slices: list[list[tuple[str, str, int]]], found: Found) -> None:
    """Each vacancy, then the year: who was counted is counted no more, as `acts.balance` has it."""
    counted: set[str] = set()
    for rows in [*slices, [row for each in slices for row in each]]:
        ours = {person: (group, far) for person, group, far in rows if person not in counted}
        counted |= ours.keys()
        totals = tallied((("", far) for _, far in ours.values()), PLACES).get("", (0,) * PLACES)
        places = steps(totals, MANY)
        if len(places) > 1:
            found.reports += 1
            _looked_at({name: merged(cells, places) for name, cells in tallied(ours.values(), PLACES).items()}, len(places), found)


def _looked_at(groups: dict[str, Cells], places: int, found: Found) -> None:
    unsaid = groups.pop("", (0,) * places)
    shown = told(groups, unsaid)
    # Left out alone, and nobody silent to hide it: the totals less what is told are that group.
    small = [name for name, cells in groups.items() if min(cells) < LEAST]
    if len(small) == 1 and not any(unsaid):
        found.control += sum(each < LEAST for each in groups[small[0]])
    for name, cells in groups.items():
        for place, value in enumerate(cells):
            if value < LEAST:
                found.small += 1
                found.recovered += name in shown or another(groups, unsaid, name, place) is None


if __name__ == "__main__":
    sys.exit(main())
