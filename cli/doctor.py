"""`muster doctor`: what this installation has, what it lacks, and how to mend it."""

import asyncio
from typing import TYPE_CHECKING

import typer

from cli import show
from cli.outcome import FAILED
from cli.terminal import Json, terminal
from domain.errors import Problem

if TYPE_CHECKING:
    from acts.doctor import Check


def doctor(ctx: typer.Context, json: Json = False) -> None:
    """Look at everything Muster needs; say what is missing and how to mend it."""
    from acts.doctor import Check, looked_at, python_is_new_enough

    checks = [python_is_new_enough()]
    try:
        settings = terminal(ctx).settings
    except Problem as problem:
        checks.append(Check("settings", False, problem.message, "Correct the variable or the file; `muster config show` lists the names."))
    else:
        checks.append(Check("settings", True, f"files stand in {settings.data_dir}"))
        checks += asyncio.run(looked_at(settings))
    _report(checks, json=json)
    if not all(check.ok for check in checks):
        raise typer.Exit(FAILED)


def _report(checks: "list[Check]", *, json: bool) -> None:
    missing = sum(not check.ok for check in checks)
    if json:
        show.as_json({"ok": missing == 0, "checks": checks})
        return
    for check in checks:
        show.line(f"{'ok     ' if check.ok else 'MISSING'}  {check.name:<10}  {check.says}", style="" if check.ok else "red")
        if check.mend:
            show.line(f"         {'':<10}  {check.mend}")
    show.line()
    show.line("All is well." if not missing else f"{missing} of {len(checks)} need attention.", style="bold")
