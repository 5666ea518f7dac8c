"""What of a hire somebody sees whose office is concerned with a part of it alone (`recruitment.md` §4: need to know)."""

from collections.abc import Iterable, Mapping
from typing import Any

from acts.rights import Resource
from domain.acts import ACTS
from domain.acts.conditions import DESKS
from domain.agenda import FOLLOWS
from domain.slots import without_nation
from domain.words import Condition, Role
from gateway.api.callers import Caller
from store.pages import Concerns

#: Whose part is what a case needs of them.
MANAGERS = frozenset({Role.HIRING_MANAGER, Role.LINE_MANAGER})
#: What everybody sees of a hire who sees it at all.
SHOWN = ("case_id", "vacancy", "stage", "ending", "held", "number", "updated_at", "needs")


def concerns(caller: Caller) -> Concerns | None:
    """Which hires this caller may look at; None for all of them."""
    if caller.sees(Resource.CASES):
        return None
    acts = {name for name, act in ACTS.items() if act.roles & caller.roles & MANAGERS}
    return Concerns(frozenset(map(str, conditions(caller.roles))), frozenset(acts))


def conditions(roles: Iterable[Role]) -> frozenset[Condition]:
    """The conditions these roles' offices deal with."""
    return frozenset(condition for condition, desk in DESKS.items() if desk in set(roles))


def cut(row: Mapping[str, Any], caller: Caller) -> dict[str, Any]:
    """A hire's row as this caller may see it."""
    if caller.sees(Resource.CASES):
        return dict(row)
    own, parties = conditions(caller.roles), _parties(caller)
    seen: dict[str, Any] = {name: row[name] for name in SHOWN} | {"needs": [need for need in row["needs"] if _theirs(need, caller, own)]}
    if "conditions" in row:
        seen["conditions"] = [each for each in row["conditions"] if without_nation(each["condition"]) in own]
        seen["deadlines"] = [each for each in row["deadlines"] if each["party"] in parties]
    return seen


def _parties(caller: Caller) -> frozenset[str]:
    return frozenset(str(party) for role in caller.roles for party in FOLLOWS.get(role, ()))


def _theirs(need: str, caller: Caller, own: frozenset[Condition]) -> bool:
    name, _, about = need.partition(":")
    act = ACTS.get(name)
    if act is None or not act.roles & caller.roles:
        return False
    return without_nation(about) not in set(Condition) - own
