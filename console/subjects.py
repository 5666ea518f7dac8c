"""What somebody acts on, a hire or a vacancy, as the one form needs to know it: how it stands, what it offers for which question."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from acts import parts
from acts.rights import Resource
from config.telling import Teller
from config.words import Words
from console.beside import Beside, beside
from console.pages.hires import found
from console.pages.vacancies import OF_THE_LIST
from console.telling import names
from console.visits import Visitor
from domain import acts as hires
from domain import competition
from domain.competition import Act as VacancyAct
from domain.competition.report import decided_already
from domain.conditions import TABLE
from domain.errors import NotFound
from domain.facts import ReportLine
from domain.hire import HireState
from domain.messages import Receipt
from domain.slots import without_nation
from domain.vacancy import VacancyState
from domain.words import Condition, Ending, Outcome, PostState, Role, Stage
from store.names import system_now

WOULD_END = {"withdraw": Ending.WITHDRAWN}
Act = hires.Act | VacancyAct
A = TypeVar("A")


@dataclass(frozen=True)
class Subject:
    """`home` is its own page, `back` where the act was begun and is seen, `above` the list that stands in. `known` is what it offers
    itself for a question of the form; `labels` are the names that stand for values there. `why` says what stands against the act;
    `takes_back` what it would undo, `told` how many people on the list would be written to, `report` what is to be decided on, `beside`
    what others have confirmed."""

    case: str
    home: str
    back: str
    above: str
    name: str
    act: Act
    number: int
    zone: str
    possible: bool
    why: list[str]
    known: Mapping[str, Sequence[str]]
    labels: Mapping[str, str]
    takes_back: Sequence[Any] = ()
    told: int = 0
    report: Sequence[ReportLine] = ()
    beside: Sequence[Beside] = ()

    async def ask(self, visitor: Visitor, args: dict[str, Any], request: str, version: int) -> Receipt:
        """Raises what the case refuses, Stale, EngineUnavailable."""
        return await (await visitor.reach()).do(visitor.person, self.case, self.act.name, args, request, version)

    async def since(self, visitor: Visitor, version: int) -> list[dict[str, Any]]:
        """What was written since the version somebody decided on, as far as they see it."""
        if self.case.startswith("vacancy/") and not visitor.sees(Resource.COMPETITION):
            return []
        return [entry for entry in parts.timeline(await visitor.desk.timeline(self.case), visitor) if entry["number"] > version]


async def of_hire(visitor: Visitor, language: str, hire: str, act: str) -> Subject:
    """Raises NotFound."""
    what, case = _act(hires.ACTS, act), f"hire/{hire}"
    if not visitor.sees(Resource.PARTS):
        return await _at_the_table(visitor, language, case, what)
    row = await found(visitor, case)
    why, told = await visitor.desk.why(case, act), visitor.sees(Resource.ANSWERS)
    ending = WOULD_END.get(act)
    known, labels = await _competencies(visitor, row["vacancy"]) if act == "score" else ({}, {})
    return Subject(
        case=case,
        home=f"/hires/{hire}",
        back=f"/hires/{hire}",
        above="hires",
        name=(await names(visitor, [row])).get(case, ""),
        act=what,
        number=row["number"],
        zone=why.zone,
        possible=why.possible,
        why=Teller(Words.load(), language, why.zone).why(why)[: None if told else 1],  # who may not know the answers gets that it is so
        known=_offered_by_hire(parts.cut(row, visitor)) | known,
        labels=labels,
        takes_back=await visitor.desk.undo(case, ending) if ending and not row["ending"] else [],
        beside=await beside(visitor, case, system_now()),
    )


async def _at_the_table(visitor: Visitor, language: str, case: str, act: hires.Act) -> Subject:
    """A hire as the selection board acts on it: what it may read of it stands on its own page. Raises NotFound, NotAllowed."""
    file = await visitor.desk.boardroom.file(visitor.person, case)
    known, labels = await _competencies(visitor, file["vacancy"])
    why, standing = await visitor.desk.why(case, act.name), await visitor.desk.standing(case)
    home = f"/hires/{case.removeprefix('hire/')}"
    return Subject(
        case=case,
        home=home,
        back=f"{home}/board",
        above="vacancies",
        name="",
        act=act,
        number=standing.number,
        zone=why.zone,
        possible=why.possible,
        why=Teller(Words.load(), language, why.zone).why(why)[:1],
        known=known,
        labels=labels,
    )


async def _competencies(visitor: Visitor, reference: str) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What the notice asks for, by number, for whoever scores against it; and the words that stand for the numbers."""
    spec = (await visitor.desk.vacancies_store.get(reference)).spec
    asked = {"competencies": spec.competencies, "desirable": spec.desirable}
    known = {name: [str(n) for n in range(1, len(texts) + 1)] for name, texts in asked.items()}
    labels = {f"{name}.{n}": f"{n}. {text}" for name, texts in asked.items() for n, text in enumerate(texts, 1)}
    return known, labels


