"""Real gateway processes over one store, and nothing else: no engine is needed to take events."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from config.settings import Settings
from connectors.signatures import key_text
from sandbox.installation import Door, Installation, environment, free_port
from store.database import Database, migrate
from store.vacancies import Vacancies
from tests.gateway.door import key_of
from tests.store.making import published

#: So wide that the load of a proof is never throttled; how throttling works is tested elsewhere.
WIDE = {
    f"MUSTER_RATES__{name}": "1000000"
    for name in ("PER_MINUTE", "BURST", "ALL_PER_MINUTE", "ALL_BURST", "UNPROVED_PER_MINUTE", "UNPROVED_BURST", "STRANGERS_PER_MINUTE",
                 "STRANGERS_BURST")
}  # fmt: skip


def write_portal(path: Path, keys: dict[str, str]) -> None:
    """A partners file with the portal alone and keys of these generations ("live" or "revoked"), put in place whole."""
    lines = ['[partners.portal]\nkind = "portal"\nname = "portal"\nchannel = "paper"']
    for generation, state in keys.items():
        key = key_of("portal", generation).verifying()
        revoked = str(state == "revoked").lower()
        lines.append(f'[[partners.portal.keys]]\nid = "{key.id}"\npublic = "{key_text(key)}"\nrevoked = {revoked}')
    draft = path.with_suffix(".new")
    draft.write_text("\n".join(lines))
    draft.replace(path)


@dataclass
class Gateways:
    ports: list[int]
    doors: list[Door]
    store: Path
    partners: Path

    def memory(self, what: str = "VmRSS") -> int:
        """Bytes of the first process: now ("VmRSS"), or the most it ever had ("VmHWM")."""
        status = Path(f"/proc/{self.doors[0].process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(f"{what}:"))


@asynccontextmanager
async def gateways(folder: Path, count: int = 2, keys: Sequence[str] = ("1",), store_url: str = "") -> AsyncIterator[Gateways]:
    """`count` gateways on one store (SQLite in the folder, unless named) with vacancy 250442, until the block ends."""
    store, partners = folder / "muster.db", folder / "partners.toml"
    url = store_url or f"sqlite+aiosqlite:///{store}"
    await migrate(url)
    db = await Database.open(url)
    await Vacancies(db).publish(published("250442"))
    await db.close()
    write_portal(partners, dict.fromkeys(keys, "live"))
    ports = [free_port() for _ in range(count)]
    doors = []
    for number, port in enumerate(ports):
        settings = Settings(data_dir=folder, store_url=url, partners_file=partners, gateway_port=port)
        doors.append(Door("gateway", environment(settings) | WIDE, folder / f"gateway-{number}.log"))
    try:
        for number, (port, door) in enumerate(zip(ports, doors, strict=True)):
            door.start()
            await Installation(Settings(gateway_port=port), {f"gateway-{number}": door, "gateway": door}).ready()
        yield Gateways(ports, doors, store, partners)
    finally:
        for door in doors:
            if hasattr(door, "process"):
                await door.stop()
