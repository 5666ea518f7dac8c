"""The way to Temporal for a process that has opened the store: what it sends about a case is sealed with that case's own key."""

from temporalio.client import Client

from config.temporal import EngineSettings, connect
from domain.sealing import Compartment, DataKey, Keyring
from store.database import Database
from store.keys import DataKeys

#: What belongs to no case (housekeeping) shares a key: it tells of nobody, and is never erased.
NO_CASE = "workflows"
CASES = ("hire/", "vacancy/")


class CaseKeys:
    """The keys of histories: one a case. `keep_s`: how long an erasure elsewhere may go unnoticed here."""

    def __init__(self, db: Database, ring: Keyring, keep_s: float = 1.0) -> None:
        self._keys = DataKeys(db, ring, keep_s=keep_s)

    async def to_seal(self, workflow: str) -> DataKey:
        return await self._keys.to_seal(_subject(workflow), Compartment.TEMPORAL)

    async def to_open(self, workflow: str) -> DataKey:
        return await self._keys.to_open(_subject(workflow), Compartment.TEMPORAL)


def _subject(workflow: str) -> str:
    return workflow if workflow.startswith(CASES) else NO_CASE


async def engine(settings: EngineSettings, db: Database) -> Client:
    """A client of the installation's namespace; its calls raise StoreUnavailable where a key is out of reach.

    Raises EngineUnavailable, BadKeyring.
    """
    return await connect(settings, lambda ring: CaseKeys(db, ring))
