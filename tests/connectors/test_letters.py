"""Every letter, composed in both languages from the real catalogue."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from config.words import LANGUAGES, Words
from connectors.letters.compose import Composer
from domain import facts
from domain.errors import BadInput
from domain.letters import CalendarDue, LetterDue, Phrase, text_hash
from domain.messages import Letter
from domain.vacancy import Closing, DutyStation, PostSpec, Title, VacancySpec
from domain.words import Ending, PostKind
from tests.domain.test_letters import AT, TOLD, due, ended

POST = PostSpec(id="p1", kind=PostKind.ESTABLISHED, grade_low="G8", grade_high="G10")


def vacancy(city: str = "Brussels", zone: str = "Europe/Brussels") -> VacancySpec:
    return VacancySpec(
        reference="240655",
        title=Title(en="Programme assistant", fr="Assistant(e) de programme"),
        body="International Staff",
        duty_station=DutyStation(country="BE", city=city, zone=zone),
        closing=Closing(),
        posts=(POST,),
    )


def compose(letter: LetterDue, language: str = "en", spec: VacancySpec | None = None, at: datetime = AT, **contact: Any) -> Letter:
    whom = {"name": "Zoé Müller", "email": "zoe@candidates.example", "language": language, "candidate": "c1"} | contact
    return Composer(Words.load(), "jobs@muster.example").compose(letter, whom, spec or vacancy(), "hire/7q2k9fxm", {"at": at}, "L1")


ALL = [letter for fact, _ in TOLD for letter in due(fact, seconded=True, funded=False, grade_high="G10", interview_at=AT)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", ALL, ids=lambda letter: letter.template)
def test_every_letter_can_be_written_in_both_languages(letter: LetterDue, language: str) -> None:
    written = compose(letter, language)
    assert (written.letter, written.case, written.candidate, written.template) == ("L1", "hire/7q2k9fxm", "c1", letter.template)
    assert (written.language, written.to) == (language, "zoe@candidates.example")
    assert "\n" not in written.subject
    for text in (written.subject, written.body):
        assert not {"{", "}"} & set(text)
        assert "None" not in text
    assert [word for word in ("Zoé Müller", "7q2k9fxm", "240655") if word not in written.body] == []
    assert written.body.endswith("International Staff\n")
    assert "\n\n\n" not in written.body


def test_the_same_letter_is_the_same_bytes_and_hashed_over_them() -> None:
    letter = LetterDue(template="selected")
    assert compose(letter) == compose(letter)
    written = compose(letter)
    assert written.sha256 == text_hash(written.subject, written.body)


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "Thursday, 13 August 2026 at 00:30 (Brussels time)"), ("fr", "jeudi 13 août 2026 à 00:30 (heure locale\u00a0: Bruxelles)")],
)
def test_a_moment_is_told_in_the_duty_stations_time_and_the_readers_language(language: str, says: str) -> None:
    letter = LetterDue(template="offer_extended", values={"answer_by": datetime(2026, 8, 12, 22, 30, tzinfo=UTC)})
    assert says in compose(letter, language).body


def test_another_duty_station_has_another_clock() -> None:
    letter = LetterDue(template="offer_extended", values={"answer_by": datetime(2026, 8, 12, 22, 30, tzinfo=UTC)})
    spec = vacancy("Norfolk", "America/New_York")
    assert "Wednesday, 12 August 2026 at 18:30 (New York time)" in compose(letter, "en", spec).body


def test_a_day_is_told_without_a_time() -> None:
    body = compose(LetterDue(template="welcome", values={"entered_on": date(2026, 9, 1)}), "fr").body
    assert "le mardi 1er septembre 2026 et" in body


def test_the_letter_is_dated_where_the_post_is() -> None:
    late_evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert "Tuesday, 3 March 2026" in compose(LetterDue(template="selected"), at=late_evening).body


@pytest.mark.parametrize(("city", "says"), [("Brussels", "à Bruxelles"), ("Mons", "à Mons")])
def test_the_duty_station_is_named_in_french_where_it_has_a_french_name(city: str, says: str) -> None:
    (offer,) = due(facts.OfferIssued(post="p1"))
    assert says in compose(offer, "fr", vacancy(city)).body


def test_the_offer_carries_everything_it_must_say() -> None:
    (offer,) = due(facts.OfferIssued(post="p1"), grade_high="G10")
    body = compose(offer).body
    for text in ("subject to four conditions", "do not resign", "Monday, 9 March 2026 at 10:00", "grade G8", "not automatic", "normally"):
        assert text in body
    assert "advancement to g10 will" not in body.casefold()


def test_an_ending_is_told_in_the_words_everyone_may_see() -> None:
    (letter,) = due(ended(Ending.CLEARANCE_REFUSED))
    assert Words.load().say("ending.clearance_refused.text", "fr") in compose(letter, "fr").body


def test_a_name_is_only_ever_text() -> None:
    assert "Dear {title} %s," in compose(LetterDue(template="selected"), name="{title} %s").body


@pytest.mark.parametrize(
    ("letter", "contact", "code"),
    [
        (LetterDue(template="no_such"), {}, "unknown_letter"),
        (LetterDue(template="selected", also=("no_such",)), {}, "unknown_letter"),
        (LetterDue(template="selected"), {"language": "de"}, "unknown_language"),
        (LetterDue(template="offer_extended"), {}, "missing_value"),
        (LetterDue(template="reminder", values={"task": Phrase(key="task.no_such"), "answer_by": AT}), {}, "missing_text"),
        (LetterDue(template="offer_extended", values={"answer_by": AT.replace(tzinfo=None)}), {}, "naive_moment"),
    ],
)
def test_a_letter_with_a_hole_is_not_written(letter: LetterDue, contact: dict[str, Any], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        compose(letter, **contact)
    assert caught.value.code == code


def event(letter: Letter) -> Any:
    assert letter.calendar is not None
    calendar = Calendar.from_ical(letter.calendar)
    assert calendar["method"] == letter.calendar_method
    (found,) = calendar.walk("VEVENT")
    return found


def test_an_interview_comes_with_a_calendar_file() -> None:
    local = datetime(2026, 3, 20, 14, 0, tzinfo=timezone(timedelta(hours=1)))
    (letter,) = due(facts.InterviewScheduled(starts_at=local, minutes=45, place="Room 3; floor 2, wing B"))
    written = compose(letter, "fr")
    found = event(written)
    assert (written.calendar_method, found["uid"], found["sequence"]) == ("REQUEST", "interview.7q2k9fxm@muster.example", 40)
    assert found.decoded("dtstart") == datetime(2026, 3, 20, 13, 0, tzinfo=UTC)
    assert found.decoded("dtend") - found.decoded("dtstart") == timedelta(minutes=45)
    assert (found["location"], found["attendee"]) == ("Room 3; floor 2, wing B", "mailto:zoe@candidates.example")
    assert found["summary"].startswith("Entretien")
    assert "\r\n" in (written.calendar or "")
    assert written.sha256 == text_hash(written.subject, written.body, written.calendar)


def test_a_withdrawal_takes_the_same_event_back() -> None:
    starts = AT + timedelta(days=9)
    (invitation,) = due(facts.InterviewScheduled(starts_at=starts, minutes=45, place="Room 3"))
    (ending,) = due(ended(Ending.WITHDRAWN), interview_at=starts, number=52)
    asked, cancelled = event(compose(invitation)), event(compose(ending))
    assert (cancelled["uid"], cancelled["status"], cancelled.decoded("dtstart")) == (asked["uid"], "CANCELLED", starts)
    assert cancelled["sequence"] > asked["sequence"]


def test_a_calendar_line_cannot_be_smuggled_in_by_a_place() -> None:
    calendar = CalendarDue(method="REQUEST", starts_at=AT, minutes=30, place="Room 3\r\nATTENDEE:mailto:eve@evil.example", sequence=1)
    letter = LetterDue(template="interview_invitation", values={"starts_at": AT, "minutes": 30, "place": "Room 3"}, calendar=calendar)
    text = compose(letter).calendar or ""
    assert not [line for line in text.splitlines() if line.startswith("ATTENDEE:mailto:eve")]


def test_the_catalogue_is_found_wherever_the_process_was_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert compose(LetterDue(template="selected")).body
