from datetime import date, time
from pathlib import Path

import holidays
import pytest

from config.files import load_calendar, load_rules, load_vacancy, names
from domain.errors import BadInput, NotFound
from domain.rules import DEADLINE_KEYS
from domain.words import Condition, LimitAction, PostKind

STANDARD = (Path(__file__).parents[2] / "config/policies/standard.toml").read_text()
NOTICE = (Path(__file__).parents[2] / "config/vacancies/240655.toml").read_text()
CALENDAR = (Path(__file__).parents[2] / "config/calendars/hq-brussels.toml").read_text()


# ---- what comes with Muster ------------------------------------------------------------------------------------------------

#: recruitment.md §2 and §4: target / reminder (or every) / limit / at the limit.
FIGURES = {
    "screening": (14, 10, None, 30, LimitAction.ESCALATE),
    "shortlisting": (14, 10, None, 30, LimitAction.ESCALATE),
    "assessment_answer": (7, 5, None, 7, LimitAction.LAPSE_DUE),
    "assessment_marking": (14, 10, None, 30, LimitAction.ESCALATE),
    "interview": (21, 14, None, 60, LimitAction.ESCALATE),
    "interview_fast_track": (7, 5, None, 60, LimitAction.ESCALATE),
    "selection": (14, 10, None, 30, LimitAction.ESCALATE),
    "reserve": (365, 335, None, 365, LimitAction.LAPSE_DUE),
    "offer": (7, 5, None, 7, LimitAction.LAPSE_DUE),
    "clearance_forms": (14, 10, None, 30, LimitAction.ESCALATE),
    "clearance": (180, None, 30, 548, LimitAction.PERSON_DECIDES),
    "clearance_confirmation": (30, None, 20, 90, LimitAction.PERSON_DECIDES),
    "medical_file": (30, 20, None, 90, LimitAction.ESCALATE),
    "medical": (14, None, 20, 90, LimitAction.ESCALATE),
    "verification": (30, None, 20, 60, LimitAction.ESCALATE),
    "accreditation": (30, None, 20, 90, LimitAction.ESCALATE),
    "secondment": (30, None, 20, 90, LimitAction.PERSON_DECIDES),
    "budget": (180, None, 30, 180, LimitAction.PERSON_DECIDES),
    "contract": (14, 10, None, 14, LimitAction.PERSON_DECIDES),
    "entry": (90, 76, None, 90, LimitAction.PERSON_DECIDES),
    "probation": (180, 150, None, 179, LimitAction.ESCALATE),
    "allegation": (10, 7, None, 10, LimitAction.PERSON_DECIDES),
    "decision": (10, 8, None, 20, LimitAction.ESCALATE),
    "review": (20, None, None, 20, LimitAction.CLOSES),
    "review_decision": (14, 10, None, 30, LimitAction.ESCALATE),
}


@pytest.mark.parametrize("key", DEADLINE_KEYS)
def test_the_standard_policy_has_the_default_figures(key: str) -> None:
    rule = load_rules("standard").deadlines[key]
    assert (rule.target, rule.remind, rule.remind_every, rule.limit, rule.at_limit) == FIGURES[key]
    assert rule.unit == "day"
    assert rule.working_days is (key == "decision"), "our own decisions are taken on working days"


def test_the_standard_policy_orders_the_conditions() -> None:
    rules = load_rules("standard")
    assert set(rules.conditions) == set(Condition)
    assert {c: r.after for c, r in rules.conditions.items() if r.after} == {
        Condition.ACCREDITATION: (Condition.CLEARANCE, Condition.MEDICAL)
    }
    assert (rules.conditions[Condition.MEDICAL].valid_days, rules.conditions[Condition.MEDICAL].appeal_days) == (365, 20)
    assert (rules.eligibility.minimum_age, rules.eligibility.maximum_age) == (None, None)


def test_the_policy_in_seconds_is_the_standard_one_with_a_second_for_a_day() -> None:
    standard, seconds = load_rules("standard"), load_rules("seconds")
    assert {r.unit for r in seconds.deadlines.values()} == {"second"}
    in_days = {k: r.model_copy(update={"unit": "day"}) for k, r in seconds.deadlines.items()}
    assert seconds.model_copy(update={"name": "standard", "deadlines": in_days}) == standard


def test_the_headquarters_calendar_is_the_public_holidays_and_nothing_invented() -> None:
    calendar = load_calendar("hq-brussels")
    belgium = holidays.country_holidays("BE", years=range(2024, 2030))
    assert set(calendar.closed) == {day for day in belgium if day.weekday() != 6}
    assert (calendar.label, calendar.zone, calendar.first, calendar.last) == (
        "hq-brussels@2026.1",
        "Europe/Brussels",
        date(2024, 1, 1),
        date(2029, 12, 31),
    )


