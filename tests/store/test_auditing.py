"""What an auditor asks of the log: who did what, outside the normal path or in it; how a case stood on a day; what one fact changed."""

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from acts.auditing import Auditing
from acts.desk import Desk
from domain.errors import BadInput, NotFound
from domain.log.trail import Trace, Wanted
from domain.looking import Reader
from store.database import Database, migrate
from store.queries import Queries
from store.reads import Reads
from store.trail import Trail
from tests.kept import competition, written
from tests.world import BEGIN

FIRST, SECOND, THIRD = "hire/h002", "hire/h004", "hire/h006"
ALL = Wanted()


@pytest.fixture(scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "muster.db"
    await migrate(f"sqlite+aiosqlite:///{path}")
    db = await Database.open(f"sqlite+aiosqlite:///{path}")
    await written(db, competition())
    await db.close()
    return path


@pytest.fixture
async def db(whole: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite+aiosqlite:///{shutil.copy(whole, tmp_path / 'muster.db')}")
    yield opened
    await opened.close()


@pytest.fixture
def auditing(db: Database) -> Auditing:
    return Auditing(db, Queries(db), lambda: None, Reader("person:auditor"))


async def test_the_whole_log_comes_in_its_order_page_after_page(auditing: Auditing) -> None:
    whole = await auditing.search(ALL, limit=None)
    assert [trace.position for trace in whole] == list(range(len(whole)))
    pages, after = [], -1
    while page := await auditing.search(ALL, after=after, limit=17):
        pages += page
        after = page[-1].position
    assert pages == whole
    assert {trace.leaf for trace in whole} == {"fact", "event", "effect"}
    assert all(trace.what and trace.actor for trace in whole)


async def test_one_looks_by_case_actor_fact_period_and_policy(auditing: Auditing) -> None:
    whole = await auditing.search(ALL, limit=None)

    async def found(wanted: Wanted = ALL, **more: str) -> set[int]:
        return {trace.position for trace in await auditing.search(wanted, limit=None, **more)}  # type: ignore[arg-type]

    assert await found(Wanted(streams=frozenset({SECOND}))) == {t.position for t in whole if t.stream == SECOND}
    by_head = {t.position for t in whole if "person:hr.head" in (t.actor, t.second)}
    assert await found(Wanted(actor="hr.head")) == await found(Wanted(actor="person:hr.head")) == by_head != set()
    assert await found(Wanted(actor="partner:portal", leaf="event")) == {
        t.position for t in whole if t.leaf == "event" and "portal" in t.actor
    }
    waived = await auditing.search(Wanted(what=frozenset({"condition_waived"})))
    assert [(t.stream, t.actor, t.second, t.reason) for t in waived] == [(FIRST, "person:hr.head", "person:hr.officer", "employer_gone")]
    early = BEGIN + timedelta(days=1)
    assert await found(Wanted(since=early)) | await found(Wanted(until=early)) == await found()
    assert await found(Wanted(since=early)) & await found(Wanted(until=early)) == set()
    assert await found(policy="standard") == await found(vacancy="250442") != set()
    assert await found(policy="standard@1999.1") == await found(policy="none") == set()


async def test_looking_for_a_person_takes_a_purpose_and_leaves_a_trace_in_their_case(auditing: Auditing, db: Database) -> None:
    with pytest.raises(BadInput):
        await auditing.search(ALL, candidate=FIRST)
    assert await Reads(db).of(FIRST) == []
    traces = await auditing.search(ALL, candidate=FIRST, purpose="complaint")
    assert {trace.stream for trace in traces} == {FIRST}
    (read,) = await Reads(db).of(FIRST)
    assert (read["reader"], read["what"], read["purpose"]) == ("person:auditor", ["identity"], "complaint")
    (seen,) = await auditing.search(Wanted(leaf="read"))
    assert (seen.stream, seen.actor, seen.what, seen.reason) == (FIRST, "person:auditor", "read", "complaint")
    with pytest.raises(NotFound):
        await auditing.search(ALL, candidate="nobody", purpose="complaint")


async def test_a_trace_tells_no_outcome_and_no_name(auditing: Auditing) -> None:
    said = " ".join(trace.model_dump_json() for trace in await auditing.search(ALL, limit=None))
    assert "granted" not in said
    assert "Ada" not in said


async def test_every_act_outside_the_normal_path_is_marked_with_who_second_person_and_reason(auditing: Auditing) -> None:
    found = await auditing.interventions(ALL, vacancy="250442")
    assert [(t.intervention, t.what, t.actor, t.second, t.reason) for t in found] == [
        ("hold", "held", "person:hr.officer", "", "candidate_asked"),
        ("hold", "resumed", "person:hr.head", "", ""),
        ("waiver", "waiver_proposed", "person:hr.officer", "", "employer_gone"),
        ("waiver", "condition_waived", "person:hr.head", "person:hr.officer", "employer_gone"),
    ]


async def test_a_hire_is_shown_as_it_was_at_each_of_its_facts(auditing: Auditing, db: Database) -> None:
    entries = await Queries(db).entries(FIRST)
    held = next(entry for entry in entries if entry.fact.kind == "held")
    then = await auditing.as_of(FIRST, held.at)
    assert (then["held"], then["stage"], then["number"]) == (True, "conditions", max(e.number for e in entries if e.at <= held.at))
    assert {each["condition"]: each["state"] for each in then["conditions"]}["verification"] != "waived"
    now = await auditing.as_of(FIRST, entries[-1].at)
    row = await Desk(db).read_by(None).hire(FIRST)
    assert {name: now[name] for name in ("stage", "needs", "next_deadline", "number")} == {
        name: row[name] for name in ("stage", "needs", "next_deadline", "number")
    }
    assert {each["key"]: each for each in now["deadlines"]} == {each["key"]: each for each in row["deadlines"]}
    due = {each["key"]: each["due_at"] for each in then["deadlines"]}
    assert any(each["due_at"] > due[each["key"]] for each in now["deadlines"] if each["key"] in due), "the hold moved them afterwards"
    assert (then["policy"]["name"], then["policy"]["version"]) == ("standard", (await Desk(db).vacancy("250442"))["rules"]["version"])
    with pytest.raises(NotFound):
        await auditing.as_of(FIRST, BEGIN - timedelta(days=1))


async def test_looking_at_an_answer_as_of_a_day_leaves_a_trace_and_before_there_was_one_it_leaves_none(
    auditing: Auditing, db: Database
) -> None:
    entries = await Queries(db).entries(FIRST)
    await auditing.as_of(FIRST, next(entry.at for entry in entries if entry.fact.kind == "held"))
    assert await Reads(db).of(FIRST) == []
    await auditing.as_of(FIRST, entries[-1].at)
    (read,) = await Reads(db).of(FIRST)
    assert (read["what"], read["about"]) == (["clearance"], f"as_of/{len(entries)}")


async def test_what_one_fact_changed_is_told_field_by_field(auditing: Auditing, db: Database) -> None:
    entries = await Queries(db).entries(FIRST)
    number = next(entry.number for entry in entries if entry.fact.kind == "condition_waived")
    found = await auditing.diff(FIRST, number)
    assert found["fact"]["kind"] == "condition_waived"
    changed = {(each["of"], each["field"]): (each["was"], each["is"]) for each in found["changes"]}
    assert changed[("conditions:verification", "state")][1] == "waived"
    assert all(was != now for was, now in changed.values())
    with pytest.raises(NotFound):
        await auditing.diff(FIRST, len(entries) + 1)


async def test_the_report_counts_all_of_it_and_names_every_adverse_ending(auditing: Auditing) -> None:
    found = await auditing.report()
    whole = await auditing.search(ALL, limit=None)
    assert sum(found.counts.values()) == len(whole)
    assert [(each.case, each.decided_by, each.named) for each in found.adverse] == [(SECOND, "person:hr.head", True)]
    assert ("person:hr.head", "person:hr.officer") in {(each.actor, each.second) for each in found.pairs}
    assert found.decisions["person:hr.head"]["condition_waived"] == 1
    assert [each.what for each in found.interventions] == ["held", "resumed", "waiver_proposed", "condition_waived"]
    assert (found.faults, found.completeness.complete) == ([], True)
    nothing = await auditing.report(since=BEGIN + timedelta(days=4000))
    assert (nothing.counts, nothing.adverse, nothing.interventions) == ({}, (), ())


async def test_an_adverse_ending_without_a_person_is_a_fault_of_the_report(auditing: Auditing) -> None:
    found = await auditing.report()
    nobody = found.adverse[0].model_copy(update={"decided_by": "muster"})
    alone = found.pairs[0].model_copy(update={"second": found.pairs[0].actor})
    bad = found.model_copy(update={"adverse": (nobody,), "pairs": (alone,)})
    assert [fault.split()[0] for fault in bad.faults] == ["unnamed", "one_person"]


async def test_a_look_goes_through_a_stretch_of_the_log_and_says_where_to_go_on(db: Database, auditing: Auditing) -> None:
    whole, trail = await auditing.search(ALL, limit=None), Trail(db, window=7)
    asked = {"actor": "hr_officer"}, {"actor": "nobody.yet"}, {"interventions": True}, {"what": {"screened"}}
    for wanted in map(Wanted.model_validate, asked):
        found: list[Trace] = []
        looks = 0
        beyond: int | None = -1
        while beyond is not None:
            looked = await trail.look(wanted, beyond)
            found, beyond, looks = found + looked.traces, looked.beyond, looks + 1
        assert looks == -(-len(whole) // 7)
        assert found == [trace for trace in whole if wanted.has(trace)]
