"""The moves of the machine. Each is a small number for whom, a word for what, and a seed for the rest: cheap to draw, easy to shrink."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.errors import NotAllowed, Refusal
from domain.events import catalogue
from domain.hire import SETTLED
from domain.replies import BEGINNINGS, TAKERS
from domain.words import Condition, ConditionState, Role, Stage
from tests.machine.ground import MARKER, Ground, Happening
from tests.machine.words import FREE, PEOPLE, Words

EVENTS = catalogue()
#: What partners and the candidate may say about a hire. What only cases say to each other is carried, never made up.
SPOKEN = sorted(kind for kind in TAKERS if kind in EVENTS and kind not in BEGINNINGS)
#: What may be said to a vacancy from outside.
TO_VACANCY = sorted(kind for kind, model in EVENTS.items() if model.SUBJECT == "vacancy" and kind not in BEGINNINGS)
#: What moves a stage on when no person here is asked for anything.
NEXT_SAID = {
    Stage.ASSESSMENT: "assessment.completed",
    Stage.INTERVIEW: "interview.completed",
    Stage.OFFER: "offer.answered",
    Stage.CONTRACT: "contract.signed",
    Stage.ENTRY: "duty.entered",
}
PAPERS = {Condition.CLEARANCE: "clearance.forms_received", Condition.MEDICAL: "medical.file_received"}
ENDS_IT = ("withdraw_offer", "confirm_lapse", "confirm_no_show", "conclude_integrity")


@dataclass(frozen=True)
class Move:
    whose: int
    what: str
    seed: int


class Player:
    """Plays moves on a ground. Refusals are part of the play; whatever else goes wrong is a fault."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.draw = random.Random(0)
        self.refusals: list[str] = []

    def play(self, move: Move) -> None:
        self.draw = random.Random(f"{move.what} {move.seed}")
        cases = self.ground.cases()
        MOVES[move.what](self, cases[WHOSE[move.whose] % len(cases)])

    # ---- people -----------------------------------------------------------------------------------------------------------

    def act(self, case: str, name: str, args: dict[str, Any], *people: str, request: str = "") -> bool:
        """Asked by one after another where four eyes are needed. True when it was done."""
        for person in people or (self.draw.choice(PEOPLE),):
            try:
                self.ground.act(case, name, person, request=request, **args)
            except NotAllowed as refusal:
                self.refusals.append(refusal.code)
            except Refusal as refusal:
                self.refusals.append(refusal.code)
                return False
            else:
                return True
        return False

    def any_act(self, case: str) -> None:
        """Any act of the table, whatever the stage, with words of its own; now and then by somebody without the role."""
        here = [name for name, act in ACTS.items() if self.ground.hire(case).stage in act.stages]
        name = self.draw.choice(here if here and self.draw.random() < 0.85 else list(ACTS))
        if name == "withdraw" and self.draw.random() < 0.6:
            return
        args = Words(self.draw, self.ground, case).of(ACTS[name].args)
        if self.draw.random() < 0.9:
            self.act(case, name, args)
            return
        role = str(self.draw.choice(list(Role)))
        try:
            self.ground.act(case, name, "dan", roles=(role,), **args)
        except Refusal as refusal:
            self.refusals.append(refusal.code)

    def likely_act(self, case: str) -> None:
        """One that is not a withdrawal: so that walks get far."""
        state = self.ground.hire(case)
        here = [n for n, a in ACTS.items() if state.stage in a.stages and n not in ("withdraw", "conclude_integrity", *ENDS_IT)]
        if here:
            name = self.draw.choice(here)
            self.act(case, name, Words(self.draw, self.ground, case, yes=True).of(ACTS[name].args))

    def on_vacancy(self, case: str) -> None:
        """Any act on a vacancy; cancelling it is rare, or nothing else would be left."""
        reference = self.draw.choice([*self.ground.store.vacancies, self.ground.hire(case).vacancy or "250442"])
        name = self.draw.choice([n for n in VACANCY_ACTS if n != "cancel" or self.draw.random() < 0.04])
        self.vacancy_act(reference, name)

    def vacancy_act(self, reference: str, name: str, yes: bool | None = None) -> bool:
        words = Words(self.draw, self.ground, f"vacancy/{reference}", yes=yes)
        model = args_of(name)
        if "lines" in model.model_fields and not words._lines():
            return False
        return self.act(f"vacancy/{reference}", name, words.of(model), *self.shuffled())

    def decide(self, case: str) -> None:
        """The board's report and its decision, at once."""
        reference = self.ground.hire(case).vacancy or "250442"
        if self.ground.vacancy(reference).board is not None and self.draw.random() < 0.5:
            self.convene(reference)
        if self.vacancy_act(reference, "submit_report") and self.vacancy_act(reference, "decide_report", yes=True):
            self.ground.pump(self.draw.choice([0, 1, 5]))

    def convene(self, reference: str) -> None:
        """A board of people who sit on it and have no conflict of interest."""
        chair, *others = seats = [*FREE, *PEOPLE[:2]]
        named = {"chair": chair, "members": others[:2], "observer": others[2]}
        if self.act(f"vacancy/{reference}", "compose_board", named, *FREE):
            for person in seats:
                self.act(f"vacancy/{reference}", "declare_interest", {"conflict": False}, person)

    def need(self, case: str, yes: bool) -> bool:
        """What the worklist asks for, done one way or the other."""
        needs = [n for n in self.ground.hire(case).needs() if not yes or n.partition(":")[0] not in ENDS_IT]
        return bool(needs) and self.meet(case, self.draw.choice(needs), yes)

    def any_need(self, case: str) -> bool:
        """Even what ends the case, when nothing else is asked for; terms nobody can approve any more are taken back."""
        state = self.ground.hire(case)
        if state.stage is Stage.CONTRACT and state.terms_sha256 and not state.approved:
            return self.act(case, "withdraw_proposal", {"reason": "a_reason"}, *self.shuffled())
        return any(self.meet(case, need, True) for need in self.ground.hire(case).needs())

    def meet(self, case: str, need: str, yes: bool) -> bool:
        name, _, about = need.partition(":")
        args = Words(self.draw, self.ground, case, yes=yes, about=about).of(ACTS[name].args)
        return self.act(case, name, args, *self.shuffled())

    def shuffled(self) -> list[str]:
        people = list(PEOPLE)
        self.draw.shuffle(people)
        return [*people, *FREE]

    def misuse(self, case: str) -> None:
        """A sentence about a person in every word of an act that takes text: refused, or nowhere to be found."""
        name = self.draw.choice(sorted(ACTS))
        args = Words(self.draw, self.ground, case).of(ACTS[name].args)
        self.act(case, name, {k: MARKER if isinstance(v, str) else v for k, v in args.items()})

    # ---- partners ---------------------------------------------------------------------------------------------------------

    def say(self, case: str, kind: str, *, yes: bool | None = None, **fixed: Any) -> str:
        """An event as the door would pass it on: its private part stays behind."""
        model = EVENTS[kind]
        topic = kind.partition(".")[0]
        said = Words(self.draw, self.ground, case, yes=yes, about=topic if topic in set(Condition) else "").of(model) | fixed
        private = dict.fromkeys(model.PRIVATE, MARKER)
        thin = model.model_validate_json(json.dumps(said | private)).thin()
        return self.ground.tell(case, kind, sender=self.sender(case, kind, thin), **thin)

    def sender(self, case: str, kind: str, said: dict[str, Any]) -> str:
        """Who says it: about a condition the authority that was asked, now and then somebody else who may."""
        slots = (
            [c for c in self.ground.hire(case).conditions.values() if kind.startswith(str(c.condition))] if case.startswith("hire/") else []
        )
        named = [c for c in slots if c.ask and c.ask == said.get("ask")] or slots
        if named and self.draw.random() < 0.9:
            return f"partner:{self.draw.choice(named).authority}"
        return f"partner:{sorted(EVENTS[kind].SENDERS)[0]}"

    def any_message(self, case: str) -> None:
        kind = self.draw.choice(SPOKEN)
        if kind == "application.withdrawn" and self.draw.random() < 0.7:
            return
        self.say(case, kind)

    def no_thanks(self, case: str) -> None:
        """The candidate declines whatever was put to them, or does not come."""
        stage = self.ground.hire(case).stage
        if stage is Stage.ENTRY:
            self.say(case, "duty.no_show")
        elif stage in NEXT_SAID:
            self.say(case, NEXT_SAID[stage], yes=False)

    def allegation(self, case: str) -> None:
        """Somebody alleges, the candidate may answer, and it is decided."""
        needs = {a.needs for a in self.ground.hire(case).allegations.values()} - {""}
        if not needs:
            self.say(case, "integrity.reported")
        elif "decide_integrity_steps" in needs:
            steps = "exclude" if self.draw.random() < 0.6 else "warning"
            self.act(case, "decide_integrity_steps", {"steps": steps, "reason": "a_reason"}, *self.shuffled())
        elif self.draw.random() < 0.5:
            self.say(case, "allegation.answered")
        else:
            self.act(case, "conclude_integrity", {"upheld": self.draw.random() < 0.6, "reason": "a_reason"}, *self.shuffled())

    def reuse(self, case: str) -> None:
        """Somebody on the list is asked to take a post elsewhere, and answers."""
        listed = [c for c in self.ground.cases() if self.ground.hire(c).stage is Stage.RESERVE]
        for one in listed[:1]:
            if self.act(one, "offer_reuse", Words(self.draw, self.ground, one, yes=True).of(ACTS["offer_reuse"].args), *self.shuffled()):
                self.say(one, "reuse.answered", yes=self.draw.choice([True, True, False]))

    def reply(self, case: str) -> None:
        """Somebody speaks about a condition, out of order, twice, or contradicting."""
        about = [k for k in SPOKEN if k.partition(".")[0] in set(Condition)]
        self.say(case, self.draw.choice(about), yes=self.draw.choice([True, True, None, False]))

    def budget(self, case: str) -> None:
        kind = self.draw.choice(TO_VACANCY)
        self.say(
            f"vacancy/{self.draw.choice(sorted(self.ground.store.vacancies))}",
            kind,
            outcome=self.draw.choice(["approved", "approved", "refused"]),
        )

    def again(self, case: str) -> None:
        """The same once more: the same message under its id, its content under another, or the same request of a person."""
        before = [h for h in self.ground.said if h.kind in ("message", "act") and h.case == case]
        if before:
            self.repeat(self.draw.choice(before))

    def repeat(self, was: Happening) -> None:
        if was.kind == "act":
            try:
                self.ground.act(was.case, was.name, was.person, roles=was.roles, request=was.id, **was.data)
            except Refusal as refusal:
                self.refusals.append(refusal.code)
            return
        another = self.draw.random() < 0.5 and was.name in EVENTS
        data = {k: v for k, v in was.data.items() if k != "candidate"}
        payload = "A1" if was.name in BEGINNINGS else None
        self.ground.tell(was.case, was.name, id_=None if another else was.id, sender=was.person, payload=payload, **data)

    def apply(self, case: str) -> None:
        """A new application, or a second one by the same person."""
        if self.draw.random() < 0.5 or len(self.ground.cases()) > 5:
            self.ground.tell(case, "application.submitted", payload="A1", **self.application())
        else:
            self.ground.apply(vacancy=self.draw.choice(sorted(self.ground.store.vacancies)), **self.application())

    def application(self) -> dict[str, Any]:
        return {
            "channel": self.draw.choice(["public", "internal"]),
            "serving": self.draw.random() < 0.2,
            "nations": self.draw.choice([["BE"], ["FR"], ["BE", "FR"], ["NO"]]),
            "seconded_by": self.draw.choice([None, None, "FR"]),
        }

    # ---- time and post ----------------------------------------------------------------------------------------------------

    def next_instant(self, case: str) -> None:
        """To the next moment of this case's clock, exactly, or a second past it."""
        instant = self.ground.next_instant(case)
        if instant is not None:
            past = timedelta(seconds=self.draw.choice([0, 0, 1, 3600]))
            self.ground.forward(seconds=max(0.0, (instant + past - self.ground.at).total_seconds()))

    def wait(self, case: str) -> None:
        self.ground.forward(hours=self.draw.choice([1, 7, 24, 24, 24 * 3, 24 * 3, 24 * 8, 24 * 15, 24 * 31, 24 * 95, 24 * 600]))

    def pump(self, case: str) -> None:
        self.ground.pump(self.draw.choice([1, 1, 2, None]))

    def outage(self, case: str) -> None:
        """From now on some authorities cannot be reached; the next time they can again."""
        some = self.draw.sample(["assessment", *map(str, Condition)], 3)
        self.ground.unreachable = frozenset() if self.ground.unreachable else frozenset(some)

    # ---- the likely next thing ----------------------------------------------------------------------------------------------

    def onward(self, case: str) -> bool:
        """Whatever would bring this case on; False when there is nothing."""
        state = self.ground.hire(case)
        if state.suspended:
            return self.act(f"vacancy/{state.vacancy}", "resume", {}, *self.shuffled())
        if state.held:
            return self.act(case, "resume", {}, *self.shuffled())
        if state.stage is None:
            return False
        if state.stage is Stage.CONDITIONS and self.condition_onward(case):
            return True
        if self.need(case, True):
            return True
        if state.stage is Stage.RECEIVED and not state.late:
            self.ground.forward(seconds=1 + max(0.0, ((self.ground.next_instant(case) or self.ground.at) - self.ground.at).total_seconds()))
            return True
        if state.stage is Stage.SELECTION:
            self.decide(case)
            return True
        if state.stage is Stage.INTERVIEW and state.interview_at is None:
            self.say(case, "interview.scheduled", yes=True)
            return True
        if state.stage in NEXT_SAID:
            self.say(case, NEXT_SAID[state.stage], yes=True)
            return True
        return False

    def condition_onward(self, case: str) -> bool:
        for held in [c for c in self.ground.hire(case).conditions.values() if c.held]:
            return self.act(case, "resume_condition", {"condition": held.slot}, *self.shuffled())
        open_ = [c for c in self.ground.hire(case).conditions.values() if c.state not in SETTLED]
        asked = [c for c in open_ if c.state in (ConditionState.REQUESTED, ConditionState.ACKNOWLEDGED)]
        if not asked:
            waiting = next((c for c in open_ if c.condition is Condition.BUDGET and c.state is ConditionState.WAITING), None)
            if waiting:
                state = self.ground.hire(case)
                self.say(f"vacancy/{state.vacancy}", "budget.decided", post=state.post, outcome="approved")
                self.ground.pump()
            return waiting is not None
        now = self.draw.choice(asked)
        papers = PAPERS.get(now.condition)
        if papers and not now.papers and self.draw.random() < 0.7:
            self.say(case, papers, ask=now.ask)
        else:
            self.say(case, f"{now.condition}.replied", yes=True, ask=now.ask)
        return True