def test_everything_that_comes_with_muster_can_be_read() -> None:
    assert [load_rules(n).name for n in names("policies")] == names("policies")
    assert [load_calendar(n).id for n in names("calendars")] == names("calendars")
    assert [load_vacancy(n).reference for n in names("vacancies")] == names("vacancies")


def test_the_first_founding_vacancy() -> None:
    spec = load_vacancy("240655")
    (post,) = spec.posts
    assert (post.kind, post.grade_low, post.grade_high, post.funded) == (PostKind.LIMITED, "G8", "G10", False)
    assert (spec.closing.date, spec.closing.time, spec.clearance, spec.fast_track) == (date(2024, 5, 5), None, "NS", True)
    assert [(n.code, n.level) for n in spec.languages] == [("en|fr", "V"), ("en|fr", "III")]
    assert [(e.education, e.years) for e in spec.education_alternatives] == [("higher_secondary", 4), ("post_secondary", 2)]
    assert len(spec.eligible_statuses) == 7
    assert len(spec.competencies) == 9
    assert not spec.reserve_list


def test_the_second_founding_vacancy() -> None:
    spec = load_vacancy("250442")
    assert (spec.closing.date, spec.closing.time, spec.reserve_list, spec.secondment_max_years) == (
        date(2025, 4, 13),
        time(23, 59),
        True,
        6,
    )
    assert {(p.grade_low, p.grade_high) for p in spec.posts} == {("G5", "G8"), ("G8", "G8"), ("G8", "G10"), ("G10", "G10")}
    assert {p.kind for p in spec.posts} == {PostKind.ESTABLISHED, PostKind.PROJECT}
    assert {p.role_profile for p in spec.posts} == set(spec.role_profiles)
    assert len(spec.role_profiles) == 4
    assert all(p.funded for p in spec.posts)


def test_the_invented_vacancy_has_a_post_whose_budget_is_pending() -> None:
    assert [(p.grade_low, p.funded) for p in load_vacancy("270311").posts] == [("G15", True), ("G15", False)]


