"""What other people have confirmed on the case a page is about, and what has not taken effect yet."""

from dataclasses import dataclass
from datetime import datetime

from acts.rights import Resource
from console.visits import Visitor
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.held import HeldAct


@dataclass(frozen=True)
class Beside:
    """`who` is a name; `act` is empty for whom the act is not (its name may tell what it rests on); `left` is how many seconds it waits."""

    case: str
    who: str
    act: str
    due_at: datetime
    left: float

    @property
    def key(self) -> str:
        return f"{self.case}@{self.due_at.timestamp()}"


async def beside(visitor: Visitor, case: str, now: datetime) -> list[Beside]:
    """Told to whoever sees the case as a whole or could do the very act. `now` is by the system's clock."""
    others = [
        each for each in await visitor.desk.holding.others(visitor.person, case) if visitor.sees(Resource.CASES) or _theirs(each, visitor)
    ]
    names = {each.person: each.name for each in await visitor.desk.people.list_staff()} if others else {}
    return [
        Beside(case, names.get(each.person, each.person), each.act if _theirs(each, visitor) else "", each.due_at, each.left(now))
        for each in others
    ]


def _theirs(held: HeldAct, visitor: Visitor) -> bool:
    act = ACTS.get(held.act) if held.case.startswith("hire/") else VACANCY_ACTS.get(held.act)
    return act is not None and bool(act.roles & visitor.roles)
