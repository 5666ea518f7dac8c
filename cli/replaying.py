"""`muster audit replay`: recorded cases against the code installed. Needs the store and its keyring, no server and no network.

A file (`muster hire history CASE --out FOLDER` writes them) needs the store only where it is encrypted: its case's key is there.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli import show
from cli.outcome import FAILED
from cli.terminal import Json, beside_the_store, terminal
from domain.errors import BadInput, NotFound, Problem

if TYPE_CHECKING:
    from temporalio.converter import DataConverter

    from activities.rejudging import Difference
    from config.settings import Settings
    from store.database import Database
    from worker.replaying import Verdict

#: What Temporal says of the event at which a replay left the record.
_EVENT = re.compile(r"HistoryEvent\(id: (\d+), (\w+)\)")


@beside_the_store
def replay(
    ctx: typer.Context,
    cases: Annotated[list[str] | None, typer.Argument(metavar="[CASE]...", help="Kept cases: hire/ab12cd34, vacancy/250442.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="A kept history in a file, wherever it stands.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every case whose history is kept.")] = False,
    keyring: Annotated[
        Path | None, typer.Option("--keyring", metavar="FILE", help="Opens encrypted histories; default: the installation's.")
    ] = None,
    json: Json = False,
) -> None:
    """Replay recorded cases against the code installed, judge every step again, and name each difference."""
    if sum((bool(cases), file is not None, all_)) != 1:
        raise BadInput("name cases, one --file, or --all", code="one_of_three")
    wanted = [each if "/" in each else f"hire/{each}" for each in cases or ()]
    began = time.monotonic()
    verdicts = asyncio.run(_replayed(terminal(ctx).settings, wanted, file, keyring, quiet=json))
    if json:
        show.as_json([{"identical": each.identical, **each.model_dump(mode="json")} for each in verdicts])
    else:
        _sum(verdicts, time.monotonic() - began)
    if not all(each.identical or _rests(each) for each in verdicts):
        raise typer.Exit(FAILED)


def _rests(verdict: "Verdict") -> bool:
    """Erased, and what is left of it is what the log says."""
    return verdict.erased and bool(verdict.bound)


async def _replayed(settings: "Settings", cases: list[str], file: Path | None, keyring: Path | None, *, quiet: bool) -> "list[Verdict]":
    from worker.replaying import read_kept
    from worker.replaying import replay as replayed

    verdicts: list[Verdict] = []
    async with _opened(settings, keyring, needed=file is None) as place:
        found = place.kept(cases) if file is None else _one(await replayed(read_kept(file), converter=place.converter))
        async for verdict in found:
            verdicts.append(verdict)
            if not quiet:
                _shown(verdict)
    return verdicts


async def _one(verdict: "Verdict") -> "AsyncIterator[Verdict]":
    yield verdict


@dataclass
class _Place:
    """The store, if there is one, and what opens histories."""

    db: "Database | None"
    converter: "DataConverter"

    async def kept(self, cases: list[str]) -> "AsyncIterator[Verdict]":
        """Every run of these cases, or of all. Raises NotFound for one without a kept history."""
        from store.histories import Histories
        from store.queries import Queries
        from worker.replaying import replay_stored

        assert self.db is not None
        store, queries = Histories(self.db), Queries(self.db)
        for case in cases or await store.cases():
            journal = await queries.entries(case)
            if not (kept := await store.of(case)):
                raise NotFound(f"no history of {case} is kept here", code="no_history", case=case)
            drift = await queries.drifted(case)
            for row in kept:
                yield await replay_stored(row, self.converter, journal, drift)


@asynccontextmanager
async def _opened(settings: "Settings", keyring: Path | None, *, needed: bool) -> "AsyncIterator[_Place]":
    """Without a keyring histories are taken for plain. Raises StoreUnavailable, BadKeyring."""
    from acts.engine import CaseKeys
    from config.keyring import found_at
    from config.temporal import converter
    from store.database import Database, check_migrated

    named = keyring is not None or settings.keyring_file is not None
    ring = found_at(keyring or settings.keyring_path, named=named)
    async with AsyncExitStack() as stack:
        db: Database | None = None
        if needed or ring is not None:
            try:
                await check_migrated(settings.store_url)
                db = await Database.open(settings.store_url)
                stack.push_async_callback(db.close)
            except Problem:
                if needed or named:
                    raise
        yield _Place(db, converter(CaseKeys(db, ring) if ring is not None and db is not None else None))


# ---- in words ------------------------------------------------------------------------------------------------------------


def _sum(verdicts: "list[Verdict]", seconds: float) -> None:
    if not verdicts:
        show.line("No history is kept yet: it is when a case closes, and once a day before.")
        return
    same, erased = sum(each.identical for each in verdicts), sum(each.erased for each in verdicts)
    gone = f", {erased} erased" if erased else ""
    rate = f"{len(verdicts) / seconds:.1f} histories a second" if seconds else ""
    show.line(f"{same} of {len(verdicts)} without a difference{gone}; {rate}.", style="bold")


def _shown(verdict: "Verdict") -> None:
    for n, text in enumerate(in_words(verdict)):
        show.line(text if n == 0 else f"           {text}", style="red" if n and not verdict.identical and not verdict.erased else "")


def in_words(verdict: "Verdict") -> list[str]:
    """What became of one history: a line that says it all, then every difference, the first one first."""
    if verdict.erased:
        leaf = "hash matches the leaf" if verdict.whole and verdict.bound else "and its hash does NOT match the leaf"
        return [f"erased     {verdict.case}  erased, cannot be replayed; {leaf}"]
    same = "identical" if verdict.judged else "replays"  # without one step judged again nothing more can be said
    said = same if verdict.identical else "DIFFERENT"
    told = [f"{said:<10} {verdict.case}  {verdict.events} events, {verdict.judged} of {verdict.steps} steps judged again"]
    if verdict.whole is False:
        return [*told, "the kept text is not the one whose hash was written down with it: it was not replayed"]
    if verdict.bound is False:
        told.append("the audit log has no leaf that is bound to this history")
    if not verdict.replayed:
        told.append(_left(verdict.replay_error))
    told += [_different(each) for each in verdict.differences]
    reasons = {each.reason: [x.number for x in verdict.unjudged if x.reason == each.reason] for each in verdict.unjudged}
    if not verdict.compared_shown:
        told.append("what the pages show was not compared: that takes the store")
    return told + [f"not judged again ({reason.replace('_', ' ')}): number {_list(numbers)}" for reason, numbers in reasons.items()]


def _left(error: str) -> str:
    at = _EVENT.search(error)
    first = error.splitlines()[0] if error else ""
    where = f"first at event {at[1]}, {at[2]}: " if at else ""
    return f"the story of today goes another way, {where}{first}"


def _different(each: "Difference") -> str:
    about = f"number {each.number}, {each.fact}"
    if each.step == "shown":
        return f"shown: {each.fact}: {_as_shown(each.expected, each.found)}"
    if each.step == "journal":
        return f"{about}: the journal in the store is not what was recorded: {_fields(each.expected, each.found)}"
    if isinstance(each.found, dict) and "refused" in each.found:
        return f"{about}: was written, and today's code refuses it ({each.found['refused']})"
    if isinstance(each.found, dict) and "failed" in each.found:
        return f"{about}: was written, and today's code fails ({each.found['failed']})"
    if each.found is None:
        return f"{about}: was written, and today's code does not write it"
    if each.expected is None:
        return f"{about}: was not written, and today's code writes it"
    return f"{about}: {_fields(each.expected, each.found)}"


def _as_shown(given: Any, shown: Any) -> str:
    """What a page says, and what the journal gives as today's code reads it."""
    if given is None:
        return "the pages show it, and the journal does not give it"
    if shown is None:
        return "the journal gives it, and the pages do not show it"
    return "; ".join(f"{name} is shown as {shown[name]}, the journal gives {given[name]}" for name in shown)


def _fields(was: Any, now: Any) -> str:
    """Only the fields that differ; of other kinds of things, both."""
    if not isinstance(was, dict) or not isinstance(now, dict):
        return f"recorded {was}, now {now}"
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    return "; ".join(f"{name} was {was.get(name)}, is now {now.get(name)}" for name in names)


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:8])) + (f" and {len(numbers) - 8} more" if len(numbers) > 8 else "")
