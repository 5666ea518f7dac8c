"""`muster policy …`: check a policy, look at one, compare two, and rehearse a changed one over the open hires. None of them writes."""

from typing import Annotated, Any

import typer

from cli import show
from cli.rehearsed import rehearsal_shown
from cli.terminal import Json, terminal
from cli.text import named
from domain.comparison import differences
from domain.rules import Rules

app = typer.Typer(help="Check, compare and rehearse policies: the figures hires are run by.", no_args_is_help=True)
COLUMNS = ("name", "version", "calendar", "assessment", "sha256")
Policy = Annotated[str, typer.Argument(metavar="NAME", help="A policy: the name of one that comes with Muster, or a file.")]


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A policy file (TOML), or the name of one that comes with Muster.")],
    json: Json = False,
) -> None:
    """Check a policy file strictly: unknown, missing and wrong keys, each with the file, the key and what is allowed."""
    rules = _rules(file)
    if json:
        show.as_json({"file": file, "ok": True, **_brief(rules)})
        return
    show.line(f"{file}: in order. Policy {rules.name}, version {rules.version}, content {rules.sha256}.")


@app.command("list")
def list_(json: Json = False) -> None:
    """List the policies that come with Muster."""
    from config.files import names

    show.many([_brief(_rules(name)) for name in names("policies")], COLUMNS, json_=json, none="No policy comes with this installation.")


@app.command("show")
def show_(name: Policy, json: Json = False) -> None:
    """Show a policy: its deadlines, conditions and other figures, and the hash of its content."""
    rules = _rules(name)
    if json:
        show.as_json({**rules.model_dump(mode="json"), "sha256": rules.sha256})
        return
    parts = rules.model_dump(exclude={"deadlines", "conditions"})
    deadlines = [{"deadline": named(key), **rule.model_dump()} for key, rule in rules.deadlines.items()]
    conditions = [{"condition": str(key), **rule.model_dump()} for key, rule in rules.conditions.items()]
    show.sheet({**parts, "sha256": rules.sha256, "deadlines": deadlines, "conditions": conditions})


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="A policy: a name or a file.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The policy to hold against it: a name or a file.")],
    json: Json = False,
) -> None:
    """Say in what two policies differ, figure by figure; ends with 0 whether they differ or not."""
    found = differences(_rules(old), _rules(new))
    if json:
        for each in found:
            show.as_json(each)
        return
    for each in found:
        show.line(each.words)
    if not found:
        show.line("No difference.")


@app.command()
def rehearse(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The changed policy: a file, or the name of one that comes with Muster.")],
    vacancy: Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Only the hires of this vacancy.")] = None,
    json: Json = False,
) -> None:
    """Rehearse a policy over all open hires: who would be affected, and how; nothing is changed."""
    from config.files import load_calendar

    rules = _rules(file)
    calendar = load_calendar(rules.calendar)
    rehearsal_shown(terminal(ctx).at_store(lambda desk: desk.rehearse(rules, calendar, vacancy)), json=json)


def _rules(name: str) -> Rules:
    from config.files import load_rules

    return load_rules(name)


def _brief(rules: Rules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in COLUMNS}
