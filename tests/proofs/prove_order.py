"""Whatever order the events of a hire arrive in, it ends in the same state, and none is lost.

Seven events of one hire, from the candidate's answer to the report for duty, in all 5,040 orders; then longer sets, shuffled by a
seed. PROVE_ORDERS (0: all), PROVE_LONGER and PROVE_SEED change how many, and the draw.
"""

import os
import random
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import permutations

from tests.orders import LONGER, SEVEN, Orders

ORDERS = int(os.environ.get("PROVE_ORDERS", "0"))
MORE = int(os.environ.get("PROVE_LONGER", "500"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


def main() -> int:
    draw = random.Random(SEED)
    print(f"seed {SEED}", flush=True)
    every = list(permutations(SEVEN))
    orders = every if not ORDERS else draw.sample(every, ORDERS)
    short = tally(Orders(), orders)
    long = tally(Orders(), (tuple(draw.sample(LONGER, len(LONGER))) for _ in range(MORE)))
    held = all(len(states) == 1 and not lost for states, lost in (short, long))
    print(f"{sum(short[0].values())} orders of 7 events: {len(short[0])} final state(s), {short[1]} events lost")
    print(f"{sum(long[0].values())} orders of {len(LONGER)} events: {len(long[0])} final state(s), {long[1]} events lost")
    return 0 if held else 1


def tally(play: Orders, orders: Iterable[tuple[str, ...]]) -> tuple[Counter[str], int]:
    """How often each final state came, and how many events were neither applied nor visibly parked."""
    states: Counter[str] = Counter()
    lost = 0
    for order in orders:
        end = play.play(order)
        states[end.state] += 1
        lost += len(end.lost)
    return states, lost


if __name__ == "__main__":
    sys.exit(main())
