"""One hire whose offer is out, and its events told in any order: what came of it, and which event left no trace."""

import copy
import json
from dataclasses import dataclass
from typing import Any

from domain.words import Stage
from tests.world import World, at_stage

EVENTS: dict[str, dict[str, Any]] = {
    "offer.answered": {"accepted": True},
    "clearance.replied": {"outcome": "granted", "reference": "C"},
    "medical.replied": {"outcome": "fit", "reference": "M"},
    "verification.replied": {"outcome": "confirmed", "reference": "V"},
    "accreditation.replied": {"outcome": "accepted", "reference": "A"},
    "candidate.told": {"about": "entry"},
    "duty.entered": {"entered_on": "2026-09-01"},
    "contract.signed": {"signed": True, "enters_on": "2026-09-01"},
    "candidate.unavailable": {},
}
SEVEN = tuple(EVENTS)[:7]
LONGER = tuple(EVENTS)


@dataclass(frozen=True)
class End:
    """`state`: how the hire stands, as a text; `lost`: events that were neither applied nor wait visibly."""

    state: str
    lost: tuple[str, ...]


class Orders:
    def __init__(self) -> None:
        self._begin, self._case = at_stage(Stage.SELECTION)
        self._begin.selected(self._case)
        self._begin.act(self._case, "issue_offer")

    def play(self, order: tuple[str, ...]) -> End:
        """The hire from its offer, told these events one after the other."""
        world = copy.deepcopy(self._begin)
        ids = {kind: world.tell(self._case, kind, id_=f"evt-{kind}", **EVENTS[kind]) for kind in order}
        parked = world.hire(self._case).parked
        lost = [kind for kind, id_ in ids.items() if not (world.fate(id_) == "applied" or (world.fate(id_) == "parked" and id_ in parked))]
        return End(_text(world, self._case), tuple(lost))


def _text(world: World, case: str) -> str:
    """Everything a person could see of the hire: what stands, not in which order it came to stand."""
    state = world.hire(case)
    return json.dumps(
        {
            "stage": state.stage,
            "ending": state.ending,
            "needs": sorted(state.needs()),
            "conditions": {slot: c.model_dump(mode="json", exclude={"message"}) for slot, c in sorted(state.conditions.items())},
            "deadlines": {key: d.model_dump(mode="json") for key, d in sorted(state.deadlines.items())},
            # a type each: the reason says how it was found too early when it came
            "parked": sorted(parked.type for parked in state.parked.values()),
        },
        default=str,
        sort_keys=True,
    )
