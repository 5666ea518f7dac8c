"""No timer and no rule rejects anybody: generated histories, with deadlines running out, and every negative ending in them read for the
person who decided it. The machine's other laws hold on the way. The control is the same journals with the person taken out.

PROVE_EXAMPLES and PROVE_SEED change the size and the draw.
"""

import os
import sys
import time

from hypothesis import HealthCheck, given, seed, settings

from tests.machine.moves import Move
from tests.machine.walk import Tally, rescued, starts, walk, walks
from tests.named import Read, read, without_persons

EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "100000"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


def main() -> int:
    began, tally, found, control = time.monotonic(), Tally(), Read(), Read()
    print(f"seed {SEED}: {EXAMPLES} histories", flush=True)

    @seed(SEED)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(starts, walks, rescued)
    def any_walk(how_far: str, moves: list[Move], luck: int) -> None:
        for journal in walk(how_far, moves, luck == 0, tally).store.journals.values():
            read(journal, found)
            read(without_persons(journal), control)

    any_walk()
    print(f"{tally.line()}, {found.lapses} deadlines ran out, in {time.monotonic() - began:.0f} s")
    print(f"control: {control.unnamed} of {control.negative} found where the person was taken out")
    print(f"{found.negative} negative endings, {found.unnamed} without a fact that names a person")
    return 0 if found.negative and not found.unnamed and control.unnamed == control.negative else 1


if __name__ == "__main__":
    sys.exit(main())
