"""What the languages say differently, and what a notice does not say, is settled by a person and by nobody else."""

import pytest

from domain.errors import BadInput
from domain.notice import Notice, read_notice
from domain.notice.settle import questions, settled
from tests.domain.notice.samples import original, own

TWO = read_notice(own("bilingual_conflicts"))
ALL = {question.name: "en" for question in questions(TWO)}
ONE = read_notice(own("no_currency"))


def test_every_conflict_has_a_name_of_its_own_and_several_of_a_field_are_numbered() -> None:
    assert [q.name for q in questions(TWO)] == ["deadline", "salary", "clearance", "clauses.no_fee", "contracts.1", "contracts.2"]


def test_the_pool_notice_has_three_questions() -> None:
    assert [q.name for q in questions(read_notice(original("250442").encode()))] == ["info_sessions", "contracts.1", "contracts.2"]


def test_a_conflict_nobody_settled_stays_open() -> None:
    ready = settled(TWO, {"deadline": "fr"})
    assert [question.name for question in ready.open] == ["salary", "clearance", "clauses.no_fee", "contracts.1", "contracts.2"]
    assert len(ready.notice.conflicts) == 5


@pytest.mark.parametrize(("reading", "day"), [("en", "2024-03-10"), ("fr", "2024-03-11")])
def test_either_reading_can_be_taken(reading: str, day: str) -> None:
    assert settled(TWO, ALL | {"deadline": reading}).notice.deadline.date == day


def test_what_a_reading_leaves_out_the_other_language_may_have_said() -> None:
    both = Notice.model_validate(
        {
            "deadline": {"date": "2027-03-28", "time": "17:00:00", "zone": None},
            "conflicts": [
                {"field": "deadline", "en": {"date": "2027-03-28", "time": None}, "fr": {"date": "2027-03-29", "time": None}, "note": "-"}
            ],
        }
    )
    taken = settled(both, {"deadline": "fr"}).notice.deadline
    assert (taken.date, taken.time) == ("2027-03-29", "17:00:00")


@pytest.mark.parametrize(
    ("name", "said", "field", "value"),
    [
        ("deadline", "2027-03-28 17:00", "deadline", {"date": "2027-03-28", "time": "17:00:00", "zone": None, "ongoing": False}),
        ("deadline", "2027-03-28", "deadline", {"date": "2027-03-28", "time": None, "zone": None, "ongoing": False}),
        ("deadline", '{"ongoing": true}', "deadline", {"date": None, "time": None, "zone": None, "ongoing": True}),
        ("salary", '{"amount": 4000, "currency": "EUR"}', "salary", {"amount": 4000.0, "currency": "EUR", "period": None}),
        ("clearance", "CTS", "clearance", "CTS"),
    ],
)
def test_a_value_of_ones_own_settles_too(name: str, said: str, field: str, value: object) -> None:
    assert settled(TWO, {name: said}).notice.to_json()[field] == value


@pytest.mark.parametrize(("said", "value"), [("en", True), ("fr", False), ("yes", True), ("no", False), ("true", True)])
def test_a_clause_only_one_language_has_holds_or_does_not(said: str, value: bool) -> None:
    assert settled(TWO, {"clauses.no_fee": said}).notice.clauses.no_fee is value


def test_where_only_the_wording_differs_the_answer_is_kept_and_no_value_changes() -> None:
    ready = settled(TWO, ALL | {"contracts.2": "the policy on the day of appointment"})
    assert ready.notice.contracts == TWO.contracts
    assert {a.name: (a.given, a.value) for a in ready.answers}["contracts.2"] == ("the policy on the day of appointment", None)
    assert (ready.open, ready.notice.conflicts) == ((), [])


@pytest.mark.parametrize(
    ("name", "said", "want"),
    [
        ("title.fr", "Assistante", "Assistante"),
        ("deadline.zone", "Europe/Brussels", "Europe/Brussels"),
        ("reserve_list", "yes", True),
        ("role_profiles", "finance, human resources", ["finance", "human resources"]),
        ("contact", "jobs@muster.example", "jobs@muster.example"),
    ],
)
def test_what_the_notice_does_not_say_can_be_given(name: str, said: str, want: object) -> None:
    empty = Notice(reference="1234")
    data = settled(empty, {name: said}).notice.to_json()
    first, _, rest = name.partition(".")
    assert (data[first][rest] if rest else data[first]) == want  # type: ignore[index]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reference": "999"}, "nothing_to_settle"),
        ({"title.en": "Another"}, "nothing_to_settle"),
        ({"colour": "blue"}, "unknown_field"),
        ({"title.de": "Assistent"}, "unknown_field"),
        ({"conflicts": "[]"}, "unknown_field"),
        ({"evidence": "{}"}, "unknown_field"),
        ({"reference.x": "1"}, "unknown_field"),
        ({"pending_budget_approval": "perhaps"}, "bad_answer"),
        ({"info_sessions": "tomorrow"}, "bad_answer"),
        ({"info_sessions": "[" * 100_000}, "bad_answer"),
    ],
)
def test_what_is_stated_stands_and_what_is_no_value_is_refused(given: dict[str, str], code: str) -> None:
    with pytest.raises(BadInput) as refused:
        settled(ONE, given)
    assert (refused.value.code, refused.value.details["field"]) == (code, *given)


def test_a_stated_value_no_vacancy_can_take_may_be_given_anew() -> None:
    assert settled(ONE, {"clearance": "NC"}, unusable={"clearance"}).notice.clearance == "NC"


def test_a_conflict_of_values_beside_one_of_words_is_settled_by_value() -> None:
    assert [offer.renewable_years for offer in settled(TWO, {"contracts.1": "fr"}).notice.contracts] == [4]


def test_the_notice_read_is_not_changed() -> None:
    before = TWO.model_dump_json()
    settled(TWO, ALL | {"deadline": "2030-01-01"})
    assert TWO.model_dump_json() == before
