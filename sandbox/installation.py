"""The installation of a demonstration: Temporal, store and the doors as child processes, ended by their id whatever happens."""

import asyncio
import fcntl
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from config.embedded import start_server
from config.keyring import prepared
from config.settings import Settings
from domain.errors import Trouble
from store.database import migrate
from store.names import system_now

DOORS = ("gateway", "worker", "relay")
READY_S = 40


class NotStarted(Trouble):
    """A process of the demonstration did not come up."""


@dataclass
class Door:
    """One door as a child process."""

    name: str
    env: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", self.name],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=dict(self.env),
                start_new_session=True,
            )

    def kill(self) -> None:
        """No warning, no goodbye."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    async def stop(self, patience_s: float = 10) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()
        until = asyncio.get_running_loop().time() + patience_s
        while self.process.poll() is None:
            if asyncio.get_running_loop().time() > until:
                self.kill()
            await asyncio.sleep(0.02)

    def last_words(self) -> str:
        lines = self.log.read_text("utf-8", errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1][:300] if lines else f"it said nothing in {self.log}"


@dataclass
class Installation:
    settings: Settings
    doors: dict[str, Door]

    async def ready(self) -> None:
        """Until the gateway says it can keep events. Raises NotStarted with what a door said last."""
        url = f"http://{self.settings.gateway_host}:{self.settings.gateway_port}/readyz"
        async with httpx.AsyncClient(trust_env=False, timeout=2) as http:
            for _ in range(READY_S * 20):
                self._still_there()
                with suppress(httpx.TransportError):
                    if (await http.get(url)).is_success:
                        return
                await asyncio.sleep(0.05)
        raise NotStarted(f"the gateway did not answer within {READY_S} s: {self.doors['gateway'].last_words()}")

    def _still_there(self) -> None:
        ended = next((d for d in self.doors.values() if d.process.poll() is not None), None)
        if ended is not None:
            raise NotStarted(f"{ended.name} ended (exit code {ended.process.returncode}): {ended.last_words()}")


def in_use(folder: Path) -> bool:
    """Whether a server of ours lives in this folder: it holds a lock there for as long as it does."""
    lock = folder / "temporal.lock"
    if not lock.exists():
        return False
    with lock.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(settings: Settings) -> dict[str, str]:
    """The environment of the doors: ours, with what was decided for this demonstration."""
    decided = {
        "MUSTER_DATA_DIR": str(settings.data_dir),
        "MUSTER_STORE_URL": settings.store_url,
        "MUSTER_TEMPORAL_ADDRESS": settings.temporal_address,
        "MUSTER_TEMPORAL_NAMESPACE": settings.temporal_namespace,
        "MUSTER_TASK_QUEUE": settings.task_queue,
        "MUSTER_BUILD_ID": settings.build_id,
        "MUSTER_PARTNERS_FILE": str(settings.partners_file),
        "MUSTER_GATEWAY_PORT": str(settings.gateway_port),
        "MUSTER_API_PORT": str(settings.api_port),
        "MUSTER_CONSOLE__PORT": str(settings.console.port),
        "MUSTER_SMTP_HOST": settings.smtp_host,
        "MUSTER_SMTP_PORT": str(settings.smtp_port),
        "MUSTER_ALLOW_NETWORKS": '["127.0.0.0/8"]',
        "MUSTER_ALLOW_HTTP": '["127.0.0.1"]',
        "MUSTER_RELAY__POLL_FASTEST_S": "0.01",
        "MUSTER_RELAY__POLL_SLOWEST_S": "0.05",
        "MUSTER_LOG_LEVEL": "warning",
    }
    keys = {"MUSTER_KEYRING_FILE": str(settings.keyring_path)} if settings.keyring_path.exists() else {}
    return {**os.environ, **decided, **keys}


@asynccontextmanager
async def installed(settings: Settings, *, doors: Sequence[str] = DOORS, anywhere: bool = True) -> AsyncIterator[Installation]:
    """Temporal (with time skipping) and the doors, running until the block ends. The partners file has to be there already. The gateway
    listens `anywhere`, or where the settings say."""
    await migrate(settings.store_url)
    # A demonstration is an installation like any other: its histories are encrypted.
    prepared(settings.keyring_path, settings.data_dir / "temporal", system_now())
    server = await start_server(settings.data_dir / "temporal", time_skipping=True, namespace=settings.temporal_namespace)
    settings = settings.model_copy(update={"temporal_address": server.address})
    if anywhere:
        settings = settings.model_copy(update={"gateway_port": free_port()})
    env = environment(settings)
    running = Installation(settings, {name: Door(name, env, settings.data_dir / "logs" / f"{name}.log") for name in doors})
    try:
        for door in running.doors.values():
            door.start()
        await running.ready()
        yield running
    finally:
        await asyncio.gather(*(door.stop() for door in running.doors.values() if hasattr(door, "process")))
        await server.stop()
