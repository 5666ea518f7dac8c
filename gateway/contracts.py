"""The documents integrators build from: `docs/openapi.json`, `docs/asyncapi.json` and `docs/events/`, all from the models.

`python -m gateway.contracts` writes them; a test holds what is kept against what the code gives.
"""

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from config.partners import PartnerBook
from config.settings import Settings
from connectors.signatures import SigningKey
from gateway import asyncapi, pages
from gateway.app import Door
from gateway.wiring import Means, gateway_app
from store.database import Database

DOCS = Path(__file__).parents[1] / "docs"


async def openapi() -> dict[str, Any]:
    """The machines' door as it is wired, described. It is put together over an empty store and a file without partners."""
    with TemporaryDirectory() as folder:
        partners = _empty(Path(folder, "partners.toml"))
        db = await Database.open(f"sqlite+aiosqlite:///{folder}/empty.db")
        try:
            door = gateway_app(Means(Settings(), db, PartnerBook(partners), SigningKey("described", "ed25519", bytes(32)))).app
        finally:
            await db.close()
    assert isinstance(door, Door)
    return door.openapi()


def _empty(file: Path) -> Path:
    file.touch()
    return file


async def documents() -> dict[str, str]:
    """Every document by its path under `docs/`."""
    found = {"openapi.json": _json(await openapi()), "asyncapi.json": _json(asyncapi.document())}
    return found | {f"events/{name}": text for name, text in pages.pages().items()}


def write(written: dict[str, str], folder: Path = DOCS) -> list[Path]:
    (folder / "events").mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in written]


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path in write(asyncio.run(documents())):
        sys.stdout.write(f"{path}\n")
