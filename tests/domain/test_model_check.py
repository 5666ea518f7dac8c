"""Any messages, acts and spans of time, in any order: the rules never break, whatever a partner, a person or a clock does."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import facts as f
from domain.acts import ACTS
from domain.errors import Refusal
from domain.hire import ENDS_FROM, adverse, fold, legal_move
from domain.vacancy import fold as fold_vacancy
from domain.words import Condition, Outcome, PostState, Review, Stage
from tests.world import YES, World, at_stage, publish

AFTER_CONDITIONS = (Stage.CONTRACT, Stage.ENTRY, Stage.PROBATION)
CONDITIONS = [str(c) for c in Condition]
DAYS = st.integers(-40, 500)
OUTCOMES = st.sampled_from([str(o) for o in Outcome])
PEOPLE = st.sampled_from(["ann", "bob", "eve"])
REASON = st.just("a_reason")


def soon(days: int) -> dict[str, Any]:
    """A number of days that becomes a date when it is used."""
    return {"days": days}


DAY = DAYS.map(soon)
MESSAGES: dict[str, Any] = {
    "application.submitted": {"channel": st.just("public"), "nations": st.just(["BE"]), "seconded_by": st.sampled_from([None, "FR"])},
    "assessment.completed": {"reference": st.just("V")},
    "interview.scheduled": {"starts_at": st.just("2026-05-01T10:00:00+00:00"), "minutes": st.just(45), "place": st.just("HQ")},
    "interview.completed": {"attended": st.booleans()},
    "offer.answered": {"accepted": st.booleans()},
    "offer.extension_requested": {},
    "clearance.forms_received": {},
    "medical.file_received": {},
    "clearance.withdrawn": {"reference": st.just("W")},
    **{f"{c}.acknowledged": {"expected": DAY} for c in ("clearance", "medical", "verification", "accreditation")},
    **{
        f"{c}.replied": {"outcome": OUTCOMES, "valid_until": st.one_of(st.none(), DAY), "reference": st.just("R")}
        for c in ("clearance", "medical", "verification", "accreditation", "secondment")
    },
    "contract.signed": {"signed": st.booleans(), "enters_on": DAY},
    "duty.entered": {"entered_on": DAY},
    "duty.no_show": {"expected_on": DAY},
    "probation.decided": {"confirmed": st.booleans(), "decided_by": PEOPLE},
    "reuse.answered": {"accepted": st.booleans()},
    "integrity.reported": {"allegation": st.just("ai_used"), "evidence": st.just("E")},
    "allegation.answered": {"reference": st.just("A")},
    "candidate.available": {},
    "candidate.unavailable": {},
    "candidate.told": {"about": st.just("medical_outcome")},
    "medical.appealed": {"reference": st.just("M")},
    "review.lodged": {"reference": st.just("R")},
    "accommodation.requested": {"reference": st.just("X")},
    "post.funding": {"post": st.sampled_from(["250442-1", "250442-2"]), "funded": st.booleans()},
    "no.such_event": {},
}
ARGS: dict[str, Any] = {
    "screen": {"eligible": st.booleans()},
    "shortlist": {"shortlisted": st.booleans()},
    "mark_assessment": {"score": st.integers(0, 100)},
    "mark_interview": {"score": st.integers(0, 100)},
    "schedule_interview": {"starts_at": st.just("2026-05-01T10:00:00+00:00")},
    "enter_reply": {"condition": st.sampled_from(CONDITIONS), "outcome": OUTCOMES, "valid_until": st.one_of(st.none(), DAY)},
    "confirm_reply": {"condition": st.sampled_from(CONDITIONS)},
    "settle_reply": {"condition": st.sampled_from(CONDITIONS), "outcome": OUTCOMES, "reason": REASON},
    "withdraw_offer": {"condition": st.sampled_from(CONDITIONS)},
    "ask_by_hand": {"about": st.sampled_from([*CONDITIONS, "assessment", "nothing"])},
    "propose_contract": {"enters_on": st.one_of(st.none(), DAY)},
    "approve_contract": {"sha256": st.just("terms")},
    "decide_probation": {"confirmed": st.booleans()},
    "withdraw": {"reason": REASON},
    "report_integrity": {"allegation": st.sampled_from(["ai_used", "fee_asked"]), "phase": st.sampled_from(["form", "video"])},
    "decide_integrity_steps": {"steps": st.sampled_from(["exclude", "warning", "continue"]), "reason": REASON},
    "conclude_integrity": {"upheld": st.booleans(), "reason": REASON},
    "propose_measures": {"measures": st.sampled_from([[], ["breaks"], ["breaks", "remote"]])},
    "grant_measures": {"measures": st.sampled_from([[], ["breaks"]]), "reason": REASON},
    "decide_review": {"upheld": st.booleans(), "reason": REASON},
    "hold": {"reason": REASON, "until": st.one_of(st.none(), st.integers(1, 60).map(lambda n: {"hours": n * 24}))},
    "extend": {
        "deadline": st.sampled_from(["offer", "reserve", "clearance", "contract", "entry"]),
        "days": st.integers(1, 60),
        "reason": REASON,
    },
    "reopen_lapse": {"reason": REASON},
    "accept_late": {"message": st.integers(1, 60).map(lambda n: f"m{n}"), "reason": REASON},
    "recall_by_hand": {"about": st.sampled_from(CONDITIONS)},
    "offer_reuse": {"vacancy": st.just("270311"), "post": st.just("270311-1"), "grade": st.just("G8")},
    "hand_over": {"owner": PEOPLE},
}

message = st.sampled_from(sorted(MESSAGES)).flatmap(lambda t: st.tuples(st.just("tell"), st.just(t), st.fixed_dictionaries(MESSAGES[t])))
act = st.sampled_from(sorted(ACTS)).flatmap(lambda a: st.tuples(st.just("act"), st.just(a), PEOPLE, st.fixed_dictionaries(ARGS.get(a, {}))))
wait = st.tuples(st.just("wait"), st.sampled_from([1, 3, 8, 15, 31, 95, 200, 600]))
onward = st.just(("onward",))
need = st.tuples(st.just("need"), st.integers(0, 3), PEOPLE, st.booleans())
budget = st.tuples(st.just("budget"), st.sampled_from(["250442-1", "250442-2"]), st.booleans())
step = st.one_of(onward, onward, onward, need, need, message, act, wait)
whose = st.integers(0, 3)


def resolved(world: World, words: dict[str, Any], *, sha256: str = "") -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in words.items():
        match value:
            case {"days": int(days)}:
                out[key] = (world.at + timedelta(days=days)).date().isoformat()
            case {"hours": int(hours)}:
                out[key] = (world.at + timedelta(hours=hours)).isoformat()
            case "terms":
                out[key] = sha256
            case _:
                out[key] = value
    return out


def act_in(world: World, case: str, name: str, person: str, args: dict[str, Any]) -> None:
    try:
        world.act(case, name, person, **resolved(world, args, sha256=world.hire(case).terms_sha256))
    except Refusal:
        assert not world.store.journals[case][-1].step.startswith(f"act/r{world.made}/"), "a refused act leaves nothing"


def go_onward(world: World, case: str) -> None:
    """The likely next thing, so that random walks get far."""
    state = world.hire(case)
    world.pump()
    match state.stage:
        case None if state.review is Review.OPEN:
            world.tell(case, "review.lodged", reference="R")
        case None if state.review is Review.LODGED:
            act_in(world, case, "decide_review", "eve", {"upheld": True, "reason": "a_reason"})
        case None:
            return
        case Stage.RECEIVED if not state.late:
            world.close()
        case Stage.RECEIVED:
            act_in(world, case, "confirm_late", "ann", {})
        case Stage.SCREENING:
            act_in(world, case, "screen", "ann", {"eligible": True})
        case Stage.SHORTLISTING:
            act_in(world, case, "shortlist", "ann", {"shortlisted": True})
        case Stage.ASSESSMENT if state.assessment_answered:
            act_in(world, case, "mark_assessment", "bob", {"score": 50})
        case Stage.ASSESSMENT:
            world.tell(case, "assessment.completed", reference="V")
        case Stage.INTERVIEW if state.interview_at is None:
            act_in(world, case, "schedule_interview", "ann", {"starts_at": (world.at + timedelta(days=2)).isoformat()})
        case Stage.INTERVIEW if not state.interview_held:
            world.tell(case, "interview.completed", attended=True)
        case Stage.INTERVIEW:
            act_in(world, case, "mark_interview", "bob", {"score": 50})
        case Stage.SELECTION:
            decide(world)
        case Stage.OFFER if not state.offer_issued:
            act_in(world, case, "issue_offer", "ann", {})
        case Stage.OFFER:
            world.tell(case, "offer.answered", accepted=True)
        case Stage.CONDITIONS:
            world.answer(case, "clearance", "medical", "verification", "accreditation")
        case Stage.CONTRACT if not state.terms_sha256:
            act_in(world, case, "propose_contract", "ann", {})
        case Stage.CONTRACT if not state.approved:
            act_in(world, case, "approve_contract", "bob", {"sha256": "terms"})
        case Stage.CONTRACT:
            world.tell(case, "contract.signed", signed=True, enters_on=(world.at + timedelta(days=5)).date().isoformat())
        case Stage.ENTRY:
            world.tell(case, "duty.entered", entered_on=world.at.date().isoformat())
        case _:
            pass


def meet(world: World, case: str, nth: int, person: str, yes: bool) -> None:
    """What the worklist asks for, done one way or the other."""
    needs = world.hire(case).needs()
    if not needs:
        return
    name, _, about = needs[nth % len(needs)].partition(":")
    said: dict[str, Any] = {
        "screen": {"eligible": yes},
        "shortlist": {"shortlisted": yes},
        "conclude_integrity": {"upheld": yes, "reason": "a_reason"},
        "decide_integrity_steps": {"steps": "exclude" if yes else "warning", "reason": "a_reason"},
        "decide_review": {"upheld": yes, "reason": "a_reason"},
        "decide_probation": {"confirmed": yes},
        "mark_assessment": {"score": 50},
        "mark_interview": {"score": 50},
        "schedule_interview": {"starts_at": world.at.isoformat()},
        "approve_contract": {"sha256": "terms"},
        "settle_reply": {"outcome": YES.get(about, "approved") if yes else "refused", "reason": "a_reason"},
        "ask_by_hand": {},
    }
    key = {"ask_by_hand": "about", "conclude_integrity": "number", "decide_integrity_steps": "number"}.get(name, "condition")
    act_in(world, case, name, person, {**said.get(name, {}), **({key: int(about) if key == "number" else about} if about else {})})


def decide(world: World) -> None:
    """The board's report on whoever is at the selection, decided at once where it may be."""
    waiting = [case for case in hires(world) if world.hire(case).stage is Stage.SELECTION]
    try:
        world.decide(world.report(*((case, "selected" if n % 2 == 0 else "reserve") for n, case in enumerate(waiting))))
    except Refusal:
        return


