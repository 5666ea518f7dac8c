"""Ten simulated years of retention, two thousand cases, holds and changed rules: nothing kept past its period, nothing gone early, no hold
broken. Three rules that are wrong on purpose (one day early, deaf to holds, forgetful of letters) must each be caught.

PROVE_CASES, PROVE_YEARS and PROVE_SEED change the size and the draw.
"""

import os
import sys
import time

from config.files import load_retention
from tests.retaining import simulated
from tests.wrong_retention import WRONG

CASES, YEARS = int(os.environ.get("PROVE_CASES", "2000")), int(os.environ.get("PROVE_YEARS", "10"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


def main() -> int:
    began, schedule = time.monotonic(), load_retention()
    print(f"seed {SEED}: {CASES} cases, {YEARS} years, a run a week", flush=True)
    tally = simulated(SEED, CASES, YEARS, schedule)
    caught = {}
    for name, judged in WRONG.items():
        wrong = simulated(SEED, CASES // 10, YEARS, schedule, judged)
        caught[name] = wrong.overdue + wrong.early + wrong.held_broken
        print(f"control, {name}: {wrong.early} early, {wrong.held_broken} holds broken, {wrong.overdue} kept too long")
    print(
        f"{tally.runs} runs, {tally.gone} rows deleted, {tally.stopped_by_hold} cases stopped by a hold; {time.monotonic() - began:.0f} s"
    )
    print(f"kept past their period {tally.overdue}, deleted early {tally.early}, holds broken {tally.held_broken}")
    bad = tally.overdue + tally.early + tally.held_broken
    return 0 if not bad and tally.gone and tally.stopped_by_hold and all(caught.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
