"""The recorded history of a case, told from Temporal while it has it and from the store after: the same events, whichever it is.

Event numbers, moments and kinds only. What an event carries stays encrypted in the text, which `Told.text` holds for who takes it along.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from temporalio.client import Client

from acts.archiving import taken_out
from domain.errors import EngineUnavailable, NotFound
from store.database import Database
from store.histories import Histories, Kept, Mark
from store.queries import Queries

PREFIX = "EVENT_TYPE_"


@dataclass(frozen=True)
class Event:
    """One event of a history. `kind` as Temporal names it, in small letters: `timer_started`."""

    number: int
    at: datetime
    kind: str


@dataclass(frozen=True)
class Told:
    """One run of a case. `source`: `temporal` or `store`; hash and moments are those of the kept text, empty while there is none.

    `intact`: the text has the hash that was written down with it, and the leaf in the audit log is bound to it; None of one not kept.
    """

    source: str
    run: str
    last_event: int
    build_id: str
    events: tuple[Event, ...]
    sha256: str = ""
    closed_at: datetime | None = None
    exported_at: datetime | None = None
    intact: bool | None = None


class HistoryDesk:
    """A desk's own part: `Desk.histories`. `client` gives the way to Temporal; None where there is none, or it does not answer."""

    def __init__(self, db: Database, queries: Queries, client: Callable[[], Awaitable[Client | None]]) -> None:
        self._store, self._queries, self._client = Histories(db), queries, client

    async def of(self, case: str) -> list[Told]:
        """Every run of a case, the earliest first. Raises NotFound for an unknown case, or where neither has its history."""
        await self._queries.timeline(case)
        kept = [_from_store(each) for each in await self._store.of(case)]
        if kept and kept[-1].closed_at is not None:
            return kept
        live = await self._live(case)
        if live is None and not kept:
            raise NotFound(f"neither Temporal nor the store has a history of {case}", code="no_history", case=case)
        return kept if live is None else [*(each for each in kept if each.run != live.run), live]

    async def kept(self, case: str) -> list[Kept]:
        """What the store has of a case."""
        return await self._store.of(case)

    async def marks(self, case: str) -> list[Mark]:
        """The runs of a case that are kept, without their texts."""
        return list((await self._store.marks([case])).values())

    async def _live(self, case: str) -> Told | None:
        """As Temporal has it now; None where it does not answer, or knows nothing of the case."""
        client = await self._client()
        if client is None:
            return None
        try:
            document = await taken_out(client, case)
        except EngineUnavailable:
            return None
        return Told("temporal", document["run_id"], document["last_event"], document["build_id"], _events(document))


def _from_store(kept: Kept) -> Told:
    document = json.loads(kept.text) if kept.whole else {"history": {"events": []}}
    stamps = {"sha256": kept.sha256, "closed_at": kept.closed_at, "exported_at": kept.exported_at}
    return Told("store", kept.run, kept.last_event, kept.build_id, _events(document), intact=kept.whole and kept.bound, **stamps)  # type: ignore[arg-type]


def _events(document: dict[str, Any]) -> tuple[Event, ...]:
    return tuple(
        Event(int(each["eventId"]), datetime.fromisoformat(each["eventTime"]), each["eventType"].removeprefix(PREFIX).lower())
        for each in document["history"]["events"]
    )
