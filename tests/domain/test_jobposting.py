from datetime import UTC, datetime
from typing import Any

import pytest

from config.files import load_rules, load_vacancy
from domain.deadlines import closes_at
from domain.jobposting import job_posting
from domain.vacancy import Closing, Salary, VacancySpec

LATE = datetime(2024, 3, 31, 22, 30, tzinfo=UTC)  # already 1 April in Brussels


def posting(spec: VacancySpec, **changed: Any) -> dict[str, Any]:
    closes = closes_at(spec.closing, spec.duty_station.zone, load_rules("standard").default_closing_time)
    return job_posting(spec.model_copy(update=changed), LATE, closes if "closing" not in changed else None)


SPEC = load_vacancy("240655")
SAID = posting(SPEC)


def test_it_is_a_job_posting_of_schema_org() -> None:
    assert (SAID["@context"], SAID["@type"]) == ("https://schema.org", "JobPosting")
    assert SAID["identifier"] == {"@type": "PropertyValue", "name": "NATO International Staff", "value": "240655"}
    assert SAID["hiringOrganization"] == {"@type": "Organization", "name": "NATO International Staff"}
    assert SAID["jobLocation"]["address"] == {"@type": "PostalAddress", "addressLocality": "Brussels", "addressCountry": "BE"}
    assert SAID["totalJobOpenings"] == 1


def test_the_title_stands_in_both_languages() -> None:
    assert {title["@language"]: title["@value"] for title in SAID["title"]} == SPEC.title.model_dump()


def test_days_and_moments_are_those_of_the_duty_station() -> None:
    assert SAID["datePosted"] == "2024-04-01"
    assert SAID["validThrough"] == "2024-05-05T23:59:59+02:00"


def test_an_ongoing_vacancy_is_valid_without_end() -> None:
    assert "validThrough" not in posting(SPEC, closing=Closing(ongoing=True))


def test_the_salary_is_there_when_it_is_known_with_its_currency() -> None:
    value = {"@type": "QuantitativeValue", "value": 3833.04, "unitText": "MONTH"}
    assert SAID["baseSalary"] == {"@type": "MonetaryAmount", "currency": "EUR", "value": value}
    assert "baseSalary" not in posting(SPEC, salary=None)
    assert "baseSalary" not in posting(SPEC, salary=Salary(amount="3833.04"))


@pytest.mark.parametrize(
    ("schedule", "words"),
    [("full-time", ["FULL_TIME", "TEMPORARY"]), ("Temps plein", ["FULL_TIME", "TEMPORARY"]), ("Mi-temps", ["PART_TIME", "TEMPORARY"])],
)
def test_employment_is_what_the_vacancy_says(schedule: str, words: list[str]) -> None:
    assert posting(SPEC, schedule=schedule)["employmentType"] == words


def test_an_established_post_is_not_called_temporary_and_silence_says_nothing() -> None:
    officer = load_vacancy("270311")
    assert posting(officer)["employmentType"] == ["FULL_TIME"]
    assert "employmentType" not in posting(officer, schedule="")


def test_qualifications_name_schooling_languages_and_wishes() -> None:
    assert SAID["qualifications"][:3] == [
        "higher secondary and 4 years of related experience or post secondary and 2 years of related experience",
        "English or French: level V",
        "English or French: level III",
    ]
    assert SAID["qualifications"][3].startswith("Desirable: ")
    assert len(SAID["skills"]) == 9
    assert SAID["securityClearanceRequirement"] == "NATO SECRET"
    assert "qualifications" not in posting(load_vacancy("250442"))


def test_who_may_apply_is_said() -> None:
    assert SAID["eligibilityToWorkRequirement"] == "Nationals of the member countries"
    assert posting(SPEC, eligible_nationalities=("BE", "NL"))["eligibilityToWorkRequirement"] == "Nationals of: BE, NL"


def test_the_occupational_category_is_there_only_when_given() -> None:
    assert "occupationalCategory" not in SAID
    assert job_posting(SPEC, LATE, None, "4110")["occupationalCategory"] == "4110"
