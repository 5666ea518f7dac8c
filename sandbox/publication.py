"""What is published: the founding vacancies and the invented third, from their files or from a notice, re-dated to the present."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from config.files import load_rules, load_vacancy, names
from domain.deadlines import closes_at
from domain.errors import BadInput
from domain.notice import Notice, read_notice
from domain.notice.draft import as_notice_says
from domain.rules import Rules
from domain.vacancy import Closing, VacancySpec
from sandbox.population import CANCELLED, POOL, TWIN

#: Time before the closing in which people can apply.
WINDOW = timedelta(days=28)
YEAR_OF_WEEKS = timedelta(weeks=52)
POOL_POSTS = 27


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
    if reference == CANCELLED:
        said.append(f"{reference}: invented for this demonstration; the budget of one of its posts is refused, and it is cancelled midway")
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
