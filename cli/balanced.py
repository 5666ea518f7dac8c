"""A balance report as people read it, in English or French, and as rows of a CSV file."""

import csv
import sys
from typing import Annotated, Any, Literal

import typer

from cli import show
from config.words import Words

Vacancy = Annotated[str | None, typer.Option("--vacancy", metavar="REF", help="Of this vacancy.")]
Year = Annotated[int | None, typer.Option("--period", metavar="YEAR", min=2000, max=2999, help="Of the applications of this year (UTC).")]
By = Annotated[
    Literal["gender", "nation", "age", "disability", "waiting"],
    typer.Option("--by", metavar="WHAT", help="gender, nation, age, disability; or waiting: how long each nation's answers took."),
]
GROUPS = ("group", "entered", "passed", "rate", "ratio", "below_four_fifths", "fisher_p")
NATIONS = ("nation", "answers", "median_days", "p90_days")


def printed(report: dict[str, Any], language: str) -> None:
    """In sentences and tables."""
    words = Words.load()
    what = words.say(f"balance.attribute.{report['by']}", language)
    kind, _, name = report["slice"].partition("/")
    about = words.say("balance.of_vacancy", language, name=name) if kind == "vacancy" else words.say("balance.of_year", language, name=name)
    show.line(words.say("balance.title", language, what=what, about=about, people=report["people"]))
    if report["counted_before"]:
        show.line(words.say("balance.counted_before", language, count=report["counted_before"]))
    _steps(report, words, language) if "steps" in report else _waits(report, words, language)
    show.line()
    show.line(words.say("balance.hidden", language, least=report["least"]))
    if "steps" in report:
        show.line(words.say("balance.four_fifths", language))


def _steps(report: dict[str, Any], words: Words, language: str) -> None:
    if not report["steps"]:
        show.line(words.say("balance.too_few", language))
    for step in report["steps"]:
        before, after = (words.say(f"balance.milestone.{step[end]}", language) for end in ("from", "to"))
        show.line()
        show.line(words.say("balance.step", language, before=before, after=after, passed=step["passed"], entered=step["entered"]))
        _table([{**each, "group": _group(words, each["group"], language)} for each in step["groups"]], GROUPS, words, language)


def _waits(report: dict[str, Any], words: Words, language: str) -> None:
    for condition, found in report["conditions"].items():
        show.line()
        show.line(words.say("balance.waits", language, condition=words.say(f"condition.{condition}", language), answers=found["answers"]))
        _table(found["nations"], NATIONS, words, language)


def _table(rows: list[dict[str, Any]], columns: tuple[str, ...], words: Words, language: str) -> None:
    if not rows:
        show.line(words.say("balance.no_group", language))
        return
    called = {name: words.say(f"balance.column.{name}", language) for name in columns}
    yes_no = {True: words.say("balance.yes", language), False: words.say("balance.no", language), None: ""}
    told = [{called[name]: yes_no.get(row[name], row[name]) if _truth(row[name]) else row[name] for name in columns} for row in rows]
    show.table(told, list(called.values()))


def _truth(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _group(words: Words, name: str, language: str) -> str:
    return name if name.isupper() else words.say(f"balance.group.{name}", language)


def as_csv(report: dict[str, Any]) -> None:
    """One row a group and step, or a condition and nation; names as in the JSON."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    if "steps" in report:
        out.writerow(("from", "to", *GROUPS))
        out.writerows((s["from"], s["to"], *(g[name] for name in GROUPS)) for s in report["steps"] for g in s["groups"])
        return
    out.writerow(("condition", *NATIONS))
    out.writerows((c, *(n[name] for name in NATIONS)) for c, found in report["conditions"].items() for n in found["nations"])
