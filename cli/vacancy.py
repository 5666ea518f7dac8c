"""`muster vacancy …`: publish vacancies, look at them, decide on the board's report, cancel."""

import tomllib
from json import dumps
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import outlook, show
from cli.acting import checked, command_name, receipt_shown, vacancy_act_command
from cli.hire import shown
from cli.histories import Out, told
from cli.terminal import Json, Person, Reference, Request, terminal
from cli.vacancy_import import import_, rules_under
from domain.competition import ACTS, Cancel, DecideReport, SubmitReport
from domain.errors import BadInput, NotFound, NotNow
from domain.vacancy import VacancySpec
from domain.words import Stage

app = typer.Typer(help="Publish vacancies, look at them, decide on the board's report, cancel.", no_args_is_help=True)
COLUMNS = ("reference", "status", "closes_at", "posts", "hires", "title_en")
Reason = Annotated[str, typer.Option("--reason", metavar="CODE", help="A short code from the catalogue, such as post_not_filled.")]


app.command("import")(import_)


@app.command()
def publish(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A vacancy file (TOML), or the name of one that comes with Muster: 250442.")],
    person: Person,
    policy: Annotated[str, typer.Option("--policy", metavar="NAME", help="Which policy: the edition in force is taken.")] = "standard",
    json: Json = False,
) -> None:
    """Publish a vacancy: from now on applications are taken, under rules that no longer change."""
    from config.files import load_vacancy

    spec, rules = load_vacancy(file), rules_under(ctx, policy)
    terminal(ctx).at_store(lambda desk: desk.publish(person, spec, rules))
    published = {"reference": spec.reference, "posts": len(spec.posts), "policy": policy}
    if json:
        show.as_json(published)
        return
    show.line(f"Published. Vacancy {spec.reference} has {len(spec.posts)} post(s), under the policy {policy}.")
    show.line(f"Look at it with: muster vacancy show {spec.reference}")


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List every vacancy."""
    found = terminal(ctx).at_store(lambda desk: desk.vacancies())
    if not json:
        # How far they are, each by each, stands in `vacancy show`.
        found = [vacancy | {"hires": sum(vacancy["hires"].values())} for vacancy in found]
    show.many(found, COLUMNS, json_=json, none="No vacancy is published yet. Publish one with: muster vacancy publish FILE --as PERSON")


@app.command("show")
def show_(ctx: typer.Context, reference: Reference, json: Json = False) -> None:
    """Show one vacancy: its posts, deadlines, and how far its hires are."""
    found = terminal(ctx).at_store(lambda desk: desk.vacancy(reference))
    if json:
        show.as_json(found)
        return
    # The whole notice and policy are for programs; on a screen they would hide the rest.
    show.sheet({name: value for name, value in show.fields(found).items() if name not in ("spec", "rules")})


@app.command()
def why(ctx: typer.Context, reference: Reference, language: outlook.Language = outlook.Tongue.EN, json: Json = False) -> None:
    """Say what a vacancy waits for: each open matter, who can move it, since when, until when."""
    found = terminal(ctx).at_store(lambda desk: desk.vacancy_why(reference))
    outlook.vacancy_why_shown(found, language, json=json)


@app.command()
def jobposting(
    ctx: typer.Context,
    reference: Reference,
    occupation: Annotated[
        str | None, typer.Option("--occupation", metavar="CODE", help="The occupational category (ISCO-08), which no notice names.")
    ] = None,
    json: Json = False,
) -> None:
    """Export a published vacancy as a schema.org JobPosting, in JSON-LD."""
    from domain.jobposting import job_posting

    found = terminal(ctx).at_store(lambda desk: desk.vacancy(reference))
    if found["status"] == "cancelled":
        raise NotNow(f"vacancy {reference} was cancelled: nobody should be invited to apply", code="vacancy_over")
    posting = job_posting(VacancySpec.model_validate(found["spec"]), found["published_at"], found["closes_at"], occupation)
    # One line for a program that reads line by line; else as a page would carry it. Both are JSON.
    show.as_json(posting) if json else print(dumps(posting, ensure_ascii=False, indent=2))


@app.command()
def timeline(ctx: typer.Context, reference: Reference, json: Json = False) -> None:
    """Tell what happened to a vacancy, fact by fact; the report's hash stands where it was submitted."""
    shown(terminal(ctx).at_store(lambda desk: desk.timeline(f"vacancy/{reference}")), json=json)


