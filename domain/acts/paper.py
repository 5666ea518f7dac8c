"""What may come on paper instead of from a partner's system, beside the authorities' replies: typed in by one person, confirmed by
another, and then exactly what the event would have been (`recruitment.md` §4, §7)."""

from datetime import date
from enum import StrEnum
from typing import Any

from domain import facts as f
from domain.acts.table import HR, Args, Reference, act
from domain.errors import BadInput, FourEyes, NotNow
from domain.hire import HireState
from domain.messages import ActRequest, Message
from domain.moment import Moment
from domain.replies import take
from domain.stages import Facts
from domain.words import Role, Stage


class Paper(StrEnum):
    """The papers, by what they are about."""

    ASSESSMENT = "assessment"
    CONTRACT = "contract"
    ENTRY = "entry"
    NO_SHOW = "no_show"


#: What the event of a partner would be called.
EVENTS = {
    Paper.ASSESSMENT: "assessment.completed",
    Paper.CONTRACT: "contract.signed",
    Paper.ENTRY: "duty.entered",
    Paper.NO_SHOW: "duty.no_show",
}
STAGES = frozenset({Stage.ASSESSMENT, Stage.CONTRACT, Stage.ENTRY})
DESK = HR | {Role.LINE_MANAGER}


class Enter(Args):
    paper: Paper
    signed: bool = True
    on: date | None = None
    reference: Reference = ""


class Confirm(Args):
    paper: Paper


@act("enter_paper", DESK, STAGES, Enter)
def _enter_paper(s: HireState, a: Enter, r: ActRequest, m: Moment) -> Facts:
    """Type in what came on paper: an assessment, a signed or declined contract, a first day or an absence; a second person confirms it."""
    data = _data(a)
    take(s, _message(a.paper, data, f"person:{r.person}", m), m)  # what could not be confirmed is refused at once
    return [f.PaperEntered(about=a.paper, data=data)]


@act("confirm_paper", DESK, STAGES, Confirm, approval=True)
def _confirm_paper(s: HireState, a: Confirm, r: ActRequest, m: Moment) -> Facts:
    """Confirm what another person typed in from paper; from now on it counts."""
    entered = s.papers.get(a.paper)
    if entered is None:
        raise NotNow(f"nothing about {a.paper} waits for a second person", code="nothing_to_confirm")
    if entered.by in r.eyes:
        raise FourEyes("the person who typed it in cannot confirm it", code="four_eyes")
    message = _message(a.paper, entered.data, entered.by, m).model_copy(update={"received_at": entered.at})
    return [f.PaperConfirmed(about=a.paper, entered_by=entered.by), *take(s, message, m)]


def _message(paper: Paper, data: dict[str, Any], sender: str, m: Moment) -> Message:
    return Message(id=f"paper:{paper}", type=EVENTS[paper], sender=sender, received_at=m.at, data=data)


def _data(a: Enter) -> dict[str, Any]:
    on = a.on and a.on.isoformat()
    match a.paper:
        case Paper.ASSESSMENT:
            return {"reference": a.reference}
        case Paper.CONTRACT:
            return {"signed": a.signed, "enters_on": on}
        case Paper.ENTRY:
            if on is None:
                raise BadInput("the first day has a date", code="bad_arguments", field="on")
            return {"entered_on": on}
        case Paper.NO_SHOW:
            return {"expected_on": on}
