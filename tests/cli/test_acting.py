"""One command per act, made from the table: what is typed arrives at the desk as the act's own model would write it."""

import typing
from datetime import date, datetime
from enum import Enum
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from acts.arguments import bare
from cli.acting import LOOKED_UP, MEANS, WOULD_END, command_name
from cli.vacancy import OWN
from domain import competition
from domain.acts import ACTS
from domain.words import Ending
from tests.cli.conftest import Muster
from tests.cli.fakes import CASE, FakeDesk

EXAMPLES: dict[Any, tuple[str, Any]] = {
    int: ("7", 7),
    datetime: ("2027-03-02T10:00+01:00", "2027-03-02T10:00:00+01:00"),
    date: ("2027-03-02", "2027-03-02"),
    str: ("some_code", "some_code"),
}

#: Words with a grammar of their own.
NARROW: dict[str, tuple[str, Any]] = {
    "sha256": ("a" * 64,) * 2,
    "condition": ("clearance.fr",) * 2,
    "pay_amount": ("4000.00",) * 2,
    "pay_currency": ("EUR",) * 2,
}


def example(name: str, field: FieldInfo) -> tuple[list[str], Any]:
    """Words for one option, and the value they should arrive as."""
    if typing.get_origin(field.annotation) is dict:
        return [f"--{command_name(name)}", "1=80", f"--{command_name(name)}", "2=70"], {"1": 80, "2": 70}
    if typing.get_origin(field.annotation) is tuple:
        one = bare(typing.get_args(field.annotation)[0])
        typed, value = (next(iter(one)).value,) * 2 if issubclass(one, Enum) else EXAMPLES[one]
        return [f"--{command_name(name)}", typed], [value]
    kind, flag = bare(field.annotation), f"--{command_name(name)}"
    if kind is bool:
        return [flag], True
    if issubclass(kind, Enum):
        value = next(iter(kind)).value
        return [flag, value], value
    typed, value = NARROW.get(name) or EXAMPLES[kind]
    return [flag, typed], value


def confirmed(name: str) -> list[str]:
    """What ends a hire shows first what it takes back."""
    return ["--yes"] if name in WOULD_END else []


def test_a_withdrawal_shows_first_what_it_takes_back(muster: Muster, desk: FakeDesk) -> None:
    said = muster("hire", "withdraw", CASE, "--as", "ines", "--reason", "family_reasons")
    assert said.code == 0
    assert "recall_request" in said.out
    assert "Nothing is done yet" in said.out
    assert desk.asked == [("undo", CASE, Ending.WITHDRAWN)]


@pytest.mark.parametrize("name", ACTS)
def test_every_act_can_be_done_with_all_its_words(name: str, muster: Muster, desk: FakeDesk) -> None:
    given = {each: example(each, field) for each, field in ACTS[name].args.model_fields.items()}
    words = [word for typed, _ in given.values() for word in typed]
    said = muster("hire", command_name(name), CASE, "--as", "ines", *words, *confirmed(name))
    assert (said.code, said.err) == (0, "")
    assert desk.asked == [("act", "ines", CASE, name, {each: value for each, (_, value) in given.items()}, None)]


@pytest.mark.parametrize("name", ACTS)
def test_the_required_words_are_enough(name: str, muster: Muster, desk: FakeDesk) -> None:
    required = {each: example(each, field) for each, field in ACTS[name].args.model_fields.items() if field.is_required()}
    said = muster(
        "hire", command_name(name), CASE, "--as", "ines", *(word for typed, _ in required.values() for word in typed), *confirmed(name)
    )
    assert said.code == 0
    assert desk.asked[0][4] == {each: value for each, (_, value) in required.items()}


def test_every_argument_of_every_act_is_explained() -> None:
    on_vacancies = [act for act in competition.ACTS.values() if act.name not in OWN]
    models = [act.args for act in ACTS.values()] + [act.args for act in on_vacancies]
    assert {name for model in models for name in model.model_fields} - LOOKED_UP == set(MEANS)


def test_help_says_who_may_and_at_which_stage(muster: Muster) -> None:
    said = muster("hire", "mark-interview", "--help").out
    assert "Mark the interview (0-100)" in said
    assert "board_chair, board_member" in said
    assert "At stage: interview." in said


def test_a_yes_or_no_must_be_said(muster: Muster, desk: FakeDesk) -> None:
    assert muster("hire", "screen", CASE, "--as", "ines").code == 2
    assert muster("hire", "screen", CASE, "--as", "ines", "--not-eligible", "--reason", "no_degree").code == 0
    assert desk.asked == [("act", "ines", CASE, "screen", {"eligible": False, "reason": "no_degree"}, None)]


def test_the_person_may_come_from_the_environment(muster: Muster, desk: FakeDesk) -> None:
    assert muster("hire", "resume", CASE, env={"MUSTER_PERSON": "tom"}).code == 0
    assert desk.asked[0][1] == "tom"


def test_nobody_acts_without_saying_who(muster: Muster, desk: FakeDesk) -> None:
    said = muster("hire", "resume", CASE)
    assert (said.code, desk.asked) == (2, [])
    assert "--as" in said.err


def test_a_case_may_be_given_without_its_prefix(muster: Muster, desk: FakeDesk) -> None:
    muster("hire", "resume", CASE.removeprefix("hire/"), "--as", "ines")
    assert desk.asked[0][2] == CASE


def test_a_request_key_travels_along(muster: Muster, desk: FakeDesk) -> None:
    muster("hire", "resume", CASE, "--as", "ines", "--request", "k1")
    assert desk.asked[0][5] == "k1"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("hold", CASE, "--reason", "Free text about Anna"), "such as profile_matches"),
        (("hold", CASE, "--reason", "budget", "--until", "2027-03-02T10:00"), "say the zone"),
        (("hold", CASE, "--reason", "budget", "--until", "tomorrow"), "not a moment"),
        (("propose-contract", CASE, "--enters-on", "1.9.2027"), "not a day"),
        (("mark-interview", CASE, "--score", "101"), "less than or equal to 100"),
        (("approve-contract", CASE, "--sha256", "abc"), "--sha256"),
        (("about-nothing", CASE), "No such command"),
    ],
)
def test_wrong_words_are_refused_before_the_system_is_asked(words: tuple[str, ...], says: str, muster: Muster, desk: FakeDesk) -> None:
    said = muster("hire", *words, "--as", "ines")
    assert (said.code, desk.asked) == (2, [])
    assert says in " ".join(said.err.split())


def test_a_receipt_is_a_sentence_or_one_object(muster: Muster) -> None:
    words = ("hire", "screen", CASE, "--eligible", "--as", "ines")
    assert muster(*words).out == f"Done. {CASE} is at number 12 of its journal (stage: shortlisting).\n"
    assert muster(*words, "--json").json == {"case": CASE, "number": 12, "stage": "shortlisting", "ending": None, "over": False}
