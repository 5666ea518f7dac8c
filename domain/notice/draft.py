"""From a settled notice to a vacancy: what the notice states is taken over, what it does not say is named for a person to give.

Pure, and nothing is invented. Three things follow from what is said without being said: the zone from the city of the duty station,
the members' nationals where no list narrows them (recruitment.md §1), and one post where the notice speaks of one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, get_args
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from domain import grades
from domain.calendars import known_zone
from domain.errors import BadInput
from domain.notice.bodies import is_nato
from domain.notice.model import Notice
from domain.notice.normalise import fold
from domain.notice.places import CITY_ZONES
from domain.policies.publication import vacancy_objections
from domain.vacancy import PostSpec, Strict, VacancySpec
from domain.words import PostKind

CLEARANCES: Final[tuple[str, ...]] = get_args(VacancySpec.model_fields["clearance"].annotation)
REFERENCE: Final = re.compile(r"[0-9A-Za-z-]{3,32}")
#: Fields of a vacancy that a notice has under another name.
_NOTICES_NAME: Final = {"closing": "deadline", "duty_station.zone": "deadline.zone", "secondment_max_years": "secondment"}


class PostGiven(Strict):
    """A post as far as a person gives it; `grade` is short for both grades ("G8-G10"). What is left out comes from the notice."""

    id: str | None = None
    kind: PostKind | None = None
    grade: str | None = None
    grade_low: str | None = None
    grade_high: str | None = None
    division: str = ""
    role_profile: str = ""
    funded: bool | None = None


class PostsFile(Strict):
    posts: tuple[PostGiven, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What a person has to give: the field, and what the notice says of it."""

    field: str
    what: str


@dataclass(frozen=True, slots=True)
class Draft:
    """The vacancy, or what it lacks; and in words what the posts took from the notice."""

    spec: VacancySpec | None
    gaps: tuple[Gap, ...]
    completed: tuple[str, ...]


def draft(notice: Notice, given: Sequence[PostGiven] = ()) -> Draft:
    """The vacancy a notice means, with the posts given or, where it speaks of one, the one it describes."""
    posts, post_gaps, completed = _posts(notice, given)
    gaps = [*_unsaid(notice), *post_gaps]
    if gaps:
        return Draft(None, tuple(gaps), tuple(completed))
    try:
        spec = VacancySpec.model_validate({**stated(notice), "posts": posts})
    except ValidationError as error:
        wrong = [(".".join(map(str, e["loc"][:2])), e["msg"]) for e in error.errors(include_url=False, include_input=False)]
        return Draft(None, tuple(Gap(_noticed(key), what) for key, what in wrong), tuple(completed))
    objections = tuple(Gap(_noticed(key), what) for key, what in vacancy_objections(spec))
    return Draft(None if objections else spec, objections, tuple(completed))


def unusable(notice: Notice) -> frozenset[str]:
    """The fields whose value, stated or not, makes no vacancy: these a person may give anew."""
    return frozenset(gap.field for gap in draft(notice).gaps if not gap.field.startswith("posts"))


def stated(notice: Notice) -> dict[str, Any]:
    """What the notice states, in the words of a vacancy; a field it is silent on is absent."""
    place, deadline, salary = notice.location, notice.deadline, notice.salary
    secondment = notice.secondment.max_total_years if notice.secondment else None
    said: dict[str, Any] = {
        "reference": notice.reference,
        "title": {"en": notice.title.en, "fr": notice.title.fr},
        "body": notice.body,
        "duty_station": {"country": place.country, "city": place.city, "zone": zone_of(notice)},
        # Nothing is said of a default: silent stays empty in the file.
        "schedule": notice.schedule or "",
        "salary": salary and {"amount": f"{salary.amount:.2f}", "currency": salary.currency, "period": salary.period},
        "clearance": notice.clearance if notice.clearance in CLEARANCES else None,
        "fast_track": notice.fast_track,
        "reserve_list": notice.reserve_list,
        "eligible_statuses": tuple(notice.eligible_statuses),
        "eligible_nationalities": notice.eligible_nationalities,
        "languages": tuple(need.model_dump() for need in notice.languages),
        "education_alternatives": tuple({"education": x.education, "years": round(x.years)} for x in notice.education_alternatives),
        "desirable": tuple(notice.desirable),
        "competencies": tuple(notice.competencies),
        "role_profiles": tuple(notice.role_profiles),
        "secondment_max_years": None if secondment is None else round(secondment),
    }
    if deadline.date or deadline.ongoing:
        said["closing"] = {"date": deadline.date, "time": deadline.time, "ongoing": deadline.ongoing}
    return {name: value for name, value in said.items() if value is not None and value != ()}


