"""A vacancy has what its notice states and what a person gave, and nothing else."""

import datetime as dt
from typing import Any

import pytest

from domain.notice import Notice, read_notice
from domain.notice.draft import Draft, PostGiven, as_notice_says, draft, unusable
from domain.notice.settle import questions, settled
from domain.policies.publication import vacancy_objections
from domain.vacancy import Closing, DutyStation, PostSpec, Salary, VacancySpec
from domain.words import PostKind
from tests.domain.notice.samples import OWN, original, own

#: What each of our notices leaves for a person to give.
LACKS = {
    "agency_like": "reference title.fr location.country clearance posts[0].grade posts[0].kind",
    "bilingual_conflicts": "posts[0].kind",
    "close_protection": "title.fr posts[0].kind",
    "french_only": "title.en",
    "ims_old_grade": "title.fr posts",
    "markdown": "title.fr clearance posts[0].kind",
    "narrow_nations": "title.fr body posts[0].kind",
    "no_currency": "title.fr",
    "one_line": "title.fr posts[0].kind",
    "osce_like": "title.fr clearance posts[0].grade posts[0].kind",
    "osce_prose": "title.en title.fr location.country clearance posts",
    "pool_of_two_grades": "title.fr posts",
    "prose_deadline": "title.fr body location.country location.city reference clearance posts[0].grade posts[0].kind",
    "run_together": "title.fr clearance posts[0].kind",
    "two_columns": "title.fr body reference clearance posts[0].kind",
    "un_like": "title.fr location.country clearance posts[0].grade posts[0].kind",
    "unaccented_french": "title.en body posts[0].kind",
    "wrapped_pdf": "title.fr body location.country reference posts[0].kind",
}
#: Where a notice names several grades, one of them; where it names none of ours, the test's own.
GRADES = {"pool_of_two_grades": "G10"}


def complete(**changed: Any) -> Notice:
    """A notice that says all a vacancy needs, of one post."""
    said: dict[str, Any] = {
        "reference": "270500",
        "title": {"en": "Assistant", "fr": "Assistante"},
        "body": "NATO International Staff",
        "location": {"country": "BE", "city": "Bruxelles"},
        "deadline": {"date": "2027-03-28", "time": "17:00:00"},
        "grades": [{"low": "G8", "high": "G10"}],
        "clearance": "NS",
        "contracts": [{"post_kind": "established", "kind": "definite", "years": 3}],
    }
    return Notice.model_validate(said | changed)


def spec(made: Draft) -> VacancySpec:
    assert made.gaps == ()
    assert made.spec is not None
    return made.spec


def lacks(made: Draft) -> list[str]:
    assert made.spec is None
    return [gap.field for gap in made.gaps]


@pytest.mark.parametrize("name", OWN)
def test_what_a_notice_does_not_say_is_named_and_not_filled_in(name: str) -> None:
    assert " ".join(lacks(draft(read_notice(own(name))))) == LACKS[name]


@pytest.mark.parametrize("name", OWN)
def test_once_given_it_is_a_vacancy_that_may_be_published(name: str) -> None:
    """Whatever is named as missing can be given, and then nothing else is."""
    answers = {
        "reference": "NOTICE-1",
        "title.en": "Officer",
        "title.fr": "Administrateur",
        "body": "NATO International Staff",
        "location.country": "BE",
        "location.city": "Brussels",
        "clearance": "NS",
    }
    notice = read_notice(own(name))
    conflicts = {question.name: "en" for question in questions(notice)}
    given = {field: answers[field] for field in LACKS[name].split() if field in answers}
    ready = settled(notice, conflicts | given, unusable(notice)).notice
    lacking = [gap.field for gap in draft(ready, [PostGiven()]).gaps]
    kind = PostKind.PROJECT if "posts[0].kind" in lacking else None
    grade = GRADES.get(name, "G8") if "posts[0].grade" in lacking else None
    posts = [PostGiven(kind=kind, grade=grade)] if "posts" in LACKS[name] else []
    assert vacancy_objections(spec(draft(ready, posts))) == []


def test_the_notice_of_the_assistant_is_a_whole_vacancy_by_itself() -> None:
    made = draft(read_notice(original("240655").encode()))
    found = spec(made)
    assert found.posts == (PostSpec(id="240655-1", kind=PostKind.LIMITED, grade_low="G8", grade_high="G10", funded=False),)
    assert found.closing == Closing(date=dt.date(2024, 5, 5))
    assert found.duty_station == DutyStation(country="BE", city="Brussels", zone="Europe/Brussels")
    assert found.salary == Salary(amount="3833.04", currency="EUR", period="month")
    assert (found.clearance, found.fast_track, len(found.eligible_statuses), len(found.competencies)) == ("NS", True, 7, 9)
    assert made.completed == ("post 240655-1: kind limited, grade G8-G10, budget pending, from the notice",)


