"""The `muster` command: every noun mounted, every problem turned into a sentence and an exit code."""

from typing import Any

import typer
from typer.core import TyperGroup

from cli import config, event, hire, show, staff, vacancy
from cli.dispatcher import dispatcher
from cli.doctor import doctor
from cli.gateway import gateway
from cli.migrate import migrate
from cli.outcome import refused
from cli.recover import recover
from cli.relay import relay
from cli.terminal import terminal
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
for _command in (up, worker, gateway, dispatcher, relay, migrate, recover, doctor):
    app.command(rich_help_panel=RUN)(_command)
for _name, _noun in {"vacancy": vacancy, "hire": hire, "staff": staff, "event": event}.items():
    app.add_typer(_noun.app, name=_name, rich_help_panel=LOOK)
app.add_typer(config.app, name="config", rich_help_panel=RUN)


def main() -> None:
    app()
