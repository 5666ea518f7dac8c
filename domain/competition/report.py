"""The board's report, and its decision by another person (`recruitment.md` §6)."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from pydantic import Field

from domain import facts as f
from domain.acts.table import Args, Reason
from domain.competition.board import may_report
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, completed, reserve, tell
from domain.errors import BadInput, FourEyes, NotNow
from domain.messages import ActRequest
from domain.vacancy import VacancyState
from domain.words import PostState, Role, Stage

IN_PLAY = frozenset({Stage.RECEIVED, Stage.SCREENING, Stage.SHORTLISTING, Stage.ASSESSMENT, Stage.INTERVIEW})


class SubmitReport(Args):
    lines: tuple[f.ReportLine, ...] = Field(min_length=1)


class DecideReport(Args):
    sha256: str
    approved: bool
    reason: Reason = "merit_order"


def _may_submit(state: VacancyState, args: SubmitReport, request: ActRequest) -> None:
    if state.status != "closed" and state.closes_at is not None:
        raise NotNow("the competition has not closed yet", code="not_closed")
    may_report(state, request.person)
    if state.report_state == "approved":
        raise NotNow("the report is approved already", code="already_approved")


@act("submit_report", frozenset({Role.BOARD_CHAIR}), SubmitReport, _may_submit)
def _submit(c: Competition, args: SubmitReport, request: ActRequest) -> Turnout:
    """Submit the selection board's report: every hire at the selection once, ranked."""
    early = sorted(r.case for r in c.rivals if r.stage in IN_PLAY and not r.late)  # a late one waits for HR alone, and is never judged
    if early and c.state.closes_at is not None:  # an ongoing notice is decided in rounds
        raise NotNow(f"{len(early)} hires have not reached the selection yet: {', '.join(early[:5])}", code="still_in_play")
    waiting = {r.case for r in c.rivals if r.stage is Stage.SELECTION}
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


def _may_decide(state: VacancyState, args: DecideReport, request: ActRequest) -> None:
    if state.report_state != "submitted":
        raise NotNow("no report waits for a decision", code="nothing_to_decide")
    if state.report_by in request.eyes:
        raise FourEyes("who submits the report cannot decide it", code="four_eyes")


@act("decide_report", frozenset({Role.APPOINTING_AUTHORITY}), DecideReport, _may_decide)
def _decide(c: Competition, args: DecideReport, request: ActRequest) -> Turnout:
    """Decide on the board's report: exactly the one that was read, never by who submitted it."""
    state, m = c.state, c.m
    if args.sha256 != report_sha256(state.report_lines):
        raise NotNow("the report changed since you read it", code="other_report", sha256=report_sha256(state.report_lines))
    decided = f.ReportDecided(report=state.report, approved=args.approved, submitted_by=state.report_by, reason=args.reason)
    out = Turnout([decided])
    if not args.approved:
        return out
    person = f"person:{request.person}"
    free = [p.id for p in state.posts.values() if p.state is PostState.OPEN]
    gone = {r.case for r in c.rivals if r.stage is None}  # withdrew after the report was submitted: no post for them
    lines = [line for line in state.report_lines if line.hire not in gone]
    for line in sorted(lines, key=lambda x: (x.rank is None, x.rank or 0, x.hire)):
        words: dict[str, Any] = {"rank": line.rank, "report": state.report, "decided_by": person}
        if line.recommendation == "not_selected":
            out.messages.append(tell(line.hire, "selection.decided", {"outcome": "not_selected", **words}))
        elif line.recommendation == "selected" and free:
            reserve(out, m, free.pop(0), line.hire, "selection.decided", {"outcome": "selected", **words}, state)
        else:
            out.facts.append(f.CandidateListed(hire=line.hire, rank=line.rank or 0))
            out.messages.append(tell(line.hire, "selection.decided", {"outcome": "reserve", **words}))
    return completed(state, out)
