"""`muster partner …`: who they are and how it stands with them."""

import typer

from cli import partners_state

app = typer.Typer(help="The partners: who they are, how it stands with them.", no_args_is_help=True)
app.command("list")(partners_state.list_)
app.command("show")(partners_state.show_)
app.command("reconcile")(partners_state.reconcile)
