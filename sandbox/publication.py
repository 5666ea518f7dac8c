"""What is published: the founding vacancies and the invented third, from their files or from a notice, re-dated to the present."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.files import load_rules, load_vacancy, names
from domain.deadlines import closes_at
from domain.errors import BadInput
from domain.notice import Notice, read_notice
from domain.rules import Rules
from domain.vacancy import Closing, DutyStation, EducationNeed, LanguageNeed, Salary, Title, VacancySpec
from sandbox.population import CANCELLED, POOL, TWIN

#: Time before the closing in which people can apply.
WINDOW = timedelta(days=28)
YEAR_OF_WEEKS = timedelta(weeks=52)
POOL_POSTS = 16


@dataclass(frozen=True)
class Publication:
    spec: VacancySpec
    rules: Rules
    closes_at: datetime
    said: tuple[str, ...]


def publications(now: datetime, notice: Path | None = None) -> list[Publication]:
    """The three vacancies as the demonstration publishes them, each with what was done to it, in plain words."""
    read = read_notice(notice.read_bytes()) if notice else None
    if read is not None and read.reference not in names("vacancies"):
        raise BadInput(
            f"{notice}: the demonstration has no posts for vacancy {read.reference or '(no reference)'}; it plays "
            f"{', '.join(names('vacancies'))}. To read any notice: muster notice parse FILE",
            code="unknown_vacancy",
        )
    rules = load_rules("standard")
    return [_publication(ref, rules, now, read if read and read.reference == ref else None, notice) for ref in (TWIN, POOL, CANCELLED)]


def _publication(reference: str, rules: Rules, now: datetime, notice: Notice | None, file: Path | None) -> Publication:
    spec, said = load_vacancy(reference), []
    if notice is not None:
        spec = as_notice_says(spec, notice)
        said.append(f"{reference}: published from the text of {file}; what it does not say (the posts) comes from the vacancy's file")
    if reference == POOL:
        spec = _more_posts(spec)
        said.append(f"{reference}: the notice names no number of posts; this demonstration gives the pool {len(spec.posts)}")
    spec, weeks = _redated(spec, rules, now)
    if weeks:
        said.append(
            f"{reference}: closes {spec.closing.date:%A %-d %B %Y} here, {weeks} weeks after the notice's own date: cases begin in the "
            "real present, and weekday, season and time of day stay"
        )
    closing = closes_at(spec.closing, spec.duty_station.zone, rules.default_closing_time)
    assert closing is not None
    return Publication(spec, rules, closing.astimezone(UTC), tuple(said))


def _redated(spec: VacancySpec, rules: Rules, now: datetime) -> tuple[VacancySpec, int]:
    """Moved by whole multiples of 52 weeks until there is time to apply."""
    weeks = 0
    while True:
        closing = closes_at(spec.closing, spec.duty_station.zone, rules.default_closing_time)
        if closing is None or spec.closing.date is None:
            raise BadInput(f"vacancy {spec.reference} has no closing date: the demonstration cannot play an ongoing notice", code="ongoing")
        if closing >= now + WINDOW:
            return spec, weeks
        weeks += 52
        moved = Closing(date=spec.closing.date + YEAR_OF_WEEKS, time=spec.closing.time)
        spec = spec.model_copy(update={"closing": moved})


def _more_posts(spec: VacancySpec) -> VacancySpec:
    kept = list(spec.posts)
    posts = [kept[n % len(kept)].model_copy(update={"id": f"{spec.reference}-{n + 1}"}) for n in range(max(POOL_POSTS, len(kept)))]
    return spec.model_copy(update={"posts": tuple(posts)})


def as_notice_says(spec: VacancySpec, notice: Notice) -> VacancySpec:
    """The vacancy with everything the notice states; what it is silent about stays as the file has it."""
    said: dict[str, object] = {
        "title": Title(en=notice.title.en or spec.title.en, fr=notice.title.fr or spec.title.fr),
        "body": notice.body or spec.body,
        "fast_track": notice.fast_track,
        "reserve_list": notice.reserve_list,
    }
    place = notice.location
    zone = notice.deadline.zone or spec.duty_station.zone
    said["duty_station"] = DutyStation(
        country=place.country or spec.duty_station.country, city=place.city or spec.duty_station.city, zone=zone
    )
    if notice.deadline.date:
        said["closing"] = Closing.model_validate({"date": notice.deadline.date, "time": notice.deadline.time})
    if notice.salary:
        s = notice.salary
        said["salary"] = Salary(amount=f"{s.amount:.2f}", currency=s.currency, period=s.period)
    if notice.clearance in ("NR", "NC", "NS", "CTS"):
        said["clearance"] = notice.clearance
    if notice.eligible_statuses:
        said["eligible_statuses"] = tuple(notice.eligible_statuses)
    if notice.eligible_nationalities:
        listed = notice.eligible_nationalities
        said["eligible_nationalities"] = listed if listed == "members" else tuple(listed)
    if notice.languages:
        said["languages"] = tuple(LanguageNeed(code=x.code, level=x.level) for x in notice.languages)
    if notice.education_alternatives:
        needs = notice.education_alternatives
        said["education_alternatives"] = tuple(EducationNeed(education=x.education, years=round(x.years)) for x in needs)
    for name in ("desirable", "competencies"):
        if getattr(notice, name):
            said[name] = tuple(getattr(notice, name))
    if notice.pending_budget_approval:
        said["posts"] = tuple(post.model_copy(update={"funded": False}) for post in spec.posts)
    return VacancySpec.model_validate(
        {**spec.model_dump(), **{k: v.model_dump() if hasattr(v, "model_dump") else v for k, v in said.items()}}
    )
