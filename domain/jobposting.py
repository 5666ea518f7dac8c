"""A published vacancy as a schema.org JobPosting, for job boards and search engines. Only what the vacancy says; nothing is guessed.

Texts in two languages are language-tagged values of JSON-LD. The closing carries the offset of the duty station on that day.
"""

from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.notice.normalise import fold
from domain.vacancy import LanguageNeed, Salary, VacancySpec
from domain.words import PostKind

CLEARANCE_WORDS: Final = {"NR": "NATO RESTRICTED", "NC": "NATO CONFIDENTIAL", "NS": "NATO SECRET", "CTS": "COSMIC TOP SECRET"}
LANGUAGE_WORDS: Final = {"en": "English", "fr": "French", "en|fr": "English or French"}


def job_posting(
    spec: VacancySpec, published_at: datetime, closes_at: datetime | None, occupational_category: str | None = None
) -> dict[str, Any]:
    """The JSON-LD object. `occupational_category` (ISCO-08) is in no notice: it is there only when somebody gives it."""
    here = ZoneInfo(spec.duty_station.zone)
    said = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "identifier": {"@type": "PropertyValue", "name": spec.body, "value": spec.reference},
        "title": [{"@language": "en", "@value": spec.title.en}, {"@language": "fr", "@value": spec.title.fr}],
        "datePosted": published_at.astimezone(here).date().isoformat(),
        "validThrough": closes_at and closes_at.astimezone(here).isoformat(),
        "hiringOrganization": {"@type": "Organization", "name": spec.body},
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": spec.duty_station.city,
                "addressCountry": spec.duty_station.country,
            },
        },
        "employmentType": _employment(spec),
        "totalJobOpenings": len(spec.posts),
        "baseSalary": _salary(spec.salary),
        "qualifications": _qualifications(spec),
        "skills": list(spec.competencies),
        "securityClearanceRequirement": CLEARANCE_WORDS[spec.clearance],
        "eligibilityToWorkRequirement": _nationalities(spec),
        "occupationalCategory": occupational_category,
    }
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _employment(spec: VacancySpec) -> list[str]:
    """Full or part time where the vacancy says which; TEMPORARY where every post is of limited duration."""
    schedule = fold(spec.schedule)
    part = "PART_TIME" if "part" in schedule or "mi-temps" in schedule else None
    full = "FULL_TIME" if "full" in schedule or "plein" in schedule else None
    limited = all(post.kind in (PostKind.PROJECT, PostKind.LIMITED) for post in spec.posts)
    return [word for word in (full, part, "TEMPORARY" if limited else None) if word]


def _salary(salary: Salary | None) -> dict[str, Any] | None:
    """None without a currency: an amount alone would be read as somebody's own."""
    if salary is None or salary.currency is None:
        return None
    value = {"@type": "QuantitativeValue", "value": float(salary.amount)}
    unit = {"unitText": salary.period.upper()} if salary.period else {}
    return {"@type": "MonetaryAmount", "currency": salary.currency, "value": value | unit}


def _qualifications(spec: VacancySpec) -> list[str]:
    ways = [f"{need.education.replace('_', ' ')} and {_years(need.years)}" for need in spec.education_alternatives]
    return [
        *([" or ".join(ways)] if ways else []),
        *(_language(need) for need in spec.languages),
        *(f"Desirable: {wish}" for wish in spec.desirable),
    ]


def _years(years: int) -> str:
    return f"{years} year{'' if years == 1 else 's'} of related experience"


def _language(need: LanguageNeed) -> str:
    return f"{LANGUAGE_WORDS[need.code]}: level {need.level}"


def _nationalities(spec: VacancySpec) -> str:
    listed = spec.eligible_nationalities
    return "Nationals of the member countries" if listed == "members" else f"Nationals of: {', '.join(listed)}"
