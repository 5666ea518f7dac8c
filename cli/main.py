"""The `muster` command: every noun mounted, every problem turned into a sentence and an exit code."""

import atexit
import os
import sys
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from cli import (
    audit,
    balance,
    board,
    calendars,
    config,
    delivery,
    event,
    hire,
    hires,
    housekeeping,
    keys,
    letters,
    log,
    notice,
    operation,
    overlay,
    partner,
    person,
    policy,
    privacy,
    report,
    show,
    staff,
    vacancy,
)
from cli.api import api
from cli.console import console
from cli.deadlines import deadlines
from cli.demo import demo
from cli.digest import digest
from cli.dispatcher import dispatcher
from cli.doctor import doctor
from cli.gateway import gateway
from cli.migrate import migrate
from cli.nats import nats
from cli.outcome import FAILED, OK, refused
from cli.recover import recover
from cli.relay import relay
from cli.terminal import beside_the_store, terminal
from cli.up import up
from cli.worker import worker
from domain.errors import Problem


class Muster(TyperGroup):
    """The root of all commands. A problem anywhere below ends here, never in a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise refused(problem, as_json=terminal(ctx).json) from None


app = typer.Typer(
    cls=Muster,
    name="muster",
    help="Recruitment at an international organisation, as durable workflows.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 120, "terminal_width": 120} if show.plain() else {},
    rich_markup_mode=None if show.plain() else "rich",
)
RUN, LOOK, TRY = "Run it", "Look and act", "Try it"
for _command in (up, worker, gateway, api, console, dispatcher, relay, nats, migrate, recover, doctor):
    app.command(rich_help_panel=RUN)(beside_the_store(_command))
NOUNS = {
    "vacancy": vacancy,
    "hire": hire,
    "hires": hires,
    "operation": operation,
    "board": board,
    "letters": letters,
    "person": person,
    "policy": policy,
    "overlay": overlay,
    "calendar": calendars,
    "report": report,
    "privacy": privacy,
    "staff": staff,
    "event": event,
    "delivery": delivery,
    "log": log,
    "partner": partner,
    "audit": audit,
    "balance": balance,
}
for _name, _noun in NOUNS.items():
    app.add_typer(_noun.app, name=_name, rich_help_panel=LOOK)
app.command(rich_help_panel=LOOK)(deadlines)
app.command(rich_help_panel=LOOK)(digest)
app.add_typer(housekeeping.app, name="housekeeping", rich_help_panel=RUN)
app.add_typer(keys.app, name="keys", rich_help_panel=RUN)
app.add_typer(config.app, name="config", rich_help_panel=RUN)
app.command(rich_help_panel=TRY)(demo)
app.add_typer(notice.app, name="notice", rich_help_panel=TRY)


def main() -> NoReturn:
    """Run, and end at once: a thread of Temporal's client may still be letting go while the interpreter is taken down, and one run in
    a few hundred then dies with `PyGILState_Release` and an exit code of its own."""
    code: Any = OK
    try:
        app()
    except SystemExit as end:
        code = end.code
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else OK if code is None else FAILED)
