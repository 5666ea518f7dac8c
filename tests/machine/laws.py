"""What must hold after every step, whatever happened: read from the facts alone, not from the state the rules work with."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from domain import facts as f
from domain.acts import ACTS
from domain.errors import Refusal
from domain.facts import Entry
from domain.hire import fold
from domain.turns import age, by_stage, shared, turns
from domain.vacancy import fold as fold_vacancy
from domain.words import NOT_ADVERSE, PostState, Stage
from store.readmodel import Reading, derive
from tests.machine.ground import Ground, Happening, Watcher

#: Facts that settle a condition, and facts that unsettle it again.
SETTLES = (f.ConditionSatisfied, f.ConditionCarriedOver, f.ConditionWaived)
UNSETTLES = (f.ConditionOpened, f.ConditionRefused, f.ConditionContradicted, f.ConditionReopened)
#: Who may have decided an ending that is nobody's loss.
WILLING = ("person:", "candidate")


@dataclass
class Standing:
    """What the facts of one hire say so far, kept apart from `HireState`."""

    stage: Stage | None = None
    endings: int = 0
    post: str = ""
    settled: dict[str, date | None] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    enters_on: date | None = None
    proposed_by: str = ""
    typed_by: dict[str, str] = field(default_factory=dict)

    def unmet(self, day: date | None) -> list[str]:
        """The conditions that are not met, or not any more on `day`."""
        expired = [c for c, until in self.settled.items() if day is not None and until is not None and until < day]
        return sorted({*map(str, self.open), *map(str, expired)})


@dataclass
class Laws(Watcher):
    standing: dict[str, Standing] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=dict)
    read_rows: int = 0
    facts: Counter[str] = field(default_factory=Counter)

    def begin(self, ground: Ground) -> None:
        """Take over what a prepared ground has behind it."""
        for case in ground.cases():
            for entry in ground.store.journals[case]:
                self.fact(case, entry)
        self.inbox(ground)

    # ---- after each happening ---------------------------------------------------------------------------------------------

    def after(self, ground: Ground, what: Happening, entries: list[Entry], refusal: Refusal | None) -> None:
        assert not (refusal and entries), f"{what.name} was refused and left {[e.fact.kind for e in entries]}"
        for entry in entries:
            self.facts[entry.fact.kind] += 1
            self.four_eyes(entry)
            if what.case.startswith("hire/"):
                self.fact(what.case, entry)
        self.same_step(what.case, entries)
        self.inbox(ground)
        if what.case.startswith("hire/"):
            self.hire(ground, what.case)
        if entries:
            self.silent(ground, entries)
            self.posts(ground)

    def fact(self, case: str, entry: Entry) -> None:
        s = self.standing.setdefault(case, Standing())
        match entry.fact:
            case f.StageEntered(stage=stage):
                s.stage = stage
            case f.EndingReached() as ended:
                self.ending(s, ended)
            case f.PostAssigned(post=post):
                s.post = post
            case f.PostReleased():
                s.post = ""
            case f.ContractProposed(terms=terms):
                s.enters_on, s.proposed_by = date.fromisoformat(terms["enters_on"]), entry.actor
                assert not s.unmet(s.enters_on), f"a contract is proposed while {s.unmet(s.enters_on)} is not met on the day of entry"
            case f.ContractApproved():
                assert not s.unmet(s.enters_on), f"a contract is approved while {s.unmet(s.enters_on)} is not met on the day of entry"
                assert entry.actor != s.proposed_by, "a person approved what they proposed"
            case f.ContractAnswered(signed=True):
                assert not s.unmet(None), f"a contract is signed while {s.unmet(None)} is not met"
            case f.DutyEntered(entered_on=day):
                assert not s.unmet(day), f"somebody entered on duty while {s.unmet(day)} was not met on that day"
            case _:
                self.condition(s, entry)

    def condition(self, s: Standing, entry: Entry) -> None:
        fact = entry.fact
        condition: str | None = getattr(fact, "slot", None)
        if condition is None:
            return
        if isinstance(fact, SETTLES):
            s.open.discard(condition)
            s.settled[condition] = getattr(fact, "valid_until", None)
        elif isinstance(fact, UNSETTLES):
            s.open.add(condition)
            s.settled.pop(condition, None)
        elif isinstance(fact, f.PaperReplyEntered):
            s.typed_by[condition] = entry.actor
        elif isinstance(fact, f.ConditionReplied) and fact.details.channel == "paper":
            assert s.typed_by.get(condition) != entry.actor, "who typed a reply in confirmed it"

    def ending(self, s: Standing, ended: f.EndingReached) -> None:
        s.endings += 1
        assert ended.stage is s.stage, "an ending names the stage it came at"
        if ended.ending not in NOT_ADVERSE:
            assert ended.decided_by.startswith("person:"), f"{ended.ending} without a named person: {ended.decided_by!r}"
        assert ended.decided_by.startswith(WILLING), f"{ended.ending} was decided by {ended.decided_by!r}"
        assert len(ended.decided_by) > len("person:"), "a named person has a name"

    @staticmethod
    def four_eyes(entry: Entry) -> None:
        """Whoever proposed, submitted or typed in what this fact decides is somebody else."""
        for word in ("proposed_by", "submitted_by"):
            other = getattr(entry.fact, word, None)
            assert other is None or entry.fact.kind.endswith("proposed") or other != entry.actor, (
                f"{entry.actor} decided their own {entry.fact.kind}"
            )

    @staticmethod
    def same_step(case: str, entries: list[Entry]) -> None:
        """A happening is written in one step, whole."""
        assert len({(e.step, e.at) for e in entries}) <= 1, f"{case}: one happening, several steps"

    def inbox(self, ground: Ground) -> None:
        """A row is closed once; one that was parked, once more at most, when it found its moment or the case ended."""
        for _, message, fate in ground.store.closings[self.read_rows :]:
            before = self.rows.setdefault(message, [])
            assert before in ([], ["parked"]), f"{message} was closed before: {[*before, fate]}"
            before.append(fate)
        self.read_rows = len(ground.store.closings)

    def hire(self, ground: Ground, case: str) -> None:
        state, s = ground.hire(case), self.standing.get(case, Standing())
        assert (state.post, state.stage) == (s.post, None if state.ended else s.stage), case
        parked = set(state.parked)
        assert all(self.rows.get(m) == ["parked"] for m in parked), f"{case} keeps mail whose row is closed"
        if state.over and not state.recall_failed:  # ended, and no review can reopen it any more
            assert not parked, "what waited for its moment is closed with the case"
            assert (state.next_instant, state.needs(), state.askable()) == (None, [], [])
        assert {need.partition(":")[0] for need in state.needs()} <= set(ACTS), "a need is an act somebody can do"

    def between_moves(self, ground: Ground) -> None:
        """What holds once the story has done what it does by itself."""
        for case in ground.touched:
            if case.startswith("hire/") and (state := ground.hire(case)).stage is not None and not state.held:
                self.not_stuck(ground, case)
        ground.touched.clear()

    @staticmethod
    def not_stuck(ground: Ground, case: str) -> None:
        """An open case has a person's act on the worklist, a moment its clock will ring, or somebody whose turn it is."""
        state = ground.hire(case)
        moving = [party for party in state.turn() if party != "nobody"]
        assert state.needs() or state.next_instant or moving, f"{case} at {state.stage} waits for nobody"

    @staticmethod
    def silent(ground: Ground, entries: list[Entry]) -> None:
        """No free text and nothing of the personal tables in facts, messages and announcements."""
        said = [e.fact.model_dump_json() for e in entries]
        said += [m.model_dump_json() for _, m in ground.store.sent[-3:]] + [a.model_dump_json() for a in ground.store.announced[-5:]]
        for text in said:
            assert "arkerson" not in text, f"personal data in {text}"

    def posts(self, ground: Ground) -> None:
        """No two living hires hold one post, and the ledger is what the vacancies' journals say."""
        holders = Counter(s.post for case, s in self.standing.items() if s.post and not ground.hire(case).ended)
        assert not [p for p, n in holders.items() if n > 1], f"two hires hold one post: {holders}"
        ledger: dict[str, str] = {}
        for reference in ground.store.vacancies:
            state = ground.vacancy(reference)
            ledger |= {p.id: p.hire for p in state.posts.values() if p.hire is not None}
            for post in state.posts.values():
                assert (post.hire is None) == (post.state in (PostState.OPEN, PostState.WITHDRAWN))
            listed = [x.hire for x in state.listed]
            assert not set(listed) & set(ledger.values()), "nobody is listed and holds a post"
            assert len(listed) == len(set(listed)), "nobody is listed twice"
        assert ledger == ground.store.held, "the ledger is what the journals say"
        assert len(set(ledger.values())) == len(ledger), "a hire holds one post"

    # ---- at the end of a walk ---------------------------------------------------------------------------------------------

    def end(self, ground: Ground) -> None:
        """What is true of whole journals, when every message between cases has arrived."""
        ground.pump()
        self.agreement(ground)
        for case in ground.store.journals:
            self.journal(ground, case)

    @staticmethod
    def agreement(ground: Ground) -> None:
        """A reserved post and its hire name each other."""
        for reference in ground.store.vacancies:
            posts = ground.vacancy(reference).posts.values()
            reserved = {p.hire: p.id for p in posts if p.state is PostState.RESERVED}
            for hire, post in reserved.items():
                assert hire is not None
                in_review = ground.hire(hire).ended and not ground.hire(hire).over  # its place is kept while a review is decided
                if not ground.waiting.get(hire) and not in_review:  # on hold it has not read its mail
                    assert (ground.hire(hire).post, ground.hire(hire).ending) == (post, None), f"{hire} does not hold {post}"
            for case in ground.cases():
                state = ground.hire(case)
                if state.vacancy == reference and state.post and state.stage not in (None, Stage.PROBATION):
                    assert reserved.get(case) == state.post, f"{case} holds {state.post}, the vacancy does not know it"

    def journal(self, ground: Ground, case: str) -> None:
        journal = ground.store.journals[case]
        assert [e.number for e in journal] == list(range(1, len(journal) + 1))
        kind = case.partition("/")[0]
        one_by_one: Reading = ground.store.reading(case)
        assert derive(case, kind, journal) == one_by_one.view(), f"the read model of {case} drifted"
        kept = ground.kept(case)
        if kept is not None and kept.number == len(journal):
            assert kept == (fold(journal) if kind == "hire" else fold_vacancy(journal)), f"the state {case} works with is not its journal's"
        self.turns(ground, case)

    @staticmethod
    def turns(ground: Ground, case: str) -> None:
        """Every minute is booked once: no gap, no overlap, and the parts add up to the age of the case."""
        journal = ground.store.journals[case]
        booked = turns(journal, ground.at)
        assert all(a.until == b.since for a, b in pairwise(booked)), f"turns of {case} leave a gap or overlap"
        whole = age(journal, ground.at)
        assert sum((t.length for t in booked), timedelta()) == whole
        assert sum(shared(booked).values(), timedelta()) == whole
        assert sum(by_stage(booked).values(), timedelta()) == whole
        state = ground.store.reading(case).state
        ended = getattr(state, "ended_at", None)
        if case.startswith("hire/") and ended is not None:
            assert whole == ended - journal[0].at
        elif case.startswith("hire/") and journal:
            assert whole == max(ground.at, journal[-1].at) - journal[0].at
