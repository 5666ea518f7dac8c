"""Roles by fields over every address of the people's API: no role is shown what is not for it, and no filter tells it (T14)."""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

import structlog

from domain.words import Role
from store.database import Database, migrate
from tests.matrix import MAY, Matrix, matrix


async def main() -> int:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory(prefix="muster-matrix-") as made:
        url = f"sqlite+aiosqlite:///{Path(made) / 'muster.db'}"
        await migrate(url)
        db = await Database.open(url)
        try:
            found = await matrix(db)
        finally:
            await db.close()
    for what, roles in MAY.items():
        seeing = sorted(str(role) for role, field in found.seen if field == what)
        print(f"{what}: shown to {', '.join(seeing) or 'nobody'}")
        if missing := sorted(str(role) for role in roles if (role, what) not in found.seen):
            print(f"  for {', '.join(missing)} too; nothing of theirs is in the play")
    return _told(found)


def _told(found: Matrix) -> int:
    for role, what, where in found.leaks:
        print(f"LEAK {role}: {what} at {where}")
    print(
        f"{len(Role)} roles x {len(MAY)} fields over every address: {found.requests} requests, {found.answers} answered, "
        f"{len(found.leaks)} leaks"
    )
    return 1 if found.leaks or not found.answers else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
