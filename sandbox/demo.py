"""The demonstration: set up, publish, play to the end, have it checked from outside, say what came of it."""

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from acts.desk import Desk
from acts.dispatcher import Dispatcher
from acts.engine import engine
from acts.evidence import Evidence
from config.embedded_store import store_at
from config.keyring import ring_of
from config.settings import Settings, load_settings
from domain.errors import BadInput
from sandbox import invariants
from sandbox.agenda import Agenda
from sandbox.behaviour import Behaviour
from sandbox.conductor import Conductor, TimedCarrier
from sandbox.dossier import checked_dossier
from sandbox.installation import Installation, in_use, installed
from sandbox.mail import Sink
from sandbox.mischief import Mischief
from sandbox.partners import Street, everybody, partners_toml
from sandbox.people import People
from sandbox.population import Persona, population
from sandbox.publication import Publication, publications
from sandbox.result import failures, history_events, result, summary
from sandbox.screen import Now, Screen
from sandbox.world import World
from store.database import Database
from store.inbox import Inbox
from store.names import system_now
from store.outbox import Outbox

#: Worker and gateway are killed in the first busy moment after this share of the hires has ended.
KILL_AFTER, BUSY = 0.45, 5
#: Exit code of a play that was interrupted, as shells give it.
STOPPED = 130


@dataclass(frozen=True)
class Options:
    seed: int = 1949
    store: str | None = None
    notice: Path | None = None
    folder: Path = Path("var/demo")


@dataclass
class Run:
    """Everything a demonstration holds while it is played."""

    options: Options
    screen: Screen
    world: World
    street: Street
    sink: Sink
    installation: Installation
    desk: Desk
    people: People
    conductor: Conductor
    publications: list[Publication]
    personas: list[Persona]
    began: datetime
    mischief: Mischief
    killed_on: datetime | None = None
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


async def play(options: Options, screen: Screen | None = None) -> int:
    """Play the whole demonstration. 0 when every ending occurred and everything held; what is missing is said on screen."""
    screen = screen or Screen()
    began = monotonic()
    _stop_when_told()
    try:
        with fresh(options) as settings:
            found, played = await _played(options, settings, screen, began)
    except asyncio.CancelledError:
        screen.say("Stopped before the end; what was started is stopped, too.", "bold")
        return STOPPED
    (options.folder / "result.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", "utf-8")
    for part in summary(found, played):
        screen.console.print(part, highlight=False)
    wrong = failures(found)
    for reason in wrong:
        screen.say(f"NOT AS IT SHOULD BE: {reason}", "bold red")
    screen.say(f"{'Everything held' if not wrong else 'It did not hold'}; {options.folder / 'result.json'} has the figures.", "bold")
    return 1 if wrong else 0