def args_of(name: str) -> Any:
    """The model of an act on a vacancy, however the table keeps it."""
    row: Any = VACANCY_ACTS[name]
    return row[1] if isinstance(row, tuple) else row.args


MOVES: dict[str, Callable[[Player, str], Any]] = {
    "onward": Player.onward,
    "need": lambda p, case: p.need(case, True),
    "deny": lambda p, case: p.need(case, False),
    "act": Player.any_act,
    "likely act": Player.likely_act,
    "message": Player.any_message,
    "reply": Player.reply,
    "no thanks": Player.no_thanks,
    "reuse": Player.reuse,
    "allegation": Player.allegation,
    "again": Player.again,
    "on vacancy": Player.on_vacancy,
    "decide": Player.decide,
    "budget": Player.budget,
    "apply": Player.apply,
    "misuse": Player.misuse,
    "outage": Player.outage,
    "next instant": Player.next_instant,
    "wait": Player.wait,
    "pump": Player.pump,
}
#: How often each is drawn.
WEIGHTS = {
    "onward": 14,
    "need": 2,
    "deny": 2,
    "act": 8,
    "likely act": 4,
    "message": 4,
    "reply": 4,
    "no thanks": 2,
    "again": 2,
    "on vacancy": 2,
    "next instant": 3,
    "pump": 2,
}
#: Whose move it is: the first hire of the ground more often than those behind it.
WHOSE = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3)
DRAWN = [name for name in MOVES for _ in range(WEIGHTS.get(name, 1))]
