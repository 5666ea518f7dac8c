"""What a selection board sees of a competition: candidates by letter and number, what they can do, how they were scored.

The board sees neither names, nationality nor age, nothing of an accommodation but the measures granted, and a member sees the others'
scores only after giving their own (`recruitment.md` §3, §7).
"""

from dataclasses import dataclass
from typing import Any

from acts.rights import SEES, Resource
from domain.acts.board import mean_of
from domain.candidate import Application, board_view
from domain.deeds import HR
from domain.errors import NotAllowed, NotFound
from domain.hire import HireState, fold
from domain.looking import Category, Look, Reader
from domain.vacancy import VacancyState
from domain.vacancy import fold as fold_vacancy
from domain.words import Stage
from domain.words import roles as roles_among
from store.people import People
from store.queries import Queries
from store.reads import Reads

BEFORE_THE_BOARD = (Stage.ASSESSMENT, Stage.INTERVIEW, Stage.SELECTION)


@dataclass(frozen=True)
class Place:
    """One candidate on the board's table. `mine` and `others` are means of points, `mark` is the board's once somebody scored."""

    case: str
    stage: str
    scored_by: tuple[str, ...]
    mine: int | None
    mark: int | None
    assessment: int | None
    interview: int | None
    recused: tuple[str, ...]


@dataclass(frozen=True)
class Workspace:
    vacancy: str
    competencies: dict[str, str]
    desirable: dict[str, str]
    board: dict[str, str]
    complete: bool
    missing: tuple[str, ...]
    places: tuple[Place, ...]


class Boardroom:
    def __init__(self, people: People, queries: Queries, reads: Reads) -> None:
        self._people, self._queries, self._reads = people, queries, reads

    async def workspace(self, person: str, reference: str) -> Workspace:
        """The whole table of one competition, for whoever sits there. Raises NotFound, NotAllowed."""
        row = await self._queries.vacancy(reference)
        state = fold_vacancy(await self._queries.entries(f"vacancy/{reference}"))
        await self._may_look(person, state)
        hires = {case: fold(journal) for case, journal in (await self._queries.journals(reference)).items()}
        seen = sorted(case for case, hire in hires.items() if hire.stage in BEFORE_THE_BOARD)
        spec = row["spec"]
        return Workspace(
            vacancy=reference,
            competencies=_numbered(spec.get("competencies", ())),
            desirable=_numbered(spec.get("desirable", ())),
            board=_seats(state),
            complete=state.board is not None and not state.board.missing,
            missing=state.board.missing if state.board else (),
            places=tuple(_place(hires[case], person) for case in seen),
        )

    async def file(self, person: str, case: str) -> dict[str, Any]:
        """What the board may read of one candidate's application. Raises NotFound, NotAllowed (recused, no board's role)."""
        state = fold(await self._queries.entries(case))
        if not state.vacancy:
            raise NotFound(f"there is no hire {case}", code="unknown")
        await self._may_look(person, fold_vacancy(await self._queries.entries(f"vacancy/{state.vacancy}")))
        if person in state.recused:
            raise NotAllowed(f"{person} stepped back from this case (conflict of interest)", code="recused")
        await self._reads.note(Reader(f"person:{person}"), Look(case, frozenset({Category.APPLICATION}), "board"))
        application = Application.model_validate((await self._people.application(state.application)).body)
        return {"case": case, "vacancy": state.vacancy, "stage": str(state.stage or "ended"), **board_view(application)}

    async def _may_look(self, person: str, state: VacancyState) -> None:
        """One of the board's roles or HR; where a board was named, of the board only who sits on it."""
        roles = roles_among((await self._people.staff(person)).roles)
        if not SEES[Resource.BOARD] & roles:
            raise NotAllowed("the board's table is for the board and HR", code="wrong_role")
        if not HR & roles and state.board is not None and person not in state.board.seats:
            raise NotAllowed(f"{person} does not sit on the board of vacancy {state.reference}", code="not_on_the_board")


def _numbered(texts: list[str]) -> dict[str, str]:
    return {str(n): text for n, text in enumerate(texts, 1)}


def _seats(state: VacancyState) -> dict[str, str]:
    """Person -> what they said: none, conflict, or nothing yet."""
    if state.board is None:
        return {}
    said = {True: "no_conflict", False: "conflict", None: "not_declared"}
    return {person: said[state.board.declared.get(person)] for person in state.board.seats}


def _place(state: HireState, person: str) -> Place:
    given = state.scores.get(state.stage, {}) if state.stage else {}
    mine = {person: given[person]} if person in given else {}
    return Place(
        case=state.case,
        stage=str(state.stage),
        scored_by=tuple(sorted(given)),
        mine=mean_of(mine),
        mark=mean_of(given) if mine or not given else None,
        assessment=state.assessment_score,
        interview=state.interview_score,
        recused=tuple(sorted(state.recused)),
    )
