"""No timer and no rule rejects anybody: generated histories, with deadlines running out, and every negative ending in them read for the
person who decided it. The control is the same journals with the person taken out. (`prove_machine` holds the machine's laws on such walks.)

PROVE_EXAMPLES and PROVE_SEED change the size and the draw; they are played in shares on all cores, each share under a seed of its own.
"""

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass

from hypothesis import HealthCheck, given, seed, settings

from tests.machine.moves import Move
from tests.machine.walk import Tally, played, starts, walks
from tests.named import Read, read, without_persons

EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "100000"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))
#: The drawing library remembers every history it drew: so many at once, and then it begins anew under another seed.
AT_ONCE = 2_500
SHARES = max(os.cpu_count() or 1, -(-EXAMPLES // AT_ONCE))


@dataclass
class Share:
    """What one draw of them came to."""

    histories: int
    moves: int
    found: Read
    control: Read


def share(number: int) -> Share:
    tally, found, control = Tally(), Read(), Read()

    @seed(SEED + number)
    @settings(max_examples=EXAMPLES // SHARES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(starts, walks)
    def any_walk(how_far: str, moves: list[Move]) -> None:
        for journal in played(how_far, moves, tally).store.journals.values():
            read(journal, found)
            read(without_persons(journal), control)

    any_walk()
    return Share(tally.examples, tally.steps, found, control)


def main() -> int:
    began = time.monotonic()
    print(f"seeds {SEED} to {SEED + SHARES - 1}: {EXAMPLES} histories", flush=True)
    with multiprocessing.get_context("spawn").Pool(maxtasksperchild=1) as pool:
        shares = pool.map(share, range(SHARES), chunksize=1)
    histories, moves = sum(each.histories for each in shares), sum(each.moves for each in shares)
    negative, unnamed = sum(each.found.negative for each in shares), sum(each.found.unnamed for each in shares)
    lapses = sum(each.found.lapses for each in shares)
    caught, planted = sum(each.control.unnamed for each in shares), sum(each.control.negative for each in shares)
    print(f"{histories} histories of {moves} moves, {lapses} deadlines ran out, in {time.monotonic() - began:.0f} s")
    print(f"control: {caught} of {planted} found where the person was taken out")
    print(f"{negative} negative endings, {unnamed} without a fact that names a person")
    return 0 if negative and not unnamed and caught == planted == negative else 1


if __name__ == "__main__":
    sys.exit(main())