def test_the_notice_of_the_pool_lacks_its_clearance_and_its_posts() -> None:
    notice = read_notice(original("250442").encode())
    assert lacks(draft(notice)) == ["clearance", "posts"]
    ready = settled(notice, {question.name: "en" for question in questions(notice)} | {"clearance": "NS"}, unusable(notice)).notice
    posts = [
        PostGiven(kind=PostKind.ESTABLISHED, grade="G5-G8"),
        PostGiven(id="B", kind=PostKind.PROJECT, grade="G10", role_profile=ready.role_profiles[3]),
    ]
    found = spec(draft(ready, posts))
    assert [(p.id, p.grade_low, p.grade_high) for p in found.posts] == [("250442-1", "G5", "G8"), ("B", "G10", "G10")]
    assert found.closing == Closing(date=dt.date(2025, 4, 13), time=dt.time(23, 59))
    assert (found.secondment_max_years, found.reserve_list, found.salary, found.languages) == (6, True, None, ())
    assert lacks(draft(ready, [PostGiven(kind=PostKind.LIMITED, grade="G15")])) == ["posts[0].grade", "posts[0].kind"]


def test_silence_does_not_become_a_default() -> None:
    assert spec(draft(complete())).schedule == ""
    assert lacks(draft(complete(clearance=None))) == ["clearance"]
    assert lacks(draft(complete(clearance="SECRET UE"))) == ["clearance"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reference": "a reference/24"}, "reference"),
        ({"deadline": {}}, "deadline"),
        ({"deadline": {"date": "2027-02-30"}}, "deadline"),
        ({"location": {"country": "BE", "city": "Somewhere"}}, "deadline.zone"),
        ({"deadline": {"date": "2027-03-28", "zone": "America/New_York"}}, "deadline"),
        ({"fast_track": True}, "eligible_statuses"),
        ({"eligible_nationalities": ["AT"]}, "eligible_nationalities"),
        ({"secondment": {"max_total_years": 4.5}}, "secondment"),
        ({"education_alternatives": [{"education": "bachelor", "years": 2.5}]}, "education_alternatives"),
        ({"grades": [{"low": "G8", "high": "G8"}, {"low": "G10", "high": "G10"}]}, "posts[0].grade"),
        ({"contracts": [{"kind": "definite"}]}, "posts[0].kind"),
        ({"multiple_posts": True}, "posts"),
    ],
)
def test_each_gap_has_the_name_it_is_given_by(changed: dict[str, Any], field: str) -> None:
    assert lacks(draft(complete(**changed))) == [field]


def test_the_same_clock_under_another_name_is_no_gap() -> None:
    assert spec(draft(complete(deadline={"date": "2027-03-28", "zone": "Europe/Paris"}))).duty_station.zone == "Europe/Brussels"


def test_an_ongoing_notice_has_no_day() -> None:
    assert spec(draft(complete(deadline={"ongoing": True}))).closing == Closing(ongoing=True)


@pytest.mark.parametrize(
    ("post", "field"),
    [
        (PostGiven(grade="G15"), "posts[0].grade"),
        (PostGiven(grade="nine"), "posts[0].grade"),
        (PostGiven(grade="G8", grade_low="G8"), "posts[0].grade"),
        (PostGiven(kind=PostKind.PROJECT), "posts[0].kind"),
        (PostGiven(role_profile="astronaut"), "posts[0].role_profile"),
    ],
)
def test_a_post_the_notice_excludes_is_refused(post: PostGiven, field: str) -> None:
    assert lacks(draft(complete(), [post])) == [field]


def test_two_posts_of_one_name_are_refused() -> None:
    assert lacks(draft(complete(), [PostGiven(id="A"), PostGiven(id="A")])) == ["posts[1].id"]


def test_the_grades_of_another_body_are_not_taken_for_ours() -> None:
    osce = complete(body="OSCE Secretariat", grades=[{"low": "G3", "high": "G3"}])
    assert lacks(draft(osce)) == ["posts[0].grade"]
    assert spec(draft(osce, [PostGiven(grade="G10")])).posts[0].grade_low == "G10"


def test_an_old_grade_is_written_in_the_new_scale() -> None:
    assert spec(draft(complete(grades=[{"low": "A-2", "high": "A-2"}]))).posts[0].grade_low == "G15"


def test_budget_pending_concerns_the_posts_that_do_not_say_otherwise() -> None:
    found = spec(draft(complete(pending_budget_approval=True), [PostGiven(), PostGiven(funded=True)]))
    assert [post.funded for post in found.posts] == [False, True]


def test_over_a_file_the_notice_wins_where_it_speaks() -> None:
    before = spec(draft(complete(desirable=["speaks three languages"])))
    after = as_notice_says(before, complete(title={"en": "Officer", "fr": None}, clearance=None, pending_budget_approval=True))
    assert (after.title.en, after.title.fr, after.clearance, after.desirable) == ("Officer", "Assistante", "NS", before.desirable)
    assert [post.funded for post in after.posts] == [False]