def hires(world: World) -> list[str]:
    return sorted(case for case in world.store.journals if case.startswith("hire/"))


def play(world: World, case: str, what: tuple[Any, ...]) -> None:
    match what:
        case ("tell", type_, data):
            world.tell(case, type_, **resolved(world, data))
        case ("act", name, person, args):
            act_in(world, case, name, person, args)
        case ("wait", days):
            world.forward(days=days)
        case ("need", nth, person, yes):
            meet(world, case, nth, person, yes)
        case ("budget", post, yes):
            world.tell("vacancy/250442", "budget.decided", post=post, outcome="approved" if yes else "refused", reference="B")
        case _:
            go_onward(world, case)


def check_hire(world: World, case: str) -> None:
    journal = world.store.journals[case]
    assert [e.number for e in journal] == list(range(1, len(journal) + 1))
    state = fold(journal)
    assert state == fold(journal)
    stage: Stage | None = None
    ended = False
    for entry in journal:
        match entry.fact:
            case f.StageEntered(stage=entered):
                assert not ended, "an ended case stays ended"
                assert legal_move(stage, entered)
                stage = entered
            case f.EndingReached(ending=ending, decided_by=by, stage=at):
                assert not ended
                ended = True
                assert at is stage
                assert stage in ENDS_FROM.get(ending, frozenset(Stage))
                assert by.startswith("person:") if adverse(ending) else by.startswith(("person:", "candidate"))
            case f.Reopened(stage=again):
                assert ended
                assert again is stage, "a review leads back to the stage of exclusion"
                ended, stage = False, None
            case _:
                pass
    assert ended is state.ended
    assert (state.stage is None) == (state.ended or not state.vacancy)
    if state.ended:
        assert state.askable() == []
        assert set(state.deadlines) <= {"review", "review_decision"}
        assert state.over is (not state.deadlines)
    if state.over:
        assert (state.next_instant, state.needs(), state.turn(), state.askable()) == (None, [], [], [])
    assert {need.partition(":")[0] for need in state.needs()} <= set(ACTS), "a need is an act somebody can do"
    assert set(state.parked) <= {m for m, (fate, _) in world.store.closed.items() if fate == "parked"}


