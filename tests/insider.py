"""An insider: a database administrator who lifts the record's triggers, and may hold the log's key too."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

from store.database import Database


def unlocked(tx: Connection) -> None:
    """From here to the end of the transaction the record's triggers refuse nothing; on SQLite they are gone for good."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in list(tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars()):
        tx.execute(text(f"DROP TRIGGER {name}"))


async def tampered(db: Database, work: Callable[[Connection], Any]) -> None:
    """Do `work` on the store as somebody whom nothing in the database stops."""

    def unstopped(tx: Connection) -> None:
        unlocked(tx)
        work(tx)

    await db.write(unstopped)
