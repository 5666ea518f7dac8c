"""`muster hire …`: look at hires, and act on them."""

from typing import Annotated, Any

import typer

from cli import show
from cli.acting import act_command, command_name
from cli.terminal import Case, Json, terminal
from cli.text import named, words
from domain.acts import ACTS
from domain.words import Ending, Stage

app = typer.Typer(help="Look at hires, and act on them.", no_args_is_help=True)
COLUMNS = ("case_id", "vacancy", "stage", "ending", "held", "needs", "turn", "next_deadline")
DEADLINE = ("key", "party", "who", "due_at", "limit_at", "state", "reminded", "escalated", "rule")
OPEN = ("open", "lapse_due")
LOOK, ACT = "Look", "Act (needs --as)"


@app.command("list", rich_help_panel=LOOK)
def list_(
    ctx: typer.Context,
    vacancy: Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Only of this vacancy.")] = None,
    stage: Annotated[Stage | None, typer.Option("--stage", help="Only at this stage.")] = None,
    ending: Annotated[Ending | None, typer.Option("--ending", help="Only those that ended so.")] = None,
    needs: Annotated[str | None, typer.Option("--needs", metavar="ACT", help="Only those that need this act, such as screen.")] = None,
    json: Json = False,
) -> None:
    """List hires, the open ones with what they need and by when."""
    wanted = needs and needs.replace("-", "_")
    found = terminal(ctx).at_store(lambda desk: desk.hires(vacancy=vacancy, stage=stage, ending=ending, needs=wanted))
    show.many(found, COLUMNS, json_=json, none="No hires match.")


@app.command("show", rich_help_panel=LOOK)
def show_(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """Show one hire: stage, conditions, open deadlines, and what it needs. With --json, the closed deadlines too."""
    found = show.fields(terminal(ctx).at_store(lambda desk: desk.hire(case)))
    if json:
        show.as_json(found)
        return
    still_open = [{name: each.get(name) for name in DEADLINE} for each in found["deadlines"] if each["state"] in OPEN]
    show.sheet(found | {"deadlines": still_open})


@app.command("timeline", rich_help_panel=LOOK)
def timeline(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """Tell what happened to a hire, fact by fact, from its journal."""
    entries = terminal(ctx).at_store(lambda desk: desk.timeline(case))
    shown(entries, json=json)


@app.command("why", rich_help_panel=LOOK)
def why(ctx: typer.Context, case: Case, json: Json = False) -> None:
    """Say why a hire is where it is: whose turn it is, what it waits for, until when."""
    found = show.fields(terminal(ctx).at_store(lambda desk: desk.hire(case)))
    reasons = because(found)
    if json:
        show.as_json({"case": case, "because": reasons})
        return
    for reason in reasons:
        show.line(reason)


def shown(entries: list[dict[str, Any]], *, json: bool) -> None:
    """A journal: whole entries for programs, one line each for people."""
    rows = entries if json else [_told(entry) for entry in entries]
    show.many(rows, ("number", "at", "who", "what", "with"), json_=json, none="Nothing has happened yet.")


def because(hire: dict[str, Any]) -> list[str]:
    """The sentences of `why`, the most telling first."""
    if hire.get("ending"):
        by = f", decided by {words(hire['ended_by'])}" if hire.get("ended_by") else ""
        return [f"It ended: {named(words(hire['ending']))}{by}."]
    said = [f"It is at the stage {named(words(hire.get('stage')))}."]
    if hire.get("held"):
        said.append("It is on hold: its clocks stand still until someone resumes it.")
    if hire.get("needs"):
        said.append(f"It needs: {', '.join(_need(words(need)) for need in hire['needs'])}.")
    if hire.get("turn"):
        said.append(f"It is the turn of: {named(words(hire['turn']))}.")
    said += [
        _waiting(show.fields(c)) for c in _rows(hire.get("conditions")) if words(show.fields(c).get("state")) not in ("satisfied", "waived")
    ]
    said += [_running(show.fields(d)) for d in _rows(hire.get("deadlines")) if show.fields(d)["state"] in OPEN]
    return said


def _need(need: str) -> str:
    """`settle_reply:medical` → `settle-reply (medical)`."""
    act, _, about = need.partition(":")
    return f"{command_name(act)} ({named(about)})" if about else command_name(act)


def _rows(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value or [])


def _waiting(condition: dict[str, Any]) -> str:
    whose = f" ({words(condition['authority'])})" if condition.get("authority") else ""
    return f"The condition {words(condition.get('condition'))}{whose} is {words(condition.get('state'))}."


def _running(deadline: dict[str, Any]) -> str:
    rule = f" ({words(deadline['rule'])})" if deadline.get("rule") else ""
    late = ", past" if deadline.get("state") == "lapse_due" or deadline.get("missed") else ""
    return f"The deadline {named(words(deadline.get('key')))} is on {words(deadline.get('due_at'))}{rule}{late}."


def _told(entry: dict[str, Any]) -> dict[str, Any]:
    """A journal entry as a line: the fact's own words after its name."""
    told = {named(name): value for name, value in entry["body"].items() if name != "kind" and value not in (None, "", [], {})}
    return {"number": entry["number"], "at": entry["at"], "who": entry["actor"], "what": named(entry["kind"]), "with": told}


for _act in ACTS.values():
    app.command(command_name(_act.name), rich_help_panel=ACT)(act_command(_act))
