"""No kill loses or doubles anything: doors die by -9 at seeded random moments while competitions are in full play.

Competitions of one post and two candidates are played side by side, over and over, until every kill has been dealt: the first in rank
declines the offer, the second is called from the list and goes all the way. So partners, people and cases all speak to each other
while one door after another dies and is started again. Then everything comes to rest, and SQL, the mail server's file and the
partners' own log are read. PROVE_KILLS, PROVE_SEED and PROVE_SIDE_BY_SIDE change the size and the draw.
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter

from tests.hiring import ASKED, CONDITIONS, Hiring, vacancy
from tests.installation import DOORS, Installation, installation
from tests.soundness import faults, quiet, repeats

KILLS = int(os.environ.get("PROVE_KILLS", "60"))
SEED = int(os.environ.get("PROVE_SEED", "20261122"))
SIDE_BY_SIDE = int(os.environ.get("PROVE_SIDE_BY_SIDE", "6"))
#: Seconds between one kill and the next: now in the middle of a restart, now in full play.
PAUSES = (0.2, 6.0)
#: How long a partner thinks before it answers an ask: long enough for a worker to die meanwhile.
PARTNERS_TAKE_S = 0.5
#: How long a case may stand still before that is a loss: kills every three seconds leave little time for work.
PATIENCE_S = 150


class Killer:
    """Deals the kills. A door that dies is started again at once, as systemd would."""

    def __init__(self, place: Installation, draw: random.Random) -> None:
        self.place, self.draw = place, draw
        self.dealt: Counter[str] = Counter()
        self.done = asyncio.Event()

    async def run(self) -> None:
        for _ in range(KILLS):
            await asyncio.sleep(self.draw.uniform(*PAUSES))
            door = self.draw.choice((*DOORS, "worker"))  # twice as likely: most that can go wrong goes wrong there
            self.dealt[door] += 1
            self.place.kill(door)
            self.place.start(door)
            self.revive()
        self.done.set()

    def revive(self) -> None:
        """A door that ended by itself meanwhile is started too, and is said: it should not have."""
        for name, door in self.place.doors.items():
            if door.process.poll() is not None:
                print(f"{name} ended by itself ({door.process.returncode}): {door.last_words()}", flush=True)
                door.start()


class Play:
    """Competition after competition, and how each case ought to have ended."""

    def __init__(self, place: Installation, killer: Killer) -> None:
        self.hiring, self.killer = Hiring(place, PATIENCE_S), killer
        self.begun = 0
        self.expected: dict[str, str] = {}
        self.vacancies: list[str] = []

    async def table(self) -> None:
        while not self.killer.done.is_set():
            self.begun += 1
            await self.competition(f"kill-{self.begun}")

    async def competition(self, reference: str) -> None:
        hiring = self.hiring
        self.vacancies.append(reference)
        await hiring.publish(vacancy(reference))
        first, second = await hiring.apply(reference), await hiring.apply(reference)
        await asyncio.gather(*(self.compete(case) for case in (first, second)))
        await hiring.select(reference, (first, second))
        await hiring.until(first, lambda r: "issue_offer" in r["needs"])
        await hiring.act(first, "issue_offer")
        await hiring.event("portal", "offer.answered", first, accepted=False)
        self.expected[first] = "conditional_offer_declined"
        await hiring.to_conditions(second)
        await hiring.satisfy(second, *CONDITIONS)
        await hiring.to_duty(second)
        await hiring.confirm(second)
        self.expected[second] = "appointed_and_confirmed"
        await hiring.close_notice(reference)

    async def compete(self, case: str) -> None:
        await self.hiring.to_assessment(case)
        await self.hiring.to_selection(case)


async def broken(place: Installation, play: Play) -> list[str]:
    """What does not hold, beside what must hold of any installation."""
    found = await faults(place)
    rows = {row["case_id"]: row for row in await place.desk.hires()}
    found += [
        f"{case} ended as {rows[case]['ending']}, not {ending}" for case, ending in play.expected.items() if rows[case]["ending"] != ending
    ]
    found += [f"{case} should not be there" for case in rows.keys() - play.expected.keys()]
    for case, ending in play.expected.items():
        wanted = ASKED if ending == "appointed_and_confirmed" else ["assessment"]
        if place.partners.of(case) != wanted:
            found.append(f"{case} was asked about {place.partners.of(case)}, not {wanted}")
    statuses = {row["reference"]: row["status"] for row in await place.desk.vacancies()}
    return found + [f"vacancy {ref} is {statuses[ref]}, not filled" for ref in play.vacancies if statuses[ref] != "filled"]


async def main() -> int:
    started = time.monotonic()
    print(f"seed {SEED}: {KILLS} kills among {', '.join(DOORS)}, {SIDE_BY_SIDE} competitions side by side", flush=True)
    async with installation() as place:
        place.partners.slowness_s = PARTNERS_TAKE_S
        killer = Killer(place, random.Random(SEED))
        play = Play(place, killer)
        async with asyncio.TaskGroup() as group:
            group.create_task(killer.run())
            for _ in range(SIDE_BY_SIDE):
                group.create_task(play.table())
        killer.revive()
        await quiet(place, PATIENCE_S)
        found = await broken(place, play)
        for line in found:
            print(line)
        letters, asks = repeats(place)
        counts = await place.desk.queries.counts()
        dealt = ", ".join(f"{name} {killer.dealt[name]}" for name in DOORS)
        print(f"killed: {dealt}; {len(play.expected)} hires, {place.sent} events, {sum(counts['inbox'].values())} deliveries")
        print(f"letters: {len({m['id'] for m in place.mail()})} distinct, {letters} sent twice under the same Message-ID")
        print(f"asks: {len(place.partners.requests)} distinct, {asks} repeated under the same key")
        print(f"after {sum(killer.dealt.values())} kills in {time.monotonic() - started:.0f} s: {len(found)} lost, doubled or different")
        return 1 if found else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
