"""`muster audit reconcile`: every record of the installation against the others. Without Temporal too: then it says so."""

from typing import Any

import typer

from cli import show
from cli.outcome import FAILED
from cli.outlook import Language, Tongue
from cli.terminal import Desk, Json, terminal
from domain.errors import EngineUnavailable
from domain.log.completeness import Check, Completeness

COLUMNS = ("what", "counted", "differences")


def reconcile(ctx: typer.Context, language: Language = Tongue.EN, json: Json = False) -> None:
    """Compare what came in, went out, was written, logged and runs; name every difference. Exit code 1 when there is one."""

    async def asked(desk: Desk) -> Completeness:
        return await desk.auditing.reconcile()

    try:
        found = terminal(ctx).at_desk(asked)
    except EngineUnavailable:
        found = terminal(ctx).at_store(asked)
    if json:
        show.as_json({"complete": found.complete, **found.model_dump(mode="json")})
    else:
        told(found, language)
    if not found.complete:
        raise typer.Exit(FAILED)


def told(found: Completeness, language: Tongue) -> None:
    from config.words import Words

    say = Words.load().say
    show.many([_row(each, language) for each in found.checks], COLUMNS, json_=False, none="")
    for each in found.differences:
        show.line("- " + say(f"completeness.difference.{each.code}", language, about=each.about), style="red")
    show.line(say("completeness.delay", language))
    end = say("completeness.complete", language) if found.complete else say("completeness.incomplete", language, n=len(found.differences))
    show.line(end, style="bold")


def _row(check: Check, language: Tongue) -> dict[str, Any]:
    from config.words import Words

    say = Words.load().say
    what = say(f"completeness.check.{check.name}", language)
    if check.skipped:
        return {"what": what, "counted": say(f"completeness.{check.skipped}", language), "differences": None}
    counted = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in check.counts.items())
    return {"what": what, "counted": counted, "differences": len(check.differences)}
