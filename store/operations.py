"""Acts on many cases: kept before the first is done, item by item, so that a crash in the middle can be gone on from."""

from functools import partial
from typing import Any

from sqlalchemy import Connection, insert, select

from domain.errors import NotFound
from domain.operation import OPEN, Item, Operation
from store.database import Database
from store.tables import operation_items, operations


class Operations:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def begin(self, operation: Operation) -> None:
        """Keep an operation with all its items, in one transaction."""
        await self._db.write(partial(_begin, operation))

    async def list(self) -> list[Operation]:
        """All operations, the newest first."""
        return await self._db.read(_all)

    async def get(self, operation: str) -> Operation:
        """One operation. Raises NotFound."""
        found = await self._db.read(partial(_all, operation=operation))
        if not found:
            raise NotFound(f"there is no operation {operation}", code="unknown_operation")
        return found[0]

    async def mark(self, operation: str, item: Item) -> bool:
        """What became of one item. False when it is settled already (done by another process, or cancelled)."""
        values = item.model_dump(exclude={"case"})
        still = operation_items.update().where(
            operation_items.c.operation == operation, operation_items.c.case_id == item.case, operation_items.c.state.in_(OPEN)
        )
        return await self._db.write(lambda tx: tx.execute(still.values(**values)).rowcount) == 1

    async def is_open(self, operation: str, case: str) -> bool:
        """Is this item still to be done?"""
        wanted = select(operation_items.c.state).where(operation_items.c.operation == operation, operation_items.c.case_id == case)
        return await self._db.read(lambda rx: rx.execute(wanted).scalar_one()) in OPEN

    async def cancel(self, operation: str) -> None:
        """Cancel what is not done yet; what is done stays done. Raises NotFound."""
        await self.get(operation)
        pending = operation_items.update().where(operation_items.c.operation == operation, operation_items.c.state.in_(OPEN))
        await self._db.write(lambda tx: tx.execute(pending.values(state="cancelled")))


def _begin(operation: Operation, tx: Connection) -> None:
    tx.execute(insert(operations), [operation.model_dump(exclude={"items"})])
    rows: list[dict[str, Any]] = [
        {"operation": operation.operation, "case_id": item.case, "n": n, **item.model_dump(exclude={"case"})}
        for n, item in enumerate(operation.items)
    ]
    tx.execute(insert(operation_items), rows)


def _all(rx: Connection, operation: str | None = None) -> list[Operation]:
    wanted, parts = select(operations), select(operation_items)
    if operation is not None:
        wanted, parts = wanted.where(operations.c.operation == operation), parts.where(operation_items.c.operation == operation)
    items: dict[str, list[Item]] = {}
    for row in rx.execute(parts.order_by(operation_items.c.operation, operation_items.c.n)).mappings():
        item = Item(case=row["case_id"], **{name: row[name] for name in ("state", "number", "code", "why")})
        items.setdefault(row["operation"], []).append(item)
    rows = rx.execute(wanted.order_by(operations.c.at.desc(), operations.c.operation)).mappings()
    return [Operation(**row, items=tuple(items.get(row["operation"], ()))) for row in rows]
