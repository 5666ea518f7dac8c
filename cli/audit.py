"""`muster audit …`: what an auditor takes along, and the check of it."""

import typer

from cli.auditing import diff, interventions, report, search
from cli.completeness import reconcile
from cli.exporting import export, log_export
from cli.reads import reads
from cli.replaying import replay
from cli.verifying import verify

app = typer.Typer(help="What an auditor takes along, and the check of it.", no_args_is_help=True)


@app.callback()
def _audit() -> None:
    """What an auditor takes along, and the check of it."""


app.command()(export)
app.command("log-export")(log_export)
app.command()(verify)
app.command()(replay)
app.command()(reconcile)
app.command()(reads)
app.command()(search)
app.command()(interventions)
app.command()(diff)
app.command()(report)
