from datetime import date

import pytest

from domain.conditions import (
    ALWAYS,
    LEVELS,
    TABLE,
    ConditionTable,
    authority_for,
    clearance_ask,
    ending_for,
    level_suffices,
    needed,
    ready,
    refuses,
    satisfies,
    valid_on,
)
from domain.errors import BadInput
from domain.rules import DEADLINE_KEYS, ConditionRule, Rules
from domain.words import Condition, Ending, Outcome, Party

C = Condition
RULES = Rules(
    name="test",
    version="1",
    calendar="hq",
    deadlines={},
    conditions={c: ConditionRule(after=(C.CLEARANCE, C.MEDICAL) if c is C.ACCREDITATION else ()) for c in C},
)


def test_every_condition_has_its_line() -> None:
    assert set(TABLE) == set(Condition)
    assert all(row.condition is condition for condition, row in TABLE.items())


@pytest.mark.parametrize("row", TABLE.values(), ids=TABLE.keys())
def test_an_answer_settles_one_way_only(row: ConditionTable) -> None:
    assert row.satisfied_by
    assert row.refused_by
    assert not row.satisfied_by & row.refused_by
    assert not (row.satisfied_by | row.refused_by) & row.undecided


def test_every_deadline_of_a_condition_is_one_the_policy_gives() -> None:
    keys = {row.deadline_key for row in TABLE.values()} | {row.papers_key for row in TABLE.values() if row.papers_key}
    assert keys <= set(DEADLINE_KEYS)


def test_every_outcome_belongs_to_some_condition() -> None:
    assert {o for row in TABLE.values() for o in row.outcomes} == set(Outcome)


@pytest.mark.parametrize(
    ("condition", "outcome", "settles"),
    [
        (C.CLEARANCE, Outcome.GRANTED, "satisfied"),
        (C.CLEARANCE, Outcome.REFUSED, "refused"),
        (C.CLEARANCE, Outcome.WITHDRAWN, "refused"),
        (C.CLEARANCE, Outcome.INTERIM, "neither"),
        (C.MEDICAL, Outcome.FIT, "satisfied"),
        (C.MEDICAL, Outcome.FIT_WITH_ADJUSTMENTS, "satisfied"),
        (C.MEDICAL, Outcome.UNFIT, "refused"),
        (C.VERIFICATION, Outcome.CONFIRMED, "satisfied"),
        (C.VERIFICATION, Outcome.PARTLY, "neither"),
        (C.VERIFICATION, Outcome.NOT_CONFIRMED, "refused"),
        (C.ACCREDITATION, Outcome.ACCEPTED, "satisfied"),
        (C.ACCREDITATION, Outcome.REFUSED, "refused"),
        (C.SECONDMENT, Outcome.AGREED, "satisfied"),
        (C.SECONDMENT, Outcome.REFUSED, "refused"),
        (C.BUDGET, Outcome.APPROVED, "satisfied"),
        (C.BUDGET, Outcome.REFUSED, "refused"),
        (C.BUDGET, Outcome.FIT, "neither"),
    ],
)
def test_what_an_answer_settles(condition: Condition, outcome: Outcome, settles: str) -> None:
    found = "satisfied" if satisfies(condition, outcome) else "refused" if refuses(condition, outcome) else "neither"
    assert found == settles


@pytest.mark.parametrize(
    ("seconded", "funded", "extra"),
    [(False, True, []), (True, True, [C.SECONDMENT]), (False, False, [C.BUDGET]), (True, False, [C.SECONDMENT, C.BUDGET])],
)
@pytest.mark.parametrize("fast_track", [False, True])
def test_the_four_are_always_needed_and_the_others_when_they_apply(
    seconded: bool, funded: bool, extra: list[Condition], fast_track: bool
) -> None:
    assert needed(seconded=seconded, funded=funded, fast_track=fast_track) == [*ALWAYS, *extra]


