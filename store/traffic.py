"""What came in and went out for one case: its inbox and its outbox, with what became of each. No payload, nothing personal."""

from typing import Any

from sqlalchemy import Connection, select

from store.database import Database
from store.tables import deliveries, inbox, outbox

Row = dict[str, Any]


class Traffic:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, case: str) -> list[Row]:
        """The messages of a case, the latest first: `way` in or out, `id`, `partner`, `type`, `at`, `state`, `reason`, `attempts`,
        `done_at`, and `led_to`, the step that took it."""

        def look(rx: Connection) -> list[Row]:
            came = [_came(dict(row)) for row in rx.execute(select(inbox).where(inbox.c.case_id == case)).mappings()]
            went = [dict(row) for row in rx.execute(select(outbox).where(outbox.c.case_id == case)).mappings()]
            sent = rx.execute(select(deliveries).where(deliveries.c.parcel.in_([row["id"] for row in went]))).mappings().all()
            return sorted([*came, *(each for row in went for each in _went(row, sent))], key=lambda row: row["at"], reverse=True)

        return await self._db.read(look)


def _came(row: Row) -> Row:
    return {
        "way": "in",
        "id": row["event_id"],
        "partner": row["source"],
        "type": row["type"],
        "at": row["received_at"],
        "state": row["state"],
        "reason": row["reason"],
        "attempts": row["attempts"],
        "done_at": row["closed_at"],
        "led_to": row["closed_by_step"] or "",
    }


def _went(row: Row, sent: Any) -> list[Row]:
    """A letter, or an event once for each subscriber it is for."""
    whole = {
        "way": "out",
        "id": row["id"],
        "partner": "",
        "type": row["type"],
        "at": row["at"],
        "state": row["state"],
        "reason": row["error"],
        "attempts": row["attempts"],
        "done_at": row["sent_at"],
        "led_to": "",
    }
    told = [each for each in sent if each["parcel"] == row["id"]]
    each_one = ("partner", "state", "attempts")
    return [{**whole, **{name: each[name] for name in each_one}, "reason": each["error"], "done_at": each["sent_at"]} for each in told] or [
        whole
    ]
