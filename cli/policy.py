"""`muster policy …`: check, look at, compare, rehearse over the open hires, and publish, which takes two people."""

from datetime import date, datetime
from typing import Annotated, Any

import typer

from cli import show
from cli.acting import day
from cli.outlook import Language, Tongue
from cli.rehearsed import rehearsal_shown, teller_of
from cli.terminal import Desk, Json, Person, terminal
from cli.text import named
from config.rehearsed import as_data, difference
from domain.comparison import Difference, differences
from domain.editions import Edition
from domain.errors import NotFound
from domain.rehearsal import Rehearsal
from domain.rules import Rules

app = typer.Typer(help="Check, compare, rehearse and publish policies: the figures hires are run by.", no_args_is_help=True)
COLUMNS = ("name", "version", "calendar", "assessment", "sha256")
EDITIONS = ("name", "version", "state", "effective_from", "proposed_by", "approved_by", "sha256")
Policy = Annotated[str, typer.Argument(metavar="NAME", help="A policy: its name, or a file.")]


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
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every edition of every policy: proposed, in force and since when, to come, or past."""
    editions = terminal(ctx).at_store(lambda desk: desk.policies.list())
    show.many(editions, EDITIONS, json_=json, none="No policy is known to this installation.")


@app.command("show")
def show_(
    ctx: typer.Context,
    name: Policy,
    version: Annotated[str | None, typer.Option("--version", metavar="VERSION", help="This edition; else the one in force.")] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="The edition in force when that day (UTC) ends.", parser=day)
    ] = None,
    json: Json = False,
) -> None:
    """Show a policy: who published it when, its deadlines, conditions and other figures, and the hash of its content."""
    edition = None if _is_file(name) else terminal(ctx).at_store(lambda desk: _edition(desk, name, version, on))
    rules = edition.rules if edition else _rules(name)
    about = _about(edition) if edition else {}
    if json:
        show.as_json({**rules.model_dump(mode="json"), **about, "sha256": rules.sha256})
        return
    parts = rules.model_dump(exclude={"deadlines", "conditions"})
    deadlines = [{"deadline": named(key), **rule.model_dump()} for key, rule in rules.deadlines.items()]
    conditions = [{"condition": str(key), **rule.model_dump()} for key, rule in rules.conditions.items()]
    show.sheet({**parts, **about, "sha256": rules.sha256, "deadlines": deadlines, "conditions": conditions})


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
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Rehearse a policy over all open hires: who would be affected, and how; nothing is changed."""
    from config.files import load_calendar

    rules = _rules(file)
    calendar = load_calendar(rules.calendar)
    rehearsal_shown(terminal(ctx).at_store(lambda desk: desk.rehearse(rules, calendar, vacancy)), language, json=json)


@app.command()
def publish(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The policy file (TOML): a new version.")],
    person: Person,
    effective: Annotated[
        str | None,
        typer.Option("--effective", metavar="DAY", help="From the beginning of which day; from its approval when not given.", parser=day),
    ] = None,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Propose a policy: checks it, shows what differs from the one in force and whom that would concern. Another person approves it."""
    from config.files import load_calendar

    rules = _rules(file)
    day = date.fromisoformat(effective) if effective else None

    async def ask(desk: Desk) -> tuple[Edition, list[Difference], Rehearsal]:
        edition = await desk.policies.propose(person, rules, day)
        found = await desk.rehearse(rules, load_calendar(rules.calendar))
        return edition, await _against(desk, rules), found

    edition, changes, found = terminal(ctx).at_store(ask)
    if json:
        show.as_json({**_about(edition), "changes": changes, "rehearsal": as_data(found, teller_of(language))})
        return
    rehearsal_shown(found, language, json=False)
    show.line()
    show.line(f"Against the edition in force: {len(changes)} figure(s) differ." if changes else "It is the edition in force, or the first.")
    for each in changes:
        show.line(f"- {difference(each, teller_of(language))}")
    if edition.published_at is not None:
        show.line(f"Policy {edition.name} {edition.version} is published already.")
        return
    show.line(f"Proposed. Another person publishes exactly this: muster policy approve {edition.name} {edition.version} --as PERSON")
    show.line(f"  --sha256 {edition.sha256}")


@app.command()
def approve(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The policy's name.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="The version that was proposed.")],
    person: Person,
    sha256: Annotated[str, typer.Option("--sha256", metavar="SHA256", help="Hash of the policy you read, as `policy show` prints it.")],
    json: Json = False,
) -> None:
    """Publish a policy another person proposed: exactly these bytes. Vacancies published from then on are run by it."""
    edition = terminal(ctx).at_store(lambda desk: desk.policies.approve(person, name, version, sha256))
    if json:
        show.as_json(_about(edition))
        return
    show.line(f"Published. Policy {edition.name} {edition.version} is in force from {edition.effective_from:%Y-%m-%d %H:%M}Z.")


async def _edition(desk: Desk, name: str, version: str | None, on: str | None) -> Edition:
    """Raises NotFound."""
    if version is not None:
        return await desk.policies.get(name, version)
    return await desk.policies.in_force(name, datetime.fromisoformat(f"{on}T23:59:59+00:00") if on else None)


async def _against(desk: Desk, rules: Rules) -> list[Difference]:
    """What differs from the edition in force; nothing where there is none."""
    try:
        return differences((await desk.policies.in_force(rules.name)).rules, rules)
    except NotFound:
        return []


def _about(edition: Edition) -> dict[str, Any]:
    names = ("name", "version", "sha256", "effective_from", "proposed_by", "proposed_at", "approved_by", "published_at")
    return {name: getattr(edition, name) for name in names}


def _is_file(name: str) -> bool:
    return "/" in name or name.endswith(".toml")


def _rules(name: str) -> Rules:
    from config.files import load_rules

    return load_rules(name)


def _brief(rules: Rules) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in COLUMNS}