@pytest.mark.parametrize(
    ("condition", "partner"),
    [
        (C.CLEARANCE, "nation-no"),
        (C.MEDICAL, "medical"),
        (C.VERIFICATION, "verification"),
        (C.ACCREDITATION, "host-nation"),
        (C.SECONDMENT, "administration-tr"),
        (C.BUDGET, "budget"),
    ],
)
def test_each_condition_knows_whom_to_ask(condition: Condition, partner: str) -> None:
    assert authority_for(condition, nation="NO", seconded_by="TR") == partner


def test_a_clearance_without_a_nation_cannot_be_asked_for() -> None:
    with pytest.raises(BadInput, match="nation"):
        authority_for(C.CLEARANCE)


def test_the_papers_of_the_candidate_come_first_for_clearance_and_medical() -> None:
    assert {c: row.papers_key for c, row in TABLE.items() if row.papers_key} == {C.CLEARANCE: "clearance_forms", C.MEDICAL: "medical_file"}
    assert TABLE[C.CLEARANCE].party is Party.NATION


def test_accreditation_waits_for_clearance_and_medical() -> None:
    assert ready(C.CLEARANCE, set(), RULES)
    assert not ready(C.ACCREDITATION, {C.CLEARANCE}, RULES)
    assert ready(C.ACCREDITATION, {C.CLEARANCE, C.MEDICAL}, RULES)


def test_nothing_waits_for_a_condition_this_hire_does_not_have() -> None:
    rules = RULES.model_copy(update={"conditions": {**RULES.conditions, C.ACCREDITATION: ConditionRule(after=(C.SECONDMENT,))}})
    assert not ready(C.ACCREDITATION, set(), rules)
    assert ready(C.ACCREDITATION, set(), rules, required=needed(seconded=False, funded=True))


@pytest.mark.parametrize(
    ("condition", "refused", "not_received"),
    [
        (C.CLEARANCE, Ending.CLEARANCE_REFUSED, Ending.CLEARANCE_NOT_RECEIVED),
        (C.MEDICAL, Ending.MEDICALLY_UNFIT, Ending.CONDITIONAL_OFFER_LAPSED),
        (C.VERIFICATION, Ending.VERIFICATION_FAILED, Ending.VERIFICATION_FAILED),
        (C.ACCREDITATION, Ending.ACCREDITATION_REFUSED, Ending.ACCREDITATION_REFUSED),
        (C.SECONDMENT, Ending.SECONDMENT_REFUSED, Ending.SECONDMENT_REFUSED),
        (C.BUDGET, Ending.BUDGET_REFUSED, Ending.BUDGET_REFUSED),
    ],
)
def test_how_a_hire_ends_when_the_offer_is_withdrawn(condition: Condition, refused: Ending, not_received: Ending) -> None:
    assert ending_for(condition, refused=True) is refused
    assert ending_for(condition, refused=False) is not_received


@pytest.mark.parametrize("held", [*LEVELS, "NU", "secret"])
@pytest.mark.parametrize("wanted", LEVELS)
def test_a_higher_level_suffices_and_an_unknown_one_never(held: str, wanted: str) -> None:
    assert level_suffices(held, wanted) == (held in LEVELS and LEVELS.index(held) >= LEVELS.index(wanted))


@pytest.mark.parametrize(
    ("on_file", "fast_track", "ask"),
    [
        ("NS", True, "confirmation"),
        ("CTS", True, "confirmation"),
        ("NC", True, "upgrade"),
        (None, True, "clearance"),
        ("NS", False, "clearance"),
    ],
)
def test_a_fast_track_confirms_or_upgrades_what_is_on_file(on_file: str | None, fast_track: bool, ask: str) -> None:
    assert clearance_ask("NS", on_file, fast_track=fast_track) == ask


def test_a_result_serves_on_its_last_day() -> None:
    assert valid_on(date(2025, 4, 2), date(2025, 4, 2))
    assert not valid_on(date(2025, 4, 2), date(2025, 4, 3))
    assert valid_on(None, date(2099, 1, 1))
