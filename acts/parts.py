"""What of a hire somebody sees whose office is concerned with a part of it alone (`recruitment.md` §4: need to know)."""

from collections.abc import Iterable, Mapping
from typing import Any

from acts.rights import Resource, Viewer
from domain.acts import ACTS
from domain.acts.conditions import DESKS
from domain.agenda import FOLLOWS
from domain.looking import Reader
from domain.slots import without_nation
from domain.words import Condition, Role
from store.pages import Concerns

#: Whose part is what a case needs of them.
MANAGERS = frozenset({Role.HIRING_MANAGER, Role.LINE_MANAGER})
#: What everybody sees of a hire who sees it at all.
SHOWN = ("case_id", "vacancy", "stage", "ending", "held", "number", "updated_at", "needs")


def concerns(viewer: Viewer) -> Concerns | None:
    """Which hires this viewer may look at; None for all of them."""
    if viewer.sees(Resource.CASES):
        return None
    acts = {name for name, act in ACTS.items() if act.roles & viewer.roles & MANAGERS}
    return Concerns(frozenset(map(str, conditions(viewer.roles))), frozenset(acts))


def conditions(roles: Iterable[Role]) -> frozenset[Condition]:
    """The conditions these roles' offices deal with."""
    return frozenset(condition for condition, desk in DESKS.items() if desk in set(roles))


def reader(person: str, viewer: Viewer) -> Reader:
    """Somebody as a reader: of a hire they see the answers of their own office's conditions, or all."""
    return Reader(f"person:{person}", None if viewer.sees(Resource.CASES) else frozenset(map(str, conditions(viewer.roles))))


def cut(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """A hire's row as this viewer may see it."""
    if viewer.sees(Resource.CASES):
        return dict(row)
    own, parties = conditions(viewer.roles), _parties(viewer)
    seen: dict[str, Any] = {name: row[name] for name in SHOWN} | {"needs": [need for need in row["needs"] if _theirs(need, viewer, own)]}
    if "conditions" in row:
        seen["conditions"] = [each for each in row["conditions"] if without_nation(each["condition"]) in own]
        seen["deadlines"] = [each for each in row["deadlines"] if each["party"] in parties]
    return seen


def _parties(viewer: Viewer) -> frozenset[str]:
    return frozenset(str(party) for role in viewer.roles for party in FOLLOWS.get(role, ()))


def _theirs(need: str, viewer: Viewer, own: frozenset[Condition]) -> bool:
    name, _, about = need.partition(":")
    act = ACTS.get(name)
    if act is None or not act.roles & viewer.roles:
        return False
    return without_nation(about) not in set(Condition) - own
