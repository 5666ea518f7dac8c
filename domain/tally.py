"""The turns of many cases added up: time per party, nation and stage, and the time to hire (recruitment.md §9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median_low

from domain.facts import DutyEntered, Entry
from domain.turns import age, by_stage, shared, turns
from domain.words import Party, Stage

NONE = timedelta(0)


@dataclass
class Share:
    """The time of one party, nation or stage: over all cases, and how many of them it had a part in."""

    time: timedelta = NONE
    cases: int = 0


@dataclass
class Tally:
    """`parties` and `stages` each add up to `age` exactly. A nation's time is a part of its party's."""

    cases: int = 0
    age: timedelta = NONE
    parties: dict[str, Share] = field(default_factory=dict)
    nations: dict[str, Share] = field(default_factory=dict)
    stages: dict[str, Share] = field(default_factory=dict)
    hires: list[timedelta] = field(default_factory=list)

    @property
    def time_to_hire(self) -> timedelta | None:
        """The middle one (the lower of two) of all times from the application's receipt to the entry on duty."""
        return median_low(self.hires) if self.hires else None


def tally(journals: Iterable[Sequence[Entry]], now: datetime) -> Tally:
    """All these cases, open ones up to `now`. Where several had to move at once, the time is divided among them."""
    found = Tally()
    for journal in journals:
        booked = turns(journal, now)
        found.cases += 1
        found.age += age(journal, now)
        for mover, time in shared(booked).items():
            party, _, nation = mover.partition(":")
            _add(found.parties, party, time)
            if nation and party == Party.NATION:
                _add(found.nations, nation, time)
        for stage, time in by_stage(booked).items():
            _add(found.stages, stage, time)
        entered = next((e.at for e in journal if isinstance(e.fact, DutyEntered)), None)
        if entered is not None:
            found.hires.append(entered - journal[0].at)
    return found


def _add(shares: dict[str, Share], name: str, time: timedelta) -> None:
    share = shares.setdefault(name, Share())
    share.time += time
    share.cases += 1


#: Who held the time, in the four words a picture can tell apart. Whoever is not named is one of ours.
GROUPS = ("ours", "candidate", "authorities", "nobody")
_GROUP = {Party.CANDIDATE: "candidate", Party.NOBODY: "nobody"} | dict.fromkeys(
    (Party.NATION, Party.MEDICAL_ADVISER, Party.VERIFICATION_AGENCY, Party.HOST_NATION, Party.BUDGET_AUTHORITY), "authorities"
)


def held(journals: Iterable[Sequence[Entry]], now: datetime) -> dict[str, dict[str, timedelta]]:
    """The time of these cases by stage and by who held it (`GROUPS`), a turn of several divided among them; open cases up to `now`."""
    found: dict[str, dict[str, timedelta]] = {}
    for journal in journals:
        for turn in turns(journal, now):
            stage = found.setdefault(str(turn.stage or Stage.RECEIVED), dict.fromkeys(GROUPS, NONE))
            for mover in turn.movers:
                stage[_GROUP.get(mover.party, "ours")] += turn.length / len(turn.movers)
    return {str(stage): found[str(stage)] for stage in Stage if str(stage) in found}