def zone_of(notice: Notice) -> str | None:
    """The zone of the duty station: its city's, else the one the notice's deadline is said in."""
    return CITY_ZONES.get(fold(notice.location.city or "")) or notice.deadline.zone


def as_notice_says(spec: VacancySpec, notice: Notice) -> VacancySpec:
    """The vacancy with everything the notice states; what it is silent about, and the posts, stay as the file has them."""
    # The posts of the file name its own role profiles.
    said = {name: value for name, value in stated(notice).items() if name not in ("reference", "role_profiles", "schedule")}
    had = spec.model_dump()
    for name in ("title", "duty_station"):
        said[name] = {part: value or had[name][part] for part, value in said[name].items()}
    if notice.pending_budget_approval:
        said["posts"] = tuple({**post, "funded": False} for post in had["posts"])
    return VacancySpec.model_validate({**had, **said})


# --- what is not said -------------------------------------------------------------------------------------------------------------


def _unsaid(notice: Notice) -> Iterator[Gap]:
    """What every vacancy has and this notice does not give, or gives in a form no vacancy can hold."""
    told = {
        "reference": notice.reference,
        "title.en": notice.title.en,
        "title.fr": notice.title.fr,
        "body": notice.body,
        "location.country": notice.location.country,
        "location.city": notice.location.city,
    }
    yield from (Gap(name, "the notice does not say it") for name, value in told.items() if not value)
    if notice.reference and not REFERENCE.fullmatch(notice.reference):
        yield Gap("reference", f"the notice says {notice.reference!r}; a vacancy's has 3 to 32 letters, digits and hyphens")
    if notice.clearance not in CLEARANCES:
        said = "does not name a level" if notice.clearance is None else f"says {notice.clearance!r}"
        yield Gap("clearance", f"the notice {said}; allowed: {', '.join(CLEARANCES)}")
    yield from _moment(notice)
    if any(alternative.years != round(alternative.years) for alternative in notice.education_alternatives):
        yield Gap("education_alternatives", "has a part of a year; a vacancy counts whole years")
    longest = notice.secondment.max_total_years if notice.secondment else None
    if longest is not None and longest != round(longest):
        yield Gap("secondment", "has a part of a year; a vacancy counts whole years")


def _moment(notice: Notice) -> Iterator[Gap]:
    deadline, zone = notice.deadline, zone_of(notice)
    if zone is None or not known_zone(zone):
        yield Gap("deadline.zone", "the notice does not name it, nor a city whose clock is known; a zone is named like Europe/Brussels")
    if deadline.date is None:
        if not deadline.ongoing:
            yield Gap("deadline", 'the notice names no closing date; give one, or {"ongoing": true}')
        return
    if not _is_day(deadline.date):
        yield Gap("deadline", f"{deadline.date} is no day of the calendar")
    elif zone and deadline.zone and known_zone(zone) and known_zone(deadline.zone) and _apart(deadline.date, zone, deadline.zone):
        yield Gap("deadline", f"is said on the clock of {deadline.zone}; give the moment on the duty station's own clock ({zone})")


def _is_day(written: str) -> bool:
    try:
        date.fromisoformat(written)
    except ValueError:
        return False
    return True


def _apart(day: str, one: str, other: str) -> bool:
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    return noon.replace(tzinfo=ZoneInfo(one)).utcoffset() != noon.replace(tzinfo=ZoneInfo(other)).utcoffset()


def _noticed(key: str) -> str:
    """The name a field of the vacancy has in the notice, by which it is given."""
    plain = key.replace("duty_station.country", "location.country").replace("duty_station.city", "location.city")
    whole = plain.partition(".")[0]
    return _NOTICES_NAME.get(plain, _NOTICES_NAME.get(whole, plain if whole in ("title", "location") or "[" in plain else whole))


# --- posts ------------------------------------------------------------------------------------------------------------------------


def _posts(notice: Notice, given: Sequence[PostGiven]) -> tuple[list[PostSpec], list[Gap], list[str]]:
    if not given and notice.multiple_posts:
        return [], [Gap("posts", f"the notice speaks of several posts and gives no list; give each ({_choices(notice)})")], []
    posts, gaps, completed = [], [], []
    for place, post in enumerate(given or [PostGiven()]):
        made, lacking = _post(notice, post, place)
        gaps += lacking
        if made is not None:
            posts.append(made)
            completed += _taken(made, post)
    return posts, gaps, completed