def _stop_when_told() -> None:
    """Whoever ends us ends what we started, too: a signal cancels the play, and the doors are stopped on the way out."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(name, task.cancel)


@contextmanager
def fresh(options: Options) -> Iterator[Settings]:
    """An empty folder and an empty store."""
    folder = options.folder
    if folder.exists():
        if any(folder.iterdir()) and not (folder / "installation.json").exists():
            raise BadInput(f"{folder} holds something that is not a demonstration; name another folder", code="folder_in_use")
        if in_use(folder / "temporal"):
            raise BadInput(f"a Temporal server is running on {folder}; stop it first, or name another folder", code="folder_in_use")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / "installation.json").write_text("{}\n", "utf-8")  # from now on this folder is ours to clear
    otherwise = load_settings().store_url if _store_named() else f"sqlite+aiosqlite:///{folder.resolve() / 'muster.db'}"
    with store_at(options.store, folder.resolve(), otherwise) as url:
        partners = folder.resolve() / "partners.toml"
        settings = load_settings(data_dir=folder.resolve(), store_url=url, partners_file=partners, task_queue="hiring", build_id="dev")
        (folder / "installation.json").write_text(json.dumps({"store_url": url, "seed": options.seed}) + "\n", "utf-8")
        yield settings


def _store_named() -> bool:
    return bool(os.environ.get("MUSTER_STORE_URL"))


async def _played(options: Options, settings: Settings, screen: Screen, began: float) -> tuple[dict[str, Any], tuple[datetime, datetime]]:
    async with staged(options, settings, screen, installed) as run:
        try:
            return await _told(run, began)
        finally:
            screen.stop()


@asynccontextmanager
async def staged(
    options: Options, settings: Settings, screen: Screen, install: Callable[[Settings], AbstractAsyncContextManager[Installation]]
) -> AsyncIterator[Run]:
    """Everything a play needs, until the block ends: partners on the street, a mail server, the installation `install` makes, people who
    are going to do something. Nothing is published yet."""
    now = datetime.now(UTC)
    published = publications(now, options.notice)
    closings = {p.spec.reference: p.closes_at for p in published}
    personas = population(options.seed, closings, now)
    agenda = Agenda(now)
    nations = {n for p in personas for n in p.nations}
    seconding = {p.application["candidate"]["seconded_by"] for p in personas if p.fate.seconded}
    street = Street(everybody(nations, seconding), options.folder / "partners", lambda: agenda.now)
    sink = Sink(options.folder / "mail.jsonl", lambda: agenda.now)
    with ExitStack() as stack:
        stack.enter_context(sink.open())
        async with street.open():
            settings.partners_file.write_text(partners_toml(street.partners, street.base_url), "utf-8")
            settings = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_port": sink.port})
            screen.say("Starting Temporal, the store, worker, gateway and relay …")
            async with install(settings) as installation:
                world = World(options.seed, agenda, street, closings)
                run = await _assembled(options, screen, world, street, sink, installation, published, personas, now)
                try:
                    yield run
                finally:
                    await run.desk.db.close()


async def _assembled(
    options: Options,
    screen: Screen,
    world: World,
    street: Street,
    sink: Sink,
    installation: Installation,
    published: list[Publication],
    personas: list[Persona],
    now: datetime,
) -> Run:
    settings = installation.settings
    street.gateway_url = f"http://{settings.gateway_host}:{settings.gateway_port}"
    await street.learn_keys()
    db = await Database.open(settings.store_url, ring_of(settings))
    client = await engine(settings, db)
    carrier = TimedCarrier(client, settings.task_queue, lambda: world.agenda.now)
    desk = Desk(db, carrier, evidence=Evidence(settings)).read_by(None)
    behaviour = Behaviour(world)
    people = People(world, desk, behaviour)
    dispatcher = Dispatcher(Inbox(db), carrier, system_now)
    conductor = Conductor(world.agenda, desk, carrier, dispatcher, Outbox(db), people)
    world.settle(personas)
    for persona in personas:
        behaviour.apply(persona)
    mischief = Mischief(world)
    mischief.plan()
    return Run(options, screen, world, street, sink, installation, desk, people, conductor, published, personas, now, mischief)


async def _told(run: Run, began: float) -> tuple[dict[str, Any], tuple[datetime, datetime]]:
    await publish(run)
    run.screen.start()
    await run.conductor.play(lambda moment, busy: _after(run, moment, busy))
    await asyncio.gather(*run.tasks)
    run.screen.stop()
    run.screen.say(f"Played to {run.world.agenda.now:%-d %B %Y} in {run.conductor.moments} moments. Counting and checking …")
    verdicts = await _checked(run.options.folder) | {"records_agree": await _agreed(run.desk)}
    verdicts["dossier_verifies"], line = await checked_dossier(
        run.desk, "helga", run.options.folder, Evidence(run.installation.settings).key.text
    )
    run.screen.say(line)
    evidence = await asyncio.to_thread(invariants.read, run.options.folder)
    cases = [str(h["case_id"]) for h in await run.desk.hires()]
    events = await history_events(run.conductor.carrier.client, cases)
    found = await result(run.desk, run.street, evidence, events, monotonic() - began)
    found |= {"invariants": verdicts, "notes": [line for p in run.publications for line in p.said]}
    more = found["more"]
    more |= {"seed": run.options.seed, "store": run.desk.db.dialect, "moments": run.conductor.moments}
    more |= {"mischief": run.mischief.unexpected, "killed_on": run.killed_on and f"{run.killed_on:%Y-%m-%d}"}
    more["time_spent_s"] = {what: round(seconds, 1) for what, seconds in run.conductor.spent.items()}
    (run.options.folder / "fates.json").write_text(json.dumps(_fates(run), indent=1) + "\n", "utf-8")
    more["acts"] = {"done": run.people.acts, "refused": run.people.refused}
    return found, (run.began, run.world.agenda.now)


def _fates(run: Run) -> dict[str, Any]:
    """How each candidate ended, by the portal's own id: the same for the same seed, whatever ids the cases got."""
    ended = {case: hire["ending"] for case, hire in run.conductor.seen.items()}
    found = {p.id + case.partition("-")[2]: ended.get(case) for case in ended if (p := run.world.who(case)) is not None}
    return dict(sorted(found.items()))


