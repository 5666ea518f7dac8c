"""Why a case waits, and why an act is not possible now: each open matter one by one, who can move it, since when, until when.

Everything follows from the state, so a refusal and a page say the same. What exactly "since" is, the journal knows: the moment from
which a matter has been open without a break (`why`). This module knows no acts; the table of acts is handed in (`domain.acts.ACTS`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Protocol

from domain.attention import key_for
from domain.conditions import TABLE
from domain.errors import NotFound, NotNow
from domain.facts import DeadlineSet, Entry
from domain.hire import MOVES, ConditionNow, HireState
from domain.integrity import chosen, key_of
from domain.turns import BY_STAGE
from domain.words import Condition, ConditionState, LimitAction, Party, Review, Role, Stage

#: What a matter can be; `waiting.<code>` in the catalogue. An act somebody has to do has the act's own name as its code.
CODES = (
    "on_hold",
    "closing",
    "checks",
    "asking",
    "answer",
    "interview",
    "report",
    "call",
    "reuse",
    "after",
    "papers",
    "reply",
    "decision",
    "not_funded",
    "deadline",
    "stage",
    "case_closed",
    "wrong_stage",
    "stage_passed",
    "not_late",
    "not_unclear",
    "interview_done",
    "offer_issued",
    "nothing_failed",
    "nothing_late",
    "nothing_waits",
    "not_required",
    "no_paper",
    "no_contradiction",
    "not_refused",
    "already_offered",
    "nothing_proposed",
    "grade_open",
    "one_grade",
    "not_serving",
    "proposed_already",
    "grade_decided",
    "no_grade_proposed",
    "no_date_asked",
    "postponed",
    "frozen",
    "no_overlay",
    "no_absence",
    "nothing_lapsed",
    "no_allegation",
    "no_finding",
    "accommodation_undecided",
    "no_accommodation",
    "nothing_proposed_yet",
    "may_answer",
    "not_on_hold",
    "suspended",
    "list_of_vacancy",
    "reuse_offered",
    "in_review",
    "no_review",
    "no_post",
    "condition_held",
    "appeal_window",
    "not_waivable",
    "waiver_proposed",
    "no_waiver",
    "met_already",
    "contradicted",
    "held_already",
    "condition_not_held",
    "no_late_appeal",
    "no_late_reply",
    "no_post_refused",
    "consent",
    "partner_away",
)

#: Acts about one condition of appointment, or about one request.
ABOUT_CONDITION = frozenset(
    {
        "enter_reply",
        "confirm_reply",
        "settle_reply",
        "withdraw_offer",
        "propose_waiver",
        "approve_waiver",
        "hold_condition",
        "resume_condition",
        "admit_appeal",
        "note_late_reply",
    }
)

#: The deadline that runs for an act, where it is not that of the condition the act is about.
TIMED_BY = {
    "screen": "screening",
    "shortlist": "shortlisting",
    "mark_assessment": "assessment_marking",
    "schedule_interview": "interview",
    "mark_interview": "interview",
    "confirm_no_show": "entry",
    "decide_probation": "probation",
    "decide_review": "review_decision",
}


class Right(Protocol):
    """An act, as far as waiting asks: `domain.acts.Act` fits."""

    @property
    def name(self) -> str: ...
    @property
    def roles(self) -> frozenset[Role]: ...
    @property
    def stages(self) -> frozenset[Stage]: ...
    @property
    def on_hold(self) -> bool: ...
    @property
    def after_ending(self) -> bool: ...


Rights = Mapping[str, Right]


@dataclass(frozen=True)
class Wait:
    """One open matter. `who` holds roles, or parties as the turns name them ("nation:NO"); empty where nobody can move it."""

    code: str
    about: str = ""
    who: tuple[str, ...] = ()
    since: datetime | None = None
    deadline: DeadlineSet | None = None
    until: datetime | None = None
    names: tuple[str, ...] = ()

    @property
    def ends(self) -> datetime | None:
        return self.until or (self.deadline.due_at if self.deadline else None)

    def data(self) -> dict[str, Any]:
        """For programs: code, who, since, until, about; moments as text, so that it can travel in a refusal."""
        return {
            "code": self.code,
            "about": self.about,
            "who": list(self.who),
            "since": self.since and _text(self.since),
            "until": self.ends and _text(self.ends),
            "deadline": self.deadline and _explained(self.deadline),
        }


def _explained(deadline: DeadlineSet) -> dict[str, Any]:
    """A deadline as it travels: the rule in words, what it was counted on, where, and the result."""
    moments = {"started_at": deadline.started_at, "due_at": deadline.due_at, "limit_at": deadline.limit_at}
    words = {name: getattr(deadline, name) for name in ("key", "rule", "calendar", "zone")}
    return words | {name: at and _text(at) for name, at in moments.items()}


@dataclass(frozen=True)
class Why:
    """The answer for a case; with `act`, for that act: then `waits` holds what stands against it, and is empty when it is possible."""

    case: str
    stage: str
    ending: str
    waits: tuple[Wait, ...]
    act: str = ""
    about: str = ""
    who: tuple[str, ...] = ()
    never_by: str = ""
    zone: str = "UTC"

    @property
    def possible(self) -> bool:
        return bool(self.act) and not self.waits


def why(journal: Sequence[Entry], rights: Rights, act: str = "", about: str = "") -> Why:
    """Why a case waits, or why `act` is not possible now, from its journal.

    Raises NotFound for an act that does not exist.
    """
    if act and act not in rights:
        raise NotFound(f"there is no act {act!r}; known: {', '.join(sorted(rights))}", code="unknown_act")
    state, zone = HireState(), "UTC"
    waits: tuple[Wait, ...] = ()
    since: dict[tuple[str, str], datetime] = {}
    for _, step in groupby(journal, lambda entry: entry.step):
        for entry in step:
            state.apply(entry)
        waits = tuple(unmet(state, rights[act], rights, about) if act else waiting(state, rights))
        at = state.last_at
        zone = next((d.zone for d in state.deadlines.values()), zone)
        since = {(w.code, w.about): since.get((w.code, w.about)) or _earlier(w.since, at) for w in waits}
    dated = tuple(replace(w, since=since[w.code, w.about]) for w in waits)
    right = rights.get(act)
    return Why(
        case=state.case,
        stage=str(state.stage or ""),
        ending=str(state.ending or ""),
        waits=dated,
        act=act,
        about=about,
        who=_roles(right) if right else (),
        never_by=_never_by(state, act, about),
        zone=zone,
    )


def waiting(state: HireState, rights: Rights) -> list[Wait]:
    """What an open case waits for, what a person must do first; empty only when it has ended."""
    if state.over:
        return [_need(state, need, rights) for need in state.needs()]
    if state.stage is None and not state.ended:
        return []
    if state.held:
        return [_hold(state, rights)]
    if state.review is Review.OPEN:
        window = state.deadlines["review"]
        return [Wait("in_review", str(state.ending), (), state.ended_at, window), *(_need(state, need, rights) for need in state.needs())]
    found = [_need(state, need, rights) for need in state.needs()]
    taken = {w.deadline.key for w in found if w.deadline} | {TIMED_BY.get(w.code, w.about) for w in found}
    for wait in (*_conditions(state), *_of_stage(state)):
        found.append(wait)
        taken |= {wait.deadline.key} if wait.deadline else set()
    rest = [d for key, d in sorted(state.deadlines.items()) if key not in taken]
    found += [Wait("deadline", d.key, (_party(d),), d.started_at, d) for d in rest]
    moves = str(BY_STAGE.get(state.stage, Party.HR) if state.stage else Party.HR)
    return found or [Wait("stage", str(state.stage), (moves,), state.stage_since)]


def unmet(state: HireState, act: Right, rights: Rights, about: str = "") -> list[Wait]:
    """What stands against `act` now, one by one; empty when nothing does. `about` is the condition or request an act is about;
    without it, the act is possible when it is for any."""
    if state.ended and act.after_ending and (not state.over or state.recall_failed):
        return _against(state, act.name, about, rights)
    if state.ended and not state.over:
        return [Wait("in_review", str(state.ending), since=state.ended_at, deadline=state.deadlines.get("review"))]
    if state.over or state.stage is None:
        return [Wait("case_closed", str(state.ending or ""), since=state.ended_at)]
    if state.held and not act.on_hold:
        return [_hold(state, rights)]
    if state.stage not in act.stages:
        return _wrong_stage(state, act, rights)
    if act.name in ABOUT_CONDITION and not about:
        each = [_against(state, act.name, str(c), rights) for c in state.conditions]
        return [] if any(not waits for waits in each) else _once(w for waits in each for w in waits) or [Wait("not_required")]
    return _against(state, act.name, about, rights)


def explained(refusal: NotNow, state: HireState, act: Right, rights: Rights, about: str = "") -> NotNow:
    """The refusal, its details telling what stands against the act: the same as `why` says, under `waiting`."""
    waits = unmet(state, act, rights, about) or [Wait(refusal.code, about)]
    refusal.details.setdefault("waiting", [wait.data() for wait in waits])
    return refusal


# ---- what a case waits for -------------------------------------------------------------------------------------------------


def _need(state: HireState, need: str, rights: Rights) -> Wait:
    name, _, about = need.partition(":")
    key = next(iter(sorted(state.lapse_due)), "") if name == "confirm_lapse" else TIMED_BY.get(name, about)
    if not about and name == "confirm_lapse":
        about = key
    deadline = state.deadlines.get(key_for(need)) or state.deadlines.get(key)
    return Wait(name, about, _roles(rights.get(name)), deadline.started_at if deadline else state.stage_since, deadline)


def _hold(state: HireState, rights: Rights) -> Wait:
    return Wait("on_hold", "", _roles(rights.get("resume")), state.held_at, until=state.held.until if state.held else None)


def _conditions(state: HireState) -> list[Wait]:
    """Every condition that is not met and that no person has to look at first."""
    return [wait for c in state.conditions.values() if (wait := _condition(state, c)) is not None]


def _condition(state: HireState, c: ConditionNow) -> Wait | None:
    name = c.slot
    if c.held is not None:
        return _still(c)
    if state.appealable(c):
        return _appeal(state, c)
    if c.unclear:
        return None
    if c.settled or c.state in (ConditionState.REFUSED, ConditionState.CONTRADICTED) or name in state.failed_asks:
        return None
    own, papers = state.deadlines.get(name), state.deadlines.get(c.papers_key or "")
    if papers is not None:
        return Wait("papers", name, (str(Party.CANDIDATE),), papers.started_at, papers)
    if c.state is ConditionState.WAITING and c.condition is not Condition.BUDGET:
        before = tuple(other.slot for other in state.conditions.values() if other.condition in c.after and not other.settled)
        return Wait("after", name, since=state.stage_since, names=before) if before else Wait("asking", name, since=state.stage_since)
    since = c.requested_at or (own.started_at if own else state.stage_since)
    return Wait("reply", name, (_authority(c, own),), since, own)


def _still(c: ConditionNow) -> Wait:
    return Wait("condition_held", c.slot, (str(Party.HR),), c.held_at, until=c.held.until if c.held else None)


def _appeal(state: HireState, c: ConditionNow) -> Wait:
    window = state.deadlines["medical_appeal"]
    return Wait("appeal_window", c.slot, (str(Party.CANDIDATE),), window.started_at, window)


def _authority(c: ConditionNow, deadline: DeadlineSet | None) -> str:
    party = TABLE[c.condition].party
    if deadline is not None and deadline.party is party:
        return _party(deadline)
    return f"{party}:{c.nation}" if c.nation else str(party)


def _of_stage(state: HireState) -> list[Wait]:
    """What the stage itself waits for, where nobody here has an act to do."""
    since, open_ = state.stage_since, state.deadlines
    match state.stage:
        case Stage.RECEIVED if not state.late:
            closing = open_.get("closing")
            return [Wait("closing", "", (), since, closing)]
        case Stage.SCREENING if state.judged is None:
            return [Wait("checks", "", (), since)]
        case Stage.ASSESSMENT if not state.assessment_answered:
            return [_answer(state)]
        case Stage.INTERVIEW if state.interview_at is not None and not state.interview_held:
            return [_interview(state)]
        case Stage.SELECTION:
            who = (str(Role.BOARD_CHAIR), str(Role.APPOINTING_AUTHORITY))
            return [Wait("report", "", who, since, open_.get("selection"))]
        case Stage.OFFER if state.consent_open and "reuse" not in state.lapse_due:
            return _consent(state)
        case Stage.RESERVE if state.reuse is not None and not state.reuse_accepted:
            return [Wait("reuse", state.reuse.vacancy, (str(Party.CANDIDATE),), since, open_.get("reserve"))]
        case Stage.RESERVE:
            return [Wait("call", "", (str(Party.HR),), since, open_.get("reserve"))]
        case _:
            return []


def _answer(state: HireState) -> Wait:
    deadline = state.deadlines.get("assessment_answer")
    if deadline is None:
        return Wait("asking", "assessment", (), state.stage_since)
    return Wait("answer", "", (str(Party.CANDIDATE),), deadline.started_at, deadline)


def _interview(state: HireState) -> Wait:
    return Wait("interview", "", (str(Party.BOARD),), state.stage_since, state.deadlines.get("interview"), until=state.interview_at)


# ---- what stands against an act --------------------------------------------------------------------------------------------


def _wrong_stage(state: HireState, act: Right, rights: Rights) -> list[Wait]:
    """Still to come: then what the case waits for now comes first. Behind: then nobody can."""
    stages = tuple(str(stage) for stage in Stage if stage in act.stages)
    assert state.stage is not None
    if not ahead(state.stage) & act.stages:
        return [Wait("stage_passed", str(state.stage), since=state.stage_since, names=stages)]
    return [Wait("wrong_stage", str(state.stage), since=state.stage_since, names=stages), *waiting(state, rights)]


def ahead(stage: Stage) -> frozenset[Stage]:
    """The stages a hire can still come to from this one."""
    found: set[Stage] = set()
    open_ = [stage]
    while open_:
        new = MOVES[open_.pop()] - found
        found |= new
        open_ += new
    return frozenset(found)


Against = Callable[[HireState, str, Rights], list[Wait]]


def _against(state: HireState, act: str, about: str, rights: Rights) -> list[Wait]:
    check = _AGAINST.get(act)
    found = check(state, about, rights) if check else []
    return [wait if wait.since else replace(wait, since=state.stage_since) for wait in found]


def _fixed(code: str, holds: Callable[[HireState], Any]) -> Against:
    """Something that is so, and that nobody changes for this act's sake."""
    return lambda s, about, _: [Wait(code, about)] if holds(s) else []


