"""Everything that takes two people, tried by people who would rather be both: at random, with other roles every now and then, as deputies,
with proposals taken back, repeated and changed, and with hashes of what stood before.

What is watched is read from the facts alone (`found`): who wrote the proposal, who wrote what decides on it, in whose name, on which bytes.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

from config.files import load_calendar
from domain import acts, competition
from domain import facts as f
from domain.competition.turnout import Rival
from domain.errors import Refusal
from domain.facts import Entry
from domain.four_eyes import PAIRS, Pair
from domain.hire import HireState, fold
from domain.messages import ActRequest
from domain.moment import Moment
from domain.vacancy import Published, VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.words import Role, Stage
from tests.world import World, at_stage, publish

PEOPLE = ("ann", "ben", "cho", "dan", "eve")
Move = tuple[str, dict[str, Any]]
State = HireState | VacancyState
#: Of one run: what was proposed before, so that somebody may decide on bytes that no longer stand.
Hashes = list[str]


class Blind(ActRequest):
    """A request nobody looks at twice: the control, in which whoever proposed may decide."""

    @property
    def eyes(self) -> frozenset[str]:
        return frozenset()


@dataclass(frozen=True)
class Scene:
    """A case at a point where something takes two people; `moves` are what may be tried there."""

    name: str
    case: str
    journal: list[Entry]
    published: Published
    moves: Callable[[State, random.Random, Hashes], Move]
    rivals: tuple[Rival, ...] = ()

    def state(self) -> State:
        return fold(self.journal) if self.case.startswith("hire/") else fold_vacancy(self.journal)


@dataclass
class Tally:
    tried: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    alone: list[str] = field(default_factory=list)
    other_bytes: list[str] = field(default_factory=list)

    def add(self, journal: Sequence[Entry], since: int = 0) -> None:
        """Count what was decided after so many entries."""
        for pair, entry, same in (each for each in found(journal) if each[1].number > since):
            self.decided[pair.act] += 1
            if same:
                self.alone.append(f"{entry.actor} decided their own {pair.proposes or pair.first} in {entry.case} at {entry.number}")
        self.other_bytes += bytes_changed(journal)


# ---- what the facts say ----------------------------------------------------------------------------------------------------


def found(journal: Sequence[Entry]) -> list[tuple[Pair, Entry, bool]]:
    """Every decision on another fact, and whether one person stands on both sides of it."""
    told = []
    for n, entry in enumerate(journal):
        for pair in (each for each in PAIRS if entry.fact.kind in each.second):
            before = [each for each in journal[:n] if each.fact.kind == pair.first and _about(pair, each) == _about(pair, entry)]
            if before:
                proposer = str(getattr(before[-1].fact, pair.by)) if pair.by else before[-1].actor
                told.append((pair, entry, proposer in _behind(journal, entry)))
    return told


def _about(pair: Pair, entry: Entry) -> list[Any]:
    return [getattr(entry.fact, name, "") for name in pair.same]


def _behind(journal: Sequence[Entry], entry: Entry) -> set[str]:
    """Who wrote it, and in whose name."""
    lent = {f"person:{each.fact.person}" for each in journal if each.step == entry.step and isinstance(each.fact, f.ActedFor)}
    return {entry.actor, *lent}


def bytes_changed(journal: Sequence[Entry]) -> list[str]:
    """Approvals of a contract or a report that are not of the bytes last proposed."""
    told, proposed = [], ""
    for entry in journal:
        if isinstance(entry.fact, f.ContractProposed):
            proposed = entry.fact.sha256
        if isinstance(entry.fact, f.ContractApproved) and entry.fact.sha256 != proposed:
            told.append(f"{entry.case} at {entry.number}")
    return told


# ---- one run ---------------------------------------------------------------------------------------------------------------


@dataclass
class Cast:
    """Who has which roles, and uses whose, for now."""

    draw: random.Random
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in PEOPLE:
            self.change(person)

    def change(self, person: str) -> None:
        self.roles[person] = tuple(str(role) for role in Role if self.draw.random() < 0.55)

    def lent(self, person: str) -> dict[str, tuple[str, ...]]:
        if self.draw.random() < 0.6:
            return {}
        others = self.draw.sample([each for each in PEOPLE if each != person], 2)
        return {each: self.roles[each] for each in others if self.roles[each]}

    def ask(self, move: Move, kind: type[ActRequest] = ActRequest) -> ActRequest:
        if self.draw.random() < 0.08:
            self.change(self.draw.choice(PEOPLE))
        person, (act, args) = self.draw.choice(PEOPLE), move
        own = () if self.draw.random() < 0.25 else self.roles[person]  # a second account of theirs, with lent roles alone
        request = f"r{self.draw.getrandbits(40)}"
        return kind(request=request, act=act, person=person, roles=own, stands_in=self.lent(person), args=args)


def judged(scene: Scene, state: State, request: ActRequest, number: int, case: str = "") -> list[Entry]:
    """What this request leads to, as the story would write it. Raises the refusal."""
    at = scene.journal[-1].at + timedelta(hours=1)
    actor = f"person:{request.person}"
    m = Moment(at, actor, scene.published, load_calendar(scene.published.rules.calendar), office=load_calendar)
    if isinstance(state, HireState):
        facts: Iterable[Any] = acts.do(state, request, m)
    else:
        facts = competition.do(state, request, scene.rivals, m).facts
    told: dict[str, Any] = {"case": case or scene.case, "at": at, "actor": actor, "step": request.step}
    return [Entry(**told, number=number + n, fact=fact) for n, fact in enumerate(facts, 1)]


def played(scene: Scene, draw: random.Random, steps: int, tally: Tally, kind: type[ActRequest] = ActRequest) -> None:
    """One run in memory."""
    state, journal, cast, hashes = scene.state(), list(scene.journal), Cast(draw), list[str]()
    for _ in range(steps):
        request = cast.ask(scene.moves(state, draw, hashes), kind)
        tally.tried += 1
        try:
            new = judged(scene, state, request, len(journal))
        except Refusal as refusal:
            tally.refused[refusal.code] += 1
            continue
        for entry in new:
            state.apply(entry)
        journal += new
    tally.add(journal, len(scene.journal))


# ---- the scenes ------------------------------------------------------------------------------------------------------------


def _contract(state: State, draw: random.Random, hashes: Hashes) -> Move:
    assert isinstance(state, HireState)
    if state.terms_sha256 and state.terms_sha256 not in hashes:
        hashes.append(state.terms_sha256)
    sha256 = state.terms_sha256 if state.terms_sha256 and draw.random() < 0.8 else draw.choice([*hashes, "0" * 64])
    on = {"enters_on": (state.last_at + timedelta(days=draw.randint(40, 70))).date().isoformat()} if state.last_at else {}
    reason: dict[str, Any] = {"reason": "wrong_day"}
    moves: list[Move] = [
        *[("propose_contract", on)] * 3,
        *[("approve_contract", {"sha256": sha256})] * 4,
        ("reject_contract", {"sha256": sha256, **reason}),
        ("withdraw_proposal", reason),
    ]
    return draw.choice(moves)


def _grade(state: State, draw: random.Random, hashes: Hashes) -> Move:
    decide = {"approved": draw.random() < 0.5, "reason": "experience_in_grade"}
    moves: list[Move] = [("propose_higher_grade", {"reason": "experience_in_grade"}), ("decide_higher_grade", decide)]
    return draw.choice(moves)


def _entry(state: State, draw: random.Random, hashes: Hashes) -> Move:
    assert isinstance(state, HireState)
    assert state.last_at is not None
    later = ((state.enters_on or state.last_at.date()) + timedelta(days=draw.randint(1, 60))).isoformat()
    paper = draw.choice(("entry", "no_show"))
    typed = {"paper": paper, "on": str(state.enters_on)}
    postpone = {"enters_on": later, "reason": "notice_period"}
    moves: list[Move] = [("postpone_entry", postpone), ("enter_paper", typed), ("confirm_paper", {"paper": paper})]
    return draw.choice(moves)


def _conditions(state: State, draw: random.Random, hashes: Hashes) -> Move:
    condition, outcome = draw.choice((("verification", "confirmed"), ("medical", "fit"), ("clearance", "granted"), ("medical", "unfit")))
    waiver: dict[str, Any] = {"condition": "verification"}
    reply = {"condition": condition, "outcome": outcome, "reference": "R-1", "valid_until": "2028-01-01" if outcome == "fit" else None}
    moves: list[Move] = [
        ("propose_waiver", waiver | {"reason": "urgent"}),
        ("approve_waiver", waiver),
        ("enter_reply", reply),
        ("confirm_reply", {"condition": condition}),
    ]
    return draw.choice(moves)


def _assessment(state: State, draw: random.Random, hashes: Hashes) -> Move:
    paper: dict[str, Any] = {"paper": "assessment"}
    some: dict[str, Any] = {"measures": ["breaks"]}
    moves: list[Move] = [("enter_paper", paper | {"reference": "V1"}), ("confirm_paper", paper)]
    moves += [("propose_measures", some), ("grant_measures", some)]
    return draw.choice(moves)


def _integrity(state: State, draw: random.Random, hashes: Hashes) -> Move:
    steps = {"steps": draw.choice(("warning", "continue")), "reason": "found_so"}
    moves: list[Move] = [("conclude_integrity", {"upheld": True, "reason": "found_so"}), ("decide_integrity_steps", steps)]
    return draw.choice(moves)


def _review(state: State, draw: random.Random, hashes: Hashes) -> Move:
    return "decide_review", {"upheld": draw.random() < 0.5, "reason": "error_of_fact"}


def _report(state: State, draw: random.Random, hashes: Hashes) -> Move:
    assert isinstance(state, VacancyState)
    line = {"hire": "hire/h002", "score": draw.randint(70, 90), "rank": 1, "recommendation": "selected"}
    sha256 = competition.report_sha256(state.report_lines) if state.report_lines else "0" * 64
    decide = {"sha256": sha256 if draw.random() < 0.9 else "0" * 64, "approved": draw.random() < 0.3, "reason": "as_reported"}
    moves: list[Move] = [("submit_report", {"lines": [line]}), ("decide_report", decide)]
    return draw.choice(moves)


def _posts(state: State, draw: random.Random, hashes: Hashes) -> Move:
    post = draw.choice(("P-1", "P-2"))
    spec: dict[str, Any] = {"post": post, "kind": "established", "grade_low": "G15", "grade_high": "G15"}
    decide = {"post": post, "approved": draw.random() < 0.7, "reason": "as_proposed"}
    moves: list[Move] = [("add_post", spec), ("withdraw_post", {"post": post, "reason": "not_needed"}), *[("decide_post", decide)] * 2]
    return draw.choice(moves)


@cache
def scenes() -> tuple[Scene, ...]:
    """Every point where two people are needed, each played up to it once."""
    made = [_at(Stage.CONTRACT, _contract), _at(Stage.ENTRY, _entry), _at(Stage.CONDITIONS, _conditions)]
    world, case = at_stage(Stage.CONDITIONS, serving=True, channel="internal")
    made.append(_scene("higher grade", world, case, _grade))
    world, case = at_stage(Stage.ASSESSMENT)
    world.tell(case, "accommodation.requested", reference="med-1")
    made.append(_scene("assessment", world, case, _assessment))
    world, case = at_stage(Stage.ASSESSMENT)
    world.act(case, "report_integrity", "zoe", allegation="false_statement", evidence="doc-1")
    world.forward(days=30)
    made.append(_scene("integrity", world, case, _integrity))
    world, case = at_stage(Stage.SCREENING)
    world.act(case, "screen", "ann", eligible=False, reason="nationality.not_a_member")
    world.tell(case, "review.lodged", reference="rev-1")
    made.append(_scene("review", world, case, _review))
    world, case = at_stage(Stage.SELECTION)
    rivals = (Rival(case=case, stage=Stage.SELECTION, score=75),)
    made.append(_scene("report", world, "vacancy/250442", _report, rivals))
    made.append(_scene("posts", World([publish(posts=1)]), "vacancy/250442", _posts))
    return tuple(made)


def _at(stage: Stage, moves: Callable[[State, random.Random, Hashes], Move]) -> Scene:
    return _scene(str(stage), *at_stage(stage), moves)


def _scene(
    name: str, world: World, case: str, moves: Callable[[State, random.Random, Hashes], Move], rivals: tuple[Rival, ...] = ()
) -> Scene:
    return Scene(name, case, list(world.store.journals[case]), world.published[0], moves, rivals)
