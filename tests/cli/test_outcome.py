"""How commands end: one code per family of problems, a sentence, never a traceback."""

import json

import pytest

from cli.outcome import MEANING, exit_code
from domain import errors
from domain.errors import Problem
from tests.cli.conftest import Muster
from tests.cli.fakes import CASE, FakeDesk

CODES = {
    errors.BadInput: 2,
    errors.NotANotice: 2,
    errors.NotFound: 3,
    errors.NotAllowed: 4,
    errors.FourEyes: 4,
    errors.NotNow: 4,
    errors.Stale: 4,
    errors.CaseClosed: 4,
    errors.VacancyClosed: 4,
    errors.PostTaken: 4,
    errors.Conflict: 5,
    errors.JournalConflict: 5,
    errors.PartnerUnavailable: 6,
    errors.StoreUnavailable: 6,
    errors.EngineUnavailable: 6,
}


def family(root: type[Problem]) -> set[type[Problem]]:
    return {root}.union(*(family(each) for each in root.__subclasses__() if each.__module__ == "domain.errors"))


def test_every_problem_of_the_tree_has_its_code() -> None:
    assert set(CODES) == family(Problem) - {Problem, errors.Refusal, errors.Trouble}
    assert {kind: exit_code(kind("x")) for kind in CODES} == CODES
    assert exit_code(Problem("x")) == 1
    assert set(CODES.values()) <= set(MEANING)


@pytest.mark.parametrize("kind", CODES, ids=lambda kind: kind.__name__)
def test_a_problem_is_a_sentence_on_standard_error(kind: type[Problem], muster: Muster, desk: FakeDesk) -> None:
    desk.refuses = kind("the case is on hold; resume it first")
    said = muster("hire", "screen", CASE, "--eligible", "--as", "ines")
    assert (said.code, said.out) == (CODES[kind], "")
    assert "the case is on hold; resume it first." in said.err
    assert "Traceback" not in said.err


def test_with_json_a_problem_is_one_object(muster: Muster, desk: FakeDesk) -> None:
    desk.refuses = errors.NotNow("the case is on hold", code="on_hold", stage="screening")
    said = muster("hire", "screen", CASE, "--eligible", "--as", "ines", "--json")
    error = {"code": "on_hold", "message": "the case is on hold", "exit": 4, "details": {"stage": "screening"}}
    assert (said.out, json.loads(said.err)) == ("", {"error": error})


def test_an_unknown_case_is_not_found(muster: Muster) -> None:
    said = muster("hire", "show", "nowhere")
    assert (said.code, said.err) == (3, "Not done: there is no hire hire/nowhere.\n")


def test_a_problem_cannot_write_on_the_terminal(muster: Muster, desk: FakeDesk) -> None:
    desk.refuses = errors.BadInput("bad \x1b[2Jname \u202eevil [red]")
    said = muster("staff", "list")
    assert "\x1b" not in said.err
    assert "\u202e" not in said.err
    assert "[red]" in said.err


def test_trouble_points_to_the_doctor(muster: Muster, desk: FakeDesk) -> None:
    desk.refuses = errors.EngineUnavailable("Temporal does not answer")
    said = muster("recover")
    assert said.err.startswith("Not possible now: Temporal does not answer.\n")
    assert "muster doctor" in said.err
