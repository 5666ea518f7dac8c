"""`muster up`: the whole installation on this machine, one process per door, watched until Ctrl-C."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import show
from cli.terminal import Json, terminal
from cli.text import safe
from domain.errors import BadInput, EngineUnavailable, Trouble

if TYPE_CHECKING:
    from acts.desk import Desk
    from config.embedded import EmbeddedServer
    from config.settings import Settings

#: In the order they are started; stopped in the other, so that nothing is taken in that nobody would carry on.
DOORS = ("worker", "dispatcher", "relay", "console", "api", "gateway")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PATIENCE_S = 30
#: Whose links are printed, one person each; anybody else's: muster staff link.
SHOWN = ("hr_officer", "hr_head", "appointing_authority", "office_of_security", "medical_advisers_office", "auditor")
LINKS_COUNT = timedelta(days=1)
STEADY_S = 60
LONGEST_WAIT_S = 30


class NotStarted(Trouble):
    """One of the processes did not come up."""


@dataclass(frozen=True)
class How:
    """What was asked for. `demo` means a data set that a demonstration made, whose cases have had their time skipped."""

    store: str | None
    any_ports: bool
    demo: bool
    json: bool
    people: str | None = None

    def say(self, text: str) -> None:
        """To people; for programs only the result is printed."""
        if not self.json:
            show.line(text)


@dataclass
class Child:
    """One door as a child process, started again whenever it ends by itself."""

    name: str
    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] = field(init=False)
    started: float = 0
    ends: int = 0
    again_at: float | None = None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            # A session of its own: Ctrl-C reaches us alone, and we stop the doors in order.
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cli", self.name],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.env,
                start_new_session=True,
            )
        self.started, self.again_at = time.monotonic(), None

    def look(self, say: Callable[[str], None]) -> None:
        """Notice an end, and start again after a while that grows with every end in a row."""
        now = time.monotonic()
        if self.again_at is not None:
            if now >= self.again_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.ends = 1 if now - self.started > STEADY_S else self.ends + 1
            wait = min(2 ** (self.ends - 1), LONGEST_WAIT_S)
            self.again_at = now + wait
            how = f"was killed (signal {-code})" if code < 0 else f"ended (exit code {code}): {self.last_words()}"
            say(f"The {self.name} {how}. Starting it again in {wait} s; its log is {self.log}.")

    def last_words(self) -> str:
        lines = self.log.read_bytes()[-4000:].decode("utf-8", errors="replace").strip().splitlines()
        return safe(lines[-1])[:200].rstrip(".") if lines else f"it said nothing in {self.log}"

    def ask_to_stop(self) -> None:
        with suppress(ProcessLookupError):
            self.process.terminate()


@dataclass
class Installation:
    """What runs. `server` is None when Temporal is somebody else's."""

    settings: "Settings"
    server: "EmbeddedServer | None"
    children: list[Child]
    how: How

    def places(self) -> dict[str, Any]:
        """Where everything listens, and stands."""
        ui = {"temporal_ui": self.server.ui_address} if self.server else {}
        return {
            "console": self.settings.console_origin,
            "gateway": f"http://{self.settings.gateway_host}:{self.settings.gateway_port}",
            "api": f"http://{self.settings.api_host}:{self.settings.api_port}/api/v1",
            "temporal": self.settings.temporal_address,
            **ui,
            "store": _shown(self.settings.store_url),
            "partners": str(self.settings.partners_file),
            "logs": str(self.settings.data_dir / "logs"),
        }

    async def watch(self, stop: asyncio.Event, say: Callable[[str], None]) -> None:
        """Keep every process running until told to stop."""
        while not stop.is_set():
            for child in self.children:
                child.look(say)
            await self._watch_server(say)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), 0.5)

    async def _watch_server(self, say: Callable[[str], None]) -> None:
        if self.server is not None and self.server.process.poll() is not None:
            say("The Temporal server ended. Starting it again where it was left.")
            self.server = await _server_for(self.settings, _port_of(self.server.ui_address), self.how)

    async def stop(self) -> None:
        """Doors first, each given time to finish what it has under way; Temporal last."""
        for child in reversed(self.children):
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_S
        for child in self.children:
            while child.process.poll() is None:
                if time.monotonic() > deadline:
                    child.process.kill()
                await asyncio.sleep(0.05)
        if self.server is not None:
            await self.server.stop()


