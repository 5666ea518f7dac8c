"""`muster report …`: figures over many cases."""

from datetime import date, timedelta
from typing import Annotated, Any

import typer

from cli import show
from cli.balanced import By, Vacancy, Year, as_csv, printed
from cli.outlook import Language, Tongue
from cli.terminal import Json, Person, terminal
from domain.tally import Share, Tally

app = typer.Typer(help="Figures over many cases.", no_args_is_help=True)
DAY = timedelta(days=1)


@app.callback()
def report() -> None:
    """Figures over many cases."""


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("not a day; write it as 2027-03-02") from None


@app.command("turns")
def turns(
    ctx: typer.Context,
    vacancy: Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Only the hires of this vacancy.")] = None,
    since: Annotated[
        date | None, typer.Option("--since", metavar="DAY", parser=_day, help="Only applications that came on this day (UTC) or later.")
    ] = None,
    json: Json = False,
) -> None:
    """Say whose turn it was for how long: time per party, nation and stage, which add up to the age of the cases, and the time to hire."""
    tally = terminal(ctx).at_store(lambda desk: desk.turns(vacancy, since))
    show.as_json(figures(tally)) if json else _told(tally)


@app.command("balance")
def balance(
    ctx: typer.Context,
    by: Person,
    vacancy: Vacancy = None,
    period: Year = None,
    what: By = "gender",
    csv: Annotated[bool, typer.Option("--csv", help="As rows of a CSV file.")] = False,
    language: Language = Tongue.EN,
    json: Json = False,
) -> None:
    """Show a balance report that was issued: selection rates by group, or how long each nation's answers took."""
    from domain.balance_people import Attribute

    report = terminal(ctx).at_store(lambda desk: desk.balance.given(by, Attribute(what), vacancy=vacancy, year=period))
    if json:
        show.as_json(report)
    elif csv:
        as_csv(report)
    else:
        printed(report, language)


def figures(tally: Tally) -> dict[str, Any]:
    """For programs: times in whole microseconds, so that they add up exactly."""
    return {
        "cases": tally.cases,
        "age_us": _us(tally.age),
        **{
            name: {each: {"time_us": _us(share.time), "cases": share.cases} for each, share in sorted(shares.items())}
            for name, shares in (("parties", tally.parties), ("nations", tally.nations), ("stages", tally.stages))
        },
        "time_to_hire": {
            "cases": len(tally.hires),
            "median_us": _us(tally.time_to_hire),
            "shortest_us": _us(min(tally.hires, default=None)),
            "longest_us": _us(max(tally.hires, default=None)),
        },
    }


def _told(tally: Tally) -> None:
    if not tally.cases:
        show.line("No hires match.")
        return
    show.line(f"{tally.cases} case(s), {_days(tally.age)} days in all. Where several had to move at once, the time is divided among them.")
    for name, shares in (("party", tally.parties), ("nation", tally.nations), ("stage", tally.stages)):
        if shares:
            show.line()
            rows = [_row(name, each, share, tally.age) for each, share in sorted(shares.items(), key=lambda item: -item[1].time)]
            show.table(rows, (name, "days", "share", "cases"))
    show.line()
    if tally.time_to_hire is None:
        show.line("Time to hire: nobody has entered on duty yet.")
        return
    shortest, longest = _days(min(tally.hires)), _days(max(tally.hires))
    middle = _days(tally.time_to_hire)
    show.line(f"Time to hire: {middle} days for the middle one of {len(tally.hires)}, from {shortest} to {longest}.")


def _row(name: str, each: str, share: Share, whole: timedelta) -> dict[str, Any]:
    part = f"{100 * (share.time / whole):.1f} %" if whole else ""
    return {name: each.replace("_", " "), "days": _days(share.time), "share": part, "cases": share.cases}


def _days(time: timedelta) -> str:
    return f"{time / DAY:.1f}"


def _us(time: timedelta | None) -> int | None:
    return None if time is None else time // timedelta(microseconds=1)
