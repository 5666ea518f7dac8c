"""The desk of a caller who holds a token: all acts but approvals, which are a person's own, at a door where the person is.

Every act on a case, alone or in bulk, is made of the request `asked` gives; so that is where approvals end, whatever the door forgot.
"""

from typing import Any

from acts.audit import Means
from acts.carrier import Carrier
from acts.desk import Desk
from domain.acts import ACTS
from domain.competition import ACTS as VACANCY_ACTS
from domain.errors import NotAllowed
from domain.messages import ActRequest
from store.database import Database

#: Acts that are the second pair of eyes, or make an adverse matter final.
APPROVALS = frozenset(name for table in (ACTS, VACANCY_ACTS) for name, act in table.items() if act.approval)


class TokenDesk(Desk):
    """A Desk that refuses approvals."""

    def __init__(self, db: Database, carrier: Carrier | None = None, evidence: Means | None = None) -> None:
        super().__init__(db, carrier, evidence=evidence)

    async def asked(self, person: str, act: str, args: dict[str, Any], request: str | None = None) -> ActRequest:
        """As the desk's own. Raises NotAllowed (`approval_in_person`) too."""
        if act in APPROVALS:
            noun = "hire" if act in ACTS else "vacancy"
            raise in_person(f"muster {noun} {act.replace('_', '-')}")
        return await super().asked(person, act, args, request)


def in_person(command: str) -> NotAllowed:
    """The refusal of an approval by token, saying where it can be done."""
    said = f"an approval is never given by token; the person gives it at a terminal of this installation: {command}"
    return NotAllowed(said, code="approval_in_person", where=command)
