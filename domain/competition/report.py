"""The board's report, and its decision by another person (`recruitment.md` §6)."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import Field

from domain import facts as f
from domain.acts.table import Args, Reason, Reference
from domain.competition.board import may_report
from domain.competition.keeping import give_up
from domain.competition.listing import put_on
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, completed, reserve, tell
from domain.errors import BadInput, FourEyes, NotNow
from domain.messages import ActRequest
from domain.vacancy import VacancyState
from domain.words import Role, Stage

IN_PLAY = frozenset({Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW})


class SubmitReport(Args):
    lines: tuple[f.ReportLine, ...] = Field(min_length=1)


class DecideReport(Args):
    """`order` names everybody who shares a rank with somebody, the first first: the appointing authority breaks the ties."""

    sha256: str
    approved: bool
    reason: Reason = "merit_order"
    order: tuple[Reference, ...] = ()


def _may_submit(state: VacancyState, args: SubmitReport, request: ActRequest) -> None:
    if state.status != "closed" and state.closes_at is not None:
        raise NotNow("the competition has not closed yet", code="not_closed")
    may_report(state, request.person)


@act("submit_report", frozenset({Role.BOARD_CHAIR}), SubmitReport, _may_submit)
def _submit(c: Competition, args: SubmitReport, request: ActRequest) -> Turnout:
    """Submit the board's report: every hire at the selection once, ranked; a supplementary one on whom a review brought back."""
    early = sorted(r.case for r in c.rivals if r.stage in IN_PLAY and not r.late)  # a late one waits for HR alone, and is never judged
    if early and c.state.closes_at is not None and not c.state.rounds:  # an ongoing notice is decided in rounds
        raise NotNow(f"{len(early)} hires have not reached the selection yet: {', '.join(early[:5])}", code="still_in_play")
    waiting = {r.case for r in c.rivals if r.stage is Stage.SELECTION} - decided_already(c.state)
    if not waiting and c.state.report_state == "approved":
        raise NotNow("the report is approved already, and nobody waits for another round", code="already_approved")
    named = [line.hire for line in args.lines]
    if set(named) != waiting or len(named) != len(waiting):
        missing, foreign = sorted(waiting - set(named)), sorted(set(named) - waiting)
        raise BadInput(
            f"a report names each hire at the selection once; missing: {missing}, not at the selection: {foreign}", code="report_incomplete"
        )
    _ranks(args.lines)
    _recommendations(c.state, args.lines)
    return Turnout([f.ReportSubmitted(report=request.request, lines=args.lines, sha256=report_sha256(args.lines))])


def decided_already(state: VacancyState) -> set[str]:
    """Who the last round decided on and has not heard of it yet: the message is still on its way."""
    return {x.hire for x in state.listed} | {p.hire for p in state.posts.values() if p.hire}


def _ranks(lines: Sequence[f.ReportLine]) -> None:
    """Every recommended candidate has a rank; equal ranks are explicit, each with the reason why they are equal."""
    ranked = [line for line in lines if line.recommendation != "not_selected"]
    if any(line.rank is None for line in ranked):
        raise BadInput("every recommended candidate needs a rank", code="rank_missing")
    shared = {n for n, count in Counter(line.rank for line in ranked).items() if count > 1}
    for line in ranked:
        if line.rank in shared and not line.tie:
            raise BadInput(
                f"rank {line.rank} is given more than once: each equal line needs its `tie`, as equal_merit", code="tie_unmarked"
            )
        if line.rank not in shared and line.tie:
            raise BadInput(f"nobody shares rank {line.rank} with {line.hire}: it is no tie", code="no_tie")


def _recommendations(state: VacancyState, lines: Sequence[f.ReportLine]) -> None:
    """A list must have been announced (§6); without one, who is selected and finds no post is next in rank, never on a list."""
    if not state.reserve_list and any(line.recommendation == "reserve" for line in lines):
        raise BadInput("the notice announced no reserve list: nobody can be recommended for one", code="no_list_announced")
    best_listed = min((line.rank or 0 for line in lines if line.recommendation == "reserve"), default=None)
    if best_listed is not None and any(line.recommendation == "selected" and (line.rank or 0) > best_listed for line in lines):
        raise BadInput("somebody recommended for the list is ranked before somebody selected", code="ranks_crossed")


def report_sha256(lines: Iterable[f.ReportLine]) -> str:
    """Hash of a report's lines as the approver confirms them."""
    return hashlib.sha256(json.dumps([line.model_dump(mode="json") for line in lines], sort_keys=True).encode()).hexdigest()


def _may_decide(state: VacancyState, args: DecideReport, request: ActRequest) -> None:
    if state.report_state != "submitted":
        raise NotNow("no report waits for a decision", code="nothing_to_decide")
    if state.report_by in request.eyes:
        raise FourEyes("who submits the report cannot decide it", code="four_eyes")


@act("decide_report", frozenset({Role.APPOINTING_AUTHORITY}), DecideReport, _may_decide, approval=True)
def _decide(c: Competition, args: DecideReport, request: ActRequest) -> Turnout:
    """Decide on the board's report: exactly the one that was read, never by who submitted it."""
    state, m = c.state, c.m
    if args.sha256 != report_sha256(state.report_lines):
        raise NotNow("the report changed since you read it", code="other_report", sha256=report_sha256(state.report_lines))
    if args.approved and state.list_expired and state.listed:
        raise NotNow("the list has ended and nobody has confirmed it: confirm that first", code="list_ended")
    if args.approved:
        _ties_broken(state.report_lines, args.order)
    order = args.order if args.approved else ()
    decided = f.ReportDecided(report=state.report, approved=args.approved, submitted_by=state.report_by, reason=args.reason, order=order)
    out = Turnout([decided])
    if not args.approved:
        return out
    person = f"person:{request.person}"
    named = {line.hire for line in state.report_lines}
    kept = len(state.kept.keys() - named)  # a place kept for somebody this report decides on is theirs to win
    free = [p.id for p in state.open_posts]
    free = free[: max(0, len(free) - kept)]
    gone = {r.case for r in c.rivals if r.stage is None}  # withdrew after the report was submitted: no post for them
    for line in in_rank_order([x for x in state.report_lines if x.hire not in gone], order):
        words: dict[str, Any] = {"rank": line.rank, "report": state.report, "decided_by": person}
        if line.recommendation == "not_selected":
            out.messages.append(tell(line.hire, "selection.decided", {"outcome": "not_selected", **words}))
        elif line.recommendation == "selected" and free:
            reserve(out, state, free.pop(0), line.hire, "selection.decided", {"outcome": "selected", **words})
        else:
            put_on(out, state, line, words, m)
    out.facts += [fact for hire in sorted(named) for fact in give_up(state, hire, "decided")]
    return completed(state, out)


def in_rank_order(lines: Iterable[f.ReportLine], order: Sequence[str]) -> list[f.ReportLine]:
    """By rank, among equals as the appointing authority put them; who has no rank comes last."""
    place = {hire: n for n, hire in enumerate(order)}
    return sorted(lines, key=lambda x: (x.rank is None, x.rank or 0, place.get(x.hire, 0), x.hire))


def _ties_broken(lines: Iterable[f.ReportLine], order: Sequence[str]) -> None:
    equal = sorted(line.hire for line in lines if line.tie)
    if sorted(order) != equal:
        raise BadInput(f"say who comes first among equals: `order` names each of {equal} once", code="tie_not_broken", field="order")
