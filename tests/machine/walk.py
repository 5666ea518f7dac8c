"""One walk of the machine: a prepared ground, moves in any order, the laws after each, and a helpful world at the end."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from hypothesis import strategies as st

from domain import facts as f
from domain.words import Ending, Stage
from tests.machine.comparing import Comparison
from tests.machine.ground import Ground
from tests.machine.laws import Laws
from tests.machine.moves import DRAWN, WHOSE, Move, Player
from tests.machine.starts import HOW_FAR, start

#: However a walk left them, so many helpful moves bring every case to an end.
ENOUGH = 120

move = st.builds(Move, st.integers(0, len(WHOSE) - 1), st.sampled_from(DRAWN), st.integers(0, 2**16 - 1))
#: About 25 moves; in stretches, because one list would be short on average, and a list with a least length would not shrink below it.
walks = st.tuples(*[st.lists(move, max_size=12) for _ in range(6)]).map(lambda found: list(chain(*found)))
starts = st.sampled_from(HOW_FAR)
rescued = st.integers(0, 9)


@dataclass
class Tally:
    """What all walks together have reached."""

    examples: int = 0
    steps: int = 0
    happenings: int = 0
    stages: Counter[Stage] = field(default_factory=Counter)
    endings: Counter[Ending] = field(default_factory=Counter)
    acts: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)

    def count(self, ground: Ground, player: Player) -> None:
        self.examples += 1
        self.happenings += len(ground.said)
        self.refusals.update(player.refusals)
        named = {f"act/{h.id}/": h.name for h in ground.said if h.kind == "act"}
        told = {f"message/{h.id}": h.name for h in ground.said if h.kind == "message"}
        for case, journal in ground.store.journals.items():
            for entry in journal[ground.begun.get(case, 0) :]:
                match entry.fact:
                    case f.StageEntered(stage=stage):
                        self.stages[stage] += 1
                    case f.EndingReached(ending=ending):
                        self.endings[ending] += 1
                    case _:
                        pass
            steps = {e.step for e in journal[ground.begun.get(case, 0) :] if not isinstance(e.fact, f.MessageSetAside)}
            self.acts.update(name for step in steps if (name := named.get(step[: step.rfind("/") + 1])))
            self.messages.update(name for step in steps if (name := told.get(step)))

    def line(self) -> str:
        return f"{self.examples} examples, {self.steps} moves, {self.happenings} happenings, {sum(self.refusals.values())} refusals"


def played(how_far: str, moves: Sequence[Move], tally: Tally) -> Ground:
    """Play the moves alone, without a law: for whoever reads very many journals."""
    ground = start(how_far)
    player = Player(ground)
    for one in moves:
        player.play(one)
        tally.steps += 1
    tally.count(ground, player)
    return ground


def walk(how_far: str, moves: Sequence[Move], rescue: bool, tally: Tally, say: Callable[[str], None] = lambda _: None) -> Ground:
    """Play the moves; after each the laws hold. With `rescue`, every case can still be brought to an ending."""
    ground = start(how_far)
    laws = Laws()
    laws.begin(ground)
    comparison = Comparison()
    comparison.begin(ground)
    ground.watchers = (laws, comparison)
    player = Player(ground)
    for one in moves:
        said = len(ground.said)
        try:
            player.play(one)
            laws.between_moves(ground)
        finally:
            say(f"{one.what}: " + "; ".join(f"{h.case} {h.name} {h.person} {h.data}" for h in ground.said[said:]))
        tally.steps += 1
    laws.end(ground)
    tally.count(ground, player)
    if rescue:
        help_on(ground, player, laws)
    return ground


def help_on(ground: Ground, player: Player, laws: Laws) -> None:
    """Never stuck: where everybody does what is asked of them, and time passes, each case comes to an ending."""
    for _ in range(ENOUGH):
        ground.pump()
        open_ = [case for case in ground.cases() if ground.hire(case).vacancy and not ground.hire(case).over]
        if not open_:
            break
        if not [case for case in open_ if helped(ground, player, case)]:
            instants = [i for case in open_ if (i := ground.next_instant(case))]
            ground.forward(seconds=max(86400.0, (min(instants, default=ground.at) - ground.at).total_seconds()))
        laws.between_moves(ground)
    for case in ground.cases():
        state = ground.hire(case)
        if state.reopened and not state.post:  # back from a review, and the vacancy has no post left for it
            continue
        assert state.over or not state.vacancy, f"{case} stays at {state.stage}, needs {state.needs()}, {player.refusals[-4:]}"
    laws.end(ground)


def helped(ground: Ground, player: Player, case: str) -> bool:
    """Did anybody do something about this case that counted? What is late or repeated is set aside and does not."""
    before = counted(ground)
    player.onward(case)
    if counted(ground) == before:
        player.any_need(case)
    return counted(ground) > before


def counted(ground: Ground) -> int:
    return sum(1 for journal in ground.store.journals.values() for entry in journal if not isinstance(entry.fact, f.MessageSetAside))