def check_posts(world: World) -> None:
    for reference in world.store.vacancies:
        journal = world.store.journals[f"vacancy/{reference}"]
        assert [e.number for e in journal] == list(range(1, len(journal) + 1))
        state = fold_vacancy(journal)
        holders = [p.hire for p in state.posts.values() if p.hire is not None]
        assert len(holders) == len(set(holders)), "a hire holds one post"
        for post in state.posts.values():
            assert (post.hire is None) == (post.state in (PostState.OPEN, PostState.WITHDRAWN))
        assert not {x.hire for x in state.listed} & set(holders), "nobody is listed and holds a post"


def check_agreement(world: World) -> None:
    """When every message has arrived, a reserved post and its hire name each other."""
    world.pump()
    for reference in world.store.vacancies:
        state = fold_vacancy(world.store.journals[f"vacancy/{reference}"])
        reserved = {p.hire: p.id for p in state.posts.values() if p.state is PostState.RESERVED}
        held = {case: s.held is not None for case in hires(world) if (s := world.hire(case)).vacancy == reference}
        for case in held:
            now = world.hire(case)
            if now.post and now.stage not in (None, Stage.PROBATION):
                assert reserved.get(case) == now.post, (case, now.post, reserved)
        for hire, post in reserved.items():
            assert hire is not None
            assert (world.hire(hire).post, world.hire(hire).ending) == (post, None), hire


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.sampled_from(Stage), st.lists(step, min_size=25, max_size=45), st.sampled_from([None, "FR"]))
def test_no_walk_of_one_hire_breaks_a_rule(start: Stage, walk: list[tuple[Any, ...]], seconded: str | None) -> None:
    world, case = at_stage(start) if seconded is None or start in AFTER_CONDITIONS else at_stage(start, seconded_by=seconded)
    for what in walk:
        play(world, case, what)
        check_hire(world, case)
    check_posts(world)
    check_agreement(world)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(st.tuples(whose, st.one_of(onward, step, step, step, budget), st.integers(0, 4)), min_size=50, max_size=90))