def _post(notice: Notice, post: PostGiven, place: int) -> tuple[PostSpec | None, list[Gap]]:
    gaps: list[Gap] = []
    try:
        pair = _grades(notice, post)
    except BadInput as wrong:
        gaps.append(Gap(f"posts[{place}].grade", wrong.message))
    try:
        kind = _kind(notice, post)
    except BadInput as wrong:
        gaps.append(Gap(f"posts[{place}].kind", wrong.message))
    if gaps:
        return None, gaps
    made = PostSpec(
        id=post.id or f"{notice.reference or ''}-{place + 1}",
        kind=kind,
        grade_low=pair.low,
        grade_high=pair.high,
        division=post.division,
        role_profile=post.role_profile,
        funded=not notice.pending_budget_approval if post.funded is None else post.funded,
    )
    return made, []


def _grades(notice: Notice, post: PostGiven) -> grades.GradePair:
    """The post's grades: given and among the notice's, or the only ones the notice names. Raises BadInput."""
    named = _notices_grades(notice)
    if post.grade and (post.grade_low or post.grade_high):
        raise BadInput("is given twice: as grade, and as grade_low and grade_high", code="twice")
    written = post.grade or "/".join(filter(None, (post.grade_low, post.grade_high)))
    if written:
        pair = grades.pair(written)
        if named and not {pair.low, pair.high} <= {grade for each in named for grade in (each.low, each.high)}:
            raise BadInput(f"is {written}; the notice names {_listed(named)}", code="not_in_notice")
        return pair
    if len(named) == 1:
        return named[0]
    if named:
        raise BadInput(f"the notice names several: {_listed(named)}", code="several")
    printed = ", ".join(f"{each.low}-{each.high}" if each.low != each.high else each.low for each in notice.grades)
    raise BadInput(f"the notice names none of this organisation's{f' ({printed})' if printed else ''}", code="no_grade")


def _notices_grades(notice: Notice) -> list[grades.GradePair]:
    """The grades the notice names, in the new scale; [] for another body's, which only look alike (OSCE G3)."""
    if not is_nato(notice.body):
        return []
    try:
        # "A-2" is an old grade, not a twin.
        return list(dict.fromkeys(grades.pair("/".join(g.replace("-", "") for g in (each.low, each.high))) for each in notice.grades))
    except BadInput:
        return []


def _kind(notice: Notice, post: PostGiven) -> PostKind:
    """The post's kind: given and among those the notice offers contracts for, or the only one. Raises BadInput."""
    named = _kinds(notice)
    if post.kind is not None:
        # A contract the notice does not tie to a kind of post may be for any.
        if named and post.kind not in named and all(offer.post_kind for offer in notice.contracts):
            raise BadInput(f"is {post.kind}; the notice offers contracts for: {', '.join(named)}", code="not_in_notice")
        return post.kind
    if len(named) == 1 and all(offer.post_kind for offer in notice.contracts):
        return named[0]
    said = f"the notice offers contracts for: {', '.join(named)}" if named else "the notice does not say it"
    raise BadInput(f"{said}; allowed: {', '.join(PostKind)}", code="unsaid")


def _kinds(notice: Notice) -> list[PostKind]:
    return list(dict.fromkeys(PostKind(offer.post_kind) for offer in notice.contracts if offer.post_kind))


def _listed(named: Sequence[grades.GradePair]) -> str:
    return ", ".join(f"{each.low}-{each.high}" if each.twin else each.low for each in named)


def _choices(notice: Notice) -> str:
    said = {
        "grades": _listed(_notices_grades(notice)),
        "kinds": ", ".join(_kinds(notice)),
        "role profiles": "; ".join(notice.role_profiles),
    }
    return ". ".join(f"{name}: {value or 'not said'}" for name, value in said.items())


def _taken(made: PostSpec, post: PostGiven) -> list[str]:
    """What the post has from the notice and not from the person."""
    grade = made.grade_low if not made.twin_graded else f"{made.grade_low}-{made.grade_high}"
    found = {
        f"kind {made.kind}": post.kind is None,
        f"grade {grade}": not (post.grade or post.grade_low or post.grade_high),
        "budget pending": post.funded is None and not made.funded,
    }
    taken = [what for what, is_so in found.items() if is_so]
    return [f"post {made.id}: {', '.join(taken)}, from the notice"] if taken else []
