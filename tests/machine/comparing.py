"""Model and implementation side by side: after every happening both hires say the same."""

from dataclasses import dataclass, field

from domain import facts as f
from domain.errors import Refusal
from domain.facts import Entry
from domain.hire import HireState
from domain.words import ConditionState, MessageFate, Stage
from tests.machine.ground import Ground, Happening, Watcher
from tests.machine.model import DONE, EARLY, MAYBE, REFUSED, Asked, Case, Verdict

STATES = {
    ConditionState.WAITING: "waiting",
    ConditionState.REQUESTED: "asked",
    ConditionState.ACKNOWLEDGED: "asked",
    ConditionState.LAPSED: "past its limit",
    ConditionState.SATISFIED: "met",
    ConditionState.WAIVED: "met",
    ConditionState.REFUSED: "refused",
    ConditionState.CONTRADICTED: "contradicted",
}


@dataclass
class Comparison(Watcher):
    """One model per hire. `agreed` counts the happenings predicted to the end, `left_open` those where the model said MAYBE."""

    models: dict[str, Case] = field(default_factory=dict)
    agreed: int = 0
    left_open: int = 0

    def begin(self, ground: Ground) -> None:
        """Start where a prepared ground stands."""
        for case in ground.cases():
            self.models[case] = taken_over(ground, case)

    def after(self, ground: Ground, what: Happening, entries: list[Entry], refusal: Refusal | None) -> None:
        if not what.case.startswith("hire/"):
            return
        before = self.models.get(what.case) or fresh(ground, what.case)
        if what.kind in ("act", "message") and self.repeated(what, entries, refusal):
            return
        if refusal is not None and refusal.code == "bad_arguments":  # of the form of words the model knows nothing
            return
        if any(isinstance(e.fact, f.Reopened) for e in entries):  # §7: back at the stage of exclusion; what that voids is not the model's
            assert ground.hire(what.case).stage in (before.excluded_at, None), (
                f"{what.case} came back elsewhere than at {before.excluded_at}"
            )
            self.models[what.case] = taken_over(ground, what.case)
            return
        model = before.copy()
        stays = any(isinstance(e.fact, f.StageEntered) and e.fact.stage is Stage.RESERVE for e in entries)
        match what.kind:
            case "act":
                verdict = model.act(what.name, what.data, what.person, set(what.roles), ground.at)
                done = refusal is None
            case "message":
                verdict = model.hear(
                    what.name, what.data | {"received_at": what.received_at, "sender": what.person, "stays": stays}, ground.at
                )
                done = not aside(entries, what.id)
                self.fate(what, verdict, entries, ground)
            case _:
                verdict, done = own(model, what, entries), True
        assert verdict is not DONE or done, (
            f"{what.case}: {what.name} {what.data} should be done at {before.stage}; {refusal or entries[0].fact}"
        )
        assert verdict is not REFUSED or not done, f"{what.case}: {what.name} {what.data} should be refused at {before.stage}: {before}"
        if not done:
            model = before
            if what.kind == "message" and aside(entries, what.id) == MessageFate.PARKED:
                model.kept.append((what.id, what.name, what.data | {"received_at": what.received_at, "sender": what.person}))
        granted(model, what, entries)
        self.follow(model, entries, ground)
        self.compare(ground, what, model)
        self.agreed += verdict is not MAYBE
        self.left_open += verdict is MAYBE
        self.models[what.case] = model

    @staticmethod
    def repeated(what: Happening, entries: list[Entry], refusal: Refusal | None) -> bool:
        """The same request or row once more: nothing was written, and nothing is expected."""
        return not entries and refusal is None

    @staticmethod
    def fate(what: Happening, verdict: Verdict, entries: list[Entry], ground: Ground) -> None:
        fate = aside(entries, what.id)
        assert verdict is not EARLY or fate == MessageFate.PARKED, (
            f"{what.case}: {what.name} is early and should be kept, it was {fate or 'applied'}"
        )
        assert verdict is not REFUSED or fate == MessageFate.SUPERSEDED, (
            f"{what.case}: {what.name} should have no effect, it was {fate or 'applied'}"
        )

    @staticmethod
    def follow(model: Case, entries: list[Entry], ground: Ground) -> None:
        """What was kept and found its moment in this step; and what the rules settle by facts the model does not judge."""
        taken = [e.fact.message for e in entries if isinstance(e.fact, f.MessageTaken)]
        lost = {e.fact.message for e in entries if isinstance(e.fact, f.MessageSetAside) and e.fact.fate == MessageFate.SUPERSEDED}
        stays = any(isinstance(e.fact, f.StageEntered) and e.fact.stage is Stage.RESERVE for e in entries)
        model.kept = [(m, name, data | {"stays": stays}) for m, name, data in model.kept]
        model.catch_up(ground.at, taken)
        model.kept = [k for k in model.kept if k[0] not in lost]

    @staticmethod
    def compare(ground: Ground, what: Happening, model: Case) -> None:
        state = ground.hire(what.case)
        said = (model.stage, model.ending, model.post, model.held)
        is_so = (state.stage, state.ending, state.post, state.held is not None)
        assert said == is_so, f"{what.case} after {what.name} {what.data}: the model says {said}, it is {is_so}"
        assert (model.conditions and conditions(model, state)) == (model.conditions and conditions_of(state)), (
            f"{what.case} after {what.name} {what.data}: the model says {model.conditions}, it is {conditions_of(state)}"
        )


