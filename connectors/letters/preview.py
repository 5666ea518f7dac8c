"""Every letter with sample values, for people to read before it is ever sent: the same words and the same paper as the real one."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.letters.compose import Composer
from domain.letters import LETTERS, CalendarDue, LetterDue, Phrase
from domain.messages import Letter
from domain.review import reviewable
from domain.vacancy import Closing, DutyStation, PostSpec, Salary, Title, VacancySpec
from domain.words import Ending, PostKind

AT = datetime(2027, 3, 2, 9, 0, tzinfo=UTC)
SOON = AT + timedelta(days=7)
INTERVIEW = AT + timedelta(days=16, hours=4)

VACANCY = VacancySpec(
    reference="270315",
    title=Title(en="Programme Officer, Cooperation", fr="Administrateur(trice) de programme, Coopération"),
    body="International Staff",
    duty_station=DutyStation(country="BE", city="Brussels", zone="Europe/Brussels"),
    closing=Closing(),
    posts=(PostSpec(id="270315-1", kind=PostKind.PROJECT, grade_low="G15", grade_high="G17"),),
)
#: What the catalogue's placeholders stand for, whichever letter they are in.
VALUES: dict[str, Any] = {
    "received_at": AT - timedelta(days=30, hours=-7, minutes=-12),
    "assessment": Phrase(key="assessment.written_test"),
    "answer_by": SOON,
    "starts_at": INTERVIEW,
    "minutes": 45,
    "place": "Room 3.12, main building, entrance B",
    "until": date(2028, 3, 1),
    "post": "270315-1",
    "grade": "G15",
    "grade_low": "G15",
    "grade_high": "G17",
    "post_kind": Phrase(key="post_kind.project"),
    "years": 3,
    "salary": Salary(amount="6412.35", currency="EUR", period="month"),
    "measures": (Phrase(key="measure.extra_time_25"), Phrase(key="measure.large_print")),
    "task": Phrase(key="task.clearance_forms"),
    "condition": Phrase(key="condition.clearance"),
    "other": "270401",
    "enters_on": date(2027, 9, 1),
    "entered_on": date(2027, 9, 1),
    "decided_by": AT + timedelta(days=30),
    "slots": tuple(INTERVIEW + timedelta(hours=n) for n in range(3)),
    "review_until": AT + timedelta(days=20),
}
#: The paragraphs a letter is shown with, as many as can stand in one; two rows where they cannot all.
ALSO: dict[str, tuple[tuple[str, ...], ...]] = {
    "acknowledgement": (("late",),),
    "interview_invitation": (("rescheduled",),),
    "selected": (("recommended_for",),),
    "called": (("recommended_for",),),
    "linked": (("recommended_for",),),
    "conditional_offer": (("seconded", "unfunded", "twin_grade"),),
    "condition_settled": (("valid_until",),),
    "condition_carried": (("valid_until",),),
    "contract_offer": (("definite", "twin_grade", "salary"), ("regulations", "salary")),
    "ending.withdrawn": (("interview_cancelled",),),
}


def samples(composer: Composer, language: str, template: str | None = None) -> dict[str, Letter]:
    """Every letter in `language`, or every version of `template`, to a person nobody is; by the name to file it under.

    Raises BadInput for a template there is not.
    """
    wanted = LETTERS if template is None else [template]
    contact = {"name": "Zoé Vandenberghe", "email": "zoe@candidates.example", "language": language, "candidate": "sample"}
    found = {}
    for name in wanted:
        for n, also in enumerate(ALSO.get(name, ((),)), 1):
            label = name if n == 1 else f"{name}-{n}"
            found[label] = composer.compose(_due(name, also), contact, VACANCY, "hire/7q2k9fxm", {"at": AT}, f"sample-{label}")
    return found


def _due(name: str, also: tuple[str, ...]) -> LetterDue:
    ending = name.removeprefix("ending.") if name.startswith("ending.") else None
    values = VALUES | ({"outcome": Phrase(key=f"{name}.text")} if ending else {})
    if ending in {each for each in Ending if reviewable(each)}:
        also = (*also, "review")
    calendar = None
    if name == "interview_invitation":
        calendar = CalendarDue(method="REQUEST", starts_at=INTERVIEW, minutes=45, place=VALUES["place"], sequence=12)
    elif "interview_cancelled" in also:
        calendar = CalendarDue(method="CANCEL", starts_at=INTERVIEW, sequence=15)
    return LetterDue(template=name, values=values, also=also, calendar=calendar)
