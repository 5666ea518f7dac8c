"""Do the records of an installation agree? The store's among themselves, the read model, and Temporal where it can be reached."""

from collections.abc import Callable

from acts.carrier import Carrier
from domain.errors import EngineUnavailable
from domain.hire import fold
from domain.log.completeness import Check, Completeness, Difference
from domain.undo import outstanding
from domain.vacancy import OVER
from domain.vacancy import fold as fold_vacancy
from store.completeness import reconciled
from store.database import Database
from store.queries import Queries


class Reconciling:
    """`carrier` gives the way to Temporal, or None where a desk only reads."""

    def __init__(self, db: Database, queries: Queries, carrier: Callable[[], Carrier | None]) -> None:
        self._db, self._queries, self._carrier = db, queries, carrier

    async def reconcile(self) -> Completeness:
        """Every record against the others. Temporal is compared where it can be reached, and named as left out where it cannot."""
        checks = [*await reconciled(self._db), await self._read_model(), await self._workflows()]
        return Completeness(checks=tuple(checks))

    async def _read_model(self) -> Check:
        drift = await self._queries.drift()
        counts = (await self._queries.counts())["cases"]
        return Check(
            name="read_model", counts=counts, differences=tuple(Difference(code="read_model_differs", about=each) for each in drift)
        )

    async def _workflows(self) -> Check:
        """Every case that should go on has an open workflow, and no other case has one."""
        carrier = self._carrier()
        if carrier is None:
            return Check(name="workflows", skipped="engine_not_asked")
        try:
            running = await carrier.open()
            wanted = set(await self._queries.open_cases())
            lost = [case for case in sorted(wanted - running) if not await carrier.running(case)]
            spare = [case for case in sorted(running - wanted) if await carrier.running(case) and await self._over(case)]
        except EngineUnavailable:
            return Check(name="workflows", skipped="engine_unreachable")
        found = [Difference(code="case_not_running", about=case) for case in lost]
        found += [Difference(code="running_without_case", about=case) for case in spare]
        return Check(name="workflows", counts={"open_cases": len(wanted), "running": len(running)}, differences=tuple(found))

    async def _over(self, case: str) -> bool:
        """Nothing is left to do in this case. One without a journal has only just been accepted."""
        journal = await self._queries.entries(case)
        if not journal:
            return False
        if case.startswith("vacancy/"):
            return fold_vacancy(journal).status in OVER
        state = fold(journal)
        return state.over and not outstanding(state)
