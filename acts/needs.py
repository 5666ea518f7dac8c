"""What an address needs: said by every address of every door in the words of the table of rights, or it is not put up at all.

A door's own dependency carries its `need`; what no right of ours opens says why not (`Free`). The matrix of the tests asks every address
as everybody and compares the answers with this; `docs/rights.md` prints it.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from acts.rights import SEES, Resource
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.deeds import DEEDS
from domain.words import Role

#: The act is the one the address names in its path.
BY_PATH = "{act}"


class Free(StrEnum):
    """Why an address asks for no right of ours."""

    DOOR = "whoever comes here is not signed in yet"
    PUBLIC = "tells nothing about anybody"
    SECRET = "its own last part is a secret only its owner has"
    SIGNED = "the partner proves itself by signature, token or certificate, and reaches its own alone"


@dataclass(frozen=True)
class Need:
    """`resource` is looked at, or changed where `changes`; `act` is a row of the tables of acts (`hire.hold`, `vacancy.call`) or deeds."""

    resource: Resource | None = None
    changes: bool = False
    act: str = ""
    free: Free | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Who gets past the door. Of an act that only the path names: whoever acts at all."""
        if self.resource is None:
            return frozenset()
        return SEES[self.resource] & (roles_of(self.act) if self.act and not self.act.endswith(BY_PATH) else frozenset(Role))

    def of(self, act: str) -> "Need":
        """The same, where the path named this act; one there is not is for nobody to do, and the address says so itself."""
        named = self.act.replace(BY_PATH, act)
        return Need(self.resource, self.changes, named if named in KNOWN else "", self.free)


#: Every act there is, by the name a need calls it with.
KNOWN: dict[str, frozenset[Role]] = {
    **{f"hire.{name}": act.roles for name, act in ACTS.items()},
    **{f"vacancy.{name}": act.roles for name, act in VACANCY_ACTS.items()},
    **{name: deed.roles for name, deed in DEEDS.items()},
}


def roles_of(act: str) -> frozenset[Role]:
    return KNOWN[act]


def free(why: Free) -> Callable[[], Awaitable[None]]:
    """The dependency of an address that asks for no right of ours."""

    async def stated() -> None: ...

    stated.need = Need(free=why)  # type: ignore[attr-defined]
    return stated


def needs(route: Any) -> list[Need]:
    """What a route says it needs (a route of FastAPI, which this room does not know)."""
    return list(_stated(route.dependant))


def check_stated(routes: Iterable[Any]) -> None:
    """Raises RuntimeError for an address that does not say exactly once what it needs: such a door does not open."""
    for route in routes:
        if len(needs(route)) != 1:
            raise RuntimeError(f"{route.path} has to say once what it needs, and says {needs(route)}")


def _stated(dependant: Any) -> Iterator[Need]:
    for each in dependant.dependencies:
        need = getattr(each.call, "need", None)
        if isinstance(need, Need):
            yield need
        yield from _stated(each)
