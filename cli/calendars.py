"""`muster calendar …`: the closing days deadlines are counted on. Look at them, check and compare them, draft one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli import show
from cli.outlook import Language, Tongue
from cli.terminal import Json, Person, terminal
from domain.calendars import Calendar, changed_days
from domain.errors import BadInput, Conflict

app = typer.Typer(help="The closing days that deadlines are counted on.", no_args_is_help=True)
COLUMNS = ("id", "version", "name", "zone", "first", "last", "days", "sha256")
Named = Annotated[str, typer.Argument(metavar="NAME", help="A calendar: the name of one that comes with Muster, or a file.")]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the calendars that come with Muster."""
    from config.files import names

    show.many(
        [_brief(_calendar(name)) for name in names("calendars")], COLUMNS, json_=json, none="No calendar comes with this installation."
    )


@app.command("show")
def show_(name: Named, json: Json = False) -> None:
    """Show a calendar: its zone, its years, its closing days, and the hash of its content."""
    calendar = _calendar(name)
    if json:
        show.as_json({**calendar.model_dump(mode="json"), "sha256": calendar.sha256})
        return
    show.sheet({**_brief(calendar), "closed": [{"day": day, "because": text} for day, text in sorted(calendar.closed.items())]})


@app.command()
def check(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A calendar file (TOML), or the name of one that comes with Muster.")],
    json: Json = False,
) -> None:
    """Check a calendar file strictly: unknown, missing and wrong keys, a zone that is none, days outside its years."""
    calendar = _calendar(file)
    if json:
        show.as_json({"file": file, "ok": True, **_brief(calendar)})
        return
    days = len(calendar.closed)
    show.line(f"{file}: in order. Calendar {calendar.id}, version {calendar.version}, {days} closing days, content {calendar.sha256}.")


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="A", help="A calendar: a name or a file.")],
    new: Annotated[str, typer.Argument(metavar="B", help="The calendar to hold against it: a name or a file.")],
    json: Json = False,
) -> None:
    """Say on which days two calendars differ; ends with 0 whether they differ or not."""
    was, will = _calendar(old), _calendar(new)
    found = [{"day": day, "was": before, "will": after} for day, before, after in changed_days(was, will)]
    show.many(found, ("day", "was", "will"), json_=json, none="No day differs.")


@app.command()
def publish(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The new version of a calendar: a file.")],
    person: Person,
    language: Language = Tongue.EN,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, only show which open deadlines would move.")] = False,
    json: Json = False,
) -> None:
    """Publish a calendar: first shows each open deadline it moves, then, with --yes, lets every case count again."""
    calendar = _calendar(file)
    if yes:
        found = terminal(ctx).at_desk(lambda desk: desk.calendars.publish(person, calendar, desk.carrier))
    else:
        found = terminal(ctx).at_store(lambda desk: desk.calendars.preview(calendar))
    _moved(found, language, json=json)
    if not json:
        cases = len({each.case for each in found})
        done = f"Published {calendar.label}: {cases} case(s) have counted again." if yes else "Nothing is changed yet; to do it, add --yes."
        show.line(done)


def _moved(found: list[Any], language: Tongue, *, json: bool) -> None:
    from config.telling import Teller
    from config.words import Words

    teller = Teller(Words.load(), language)

    def told(each: Any) -> dict[str, str]:
        return {"case": each.case, "deadline": each.deadline, "was": teller.deadline(each.was), "will": teller.deadline(each.will)}

    rows = [told(each) for each in found]
    show.many(rows, ("case", "deadline", "was", "will"), json_=json, none="No open deadline moves.")


@app.command()
def build(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="Whose public holidays: an ISO 3166 code such as NO.")],
    id_: Annotated[str, typer.Option("--id", metavar="ID", help="The name of the calendar and of its file: oslo.")],
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="Where its days end: Europe/Oslo.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="How a deadline names it: Oslo.")],
    version: Annotated[str, typer.Option("--version", metavar="VERSION", help="Its version: 2026.1.")],
    first: Annotated[int, typer.Option("--from", metavar="YEAR", min=1990, max=2100, help="First year.")],
    last: Annotated[int, typer.Option("--to", metavar="YEAR", min=1990, max=2100, help="Last year.")],
    folder: Annotated[Path, typer.Option("--in", metavar="FOLDER", help="Where the file is written.")] = Path(),
    json: Json = False,
) -> None:
    """Draft a calendar file from the public holidays of a country; HR adds the office's own days and checks the rest."""
    from config.closing_days import calendar_toml, draft

    made = draft(country, id=id_, name=name, zone=zone, version=version, years=range(first, last + 1))
    file = folder / f"{made.id}.toml"
    remark = f"Drafted from the public holidays of {country}, {first} to {last}. HR adds local days and raises `version`."
    _write_new(file, calendar_toml(made, remark))
    if json:
        show.as_json({"file": str(file), **_brief(made)})
        return
    show.line(f"{file}: a draft of {len(made.closed)} closing days. Add the office's own, then: muster calendar check {file}")


def _write_new(file: Path, text: str) -> None:
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise Conflict(f"{file} stands already; move it away, or choose another folder", code="file_stands", file=str(file)) from None
    except OSError as error:
        raise BadInput(f"{file}: cannot be written ({error.strerror})", code="not_writable", file=str(file)) from None


def _calendar(name: str) -> Calendar:
    from config.files import load_calendar

    return load_calendar(name)


def _brief(calendar: Calendar) -> dict[str, Any]:
    return {"days": len(calendar.closed)} | {name: getattr(calendar, name) for name in COLUMNS if name != "days"}
