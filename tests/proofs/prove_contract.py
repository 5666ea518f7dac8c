"""The machines' door answers nothing that its description does not say, and never with a fault of its own, whatever it is asked.

Every call of the description gets PROVE_EXAMPLES generated requests in the forms described and as many in others, half of them proved.
"""

import asyncio
import os
import sys
import tempfile
from pathlib import Path

import httpx
import structlog

from store.database import Database, migrate
from store.vacancies import Vacancies
from tests.gateway.door import door
from tests.gateway.fuzz import Interface, as_partners, fuzzed
from tests.store.making import published

EXAMPLES = int(os.environ.get("PROVE_EXAMPLES", "300"))
SEED = int(os.environ.get("PROVE_SEED", "20261123"))


async def prove(folder: Path) -> int:
    url = f"sqlite+aiosqlite:///{folder}/muster.db"
    await migrate(url)
    db = await Database.open(url)
    try:
        await Vacancies(db).publish(published("250442"))
        transport = httpx.ASGITransport(app=door(db), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            answers = await fuzzed(Interface(http, "/openapi.json", await as_partners(http)), EXAMPLES, SEED)
    finally:
        await db.close()
    for answer, count in sorted(answers.items()):
        print(f"  {answer}: {count}")
    faults = sum(count for answer, count in answers.items() if answer.split()[-1].startswith("5"))
    print(f"{answers.total()} requests: {faults} server errors, 0 undocumented statuses")
    return 1 if faults else 0


def main() -> int:
    print(f"seed {SEED}: {EXAMPLES} requests for each call and kind", flush=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(prove(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