def up(
    ctx: typer.Context,
    store: Annotated[
        str | None, typer.Option("--store", metavar="KIND", help="sqlite, postgresql (a server of our own), or an SQLAlchemy URL.")
    ] = None,
    any_ports: Annotated[bool, typer.Option("--any-ports", help="Listen on any free ports instead of the usual ones.")] = False,
    demo: Annotated[
        bool, typer.Option("--demo", help="With a demonstration that is played while you watch, at a gentle pace; always a new one.")
    ] = False,
    pace: Annotated[float, typer.Option("--pace", metavar="SECONDS", min=0, help="With --demo: between two moments.")] = 4,
    played: Annotated[
        bool, typer.Option("--played", help="With what a demonstration left behind; it is played first, unless it was before.")
    ] = False,
    people: Annotated[
        str | None, typer.Option("--people", metavar="FILE", help="Who works here, when nobody does yet: a file of people, or demo.")
    ] = None,
    json: Json = False,
) -> None:
    """Start everything on this machine (Temporal, store, worker, gateway, console, API, dispatcher, relay) and leave it running."""
    settings = terminal(ctx).settings
    how = How(store=store, any_ports=any_ports, demo=demo or played, json=json, people=people)
    if demo:
        asyncio.run(_lived(_anywhere(settings) if any_ports else settings, how, pace))
    else:
        asyncio.run(_up(_demonstrated(settings, how) if played else settings, how))


async def _up(settings: "Settings", how: How) -> None:
    from config.embedded_store import store_at

    stop, say = _told_to_stop(), how.say
    with store_at(how.store, settings.data_dir, settings.store_url) as url:
        running = await start(settings.model_copy(update={"store_url": url}), how)
        try:
            await ready(running, stop)
            _tell(running, await _links(running))
            await running.watch(stop, say)
        finally:
            say("Stopping.")
            await running.stop()
    say("Stopped. Everything is kept; `muster up` goes on where this ended.")


async def _lived(settings: "Settings", how: How, pace_s: float) -> None:
    """A demonstration played at a gentle pace, with the doors open on it, until told to stop."""
    from rich.console import Console

    from sandbox.demo import Options, Run
    from sandbox.living import live
    from sandbox.screen import Screen

    async def opened(run: Run) -> None:
        links = await _links_of(run.desk, settings.console_origin)
        if how.json:
            show.as_json({"console": settings.console_origin, "sign_in": links})
            return
        show.line(f"It is {run.world.agenda.now:%-d %B %Y} there now. From here on something happens every {pace_s:g} seconds.")
        show.line(f"Watch it, and take part, at {settings.console_origin}; each link works once, for a day:")
        show.sheet(links)
        show.line("Ctrl-C stops it.")

    how.say("A demonstration begins. Its first months are played quickly; then the console opens on it (half a minute).")
    options = Options(store=how.store, folder=settings.data_dir / "living")
    await live(options, settings, pace_s, _told_to_stop(), opened, Screen(console=Console(stderr=how.json)))
    how.say("Stopped. A next one begins anew.")


def _demonstrated(settings: "Settings", how: How) -> "Settings":
    """The settings of the demonstration's own installation, played now if it has not been. Its clock stays where the play ended."""
    from sandbox.demo import Options, play

    folder = settings.data_dir / "demo"
    if not (folder / "result.json").exists():
        # With --json, standard output is for the one object at the end.
        with redirect_stdout(sys.stderr) if how.json else nullcontext():
            asyncio.run(play(Options(store=how.store, folder=folder)))
    folder = folder.resolve()
    kept = loads((folder / "installation.json").read_text("utf-8"))
    how.say("The demonstration is over: its partners answer no more, and its clock stands at the last day played.")
    return settings.model_copy(
        update={"data_dir": folder, "store_url": kept["store_url"], "partners_file": folder / "partners.toml", "keyring_file": None}
    )


