"""The selection board: who sits on it, whether it is complete, who steps back from whom (`recruitment.md` §2, §3)."""

from pydantic import Field

from domain import facts as f
from domain.acts.table import Args, Reason, Reference
from domain.competition.table import act
from domain.competition.turnout import Competition, Turnout, tell
from domain.errors import BadInput, NotAllowed, NotNow
from domain.messages import ActRequest
from domain.vacancy import VacancyState
from domain.words import Role


class ComposeBoard(Args):
    chair: Reference
    members: tuple[Reference, ...] = Field(min_length=2)
    observer: Reference


class DeclareInterest(Args):
    conflict: bool
    hires: tuple[Reference, ...] = ()
    reason: Reason = "conflict_of_interest"


@act("compose_board", frozenset({Role.HR_OFFICER, Role.HR_HEAD}), ComposeBoard)
def _compose(c: Competition, a: ComposeBoard, request: ActRequest) -> Turnout:
    """Name the selection board: its chair, at least two members, the staff association's observer."""
    seats = (a.chair, *a.members, a.observer)
    if len(set(seats)) != len(seats) or "" in seats:
        raise BadInput("nobody sits on a board twice, and no seat stays empty", code="bad_arguments", field="members")
    return Turnout([f.BoardComposed(chair=a.chair, members=a.members, observer=a.observer)])


def _sits(state: VacancyState, a: DeclareInterest, request: ActRequest) -> None:
    if state.board is None:
        raise NotNow("no board has been named yet", code="no_board")
    if request.person not in state.board.seats:
        raise NotAllowed(f"{request.person} does not sit on the board of vacancy {state.reference}", code="not_on_the_board")


@act("declare_interest", frozenset({Role.BOARD_CHAIR, Role.BOARD_MEMBER, Role.STAFF_OBSERVER}), DeclareInterest, _sits)
def _declare(c: Competition, a: DeclareInterest, request: ActRequest) -> Turnout:
    """Say, as one of the board, whether there is a conflict of interest: none, with certain candidates, or with the whole competition."""
    unknown = sorted(set(a.hires) - {r.case for r in c.rivals})
    if unknown:
        raise BadInput(f"no hires of vacancy {c.state.reference}: {', '.join(unknown)}", code="unknown_hire", field="hires")
    if a.hires and not a.conflict:
        raise BadInput("who names candidates declares a conflict", code="bad_arguments", field="conflict")
    told = [tell(hire, "board.recused", {"person": request.person, "reason": a.reason}) for hire in a.hires]
    return Turnout([f.InterestDeclared(person=request.person, conflict=a.conflict, hires=a.hires)], told)


def may_report(state: VacancyState, person: str) -> None:
    """Where a board was named, its chair reports, and only for a complete one. Raises NotAllowed, NotNow."""
    board = state.board
    if board is None:
        return
    if person != board.chair:
        raise NotAllowed(f"the report is the chair's: {board.chair}", code="not_the_chair")
    if board.missing:
        raise NotNow(f"the board is not complete: {', '.join(board.missing)} has not declared, or steps back", code="board_incomplete")
