"""What a vacancy decides: closing, the board's report, the ledger of posts, the next in rank, cancelling (`recruitment.md` §1, §6).

Functions of (state, what happened, moment) that return facts and the messages to the hires concerned. The ledger itself is the
posts table, changed by conditional update in the transaction that writes these facts; who is next is decided only here.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from domain import facts as f
from domain.errors import BadInput, FourEyes, NotAllowed, NotNow, VacancyClosed
from domain.messages import ActRequest, CaseMessage, Message
from domain.moment import Moment
from domain.vacancy import PostNow, PostSpec, VacancyState
from domain.words import PostState, Role, Stage
from domain.words import roles as roles_among


@dataclass
class Turnout:
    """What one happening leads to: facts of the vacancy, messages to hires, and nothing else."""

    facts: list[f.AnyFact] = field(default_factory=list)
    messages: list[CaseMessage] = field(default_factory=list)


class Rival(BaseModel):
    """A hire of this vacancy as the read model knows it; `stage` None means it has ended."""

    case: str
    stage: Stage | None
    score: int = 0
    late: bool = False


NEXT_IN_RANK = "next_in_rank"


class Args(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SubmitReport(Args):
    lines: tuple[f.ReportLine, ...] = Field(min_length=1)


class DecideReport(Args):
    sha256: str
    approved: bool
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")] = "merit_order"


class Call(Args):
    """Call somebody on the list to an open post. `reason` must say why when it is not the next in rank (`recruitment.md` §6)."""

    hire: str
    post: str
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")] = NEXT_IN_RANK


class Cancel(Args):
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{1,63}$")]


ACTS: dict[str, tuple[frozenset[Role], type[Args]]] = {
    "call": (frozenset({Role.HR_OFFICER, Role.HR_HEAD}), Call),
    "submit_report": (frozenset({Role.BOARD_CHAIR}), SubmitReport),
    "decide_report": (frozenset({Role.APPOINTING_AUTHORITY}), DecideReport),
    "cancel": (frozenset({Role.HR_HEAD, Role.APPOINTING_AUTHORITY}), Cancel),
}


def publish(m: Moment) -> Turnout:
    """The first facts of a vacancy. Its own closing is a deadline; posts without funding wait for the budget authority."""
    spec = m.published.spec
    published = f.VacancyPublished(
        reference=spec.reference,
        closes_at=m.published.closes_at,
        policy=m.published.sha256,
        spec=m.published.sha256,
        posts=tuple(p.id for p in spec.posts),
        pending_posts=tuple(p.id for p in spec.posts if not p.funded),
        reserve_list=spec.reserve_list,
    )
    closing = m.closing()
    return Turnout([published, *([closing] if closing else [])])


def close(state: VacancyState, m: Moment) -> Turnout:
    """The competition closes: on its wall clock, whatever was down at that moment."""
    closing = state.deadlines.get("closing")
    if closing is None or closing.due_at > m.at:
        return Turnout()
    return Turnout([f.VacancyClosed(), f.DeadlineClosed(key="closing", met=True)])


def check(state: VacancyState, request: ActRequest) -> Args:
    """The arguments of an act on a vacancy, if this person may do it now. Raises BadInput, VacancyClosed, NotAllowed, FourEyes, NotNow."""
    known = ACTS.get(request.act)
    if known is None:
        raise BadInput(f"there is no act {request.act!r} on a vacancy; known: {', '.join(sorted(ACTS))}", code="unknown_act")
    roles, model = known
    try:
        args = TypeAdapter(model).validate_python(request.args)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise BadInput(f"{request.act}: {where}: {first['msg']}", code="bad_arguments", field=where) from None
    if state.over:
        raise VacancyClosed(f"vacancy {state.reference} is {state.status}", code="vacancy_over")
    if not roles & roles_among(request.roles):
        raise NotAllowed(f"{request.act} is for {', '.join(sorted(roles))}", code="wrong_role")
    if request.act == "submit_report" and state.status != "closed" and state.closes_at is not None:
        raise NotNow("the competition has not closed yet", code="not_closed")
    if request.act == "submit_report" and state.report_state == "approved":
        raise NotNow("the report is approved already", code="already_approved")
    if request.act == "decide_report":
        if state.report_state != "submitted":
            raise NotNow("no report waits for a decision", code="nothing_to_decide")
        if state.report_by == f"person:{request.person}":
            raise FourEyes("who submits the report cannot decide it", code="four_eyes")
    return args


def do(state: VacancyState, request: ActRequest, rivals: Iterable[Rival], m: Moment) -> Turnout:
    """What an act leads to. `rivals` are all hires of this vacancy as the read model has them."""
    args = check(state, request)
    match args:
        case SubmitReport():
            return _submit(state, args, list(rivals), request)
        case DecideReport():
            return _decide(state, args, list(rivals), request, m)
        case Call():
            return _call(state, args, m)
        case Cancel():
            return _cancel(args, list(rivals), request)
        case _:
            raise BadInput(f"{request.act} is not built", code="unknown_act")


def _submit(state: VacancyState, args: SubmitReport, rivals: list[Rival], request: ActRequest) -> Turnout:
    in_play = {Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW}
    early = sorted(r.case for r in rivals if r.stage in in_play and not r.late)  # a late one waits for HR alone, and is never judged
    if early and state.closes_at is not None:  # an ongoing notice is decided in rounds
        raise NotNow(f"{len(early)} hires have not reached the selection yet: {', '.join(early[:5])}", code="still_in_play")
    waiting = {r.case for r in rivals if r.stage is Stage.SELECTION}
    named = [line.hire for line in args.lines]
    if set(named) != waiting or len(named) != len(waiting):
        missing, foreign = sorted(waiting - set(named)), sorted(set(named) - waiting)
        raise BadInput(
            f"a report names each hire at the selection once; missing: {missing}, not at the selection: {foreign}", code="report_incomplete"
        )
    ranked = [line for line in args.lines if line.recommendation != "not_selected"]
    if any(line.rank is None for line in ranked):
        raise BadInput("every recommended candidate needs a rank", code="rank_missing")
    return Turnout([f.ReportSubmitted(report=request.request, lines=args.lines, sha256=report_sha256(args.lines))])


def report_sha256(lines: Iterable[f.ReportLine]) -> str:
    """Hash of a report's lines as the approver confirms them."""
    return hashlib.sha256(json.dumps([line.model_dump(mode="json") for line in lines], sort_keys=True).encode()).hexdigest()


