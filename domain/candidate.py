"""The person who applies: the typed view of `application.submitted` that judging works on, and which of it is personal.

Tolerant where the gateway is strict: what the door let in years ago must still be readable, so unknown fields are ignored and
anything may be missing. A missing value is "not said", never "no".
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

#: Who may be invited by name to a fast track (recruitment.md §1); everyone else is "external".
STATUSES = (
    "civilian_staff",
    "temporary_staff",
    "consultant",
    "contractor",
    "intern",
    "voluntary_national_contribution",
    "national_administration",
)
EXTERNAL = "external"

#: Fields of the application that stay in the personal tables; the rest routes the case (events.py, `thin`).
PERSONAL = frozenset(
    {"candidate", "role_profiles", "languages", "education", "experience", "declarations", "answers", "attachments", "contact"}
)

#: Never part of a decision, and never shown to a board, wherever they turn up (recruitment.md §3).
DIVERSITY = frozenset({"gender", "age", "ethnic_origin", "religion", "belief", "cultural_background", "sexual_orientation", "disability"})


class Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)


class ClearanceOnFile(Read):
    level: str = ""
    issued_by: str = ""
    valid_until: date | None = None


class Candidate(Read):
    id: str = ""
    status: str = ""
    nationalities: tuple[str, ...] = ()
    employer_kind: str | None = None
    clearance_on_file: ClearanceOnFile | None = None
    seconded_by: str | None = None
    born_on: date | None = None

    @property
    def serving(self) -> bool:
        return self.status == "civilian_staff"


class LanguageKnown(Read):
    code: str = ""
    level: str | None = None


class Studied(Read):
    level: str = ""
    field: str | None = None
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None


class Worked(Read):
    """A period of work; `to` None means until today."""

    employer: str = ""
    title: str = ""
    from_: date | None = Field(default=None, alias="from")
    to: date | None = None
    related: bool | None = None


class Declared(Read):
    relatives: bool | None = None
    military_service: bool | None = None
    ai_used: bool | None = None


class Answered(Read):
    question: str = ""
    text: str = ""


class Contact(Read):
    name: str = ""
    email: str = ""
    language: Literal["en", "fr"] = "en"


class Application(Read):
    """What was submitted. `Application.model_validate(data)` reads the event's data as it was kept."""

    candidate: Candidate = Candidate()
    channel: str = ""
    vacancy: str = ""
    role_profiles: tuple[str, ...] = ()
    languages: tuple[LanguageKnown, ...] = ()
    education: tuple[Studied, ...] = ()
    experience: tuple[Worked, ...] = ()
    declarations: Declared = Declared()
    answers: tuple[Answered, ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    contact: Contact = Contact()


# ---- levels of education --------------------------------------------------------------------------------------------------

EDUCATION = ("primary", "lower_secondary", "higher_secondary", "post_secondary", "bachelor", "master", "doctorate")
#: The first that is found in the words decides, so the more specific stand first.
_EDUCATION_WORDS: tuple[tuple[str, str], ...] = (
    ("doctor|phd", "doctorate"),
    ("master|maitrise", "master"),
    ("bachelor|licence|university", "bachelor"),
    ("post[ _-]?second|(upper|higher)[ _-]vocational|professionnelle superieure", "post_secondary"),
    ("(higher|upper)[ _-]second|secondaire superieur", "higher_secondary"),
    ("lower[ _-]second|secondaire inferieur", "lower_secondary"),
    ("primary|primaire", "primary"),
)


def education_rank(words: str) -> int | None:
    """The place of a level of education in `EDUCATION`, from its name or a notice's words for it; None when not understood."""
    plain = words.lower().translate(str.maketrans("éèêîï", "eeeii"))
    found = next((level for pattern, level in _EDUCATION_WORDS if re.search(pattern, plain)), None)
    return None if found is None else EDUCATION.index(found)


# ---- what a board may see -------------------------------------------------------------------------------------------------


def board_view(application: "Application") -> dict[str, Any]:
    """The part of an application a board works with: no name, nationality, status or date, so that neither origin nor age is told.

    Experience is told in full years per period, in the order it was given.
    """
    return {
        "role_profiles": list(application.role_profiles),
        "languages": [known.model_dump() for known in application.languages],
        "education": [{"level": s.level, "field": s.field} for s in application.education],
        "experience": [{"title": w.title, "years": _years(w), "related": w.related} for w in application.experience],
        "answers": [answer.model_dump() for answer in application.answers],
    }


def _years(period: "Worked") -> int | None:
    """None for a period that still goes on, or without a start: how long it has lasted would need a day to count to."""
    if period.from_ is None or period.to is None:
        return None
    return years_worked([period], period.to)


# ---- years of experience --------------------------------------------------------------------------------------------------


def days_worked(periods: Iterable[Worked], until: date) -> int:
    """Days covered by the periods up to `until` (inclusive); days covered twice count once, a period without a start not at all."""
    spans = sorted((p.from_, min(p.to or until, until)) for p in periods if p.from_ is not None and p.from_ <= until)
    days, covered = 0, date.min
    for start, end in spans:
        first = max(start, covered + timedelta(days=1))
        if end >= first:
            days += (end - first).days + 1
            covered = end
    return days


def years_worked(periods: Iterable[Worked], until: date) -> int:
    """Full years, at 365 days each: nobody misses one for a leap day."""
    return days_worked(periods, until) // 365
