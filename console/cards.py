"""A hire as a card of the board: who, where from, how its conditions stand, what is due, how long it has stood here, whose move it is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acts import parts
from acts.compartments import WITHHELD
from acts.rights import Resource
from console.telling import Pill, names, pill
from console.visits import Visitor
from domain.acts import ACTS
from domain.looking import answered
from domain.slots import without_nation
from domain.words import Condition, ConditionState

Row = Mapping[str, Any]
#: The conditions every card shows, in this order; the others only where the hire has them.
TICKS = (Condition.CLEARANCE, Condition.MEDICAL, Condition.VERIFICATION, Condition.ACCREDITATION)
#: How a condition's state is drawn; what is worst for the hire comes first, for a condition asked of several nations.
DRAWN = {
    ConditionState.REFUSED: "overdue",
    ConditionState.CONTRADICTED: "overdue",
    ConditionState.LAPSED: "overdue",
    ConditionState.WAITING: "waiting",
    ConditionState.REQUESTED: "running",
    ConditionState.ACKNOWLEDGED: "running",
    WITHHELD: "waiting",
    ConditionState.WAIVED: "done",
    ConditionState.SATISFIED: "done",
}


@dataclass(frozen=True)
class Tick:
    """One condition on a card: which, its state as a word, and its shape."""

    condition: str
    state: str
    shape: str


@dataclass(frozen=True)
class Card:
    """What a card shows. What the visitor may not see is not in it. `days`: how long it has stood where it stands."""

    case: str
    name: str
    vacancy: str
    stage: str
    ending: str
    held: bool
    mine: bool
    due: Pill | None
    due_at: datetime | None
    days: int | None
    ticks: tuple[Tick, ...]
    turn: tuple[str, ...]
    owner: str

    @property
    def hire(self) -> str:
        return self.case.removeprefix("hire/")


async def cards(visitor: Visitor, rows: Iterable[Row], now: datetime) -> dict[str, Card]:
    """The cards of these hires, by case. Answers of authorities shown on them are noted as looked at."""
    given = list(rows)
    asked = await visitor.desk.boards.conditions(row["case_id"] for row in given)
    whole = [parts.cut({**row, "conditions": asked.get(row["case_id"], []), "deadlines": []}, visitor) for row in given]
    await visitor.desk.looked_over({row["case_id"]: answered(row["conditions"]) for row in whole}, "board")
    called = await names(visitor, given)
    owners = {each.person: each.name for each in await visitor.desk.people.list_staff()}
    mine = frozenset(name for name, act in ACTS.items() if act.roles & visitor.roles)
    since = {row["case_id"]: row["since"] for row in given}
    return {row["case_id"]: _card(row, since[row["case_id"]], called, owners, mine, now) for row in whole if visitor.sees(Resource.PARTS)}


def ticks(conditions: Iterable[Row]) -> tuple[Tick, ...]:
    """One tick a condition, the worst state of all nations asked; none for a hire of which nothing was asked yet."""
    states: dict[str, list[str]] = {}
    for row in conditions:
        states.setdefault(without_nation(row["condition"]), []).append(str(row["state"]))
    order = [*TICKS, *(each for each in Condition if each not in TICKS and str(each) in states)]
    worst = {name: min(found, key=list(DRAWN).index) for name, found in states.items()}
    shown = [(str(each), worst.get(str(each))) for each in order] if states else []
    return tuple(Tick(name, state, DRAWN[state]) for name, state in shown if state is not None)


def _card(
    row: Row, since: datetime | None, called: Mapping[str, str], owners: Mapping[str, str], mine: frozenset[str], now: datetime
) -> Card:
    owner = row.get("owner") or ""
    due = row.get("next_deadline") if not row["ending"] else None
    return Card(
        case=row["case_id"],
        name=called.get(row["case_id"], ""),
        vacancy=row["vacancy"],
        stage=row["stage"] or "",
        ending=row["ending"] or "",
        held=row["held"],
        mine=not row["ending"] and any(need.partition(":")[0] in mine for need in row["needs"]),
        due=pill(due, now),
        due_at=due,
        days=max((now - since).days, 0) if since else None,
        ticks=ticks(row["conditions"]),
        turn=tuple(row.get("turn") or ()),
        owner=owners.get(owner, owner),
    )