def _decide(state: VacancyState, args: DecideReport, rivals: list[Rival], request: ActRequest, m: Moment) -> Turnout:
    if args.sha256 != report_sha256(state.report_lines):
        raise NotNow("the report changed since you read it", code="other_report", sha256=report_sha256(state.report_lines))
    decided = f.ReportDecided(report=state.report, approved=args.approved, submitted_by=state.report_by, reason=args.reason)
    out = Turnout([decided])
    if not args.approved:
        return out
    person = f"person:{request.person}"
    free = [p.id for p in state.posts.values() if p.state is PostState.OPEN]
    gone = {r.case for r in rivals if r.stage is None}  # withdrew after the report was submitted: no post for them
    lines = [line for line in state.report_lines if line.hire not in gone]
    for line in sorted(lines, key=lambda x: (x.rank is None, x.rank or 0, x.hire)):
        words: dict[str, Any] = {"rank": line.rank, "report": state.report, "decided_by": person}
        if line.recommendation == "not_selected":
            out.messages.append(_tell(line.hire, "selection.decided", {"outcome": "not_selected", **words}))
        elif line.recommendation == "selected" and free:
            _reserve(out, m, free.pop(0), line.hire, "selection.decided", {"outcome": "selected", **words}, state)
        else:
            out.facts.append(f.CandidateListed(hire=line.hire, rank=line.rank or 0))
            out.messages.append(_tell(line.hire, "selection.decided", {"outcome": "reserve", **words}))
    return _completed(state, out)


def _cancel(args: Cancel, rivals: list[Rival], request: ActRequest) -> Turnout:
    """Everyone still in it is told (`recruitment.md` §1); a person already on duty keeps the post."""
    cause = {"decided_by": f"person:{request.person}", "reason": args.reason}
    still = [r.case for r in rivals if r.stage is not None and r.stage is not Stage.PROBATION]
    return Turnout([f.VacancyCancelled(reason=args.reason)], [_tell(case, "vacancy.cancelled", cause) for case in still])


def take(state: VacancyState, message: Message, m: Moment) -> Turnout:
    """What a message from a hire, or from the budget authority, leads to. An empty turnout means it changed nothing."""
    d = message.data
    match message.type:
        case "hire.left":
            return _left(state, d, m)
        case "post.taken_up":
            held = state.posts.get(d["post"])
            if held is None or held.hire != d["hire"] or held.state is not PostState.RESERVED:
                return Turnout()
            return _completed(state, Turnout([f.PostFilled(post=d["post"], hire=d["hire"])]))
        case "budget.decided":
            return _budget(state, d, m)
        case "reuse.agreed":
            return _place(state, d, m)
        case _:
            return Turnout()


