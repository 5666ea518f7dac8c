"""What is stuck or unusual, each kind in one line with where to look: counted, never listed here."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acts import compartments
from acts.compartments import opened
from acts.rights import Resource
from console.visits import Visitor
from domain.maintenance import holding
from store.partners import Partners

#: What a hire may need that no plain day brings: an act, and where the sentence about it stands in the catalogue.
UNUSUAL = {
    "ask_by_hand": "console.stuck.asks",
    "recall_by_hand": "console.stuck.recalls",
    "settle_reply": "console.stuck.contradictions",
    "claim_post": "console.stuck.posts",
    "accept_late": "console.stuck.late",
}
#: What the store counts (`Overviews.stuck`), and where it is looked at.
TRAFFIC = {
    "outbox": ("console.stuck.outbox", "/integrations/letters"),
    "deliveries": ("console.stuck.deliveries", "/integrations"),
    "unrouted": ("console.stuck.unrouted", "/integrations/signals?state=unrouted"),
    "poison": ("console.stuck.poison", "/integrations/signals?state=parked"),
}


@dataclass(frozen=True)
class Stuck:
    """One line: `says` is a key of the catalogue for `n` of something, `where` an address that shows them, empty when there is none."""

    says: str
    n: int
    where: str = ""
    partner: str = ""
    since: datetime | None = None


async def stuck(visitor: Visitor, needy: Iterable[Mapping[str, Any]]) -> list[Stuck]:
    """Everything this visitor may know of that is stuck; `needy` are the hires that need something."""
    found: list[Stuck] = []
    if visitor.sees(Resource.CASES):
        found += _of_hires(visitor, needy)
    if visitor.sees(Resource.EVENTS):
        counts = await visitor.desk.overviews.stuck()
        found += [Stuck(says, counts[name], where) for name, (says, where) in TRAFFIC.items() if name in counts]
        reaches, planned = await Partners(visitor.desk.db).reaches(), await visitor.desk.maintenance.windows()
        now = await visitor.desk.clock.now()
        for reach in reaches.values():
            if reach.failing_since is not None and not holding(planned.get(reach.partner, ()), now):
                where = f"/integrations/systems/{reach.partner}"
                found.append(Stuck("console.stuck.silent", 1, where, reach.partner, reach.failing_since))
    return found


def _of_hires(visitor: Visitor, needy: Iterable[Mapping[str, Any]]) -> list[Stuck]:
    seen = opened(visitor.roles)
    told = [act for act in UNUSUAL if compartments.asks({"needs": act}, seen)]
    counts = Counter(act for row in needy for act in {need.partition(":")[0] for need in row["needs"]})
    return [Stuck(UNUSUAL[act], counts[act], f"/hires?needs={act}") for act in told if counts[act]]