def granted(model: Case, what: Happening, entries: list[Entry]) -> None:
    """What two persons waive, what a linked hire brings along, and the new opinion after an appeal: §4 and §6 leave them to these alone."""
    freed = {e.fact.message for e in entries if isinstance(e.fact, f.MessageTaken)}
    appealed = {what.name, *(name for message, name, _ in model.kept if message in freed)} & {"medical.appealed", "admit_appeal"}
    for entry in entries:
        match entry.fact:
            case f.ConditionWaived(slot=slot) if "waive" in what.name:
                model.conditions[slot].state, model.conditions[slot].until = "met", None
                if model.stage is Stage.CONDITIONS and model.settled():
                    model.stage = Stage.ENTRY if model.signed else Stage.CONTRACT
            case f.ConditionCarriedOver(slot=slot, valid_until=until) if model.linked:
                model.conditions[slot].state, model.conditions[slot].until = "met", until
            case f.ConditionReopened(slot=slot) if appealed:
                now = model.conditions[slot]
                assert now.state == "refused", "there was nothing to appeal against"
                model.conditions[slot] = Asked(of=now.of, round=now.round)
            case _:
                pass


def conditions(model: Case, state: HireState) -> dict[str, str]:
    """What the model says; a condition past its limit is still open to it, waiting or asked."""
    lapsed = {c.slot for c in state.conditions.values() if c.state is ConditionState.LAPSED}
    open_ = {name for name, c in model.conditions.items() if name in lapsed and c.state in ("waiting", "asked")}
    return {} if model.ending else {name: "past its limit" if name in open_ else c.state for name, c in model.conditions.items()}


def conditions_of(state: HireState) -> dict[str, str]:
    return {} if state.ending else {c.slot: STATES[c.state] for c in state.conditions.values()}


def aside(entries: list[Entry], message: str) -> str:
    """The fate under which a message was set aside; empty when it was applied."""
    return next((str(e.fact.fate) for e in entries if isinstance(e.fact, f.MessageSetAside) and e.fact.message == message), "")


def own(model: Case, what: Happening, entries: list[Entry]) -> Verdict:
    """What the story does by itself, and what the clock brings: closing opens the screening, a hold ends on its date, nobody ends."""
    for entry in entries:
        match entry.fact:
            case f.StageEntered(stage=Stage.SCREENING) if model.stage is Stage.RECEIVED and what.kind == "clock":
                model.stage = Stage.SCREENING
            case f.Resumed() if what.kind == "clock":
                model.held = model.held_by_vacancy = False
            case f.ConditionReopened(slot=slot) if what.kind == "clock":
                now = model.conditions[slot]
                assert now.until is not None, f"{slot} is asked anew, and its result never expires"
                model.conditions[slot] = Asked(of=now.of, round=now.round)
            case f.StageEntered(stage=Stage.CONDITIONS) if what.kind == "clock":
                assert not model.settled(), "back at the conditions, and all are met"
                model.stage = Stage.CONDITIONS
            case f.AssessmentInvited():
                model.invited = True
            case f.ConditionRequested(slot=slot, round=nth):
                model.conditions[slot].state, model.conditions[slot].round = "asked", nth
            case _:
                pass
    return DONE


def fresh(ground: Ground, case: str) -> Case:
    published = ground.store.vacancies[ground.store.cases[case][0]]
    return Case(id=case, clearance=published.spec.clearance, closes_at=published.closes_at)


def taken_over(ground: Ground, case: str) -> Case:
    """The model of a hire that has come some way already."""
    s = ground.hire(case)
    return Case(
        id=case,
        nations=s.nations,
        wanted=s.wanted_entry,
        taken_back=s.offer_withdrawn,
        postponed=bool(s.postponed),
        life=s.reopened,
        excluded_at=s.ended_stage,
        called=s.called,
        linked=bool(s.linked_from),
        listed=s.standing == "listed",
        suspended=s.suspended,
        held_by_vacancy=s.held_by_vacancy,
        stage=s.stage,
        ending=s.ending,
        post=s.post,
        held=s.held is not None,
        late=s.late,
        invited=bool(s.assessment_ask),
        answered=s.assessment_answered,
        interview=s.interview_at is not None,
        interviewed=s.interview_held,
        issued=s.offer_issued,
        proposed_by=s.proposed_by.removeprefix("person:"),
        approved=s.approved,
        signed=bool(s.signed),
        funded=s.post_funded,
        seconded=s.seconded_by or "",
        clearance=ground.store.vacancies[s.vacancy].spec.clearance,
        closes_at=ground.store.vacancies[s.vacancy].closes_at,
        enters_on=s.enters_on,
        reuse=s.reuse is not None,
        allegation=bool(s.allegations),
        conditions={
            c.slot: Asked(STATES[c.state], c.nation, c.round, str(c.outcome or ""), c.valid_until, {str(o): u for o, u in c.said.items()})
            for c in s.conditions.values()
        },
        kept=[(m, p.type, p.data | {"received_at": p.received_at, "sender": p.sender}) for m, p in s.parked.items()],
    )


__all__ = ["Comparison"]