def _left(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """A hire ended: its post is free again and the next in rank is proposed; a listed one leaves the list."""
    out = Turnout()
    if any(x.hire == d["hire"] for x in state.listed):
        out.facts.append(f.CandidateUnlisted(hire=d["hire"], reason=d["ending"]))
    held = next((p for p in state.posts.values() if p.hire == d["hire"] and p.state is PostState.RESERVED), None)
    if held is not None:
        out.facts.append(f.PostFreed(post=held.id, hire=d["hire"], reason=d["ending"]))
        if state.over:
            return out
        if d["ending"] == "budget_refused" or state.budget_decided.get(held.id) is False:  # nobody else can be appointed to it either
            out.facts.append(f.PostWithdrawn(post=held.id, reason="budget_refused"))
        else:
            _call_next(state, out, held.id, d["hire"], m)
    return _completed(state, out)


def _call(state: VacancyState, args: Call, m: Moment) -> Turnout:
    """A named person calls from the list; anybody may be called, but out of rank only with a reason of its own."""
    if args.post not in state.posts:
        raise BadInput(f"vacancy {state.reference} has no post {args.post}", code="unknown_post", field="post")
    if state.posts[args.post].state is not PostState.OPEN:
        raise NotNow(f"post {args.post} is {state.posts[args.post].state}", code="post_not_open")
    listed = next((x for x in state.listed if x.hire == args.hire), None)
    if listed is None:
        raise NotNow(f"{args.hire} is not on the list of vacancy {state.reference}", code="not_listed")
    best = min(x.rank for x in state.listed)
    if listed.rank > best and args.reason == NEXT_IN_RANK:
        raise NotNow(f"rank {best} comes before rank {listed.rank}: a call out of rank needs its reason", code="out_of_rank")
    out = Turnout([f.CandidateUnlisted(hire=args.hire, reason="called")])
    _reserve(out, m, args.post, args.hire, "reserve.called", {"reason": args.reason}, state)
    return out


def _call_next(state: VacancyState, out: Turnout, post: str, leaver: str, m: Moment) -> None:
    waiting = [x for x in state.listed if x.hire != leaver]
    if waiting:
        out.facts.append(f.CandidateUnlisted(hire=waiting[0].hire, reason="called"))
        _reserve(out, m, post, waiting[0].hire, "reserve.called", {"reason": NEXT_IN_RANK}, state)


def _budget(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    post = state.posts.get(d["post"])
    if post is None or post.state in (PostState.WITHDRAWN, PostState.FILLED):
        return Turnout()
    if post.id in state.budget_decided:  # on record already: repeating changes nothing, contradicting never overwrites
        return _budget_again(state, post, d)
    approved = d["outcome"] == "approved"
    out = Turnout([f.BudgetDecided(post=post.id, approved=approved, reference=d.get("reference", ""))])
    if post.hire is not None:
        told = {"post": post.id, "funded": approved, "reference": d.get("reference", "")}
        out.messages.append(_tell(post.hire, "post.funding", told))
    elif not approved:
        out.facts.append(f.PostWithdrawn(post=post.id, reason="budget_refused"))
    return _completed(state, out)


def _budget_again(state: VacancyState, post: PostNow, d: dict[str, Any]) -> Turnout:
    """A second answer of the budget authority. One that differs is a contradiction for the hire that holds the post."""
    approved = d["outcome"] == "approved"
    if state.budget_decided[post.id] is approved or post.hire is None:
        return Turnout()
    return Turnout(messages=[_tell(post.hire, "post.funding", {"post": post.id, "funded": approved, "reference": d.get("reference", "")})])


def _place(state: VacancyState, d: dict[str, Any], m: Moment) -> Turnout:
    """A person of another vacancy agreed to take a post here: reserve it and begin the linked case, or say that it is gone."""
    post = state.posts.get(d["post"])
    if state.over or post is None or post.state is not PostState.OPEN:
        return Turnout(messages=[_tell(d["hire"], "placement.refused", {"post": d["post"], "reason": "post_not_open"})])
    linked = d["new_case"]
    out = Turnout()
    known = {k: d[k] for k in ("candidate", "application", "seconded_by", "serving", "nations")}
    about = known | {"vacancy": state.reference, "linked_from": d["hire"]}
    _reserve(out, m, post.id, linked, "hire.linked", about, state)
    out.messages.append(_tell(d["hire"], "placement.made", {"case": linked, "vacancy": state.reference, "post": post.id}))
    return out


def _reserve(out: Turnout, m: Moment, post: str, hire: str, type_: str, data: dict[str, Any], state: VacancyState) -> None:
    spec: PostSpec = m.published.spec.post(post)
    words = {
        "post": post,
        "post_kind": str(spec.kind),
        "grade_low": spec.grade_low,
        "grade_high": spec.grade_high,
        "division": spec.division,
        "funded": state.posts[post].funded,
    }
    out.facts.append(f.PostReserved(post=post, hire=hire))
    out.messages.append(_tell(hire, type_, {**words, **data}))


def _completed(state: VacancyState, out: Turnout) -> Turnout:
    """Add the completion when nothing is left to decide: every post filled or withdrawn, or nobody left for the open ones."""
    after = state.model_copy(deep=True)
    for n, fact in enumerate(out.facts):
        after.apply(f.Entry(case="vacancy/x", number=state.number + n + 1, at=_EPOCH, actor="muster", step="?", fact=fact))
    if after.over or after.report_state != "approved":
        return out
    states = [p.state for p in after.posts.values()]
    outcome: Literal["filled", "lapsed"] | None = None
    if all(s in (PostState.FILLED, PostState.WITHDRAWN) for s in states):
        outcome = "filled" if PostState.FILLED in states else "lapsed"
    elif PostState.RESERVED not in states and not after.listed:
        outcome = "lapsed"
    if outcome is not None:
        out.facts.append(f.VacancyCompleted(outcome=outcome))
    return out


def _tell(case: str, type_: str, data: dict[str, Any]) -> CaseMessage:
    return CaseMessage(to=case, type=type_, data=data)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
