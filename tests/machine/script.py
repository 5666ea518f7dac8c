"""A walk written down as it is played, so that the same can be said, done and waited for again on a real server."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from config.files import load_rules, load_vacancy
from domain.errors import Refusal
from domain.facts import Entry
from domain.messages import ActRequest, CaseMessage, Message
from domain.policies.publication import freeze
from domain.vacancy import Closing, Published
from tests.machine.ground import Ground
from tests.machine.moves import DRAWN, WHOSE, Move, Player

#: What the sample leaves out: an authority that is away fails in a way of its own on either side.
LEFT_OUT = ("outage",)


@dataclass(frozen=True)
class Line:
    """One line of a script: when, to which case, what; `refused` is the code with which an act was refused, `long` how many entries
    the case's journal has when the line, and what the story does by itself after it, is over."""

    at: datetime
    case: str
    message: Message | None = None
    carried_from: str = ""
    request: ActRequest | None = None
    refused: str = ""
    long: int = 0
    kept: bool = False


@dataclass
class Scripted(Ground):
    """A ground that writes down what it is told. `tag` keeps its cases apart from those of other walks on the same server."""

    tag: str = ""
    lines: list[Line] = field(default_factory=list)
    carrying: str = ""
    turned_down: dict[str, Refusal] = field(default_factory=dict)

    def apply(self, *, vacancy: str | None = None, received_at: datetime | None = None, **data: Any) -> str:
        self.made += 1
        case, reference = f"hire/{self.tag}{self.made:03}", vacancy or self.published[0].spec.reference
        self.store.cases[case] = (reference, f"P{self.tag}{self.made:03}")
        self.store.applications[f"A{self.made}"] = {}
        words = {"channel": "public", "serving": False, "nations": ["BE"], **data}
        self.tell(case, "application.submitted", received_at=received_at, payload=f"A{self.made}", **words)
        return case

    def tell(self, case: str, kind: str, /, **words: Any) -> str:
        known = {name: words.pop(name, None) for name in ("id_", "received_at", "sender", "payload")}
        id_ = known["id_"] or f"{self.tag}-{self.made + 1}"
        at, sender = known["received_at"] or self.at, known["sender"] or "partner:portal"
        message = Message(id=id_, type=kind, sender=sender, received_at=at, data=dict(words), payload=known["payload"])
        before, now = len(self.store.closings), self.at
        super().tell(case, kind, id_=id_, received_at=at, sender=sender, payload=known["payload"], **words)
        kept = len(self.store.closings) == before and message.id not in self.store.closed
        self.write(Line(now, case, message=message, carried_from=self.carrying, kept=kept))
        return str(id_)

    def do(self, case: str, asked: ActRequest) -> None:
        """A request that was refused is not put again: the server would give its first answer once more, whatever happened since."""
        if asked.request in self.turned_down:
            raise self.turned_down[asked.request]
        line = Line(self.at, case, request=asked)
        try:
            super().do(case, asked)
        except Refusal as refusal:
            line = replace(line, refused=refusal.code)
            self.turned_down[asked.request] = refusal
            raise
        finally:
            self.write(line)

    def ring(self, case: str) -> None:
        now = self.at
        super().ring(case)
        self.write(Line(now, case))

    def carry(self, sender: str, message: CaseMessage) -> None:
        self.carrying = sender
        super().carry(sender, message)
        self.carrying = ""

    def write(self, line: Line) -> None:
        self.lines.append(replace(line, long=counted(self.store.journals.get(line.case, []))))


def counted(journal: list[Entry]) -> int:
    """The entries both sides have: that the budget authority was asked is written by the real story only."""
    return sum(1 for entry in journal if entry.fact.kind != "budget_asked")


def published(tag: str, begin: datetime) -> list[Published]:
    """Two posts, one not funded yet, closing in a fortnight; and a second vacancy to be placed in."""
    made = []
    for name, posts, days in (("250442", 2, 14), ("270311", 2, 20)):
        spec = load_vacancy(name)
        some = tuple(p.model_copy(update={"funded": p.id == f"{name}-1"}) for p in spec.posts[:posts])
        closing = Closing(date=(begin + timedelta(days=days)).date())
        changed = spec.model_copy(update={"reference": f"{name}-{tag}", "closing": closing, "posts": some})
        made.append(freeze(changed, load_rules("standard"), begin))
    return made


def script(seed: int, begin: datetime, moves: int = 55) -> Scripted:
    """One walk of the machine from the very beginning: two hires apply, and then anything may happen."""
    tag = f"w{seed}x{begin:%H%M%S}"
    ground = Scripted(published(tag, begin), at=begin, tag=tag)
    ground.apply()
    ground.apply(nations=["FR", "BE"])
    draw, player = random.Random(seed), Player(ground)
    usual = [what for what in DRAWN if what not in LEFT_OUT]
    player.play(Move(0, "onward", 0))
    for _ in range(moves):
        player.play(Move(draw.randrange(len(WHOSE)), draw.choice(usual), draw.randrange(2**16)))
    return ground


def telling(seeds: range, begin: datetime, most: int) -> list[Scripted]:
    """Among these walks the few that tell most: each adds kinds of facts the others have not."""
    found = [script(seed, begin) for seed in seeds]
    chosen: list[Scripted] = []
    seen: Counter[str] = Counter()
    for _ in range(most):
        best = max(found, key=lambda ground: sum(1.0 / (1 + seen[kind] * 3) for kind in kinds(ground)))
        found.remove(best)
        chosen.append(best)
        seen.update(kinds(best))
    return chosen


def kinds(ground: Ground) -> set[str]:
    return {entry.fact.kind for journal in ground.store.journals.values() for entry in journal}
