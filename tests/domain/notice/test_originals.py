"""Both founding notices, whole and one language at a time, give what they say and nothing else."""

from typing import Any

import pytest

from domain.notice import read_notice
from tests.domain.notice.samples import FRENCH_BEGINS, original, values

PARTS = ["both", "en", "fr"]
ASSISTANT: dict[str, Any] = {
    "reference": "240655",
    "deadline": {"date": "2024-05-05", "time": None, "zone": None, "ongoing": False},
    "salary": {"amount": 3833.04, "currency": "EUR", "period": "month"},
    "grades": [{"low": "G8", "high": "G10"}],
    "clearance": "NS",
    "clearance_is": "held",
    "contracts": [{"post_kind": "limited", "kind": "definite", "years": 3, "renewable_years": 3, "then_indefinite": False}],
    "secondment": {"years": 3, "renewable_years": 3, "max_total_years": None, "needs_national_agreement": True},
    "languages": [{"code": "en|fr", "level": "V"}, {"code": "en|fr", "level": "III"}],
    "role_profiles": [],
    "pending_budget_approval": True,
    "fast_track": True,
    "eligible_statuses": [
        "civilian_staff",
        "temporary_staff",
        "consultant",
        "contractor",
        "intern",
        "voluntary_national_contribution",
        "national_administration",
    ],
    "reserve_list": False,
    "multiple_posts": False,
    "eligible_nationalities": "members",
    "clauses": {
        "ai_ban": True,
        "no_fee": False,
        "accommodation": False,
        "reuse_lower_grade": True,
        "twin_grade": True,
        "short_notice_interviews": True,
    },
    "info_sessions": [],
    "contact": "nru.recruitment@hq.nato.int",
    "conflicts": [],
}
POOL: dict[str, Any] = {
    "reference": "250442",
    "deadline": {"date": "2025-04-13", "time": "23:59:00", "zone": None, "ongoing": False},
    "salary": None,
    "grades": [{"low": low, "high": high} for low, high in (("G5", "G8"), ("G8", "G8"), ("G8", "G10"), ("G10", "G10"))],
    "clearance": None,
    "clearance_is": "to_obtain",
    "contracts": [
        {"post_kind": "established", "kind": "definite", "years": 3, "renewable_years": None, "then_indefinite": True},
        {"post_kind": "project", "kind": "definite", "years": 3, "renewable_years": 3, "then_indefinite": False},
    ],
    "secondment": {"years": 3, "renewable_years": 3, "max_total_years": 6, "needs_national_agreement": True},
    "languages": [],
    "education_alternatives": [],
    "desirable": [],
    "competencies": [],
    "pending_budget_approval": False,
    "fast_track": False,
    "eligible_statuses": [],
    "reserve_list": True,
    "multiple_posts": True,
    "eligible_nationalities": "members",
    "clauses": {
        "ai_ban": True,
        "no_fee": True,
        "accommodation": True,
        "reuse_lower_grade": True,
        "twin_grade": True,
        "short_notice_interviews": False,
    },
    "contact": None,
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(("name", "want"), [("240655", ASSISTANT), ("250442", POOL)])
def test_each_language_alone_and_both_together_give_the_same_facts(name: str, want: dict[str, Any], part: str) -> None:
    read = values(original(name, part))
    assert {key: read[key] for key in want} == want


@pytest.mark.parametrize(("part", "city"), [("both", "Brussels"), ("en", "Brussels"), ("fr", "Bruxelles")])
@pytest.mark.parametrize("name", sorted(FRENCH_BEGINS))
def test_the_duty_station_has_its_country_code_and_its_printed_name(name: str, part: str, city: str) -> None:
    country = "Belgique" if part == "fr" else "Belgium"
    assert values(original(name, part))["location"] == {"country": "BE", "city": city, "text": f"{country}-{city}"}


def test_titles_stand_in_their_languages_without_the_reference() -> None:
    assert values(original("250442"))["title"] == {
        "en": "Assistant (Multiple posts) + Reserve Lists",
        "fr": "Assistant(e) (plusieurs postes) – Pool de talents + Liste de réserve",
    }
    title = values(original("240655"))["title"]
    assert isinstance(title, dict)
    assert title["en"].endswith("(CAP)")
    assert title["fr"].startswith("Assistant(e)")
    assert values(original("240655", "fr"))["title"] == {"en": None, "fr": title["fr"]}


@pytest.mark.parametrize(("part", "last"), [("both", "teamwork"), ("en", "teamwork"), ("fr", "travail en équipe")])
def test_nine_competencies_one_wish_two_ways_of_schooling(part: str, last: str) -> None:
    read = read_notice(original("240655", part).encode())
    assert len(read.competencies) == 9
    assert read.competencies[-1] == last
    assert [("ERP" in wish) for wish in read.desirable] == [True]
    assert [alternative.years for alternative in read.education_alternatives] == [4, 2]
    assert all("secondary" in a.education or "secondaire" in a.education for a in read.education_alternatives)


@pytest.mark.parametrize("part", PARTS)
def test_four_role_profiles(part: str) -> None:
    roles = read_notice(original("250442", part).encode()).role_profiles
    assert len(roles) == 4
    assert all(role.startswith("Assistant") for role in roles)


@pytest.mark.parametrize(("part", "zone"), [("both", None), ("en", None), ("fr", "Europe/Brussels")])
def test_cet_on_a_summer_date_is_not_settled_by_the_reader(part: str, zone: str | None) -> None:
    assert values(original("250442", part))["info_sessions"] == [{"date": "2025-04-02", "time": "16:00:00", "zone": zone}]


def test_what_the_languages_say_differently_is_listed_with_both_readings() -> None:
    conflicts = {conflict.note[:20]: conflict for conflict in read_notice(original("250442").encode()).conflicts}
    session, paragraph, moment = conflicts.values()
    assert (session.field, paragraph.field, moment.field) == ("info_sessions", "contracts", "contracts")
    assert session.en == [{"date": "2025-04-02", "time": "16:00:00", "zone": "CET"}]
    assert session.fr == [{"date": "2025-04-02", "time": "16:00:00", "zone": "Europe/Brussels"}]
    assert "project posts" in str(paragraph.en)
    assert "politique contractuelle" in str(paragraph.fr)
    assert moment.en == "at the time of appointment"
    assert moment.fr == "au moment du recrutement; au moment de la nomination"


@pytest.mark.parametrize("part", ["en", "fr"])
@pytest.mark.parametrize("name", sorted(FRENCH_BEGINS))
def test_one_language_alone_cannot_contradict_itself(name: str, part: str) -> None:
    assert values(original(name, part))["conflicts"] == []


def test_evidence_points_at_the_lines_that_say_it() -> None:
    whole = original("240655").split("\n")
    evidence = read_notice("\n".join(whole).encode()).evidence
    for field, words in {"deadline": "05-May-2024", "salary": "3,833.04", "grades": "G8-G10", "title.fr": "Gestion du programme"}.items():
        first, last = evidence[field].lines
        assert words in "\n".join(whole[first - 1 : last])
    assert evidence["title.fr"].language == "fr"
    assert evidence["deadline"].confidence == "stated"
    assert evidence["contact"].rule == "contact.mailbox_though_enquiries_refused"