def _mark_interview(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.interview_held:
        return []
    return [_need(s, "schedule_interview", rights)] if s.interview_at is None else [_interview(s)]


def _of_condition(check: Callable[[HireState, ConditionNow, Rights], list[Wait]]) -> Against:
    def against(s: HireState, about: str, rights: Rights) -> list[Wait]:
        now = s.conditions.get(about)
        return [Wait("not_required", about)] if now is None else check(s, now, rights)

    return against


def _confirm_reply(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    return [] if c.paper else [Wait("no_paper", c.slot, _roles(rights.get("enter_reply")))]


def _settle_reply(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    undecided = not c.answered and c.outcome in TABLE[c.condition].undecided
    return [] if c.state is ConditionState.CONTRADICTED or undecided else [Wait("no_contradiction", c.slot)]


def _withdraw_offer(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    if s.appealable(c):
        return [_appeal(s, c)]
    if c.state is ConditionState.CONTRADICTED or s.withdrawable(c):
        return []
    if c.held is not None:
        return [_still(c)]
    open_ = s.deadlines.get(c.slot) or s.deadlines.get(c.papers_key or "")
    who = () if c.settled else (_authority(c, None),)
    return [Wait("not_refused", c.slot, who, c.requested_at, None, until=(open_.limit_at or open_.due_at) if open_ else None)]


def _met(c: ConditionNow, rights: Rights) -> list[Wait]:
    if c.settled:
        return [Wait("met_already", c.slot)]
    contradicted = c.state is ConditionState.CONTRADICTED
    return [Wait("contradicted", c.slot, _roles(rights.get("settle_reply")))] if contradicted else []


def _propose_waiver(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    if found := _met(c, rights):
        return found
    if not c.may_be_waived:
        return [Wait("not_waivable", c.slot)]
    return [Wait("waiver_proposed", c.slot, _roles(rights.get("approve_waiver")))] if c.waiver else []


def _approve_waiver(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    if found := _met(c, rights):
        return found
    if c.waiver is None:
        return [Wait("no_waiver", c.slot, _roles(rights.get("propose_waiver")))]
    return [] if c.may_be_waived else [Wait("not_waivable", c.slot)]


def _hold_condition(s: HireState, c: ConditionNow, rights: Rights) -> list[Wait]:
    held = [Wait("held_already", c.slot, _roles(rights.get("resume_condition")), c.held_at)] if c.held else []
    return _met(c, rights) or held


def _only_if(code: str, holds: Callable[[ConditionNow], Any]) -> Callable[[HireState, ConditionNow, Rights], list[Wait]]:
    return lambda s, c, rights: [] if holds(c) else [Wait(code, c.slot)]


def _unsettled(s: HireState, rights: Rights) -> list[Wait]:
    """Every condition that is not met: what it waits for, be it an authority or a person here."""
    needs = [_need(s, need, rights) for need in s.needs()]
    found: list[Wait] = []
    for c in s.conditions.values():
        if not c.settled:
            waits = _condition(s, c)
            persons = [n for n in needs if n.about == c.slot]
            found += [waits] if waits else persons or [Wait("decision", c.slot, (str(Party.HR),), c.requested_at)]
    return found


def _issue_offer(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.consent_open:
        return _consent(s)
    return [Wait("offer_issued")] if s.offer_issued else _no_post(s)


def _consent(s: HireState) -> list[Wait]:
    """A re-use: the person has not said yet whether they agree."""
    return [Wait("consent", s.post, (str(Party.CANDIDATE),), s.stage_since, s.deadlines.get("reuse"))]


def _no_post(s: HireState) -> list[Wait]:
    """A case that came back by a review holds no post before one is free again."""
    return [] if s.post else [Wait("no_post", "", (str(Party.HR),))]


def _propose(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.approved:
        return [Wait("already_offered")]
    grade = [Wait("grade_open", "", _roles(rights.get("decide_higher_grade")))] if s.higher_grade_by else []
    return [*grade, *_no_post(s), *_unfunded(s), *_unsettled(s, rights)]


def _unfunded(s: HireState) -> list[Wait]:
    unfunded = not s.post_funded and Condition.BUDGET not in s.conditions
    return [Wait("not_funded", s.post, (str(Party.BUDGET_AUTHORITY),))] if unfunded else []


def _approve(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.approved:
        return [Wait("already_offered")]
    return [*_nothing_proposed(s, rights), *_unfunded(s), *_unsettled(s, rights)]


def _resume(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.held is None:
        return [Wait("not_on_hold")]
    if s.suspended:
        return [Wait("suspended", s.vacancy)]
    return [Wait("frozen", s.held.overlay, _roles(rights.get("lift_overlay")), s.held_at)] if s.held.overlay else []


def _nothing_proposed(s: HireState, rights: Rights) -> list[Wait]:
    return [] if s.terms_sha256 else [Wait("nothing_proposed", "", _roles(rights.get("propose_contract")))]


def _reject(s: HireState, about: str, rights: Rights) -> list[Wait]:
    return [Wait("already_offered")] if s.approved else _nothing_proposed(s, rights)


def _higher(s: HireState, about: str, rights: Rights) -> list[Wait]:
    reasons = {
        "one_grade": s.grade_low == s.grade_high,
        "not_serving": not s.serving,
        "proposed_already": bool(s.terms_sha256),
        "grade_decided": bool(s.higher_grade),
    }
    return [Wait(code) for code, holds in reasons.items() if holds]


def _confirm_lapse(s: HireState, about: str, rights: Rights) -> list[Wait]:
    if s.lapsed:
        return []
    lapsing = [d for _, d in sorted(s.deadlines.items()) if d.at_limit is LimitAction.LAPSE_DUE]
    if not lapsing:
        return [Wait("nothing_lapsed")]
    return [Wait("nothing_lapsed", d.key, (_party(d),), d.started_at, d, until=d.limit_at) for d in lapsing]


def _confirm_paper(s: HireState, about: str, rights: Rights) -> list[Wait]:
    typed = about in s.papers if about else bool(s.papers)
    return [] if typed else [Wait("no_paper", about, _roles(rights.get("enter_paper")))]


def _recall_by_hand(s: HireState, about: str, rights: Rights) -> list[Wait]:
    failed = {x.about for x in s.recall_failed.values()} if s.ended else set()
    return [] if (about in failed if about else failed) else [Wait("nothing_failed", about)]


def _conclude(s: HireState, about: str, rights: Rights) -> list[Wait]:
    found = chosen(s.allegations, int(about or 0), "conclude_integrity")
    if found is None:
        return [Wait("no_allegation", "", _roles(rights.get("report_integrity")))]
    key = key_of(found.number)
    deadline = s.deadlines.get(key)
    if deadline is None or key in s.lapse_due | s.escalated:
        return []
    return [Wait("may_answer", "", (str(Party.CANDIDATE),), deadline.started_at, deadline)]


def _accommodation(s: HireState, rights: Rights) -> list[Wait]:
    """A request for accommodation comes first; who must act on it is said, never why it was made."""
    act = s.accommodation.needs if s.accommodation else ""
    return [Wait("accommodation_undecided", "", _roles(rights.get(act)))] if act else []


def _steps(s: HireState, about: str, rights: Rights) -> list[Wait]:
    waits = chosen(s.allegations, int(about or 0), "decide_integrity_steps")
    return [] if waits else [Wait("no_finding", "", _roles(rights.get("conclude_integrity")))]


#: What each act needs beside its stage. An act that is not here needs nothing more.
_AGAINST: dict[str, Against] = {
    "confirm_late": _fixed("not_late", lambda s: not s.late),
    "accept_as_in_time": lambda s, about, _: [
        Wait(code, about) for code, so in (("not_late", not s.late), ("not_unclear", s.late and s.lateness != "unclear")) if so
    ],
    "screen": _fixed("checks", lambda s: s.judged is None),
    "mark_assessment": lambda s, about, rights: [*_accommodation(s, rights), *([] if s.assessment_answered else [_answer(s)])],
    "schedule_interview": lambda s, about, rights: [*_accommodation(s, rights), *([Wait("interview_done")] if s.interview_held else [])],
    "mark_interview": lambda s, about, rights: [*_accommodation(s, rights), *_mark_interview(s, about, rights)],
    "propose_measures": _fixed("no_accommodation", lambda s: not (s.accommodation and s.accommodation.needs == "propose_measures")),
    "grant_measures": _fixed("nothing_proposed_yet", lambda s: not (s.accommodation and s.accommodation.needs == "grant_measures")),
    "issue_offer": _issue_offer,
    "ask_by_hand": lambda s, about, _: [] if (about in s.failed_asks if about else s.failed_asks) else [Wait("nothing_failed", about)],
    "confirm_paper": _confirm_paper,
    "recall_by_hand": _recall_by_hand,
    "reopen_lapse": lambda s, about, rights: [Wait("expired", "reserve")] if s.lapsed == ["reserve"] else _confirm_lapse(s, about, rights),
    "accept_late": _fixed("nothing_late", lambda s: not s.late_messages),
    "discard_message": _fixed("nothing_waits", lambda s: not s.parked),
    "enter_reply": _of_condition(lambda s, c, rights: []),
    "confirm_reply": _of_condition(_confirm_reply),
    "settle_reply": _of_condition(_settle_reply),
    "withdraw_offer": _of_condition(_withdraw_offer),
    "propose_waiver": _of_condition(_propose_waiver),
    "approve_waiver": _of_condition(_approve_waiver),
    "hold_condition": _of_condition(_hold_condition),
    "resume_condition": _of_condition(_only_if("condition_not_held", lambda c: c.held)),
    "admit_appeal": _of_condition(_only_if("no_late_appeal", lambda c: c.late_appeal and c.state is ConditionState.REFUSED)),
    "note_late_reply": _of_condition(_only_if("no_late_reply", lambda c: c.after_entry)),
    "propose_contract": _propose,
    "approve_contract": _approve,
    "reject_contract": _reject,
    "withdraw_proposal": lambda s, about, rights: _nothing_proposed(s, rights),
    "keep_entry_date": _fixed("no_date_asked", lambda s: s.wanted_entry is None or not s.approved),
    "propose_higher_grade": _higher,
    "decide_higher_grade": _fixed("no_grade_proposed", lambda s: not s.higher_grade_by),
    "postpone_entry": _fixed("postponed", lambda s: s.postponed),
    "confirm_no_show": _fixed("no_absence", lambda s: not s.no_show),
    "confirm_lapse": _confirm_lapse,
    "conclude_integrity": _conclude,
    "decide_integrity_steps": _steps,
    "resume": _resume,
    "lift_overlay": _fixed("no_overlay", lambda s: not s.overlays),
    "extend": lambda s, about, _: [Wait("list_of_vacancy", s.vacancy, (str(Party.HR),))] if about == "reserve" else [],
    "decide_review": _fixed("no_review", lambda s: s.review is not Review.LODGED),
    "claim_post": _fixed("no_post_refused", lambda s: not s.post_refused),
    "offer_reuse": lambda s, about, _: [Wait("reuse_offered", "", (str(Party.CANDIDATE),))] if s.reuse else [],
}


# ---- small words -----------------------------------------------------------------------------------------------------------


def _roles(right: Right | None) -> tuple[str, ...]:
    return tuple(str(role) for role in Role if right and role in right.roles)


def _party(deadline: DeadlineSet) -> str:
    return f"{deadline.party}:{deadline.who}" if deadline.who else str(deadline.party)


def _never_by(state: HireState, act: str, about: str) -> str:
    """Who may not do it although their role could: the second of four eyes is another person."""
    if act in ("approve_contract", "reject_contract", "postpone_entry"):
        return state.proposed_by
    if act == "decide_higher_grade":
        return state.higher_grade_by
    if act == "decide_review":
        return state.ended_by
    if act == "grant_measures":
        return state.accommodation.proposed_by if state.accommodation else ""
    if act == "confirm_paper":
        return next((paper.by for name, paper in sorted(state.papers.items()) if about in ("", name)), "")
    if act == "decide_integrity_steps":
        return next((a.found_by for a in state.allegations.values() if a.needs == act), "")
    if act == "approve_waiver":
        return next((c.waiver_by for c in state.conditions.values() if c.waiver and about in ("", c.slot)), "")
    if act == "confirm_reply":
        return next((c.paper_by for c in state.conditions.values() if c.paper and about in ("", c.slot)), "")
    return ""


def _once(waits: Any) -> list[Wait]:
    return list(dict.fromkeys(waits))


def _earlier(known: datetime | None, at: datetime | None) -> datetime:
    """A matter may be older than the step that brought it into view, never younger."""
    found = [moment for moment in (known, at) if moment]
    return min(found)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