@app.command()
def history(ctx: typer.Context, reference: Reference, out: Out = None, json: Json = False) -> None:
    """Tell the recorded history of a vacancy, event by event: from Temporal while it has it, from the store after."""
    told(ctx, f"vacancy/{reference}", out, json=json)


@app.command()
def submit_report(
    ctx: typer.Context,
    reference: Reference,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The report: TOML with one [[lines]] table per hire, or JSON.")],
    person: Person,
    request: Request = None,
    json: Json = False,
) -> None:
    """Submit the selection board's report: every hire at the selection once, ranked. For the board's chair."""
    args = checked(SubmitReport, _report(file))
    receipt_shown(terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, "submit_report", args, request)), json=json)


@app.command()
def decide_report(
    ctx: typer.Context,
    reference: Reference,
    person: Person,
    sha256: Annotated[
        str, typer.Option("--sha256", metavar="SHA256", help="Hash of the report you read, as `muster vacancy show` prints it.")
    ],
    approved: Annotated[bool, typer.Option("--approved/--not-approved", help="Whether the report is approved; if not, it goes back.")],
    reason: Reason = "merit_order",
    first: Annotated[
        list[str] | None,
        typer.Option("--first", metavar="CASE", help="Among equals: who comes first, then the next, each once."),
    ] = None,
    request: Request = None,
    json: Json = False,
) -> None:
    """Decide on the board's report. For the appointing authority, never for who submitted it."""
    args = checked(DecideReport, {"sha256": sha256, "approved": approved, "reason": reason, "order": first})
    receipt_shown(terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, "decide_report", args, request)), json=json)


@app.command()
def cancel(
    ctx: typer.Context,
    reference: Reference,
    person: Person,
    reason: Reason,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only say what would happen.")] = False,
    request: Request = None,
    json: Json = False,
) -> None:
    """Cancel a vacancy: every hire still in it ends, and every candidate is told. Cannot be undone."""
    args = checked(Cancel, {"reason": reason})
    if not yes:
        raise BadInput(_preview(ctx, reference), code="not_confirmed")
    receipt_shown(terminal(ctx).at_desk(lambda desk: desk.vacancy_act(person, reference, "cancel", args, request)), json=json)


def _preview(ctx: typer.Context, reference: str) -> str:
    counts = terminal(ctx).at_store(lambda desk: desk.vacancy(reference))["counts"]
    # A person already on duty keeps the post.
    open_hires = sum(number for where, number in counts.items() if where in set(Stage) - {Stage.PROBATION})
    return f"cancelling {reference} would end {open_hires} open hire(s) and tell each candidate; if that is meant, add --yes"


def _report(file: Path) -> dict[str, Any]:
    """The report's lines from a file. Raises NotFound, BadInput."""
    try:
        # JSON's own reader would take numbers too large and duplicate keys; the domain's refuses them.
        read = _json(file.read_bytes()) if file.suffix == ".json" else tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotFound(f"there is no file {file}", code="no_such_file") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{file}: not readable ({error})", code="bad_file") from None
    return {"lines": read} if isinstance(read, list) else read


def _json(body: bytes) -> Any:
    from domain.strict_json import loads

    return loads(body)


#: The acts whose words do not all fit into options have a command of their own above.
OWN = ("submit_report", "decide_report", "cancel", "compose_board", "declare_interest")
for each in ACTS.values():
    if each.name not in OWN:
        app.command(command_name(each.name))(vacancy_act_command(each))