def _offered_by_hire(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Its conditions with what can be answered to them, its open deadlines, the hash of the terms that were shown."""
    slots = [each["condition"] for each in row["conditions"]]
    answers = {str(said) for slot in slots for said in TABLE[Condition(without_nation(slot))].outcomes}
    return {
        "condition": slots,
        "outcome": [str(said) for said in Outcome if str(said) in answers],
        "deadline": [each["key"] for each in row["deadlines"] if each["state"] in ("open", "lapse_due")],
        "sha256": [row["terms_sha256"]] if row.get("terms_sha256") else [],
    }


async def of_vacancy(visitor: Visitor, language: str, reference: str, act: str) -> Subject:
    """Raises NotFound. The page's own need keeps away whose role does not do this: the form would name people and posts for nothing."""
    what, case = _act(competition.ACTS, act), f"vacancy/{reference}"
    standing, row = await visitor.desk.standing(case), await visitor.desk.vacancy(reference)
    state = standing.state
    if isinstance(state, HireState):
        raise NotFound(f"there is no {case}", code="unknown_case")
    why, zone = await visitor.desk.vacancy_why(reference)
    rows = await visitor.desk.queries.hires(vacancy=reference) if act in NAMES_HIRES else []
    staff = {each.person: each for each in await visitor.desk.people.list_staff()} if act == "compose_board" else {}
    called, above = await names(visitor, rows), "reserve" if act in OF_THE_LIST else "vacancies"
    return Subject(
        case=case,
        home=f"/vacancies/{reference}",
        back=f"/{above}/{reference}",
        above=above,
        name=row[f"title_{language}"],
        act=what,
        number=state.number,
        zone=zone,
        possible=act in standing.allowed(visitor.roles),
        why=Teller(Words.load(), language, zone).vacancy_why(why),
        known=_offered_by_vacancy(state, rows, act) | _seats({each.person: each.roles for each in staff.values()}),
        labels={row["case_id"]: _called(row["case_id"], called) for row in rows} | {each.person: each.name for each in staff.values()},
        report=sorted(state.report_lines, key=lambda line: (line.rank is None, line.rank)) if act == "decide_report" else (),
        told=len(state.listed) if act in OF_THE_LIST - {"call"} else 0,
        beside=await beside(visitor, case, system_now()),
    )


#: The acts on a vacancy that ask for hires of it.
NAMES_HIRES = frozenset({"submit_report", "decide_report", "declare_interest", "call"})


def _offered_by_vacancy(state: VacancyState, rows: Sequence[Mapping[str, Any]], act: str) -> dict[str, list[str]]:
    """Its posts as far as the act can be about them, who is on its list or waits for the report, and the hash of the report shown."""
    waiting = {row["case_id"] for row in rows if row["stage"] == Stage.SELECTION} - decided_already(state)
    posts = list(state.proposed) if act == "decide_post" else [post.id for post in state.posts.values() if post.state is PostState.OPEN]
    return {
        "post": [] if act == "add_post" else posts,
        "hire": [each.hire for each in state.listed] if act == "call" else [],
        "hires": [row["case_id"] for row in rows if not row["ending"]],
        "lines": sorted(waiting),
        "order": _tied(state),
        "sha256": [competition.report_sha256(state.report_lines)] if state.report_lines else [],
        "about": [need.partition(":")[2] for need in state.needs() if need.startswith("ask_by_hand:")],
    }


def _tied(state: VacancyState) -> list[str]:
    """Who shares a rank with somebody: the appointing authority says who of them comes first."""
    ranks = [line.rank for line in state.report_lines]
    return [line.hire for line in state.report_lines if line.rank is not None and ranks.count(line.rank) > 1]


def _seats(staff: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    seats = {"chair": Role.BOARD_CHAIR, "members": Role.BOARD_MEMBER, "observer": Role.STAFF_OBSERVER}
    return {seat: [person for person, roles in staff.items() if role in roles] for seat, role in seats.items()}


def _called(case: str, called: Mapping[str, str]) -> str:
    short = case.removeprefix("hire/")
    return f"{called[case]} ({short})" if called.get(case) else short


def _act(table: Mapping[str, A], name: str) -> A:
    """Raises NotFound."""
    if name not in table:
        raise NotFound(f"there is no act {name}", code="no_such_act")
    return table[name]
