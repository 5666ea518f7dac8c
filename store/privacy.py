"""The book of what is done for people's privacy: erasures that wait, holds, refusals, retention runs, exports. References only."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from domain.log.leaf import Kind
from store import log
from store.columns import utc
from store.database import Database
from store.names import new_id
from store.tables import cases, erasures, holds, privacy_acts

Row = dict[str, Any]
#: Its class has a question of the name `holds`.
_HOLDS = holds


class PrivacyBook:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def waiting(self) -> list[Row]:
        """The erasures that were proposed and wait for the other office, the oldest first; not those taken back."""
        waits = select(erasures).where(erasures.c.erased_at.is_(None), erasures.c.withdrawn_at.is_(None))
        query = waits.order_by(erasures.c.proposed_at, erasures.c.erasure)
        return await self._rows(query)

    async def holds(self, *, all_: bool = False) -> list[Row]:
        """The holds that were not lifted, or all there ever were."""
        query = select(_HOLDS).order_by(_HOLDS.c.placed_at, _HOLDS.c.hold)
        return await self._rows(query if all_ else query.where(_HOLDS.c.lifted_at.is_(None)))

    async def cases_of(self, candidates: Iterable[str]) -> dict[str, list[str]]:
        """The cases of these candidates, by their ids."""
        query = select(cases.c.candidate, cases.c.case_id).where(cases.c.candidate.in_(set(candidates))).order_by(cases.c.case_id)
        found: dict[str, list[str]] = {}
        for row in await self._rows(query):
            found.setdefault(row["candidate"], []).append(row["case_id"])
        return found

    async def note(
        self, act: str, person: str, at: datetime, *, subject: str | None = None, reason: str = "", body: Mapping[str, Any] | None = None
    ) -> str:
        """Enter what was done, with its leaf in the log; the entry's id."""
        row: Row = {"id": new_id(), "act": act, "subject": subject, "reason": reason, "person": person, "at": utc(at), "body": body}
        said = {name: value for name, value in row.items() if name != "at"}
        leaf = log.about(Kind.DECISION, "privacy", f"{act}/{row['id']}", at, **said)

        def work(tx: Any) -> None:
            tx.execute(insert(privacy_acts), [row])
            log.add(tx, leaf)

        await self._db.write(work)
        return str(row["id"])

    async def done(self, act: str) -> list[Row]:
        """Every entry of one kind, the oldest first."""
        query = select(privacy_acts).where(privacy_acts.c.act == act).order_by(privacy_acts.c.at, privacy_acts.c.id)
        return await self._rows(query)

    async def _rows(self, query: Any) -> list[Row]:
        return await self._db.read(lambda rx: [dict(row) for row in rx.execute(query).mappings()])