async def start(settings: "Settings", how: How) -> Installation:
    """Start Temporal (unless it is elsewhere), bring the store up to date, start the doors. Raises EngineUnavailable, StoreUnavailable."""
    from store.database import migrate

    settings = _with_partners(settings, how.say)
    _with_keys(settings, how.say)
    await migrate(settings.store_url)
    if how.any_ports:
        settings = _anywhere(settings)
    server = await _embedded(settings, how)
    if server is not None:
        settings = settings.model_copy(update={"temporal_address": server.address})
    children = [Child(name, environment(settings), settings.data_dir / "logs" / f"{name}.log") for name in DOORS]
    running = Installation(settings, server, children, how)
    for child in children:
        child.start()
    return running


def _anywhere(settings: "Settings") -> "Settings":
    console = settings.console.model_copy(update={"port": _free_port()})
    return settings.model_copy(update={"gateway_port": _free_port(), "api_port": _free_port(), "console": console})


async def ready(running: Installation, stop: asyncio.Event) -> None:
    """Wait until gateway, API and console answer. Raises NotStarted, with what a door said last, when one ends first."""
    deadline = time.monotonic() + PATIENCE_S
    while not stop.is_set() and not await _answers(running.settings):
        ended = next((child for child in running.children if child.process.poll() is not None), None)
        if ended is not None:
            raise NotStarted(f"{ended.name} did not start: {ended.last_words()}", code="not_started")
        if time.monotonic() > deadline:
            raise NotStarted(f"a door did not answer within {PATIENCE_S} seconds; see {running.settings.data_dir / 'logs'}")
        await asyncio.sleep(0.1)


def environment(settings: "Settings") -> dict[str, str]:
    """The environment of a child: ours, with what was decided here."""
    decided = {
        "MUSTER_DATA_DIR": str(settings.data_dir),
        "MUSTER_STORE_URL": settings.store_url,
        "MUSTER_TEMPORAL_ADDRESS": settings.temporal_address,
        "MUSTER_PARTNERS_FILE": str(settings.partners_file),
        "MUSTER_GATEWAY_PORT": str(settings.gateway_port),
        "MUSTER_API_PORT": str(settings.api_port),
        "MUSTER_CONSOLE__PORT": str(settings.console.port),
    }
    # Only where there is one: a file that is named has to be there.
    keys = {"MUSTER_KEYRING_FILE": str(settings.keyring_path)} if settings.keyring_path.exists() else {}
    return {**os.environ, **decided, **keys}


def _with_partners(settings: "Settings", say: Callable[[str], None]) -> "Settings":
    """An installation without partners yet still starts; a file that was named and is not there is a mistake."""
    file = settings.partners_path
    if not file.exists():
        if "partners_file" in settings.model_fields_set:
            raise BadInput(f"{file}: there is no partners file (MUSTER_PARTNERS_FILE)", code="no_partners_file")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# No partners yet. docs/integrating.md says what an entry looks like.\n", encoding="utf-8")
        say(f"There is no partners file: {file} is made, with nobody in it.")
    return settings.model_copy(update={"partners_file": file})


def _with_keys(settings: "Settings", say: Callable[[str], None]) -> None:
    """An installation begun here is encrypted from its first case on; one begun without keys stays as it is."""
    from config.keyring import prepared
    from store.names import system_now

    path, known = settings.keyring_path, settings.keyring_path.exists()
    if not prepared(path, settings.data_dir / "temporal", system_now()):
        say("There is no keyring, and histories were begun without one: they stay unencrypted.")
    elif not known:
        say(f"There is no keyring: {path} is made. Keep a copy of it somewhere else; without it the histories cannot be read.")


