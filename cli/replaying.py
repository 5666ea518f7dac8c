"""`muster audit replay`: recorded cases against the code installed. Works without server and network.

Encrypted histories open with the cases' keys, which the store keeps wrapped by the keyring's; plain ones need neither.
"""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import show
from cli.outcome import FAILED
from cli.terminal import Json, terminal
from domain.errors import BadInput, NotFound

if TYPE_CHECKING:
    from temporalio.converter import DataConverter

    from worker.replaying import Verdict

ENDINGS = (".json", ".json.gz")


def replay(
    ctx: typer.Context,
    case: Annotated[str | None, typer.Argument(metavar="[CASE]", help="A case whose history was exported, such as hire/ab12cd34.")] = None,
    file: Annotated[Path | None, typer.Option("--file", metavar="FILE", help="An exported history, wherever it stands.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every exported history.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", metavar="FOLDER", help="Where the exported histories stand; default: history_dir.")
    ] = None,
    keyring: Annotated[
        Path | None, typer.Option("--keyring", metavar="FILE", help="Opens encrypted histories, with the keys in the store (keyring.json).")
    ] = None,
    json: Json = False,
) -> None:
    """Replay recorded cases against the code installed, judge every step again, and name each difference."""
    files = _files(ctx, case, file, all_, folder)
    verdicts = asyncio.run(_replayed(files, keyring, terminal(ctx).settings.store_url))
    if json:
        show.as_json([{"identical": each.identical, **each.model_dump(mode="json")} for each in verdicts])
    else:
        for each in verdicts:
            _shown(each)
        same = sum(each.identical for each in verdicts)
        show.line(f"{same} of {len(verdicts)} without a difference.", style="bold")
    if not all(each.identical for each in verdicts):
        raise typer.Exit(FAILED)


def _files(ctx: typer.Context, case: str | None, file: Path | None, all_: bool, folder: Path | None) -> list[Path]:
    """Raises BadInput unless exactly one of the three is asked for, NotFound where nothing was exported."""
    if sum((case is not None, file is not None, all_)) != 1:
        raise BadInput("name one case, one --file, or --all", code="one_of_three")
    if file is not None:
        return [file]
    place = folder or terminal(ctx).settings.histories
    begins = "" if case is None else f"{case.replace('/', '_')}."
    found = sorted(each for each in place.glob("*") if each.name.endswith(ENDINGS) and each.name.startswith(begins))
    if not found:
        raise NotFound(f"no exported history of {case or 'any case'} in {place}", code="no_history")
    return found


async def _replayed(files: list[Path], keyring: Path | None, store_url: str) -> "list[Verdict]":
    from worker.replaying import read_kept
    from worker.replaying import replay as replayed

    async with AsyncExitStack() as stack:
        travels = await _opening(keyring, store_url, stack)
        return [await replayed(read_kept(file), converter=travels) for file in files]


async def _opening(keyring: Path | None, store_url: str, stack: AsyncExitStack) -> "DataConverter":
    from acts.engine import CaseKeys
    from config.keyring import FileKeyring
    from config.temporal import converter
    from store.database import Database, check_migrated

    if keyring is None:
        return converter()
    ring = FileKeyring.load(keyring)
    await check_migrated(store_url)
    db = await Database.open(store_url)
    stack.push_async_callback(db.close)
    return converter(CaseKeys(db, ring))


def _shown(verdict: "Verdict") -> None:
    same = "identical" if verdict.judged else "replays"  # without one step judged again nothing more can be said
    said = same if verdict.identical else "DIFFERENT"
    show.line(f"{said:<10} {verdict.case}  {verdict.events} events, {verdict.judged} of {verdict.steps} steps judged again")
    if not verdict.replayed:
        show.line(f"           the commands differ: {verdict.replay_error.splitlines()[0]}", style="red")
    for each in verdict.differences:
        show.line(f"           number {each.number}, {each.fact} ({each.step}): expected {each.expected}, found {each.found}", style="red")
    reasons = {each.reason: [x.number for x in verdict.unjudged if x.reason == each.reason] for each in verdict.unjudged}
    for reason, numbers in reasons.items():
        show.line(f"           not judged again ({reason.replace('_', ' ')}): number {', '.join(map(str, numbers))}")
