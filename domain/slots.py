"""One condition may be asked of several nations, each answer counting by itself: a slot is a condition as asked of one of them.

"clearance" is the slot of the first nation, "clearance.fr" that of a further one; every other condition has one slot, called like it.
Deadlines, requests, needs and rows of the read model go by slot; figures of the policy and words of the catalogue by condition.
"""

from domain.words import Condition

#: The slot of a condition, as a person may name it in an act.
SLOT = rf"^({'|'.join(Condition)})(\.[a-z]{{2}})?$"


def slot_of(condition: Condition, nation: str = "") -> str:
    """The slot of a further `nation`; of the condition's first where none is named."""
    return f"{condition}.{nation.lower()}" if nation else str(condition)


def condition_of(slot: str) -> Condition:
    """Raises ValueError when `slot` is none."""
    return Condition(without_nation(slot))


def nation_of(slot: str) -> str:
    """The further nation a slot is about; empty for the first slot."""
    return slot.partition(".")[2].upper()


def without_nation(key: str) -> str:
    """The policy's own key for a slot or for the deadline of one: "clearance_forms.fr" has the figures of "clearance_forms"."""
    return key.partition(".")[0]