async def _embedded(settings: "Settings", how: How) -> "EmbeddedServer | None":
    """A server of our own where the settings point at this machine; None where Temporal is elsewhere."""
    if settings.temporal_address.rpartition(":")[0] not in LOOPBACK:
        return None
    if how.any_ports:
        settings = settings.model_copy(update={"temporal_address": "127.0.0.1:0"})
        return await _server_for(settings, None, how)
    return await _server_for(settings, _port_of(settings.temporal_address) + 1000, how)


async def _server_for(settings: "Settings", ui_port: int | None, how: How) -> "EmbeddedServer":
    from config.embedded import start_server

    folder, port = settings.data_dir / "temporal", _port_of(settings.temporal_address) or None
    return await start_server(folder, port=port, ui_port=ui_port, namespace=settings.temporal_namespace, time_skipping=how.demo)


def _port_of(address: str) -> int:
    try:
        return int(address.rpartition(":")[2])
    except ValueError:
        raise EngineUnavailable(f"{address} is no address; write MUSTER_TEMPORAL_ADDRESS as host:port", code="bad_address") from None


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def _answers(settings: "Settings") -> bool:
    console = settings.console
    doors = ((settings.gateway_host, settings.gateway_port), (settings.api_host, settings.api_port), (console.host, console.port))
    for host, port in doors:
        try:
            _, writer = await asyncio.open_connection(host, port)
        except OSError:
            return False
        writer.close()
    return True


def _told_to_stop() -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM, or the terminal being closed."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _links(running: Installation) -> dict[str, str]:
    """Links for whoever works here; the people asked for are entered first, where nobody does yet."""
    from acts.desk import open_desk
    from config.people import load_people

    async with open_desk(running.settings, reading=True) as desk:
        if running.how.people and not await desk.staff():
            for person, one in load_people(running.how.people).items():
                await desk.put_staff(person, one.name, one.email, one.roles, one.language)
        return await _links_of(desk, running.settings.console_origin)


async def _links_of(desk: "Desk", origin: str) -> dict[str, str]:
    """A one-time link into the console for one person of each role, by who they are: "ines (hr_officer)"."""
    found: dict[str, str] = {}
    for who in await desk.staff():
        role = next((role for role in who.roles if role in SHOWN and not any(role in each for each in found)), None)
        if role is not None:
            found[f"{who.person} ({role})"] = f"{origin}/in/{await desk.sessions.link(who.person, LINKS_COUNT)}"
    return found


def _tell(running: Installation, links: dict[str, str]) -> None:
    if running.how.json:
        processes = {child.name: child.process.pid for child in running.children}
        show.as_json({**running.places(), "processes": processes, "sign_in": links})
        return
    show.line()
    show.line("Muster is running.", style="bold")
    show.sheet(running.places())
    show.line()
    if links:
        show.line(f"Sign in to the console at {running.settings.console_origin} by one of these links; each works once, for a day:")
        show.sheet(links)
        show.line()
    for line in _next_steps(running, peopled=bool(links)):
        show.line(line)
    show.line("Ctrl-C stops it.")


def _next_steps(running: Installation, *, peopled: bool) -> Iterable[str]:
    settings = running.settings
    usual = type(settings).model_fields
    apart = {
        f"MUSTER_{name.upper()}": getattr(settings, name)
        for name in ("temporal_address", "data_dir")
        if getattr(settings, name) != usual[name].default
    }
    if settings.store_url != type(settings)(data_dir=settings.data_dir).store_url:
        apart["MUSTER_STORE_URL"] = _shown(settings.store_url)
    if apart:
        yield "In another terminal, first: export " + " ".join(f"{name}={shlex.quote(str(value))}" for name, value in apart.items())
    if running.how.demo:
        yield "Then, for a start:  muster vacancy list"
    else:
        yield f"Then, for a start:  muster {'vacancy list' if peopled else 'staff load demo'}"
        yield "                    muster vacancy publish 270311 --as helga"
    yield "                    muster hire list"


def _shown(url: str) -> str:
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)
