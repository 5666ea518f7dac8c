"""`muster partner …`: who they are, their keys, and how it stands with them."""

import typer

from cli import maintenance, partner_keys, partners_state

app = typer.Typer(help="The partners: who they are, their keys, how it stands with them.", no_args_is_help=True)
app.command("list")(partners_state.list_)
app.command("show")(partners_state.show_)
app.command("reconcile")(partners_state.reconcile)
app.command("away")(maintenance.away)
app.command("back")(maintenance.back)
app.command("add")(partner_keys.add)
app.command("rotate")(partner_keys.rotate)
app.command("revoke")(partner_keys.revoke)
app.command("test")(partner_keys.try_out)
