"""What a case waits for and when it will be over, as `muster hire` prints it: data for programs, sentences of the catalogue for people."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cli import show
from config.telling import Teller
from config.words import Words
from domain.forecast import Accuracy, Assumption, Forecast
from domain.status import Status
from domain.vacancy_waiting import VacancyWhy
from domain.waiting import Why

DEADLINE = ("key", "party", "who", "due_at", "limit_at", "state", "reminded", "escalated")
OPEN = ("open", "lapse_due")


class Tongue(StrEnum):
    EN = "en"
    FR = "fr"


Language = Annotated[Tongue, typer.Option("--language", help="The language of the sentences.")]


def hire_shown(hire: Any, language: Tongue, *, json: bool) -> None:
    """One hire. For people the open deadlines only, each in words below the table."""
    teller, found = Teller(Words.load(), language), show.fields(hire)
    rows = [each | {"explained": teller.deadline(each)} for each in map(show.fields, found["deadlines"])]
    if json:
        show.as_json(found | {"deadlines": rows})
        return
    still_open = [each for each in rows if each["state"] in OPEN]
    show.sheet(found | {"deadlines": [{name: each.get(name) for name in DEADLINE} for each in still_open]})
    for each in still_open:
        show.line(f"{teller.key(each['key'])}: {each['explained']}")


def why_shown(why: Why, language: Tongue, *, json: bool) -> None:
    lines = Teller(Words.load(), language, why.zone).why(why)
    if json:
        about = {"case": why.case, "stage": why.stage or None, "ending": why.ending or None}
        asked = {"act": why.act, "about": why.about, "possible": why.possible, "who": list(why.who)} if why.act else {}
        show.as_json(about | asked | {"waiting": [wait.data() for wait in why.waits], "text": lines})
        return
    for line in lines:
        show.line(line)


def vacancy_why_shown(found: tuple[VacancyWhy, str], language: Tongue, *, json: bool) -> None:
    why, zone = found
    lines = Teller(Words.load(), language, zone).vacancy_why(why)
    if json:
        waits = [wait.data() | {"names": list(wait.names)} for wait in why.waits]
        show.as_json({"reference": why.reference, "status": why.status, "waiting": waits, "text": lines})
        return
    for line in lines:
        show.line(line)


def status_shown(found: tuple[Status, str], language: Tongue, *, json: bool) -> None:
    status, zone = found
    lines = Teller(Words.load(), language, zone).status(status)
    if json:
        show.as_json(status.model_dump(mode="json") | {"zone": zone, "text": lines})
        return
    for line in lines:
        show.line(line)


def forecast_shown(found: Forecast, accuracy: Accuracy, language: Tongue, *, json: bool) -> None:
    if json:
        show.as_json(show.fields(found) | {"accuracy": accuracy})
        return
    teller = Teller(Words.load(), language)
    days = {name: teller.day(getattr(found, name)) for name in ("earliest", "likely", "latest")}
    show.line(teller.say("forecast.start", **days))
    if found.assumptions:
        show.line(teller.say("forecast.assumptions"))
    for assumption in found.assumptions:
        show.line("- " + _assumed(assumption, teller))
    show.line(_tried(accuracy, teller))


def _assumed(a: Assumption, teller: Teller) -> str:
    family, _, who = a.step.partition(":")
    step = teller.say("forecast.hold") if a.step == "hold" else teller.thing(who) if family == "stage" else teller.thing(family)
    asked = f"{step} ({who})" if who and family != "stage" else step
    source = teller.say(f"forecast.source.{a.source}", n=a.observations)
    days = {"earliest": round(a.earliest), "likely": round(a.likely), "latest": round(a.latest)}
    return teller.say("forecast.step", step=asked, source=source, **days)


def _tried(accuracy: Accuracy, teller: Teller) -> str:
    if accuracy.median_error_days is None or accuracy.inside is None:
        return teller.say("forecast.untried")
    error, inside = round(accuracy.median_error_days, 1), round(100 * accuracy.inside)
    return teller.say("forecast.tried", forecasts=accuracy.forecasts, cases=accuracy.cases, days=f"{error:g}", inside=inside)