def test_no_walk_of_a_competition_gives_a_post_twice(walk: list[tuple[int, tuple[Any, ...], int]]) -> None:
    """Four hires, two posts, a second vacancy to be placed in; messages between cases arrive late and between other things."""
    posts = tuple(p.model_copy(update={"funded": p.id == "250442-1"}) for p in publish(posts=2).spec.posts)
    world = World([publish(posts_are=posts), publish("270311", closes_in=20)])
    cases = [world.apply() for _ in range(4)]
    world.close()
    for case in cases:
        world.to_selection(case)
    for n, what, pumped in walk:
        play(world, cases[n], what)
        world.pump(pumped)
        check_posts(world)
    for case in hires(world):
        check_hire(world, case)
    check_agreement(world)


@settings(deadline=None)
@given(st.lists(st.one_of(message, st.just(("tell", "application.withdrawn", {}))), max_size=12))
def test_what_comes_before_the_application_waits_and_is_taken_after_it(early: list[tuple[Any, ...]]) -> None:
    world = World()
    case = "hire/h900"
    world.store.cases[case] = ("250442", "P900")
    world.store.applications["A9"] = {}
    before = [what for what in early if what[1] not in ("application.submitted", "no.such_event")]
    ids = [world.tell(case, what[1], **resolved(world, what[2])) for what in before]
    assert {world.fate(i) for i in ids} <= {"parked"}
    world.tell(case, "application.submitted", payload="A9", channel="public", nations=["BE"])
    check_hire(world, case)
    withdrawn = any(what[1] == "application.withdrawn" for what in before)
    assert world.hire(case).over is withdrawn
