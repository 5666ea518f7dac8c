"""Hires in flight elsewhere: what a file may say, and how a case begins that was not begun here."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from config.files import load_calendar
from domain.acts import ACTS
from domain.announcements import messages_of
from domain.hire import HireState, fold
from domain.importing import Ledger, Origin, begin, objections
from domain.importing_file import NOT_IMPORTED, OPTIONAL, REQUIRED, STAGES, Row, read
from domain.messages import Step
from domain.moment import Moment
from domain.turns import age, by_party, turns
from domain.waiting import why
from domain.words import ConditionState, PostState, Stage
from tests.world import BEGIN, World, now

POST = "250442-1"
GOOD = {
    "source_id": "OLD-7",
    "name": "Ada Example",
    "email": "ada@example.org",
    "language": "fr",
    "vacancy": "250442",
    "stage": "conditions",
    "received_at": "2026-02-02T09:00:00+01:00",
    "nationalities": "IT;FR",
    "status": "external",
    "seconded_by": "",
    "owner": "",
    "post": POST,
    "conditions": "verification=confirmed::V-1",
    "enters_on": "",
}
MET = (
    "clearance=granted:2030-05-01;clearance.fr=granted:2030-05-01:C-9;medical=fit:2027-01-31;verification=confirmed;accreditation=accepted"
)
OPEN: Mapping[str, Ledger] = {POST: Ledger(PostState.OPEN, True), "250442-2": Ledger(PostState.RESERVED, True)}


def text(*rows: dict[str, str]) -> str:
    names = list(GOOD)
    return "\n".join([",".join(names), *(",".join({**GOOD, **row}[name] for name in names) for row in rows)]) + "\n"


def row(**said: str) -> Row:
    [found], wrong = read(text(said))
    assert not wrong
    return found


def moment(world: World) -> Moment:
    return Moment(world.at, "person:helga", world.published[0], load_calendar("hq-brussels"))


def against(**said: str) -> list[tuple[str, str]]:
    return [(wrong.column, wrong.right) for wrong in objections(row(**said), moment(World()), OPEN, {"ines"})]


AT: dict[Stage, dict[str, str]] = {
    **{stage: {"stage": str(stage), "post": "", "conditions": ""} for stage in STAGES[:4]},
    Stage.OFFER: {"stage": "conditional_offer", "conditions": ""},
    Stage.CONDITIONS: {},
    Stage.CONTRACT: {"stage": "contract_offer", "conditions": MET},
    Stage.ENTRY: {"stage": "entry_on_duty", "conditions": MET, "enters_on": "2026-06-01"},
}


# ---- the file --------------------------------------------------------------------------------------------------------------


def test_every_column_is_required_or_may_be_left_out() -> None:
    assert set(GOOD) == {*REQUIRED, *OPTIONAL}
    assert row().nationalities == ("IT", "FR")


@pytest.mark.parametrize(
    ("column", "wrong"),
    [
        ("source_id", "a b"),
        ("source_id", ""),
        ("name", ""),
        ("email", "nobody"),
        ("language", "de"),
        ("vacancy", "?"),
        ("stage", "hired"),
        ("received_at", "2026-02-02"),
        ("received_at", "2026-02-02T09:00:00"),
        ("received_at", "soon"),
        ("nationalities", "Italy"),
        ("nationalities", ""),
        ("status", "a colleague"),
        ("seconded_by", "Italy"),
        ("owner", "Inês"),
        ("post", "the first"),
        ("conditions", "cleared"),
        ("conditions", "clearance=perhaps"),
        ("conditions", "medical=fit:soon"),
        ("conditions", "medical=fit;medical=fit"),
        ("conditions", "medical=fit:2027-01-01:a grave thing"),
        ("enters_on", "1 June"),
    ],
)
def test_a_value_that_cannot_be_read_is_named_by_line_and_column_and_never_repeated(column: str, wrong: str) -> None:
    rows, [mistake] = read(text({}, {"source_id": "OLD-8", "post": "", "conditions": "", "stage": "screening", column: wrong}))
    assert (len(rows), mistake.line, mistake.column) == (1, 3, column)
    assert mistake.right
    assert len(wrong) < 3 or wrong not in mistake.right, "what stands in a file is personal"


@pytest.mark.parametrize("stage", NOT_IMPORTED)
def test_what_cannot_be_imported_says_why(stage: Stage) -> None:
    _, [mistake] = read(text({"stage": str(stage)}))
    assert (mistake.column, mistake.right) == ("stage", NOT_IMPORTED[stage])
    assert set(NOT_IMPORTED) | set(STAGES) == set(Stage)


def test_columns_are_known_and_named_once() -> None:
    _, wrong = read("source_id,name,name,colour\n")
    assert {(x.line, x.column) for x in wrong} >= {(1, "name"), (1, "colour"), (1, "email")}


def test_a_line_has_as_many_fields_as_there_are_columns() -> None:
    _, [wrong] = read(text({}) + "OLD-9,short\n")
    assert (wrong.line, wrong.column) == (3, "")


def test_one_hire_per_person_and_one_per_post() -> None:
    _, wrong = read(text({}, {}, {"source_id": "OLD-8"}))
    assert [(x.line, x.column) for x in wrong] == [(3, "source_id"), (3, "post"), (4, "post")]


def test_quotes_are_read_and_a_broken_one_is_a_mistake() -> None:
    [found], _ = read(text({"name": '"Example, Ada"'}))
    assert found.name == "Example, Ada"
    assert read(text({"name": '"Ada" Example'}))[1]


# ---- what fits the vacancy -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", STAGES)
def test_a_good_row_of_each_stage_has_no_objection(stage: Stage) -> None:
    assert against(**AT[stage]) == []


@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"received_at": "2026-04-02T09:00:00+01:00"}, "received_at", "past"),
        ({"owner": "marc"}, "owner", "HR"),
        ({"post": ""}, "post", POST),
        ({"post": "250442-9"}, "post", POST),
        ({"post": "250442-2"}, "post", "reserved"),
        ({"stage": "screening", "conditions": ""}, "post", "nothing"),
        ({"stage": "screening", "post": ""}, "conditions", "nothing"),
        ({"enters_on": "2026-06-01"}, "enters_on", "nothing"),
        ({"stage": "entry_on_duty", "conditions": MET}, "enters_on", "agreed"),
        ({"stage": "entry_on_duty", "conditions": MET, "enters_on": "2026-03-01"}, "enters_on", "later"),
        ({"stage": "contract_offer"}, "conditions", "missing: clearance"),
        ({"conditions": "secondment=agreed"}, "conditions", "not needed"),
        ({"conditions": "clearance=refused:2030-05-01"}, "conditions", "granted"),
        ({"conditions": "clearance=granted"}, "conditions", "last day"),
        ({"conditions": "medical=fit"}, "conditions", "last day"),
        ({"conditions": "medical=fit:2026-03-01"}, "conditions", "expired"),
        ({"conditions": MET}, "stage", "contract_offer"),
        ({"stage": "entry_on_duty", "conditions": MET, "enters_on": "2027-02-15"}, "conditions", "valid on 2027-02-15"),
    ],
)
def test_what_does_not_fit_is_said_with_what_would(said: dict[str, str], column: str, words: str) -> None:
    assert any(at == column and words in right for at, right in against(**said)), against(**said)


def test_a_contract_is_not_imported_on_a_post_without_funds() -> None:
    unfunded = {POST: Ledger(PostState.OPEN, False)}
    found = objections(row(**AT[Stage.CONTRACT]), moment(World()), unfunded, ())
    assert {wrong.column for wrong in found} == {"post", "conditions"}  # the budget is a condition, too
    assert objections(row(), moment(World()), unfunded, ()) == []


def test_a_late_application_is_not_imported() -> None:
    world = World()
    world.close()
    assert against_at(world, received_at="2026-03-17T00:00:01+01:00") == ["received_at"]


def against_at(world: World, **said: str) -> list[str]:
    return [wrong.column for wrong in objections(row(**said), moment(world), OPEN, ())]


# ---- how a case begins -----------------------------------------------------------------------------------------------------


def take_over(world: World, found: Row) -> str:
    """The case of a row, as the desk would write it; the vacancy hears of its post."""
    case = f"hire/i{found.line}"
    world.store.cases[case] = ("250442", "P-imported")
    world.store.applications["A-imported"] = {}
    m = moment(world)
    state, facts = begin(found, Origin("f" * 64, "helga", case, "P-imported", "A-imported"), m, funded=True)
    told = messages_of(state, tuple(facts))
    step = Step(case=case, after=0, step="import/x/2", at=m.at, actor=m.actor, facts=tuple(facts), messages=tuple(told))
    now(world.store.append(step))
    assert fold(world.store.journals[case]).model_dump(exclude={"seen_steps"}) == state.model_dump(exclude={"seen_steps"})
    world.go_on(case)
    world.pump()
    return case


@pytest.mark.parametrize("stage", STAGES)
def test_a_case_begins_at_its_stage_with_its_clocks_and_no_letter(stage: Stage) -> None:
    world = World()
    case = take_over(world, row(**AT[stage]))
    state = world.hire(case)
    assert (state.stage, state.imported and state.imported.line) == (stage, 2)
    assert (state.post, world.vacancy().posts[POST].hire) == ((POST, case) if stage in list(AT)[4:] else ("", None))
    assert not world.store.letters
    assert state.deadlines or state.askable() == [], "something has a date, or somebody was asked"
    assert all(d.started_at == world.at for d in state.deadlines.values())
    assert why(world.store.journals[case], ACTS).waits


def test_only_at_screening_do_the_checks_run() -> None:
    for stage, runs in ((Stage.SCREENING, True), (Stage.SHORTLISTING, False)):
        world = World()
        case = take_over(world, row(**AT[stage]))
        assert (world.hire(case).judged is not None) is runs


def test_conditions_met_elsewhere_are_marked_and_the_others_are_asked_here() -> None:
    world = World()
    case = take_over(world, row())
    conditions = world.hire(case).conditions
    assert conditions["verification"].state is ConditionState.SATISFIED
    assert conditions["verification"].reference == "imported:V-1"
    assert {slot for slot, c in conditions.items() if c.state is ConditionState.REQUESTED} == {"clearance", "clearance.fr", "medical"}


def test_an_imported_hire_goes_on_to_the_first_day_and_its_post_is_filled() -> None:
    world = World()
    case = take_over(world, row(nationalities="BE"))
    world.answer(case, "clearance", "medical", "accreditation")
    assert world.hire(case).stage is Stage.CONTRACT
    world.act(case, "propose_contract")
    world.act(case, "approve_contract", "hr.head", sha256=world.hire(case).terms_sha256)
    world.tell(case, "contract.signed", signed=True)
    world.tell(case, "duty.entered", entered_on=world.hire(case).enters_on and world.hire(case).enters_on.isoformat())  # type: ignore[union-attr]
    world.pump()
    assert world.vacancy().posts[POST].state is PostState.FILLED


def test_an_imported_hire_that_leaves_frees_its_post() -> None:
    world = World()
    case = take_over(world, row())
    world.tell(case, "application.withdrawn")
    world.pump()
    assert world.vacancy().posts[POST].state is PostState.OPEN


def test_a_post_that_is_gone_is_a_need_until_a_person_claims_another() -> None:
    world = World()
    first = take_over(world, row())
    second = take_over(world, row(source_id="OLD-8").model_copy(update={"line": 3}))
    state = world.hire(second)
    assert (state.post, state.post_refused, world.vacancy().posts[POST].hire) == ("", POST, first)
    assert "claim_post" in state.needs()
    assert "claim_post" in [wait.code for wait in why(world.store.journals[second], ACTS).waits]
    world.act(second, "claim_post", post="nowhere")
    world.pump()
    assert "claim_post" in world.hire(second).needs()
    world.act(second, "claim_post", post="250442-2")
    world.pump()
    assert (world.hire(second).post, world.hire(second).needs()) == ("250442-2", [])
    assert world.vacancy().posts["250442-2"].hire == second


def test_the_age_of_an_imported_case_is_counted_from_the_import() -> None:
    world = World()
    case = take_over(world, row())
    world.forward(days=3)
    journal = world.store.journals[case]
    assert age(journal, world.at) == timedelta(days=3)
    assert sum((t.length for t in turns(journal, world.at)), timedelta()) == timedelta(days=3)
    assert by_party(turns(journal, world.at))
    assert world.hire(case).received_at == datetime(2026, 2, 2, 8, tzinfo=UTC)


def test_nothing_personal_stands_in_the_journal() -> None:
    world = World()
    case = take_over(world, row())
    said: Any = [entry.model_dump_json() for entry in world.store.journals[case]]
    assert not any(word in line for line in said for word in ("Ada", "example.org", "OLD-7"))


def test_what_the_file_says_of_the_entry_stands_in_the_case() -> None:
    world = World()
    state: HireState = world.hire(take_over(world, row(**AT[Stage.ENTRY])))
    assert (state.signed, state.enters_on, state.all_settled) == (True, date(2026, 6, 1), True)
    assert state.deadlines["entry"].started_at == BEGIN