async def publish(run: Run) -> None:
    """Set the door clock, sign the people in, publish. Raises BadInput when the store holds somebody else's cases."""
    if await run.desk.vacancies():
        raise BadInput("the store is not empty; a demonstration needs one of its own", code="store_not_empty")
    await run.desk.clock.set(run.world.agenda.now)
    await run.people.sign_in()
    for publication in run.publications:
        for line in publication.said:
            run.screen.say(line, "yellow")
        await run.desk.publish("helga", publication.spec, publication.rules)
    run.screen.say(f"Published {', '.join(p.spec.reference for p in run.publications)}; {len(run.personas)} people will apply.")
    await run.conductor.opened([f"vacancy/{p.spec.reference}" for p in run.publications], run.world.closings)


async def _after(run: Run, moment: datetime, busy: int) -> None:
    """Between two moments: show, and once, when much is going on, let worker and gateway be killed in the next one."""
    hires = run.conductor.seen.values()
    ended = sum(h["ending"] is not None for h in hires)
    if run.killed_on is None and busy >= BUSY and ended >= KILL_AFTER * len(run.personas):
        run.killed_on = moment
        run.tasks.append(asyncio.create_task(_kill(run)))
    if run.screen.due:
        counts = await run.desk.queries.counts()
        deadlines = {**counts["deadlines"], "reminded": counts["reminded"], "escalated": counts["escalated"]}
        s = run.street
        out = (s.accepted, s.repeated, s.refused.total(), s.announced, run.sink.taken, run.people.acts)
        run.screen.show(Now(moment, hires, *out, deadlines=deadlines, ticker=run.world.ticker))


async def _kill(run: Run) -> None:
    """kill -9 for worker and gateway, in the middle of what they are doing; then they are started again."""
    await asyncio.sleep(0.12)
    doors = [run.installation.doors[name] for name in ("worker", "gateway")]
    for door in doors:
        door.kill()
    run.screen.say(f"{run.world.agenda.now:%d %b %Y}: worker and gateway killed (kill -9), now started again", "bold yellow")
    await asyncio.sleep(0.5)
    for door in doors:
        door.start()


async def _agreed(desk: Desk) -> str:
    """What a reconciliation finds: Temporal's workflows, inbox, outbox, facts and leaves against each other."""
    found = [f"{each.code} {each.about}" for each in (await desk.auditing.reconcile()).differences]
    return invariants.verdict(found)


async def _checked(folder: Path) -> dict[str, str]:
    """What a process of its own finds (`python -m sandbox.invariants`)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox.invariants", str(folder), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    try:
        verdicts: dict[str, str] = json.loads(out)
    except ValueError:
        last = err.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        return dict.fromkeys(invariants.INVARIANTS, f"could not be checked: {last[0]}")
    return verdicts