# ---- files that are wrong --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('party = "hr"', 'party = "boss"', "deadlines.screening.party: is 'boss'; allowed: 'hr', 'board'"),
        ("target = 14", 'target = "14"', "deadlines.screening.target: is '14'; input should be a valid integer"),
        ("target = 14", "target = -1", "deadlines.screening.target: is -1; input should be greater than or equal to 0"),
        ("target = 14", "goal = 14", "deadlines.screening.goal: unknown key; allowed: at_limit, escalate_to, escalation, limit, party"),
        ("[deadlines.screening]", "[deadlines.screning]", "deadlines.screning: unknown deadline; allowed: screening, shortlisting"),
        ("[deadlines.screening]", "[deadlines.screning]", "deadlines.screening: is missing (HR screens the application)"),
        ("[conditions.budget]", "", "conditions.budget: is missing"),
        ("[conditions.budget]", "[conditions.budjet]", "conditions.budjet: is 'budjet'; allowed: 'clearance', 'medical'"),
        ("[conditions.clearance]", '[conditions.clearance]\nafter = ["accreditation"]', "conditions: wait for each other"),
        ('calendar = "hq-brussels"', 'calendar = "hq-paris"', "calendar: is 'hq-paris'; allowed: hq-brussels"),
        ("remind = 10", "remind = 40", "deadlines.screening.remind: is 40, after the last day (30)"),
        ("remind_every = 30", "remind_every = 600", "deadlines.clearance.remind_every: is 600, longer than the whole deadline (548)"),
        ('assessment = "recorded_video"', 'assessment = "tea"', "assessment: is 'tea'; allowed: 'recorded_video', 'written_test'"),
        ("[reserve]", "[reserves]", "reserves: unknown key; allowed: assessment, calendar, calendars"),
        ("[eligibility]", "[eligibility]\nminimum_age = 60\nmaximum_age = 21", "eligibility.maximum_age: is 21, below the minimum (60)"),
        ("working_days", "working_days =", None),
        ('name = "standard"', "name = ", "not a TOML file"),
    ],
)
def test_a_wrong_policy_says_file_key_and_what_is_allowed(tmp_path: Path, before: str, after: str, said: str | None) -> None:
    path = tmp_path / "own.toml"
    path.write_text(STANDARD.replace(before, after, 1))
    if said is None:  # inside a comment: nothing is wrong
        assert load_rules(path).name == "standard"
        return
    with pytest.raises(BadInput) as refused:
        load_rules(path)
    assert said in refused.value.message
    assert refused.value.message.startswith(str(path))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "limited"', 'kind = "eternal"', "posts[0].kind: is 'eternal'; allowed: 'established', 'project' or 'limited'"),
        ('grade_high = "G10"', 'grade_high = "G12"', "posts[0].grade_low: 'G8/G12': twin grades are neighbours on one ladder"),
        ('grade_high = "G10"', 'grade_high = "G11"', "posts[0].grade_low: 'G8/G11': twin grades are neighbours on one ladder"),
        ('grade_low = "G8"', 'grade_low = "P3"', "posts[0].grade_low: 'P3' is no grade"),
        ("Europe/Brussels", "Europe/Mons", "duty_station.zone: is 'Europe/Mons'"),
        ('    "intern",', '    "interns",', "eligible_statuses: has 'interns'; allowed: civilian_staff"),
        ('eligible_nationalities = "members"', 'eligible_nationalities = ["CH"]', "eligible_nationalities: has 'CH', which is no member"),
        ('eligible_nationalities = "members"', "eligible_nationalities = []", "eligible_nationalities: is empty"),
        ("closing = { date = 2024-05-05 }", "closing = {}", "closing: needs a date, or ongoing = true"),
        ("date = 2024-05-05 }", "date = 2024-05-05, ongoing = true }", "closing: is both ongoing and on a date"),
        ('clearance = "NS"', 'clearance = "SECRET"', "clearance: is 'SECRET'; allowed: 'NR', 'NC', 'NS' or 'CTS'"),
        ('level = "III"', 'level = "B2"', "languages[1].level: is 'B2'; allowed: 'I', 'II', 'III', 'IV' or 'V'"),
        ('division = "Operations"', 'role_profile = "cook"', "posts[0].role_profile: is 'cook'; allowed: none"),
        ('reference = "240655"', "", "reference: is missing"),
        ("reserve_list = false", "reserve_list = 0", "reserve_list: is 0; input should be a valid boolean"),
        ('division = "Operations"', 'wing = "east"', "posts[0].wing: unknown key; allowed: division, funded, grade_high"),
        ('city = "Brussels"', 'town = "Brussels"', "duty_station.town: unknown key; allowed: city, country, zone"),
        ('period = "month"', 'per = "month"', "salary.per: unknown key; allowed: amount, currency, period"),
    ],
)
def test_a_wrong_vacancy_says_file_key_and_what_is_allowed(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "own.toml"
    assert before in NOTICE
    path.write_text(NOTICE.replace(before, after))
    with pytest.raises(BadInput) as refused:
        load_vacancy(path)
    assert said in refused.value.message


def test_two_posts_of_one_name_and_no_post_at_all_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    head, post = NOTICE.split("[[posts]]")
    path.write_text(f"{head}[[posts]]{post}[[posts]]{post}")
    with pytest.raises(BadInput, match=r"posts\[1\].id: is '240655-1', used twice"):
        load_vacancy(path)
    path.write_text(f"{head}\nposts = []")
    with pytest.raises(BadInput, match="at least one post"):
        load_vacancy(path)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Europe/Brussels", "Europe/Mons", "zone: is 'Europe/Mons'; a zone is named like"),
        ('weekend = ["saturday"', 'weekend = ["samedi"', "weekend[0]: is 'samedi'; allowed: 'monday', 'tuesday'"),
        ("2024-12-25", "2034-12-25", "closed day 2034-12-25 lies outside the years"),
        ("2024-12-25", "christmas", "closed.christmas"),
        ('id = "hq-brussels"', 'id = "hq-mons"', "id: is 'hq-mons'; a calendar is named as its file is: 'hq-brussels'"),
    ],
)
def test_a_wrong_calendar_says_file_key_and_what_is_allowed(tmp_path: Path, before: str, after: str, said: str) -> None:
    path = tmp_path / "hq-brussels.toml"
    path.write_text(CALENDAR.replace(before, after))
    with pytest.raises(BadInput) as refused:
        load_calendar(path)
    assert said in refused.value.message


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(NotFound, match="known: seconds, standard"):
        load_rules("stricter")
    with pytest.raises(NotFound, match="240655"):
        load_vacancy("999999")


def test_a_file_given_by_path_is_read_from_there(tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    path.write_text(NOTICE)
    assert load_vacancy(path) == load_vacancy(str(path)) == load_vacancy("240655")
    with pytest.raises(NotFound):
        load_vacancy(tmp_path / "none.toml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="not a TOML file"):
        load_vacancy(path)


def test_the_policy_hash_follows_the_figures_not_the_comments(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(f"# another comment\n{STANDARD}")
    assert load_rules(path).sha256 == load_rules("standard").sha256
    path.write_text(STANDARD.replace("target = 14", "target = 15", 1))
    assert load_rules(path).sha256 != load_rules("standard").sha256
