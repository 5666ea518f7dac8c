"""An import over a real store, on both engines: all of a file or nothing, once, and nothing personal outside its tables."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from acts.carrier import Carrier
from acts.importing import Importing, Preview
from config.files import load_calendar, load_rules, load_vacancy
from domain.competition import publish
from domain.errors import BadInput, Conflict, NotAllowed
from domain.hire import fold
from domain.messages import Step
from domain.moment import Moment
from domain.policies.publication import freeze
from domain.vacancy import Closing
from domain.words import Role, Stage
from store.clock import DoorClock
from store.database import Database
from store.imports import Imports
from store.inbox import Inbox
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from tests.domain.test_importing import MET, text
from tests.store import making as m


@dataclass
class NoEngine(Carrier):
    """A carrier that starts nothing, and remembers what it was told to start."""

    up: set[str] = field(default_factory=set)
    started: list[str] = field(default_factory=list)

    async def running(self, case: str) -> bool:
        return case in self.up

    async def start(self, case: str, delay: timedelta = timedelta()) -> Any:
        self.started.append(case)
        self.up.add(case)


async def desk(db: Database) -> tuple[Importing, NoEngine]:
    """An installation with one published vacancy, its head of HR and an officer."""
    people, clock, engine = People(db), DoorClock(db), NoEngine()
    await clock.set(m.NOON)
    await people.put_staff("helga", "Helga", "helga@muster.example", [Role.HR_HEAD])
    await people.put_staff("ines", "Inês", "ines@muster.example", [Role.HR_OFFICER])
    spec = load_vacancy("250442").model_copy(update={"closing": Closing(date=(m.NOON + timedelta(days=14)).date())})
    frozen = await Vacancies(db).publish(freeze(spec, load_rules("standard"), m.NOON))
    facts = publish(Moment(m.NOON, "person:helga", frozen, load_calendar("hq-brussels"))).facts
    await Records(db).append(Step(case="vacancy/250442", after=0, step="p", at=m.NOON, actor="person:helga", facts=tuple(facts)))
    return Importing(db, people, Queries(db), clock, lambda: engine), engine


FILE = text({}, {"source_id": "OLD-8", "post": "250442-2", "stage": "contract_offer", "conditions": MET, "owner": "ines"}).encode()


def states(found: Preview) -> list[str]:
    return [row.state for row in found.rows]


async def test_a_preview_writes_nothing(db: Database) -> None:
    importing, engine = await desk(db)
    found = await importing.preview("helga", FILE)
    assert (states(found), found.mistakes) == (["new", "new"], ())
    assert await Queries(db).hires() == []
    assert engine.started == []


async def test_a_file_is_begun_once_and_its_stories_run(db: Database) -> None:
    importing, engine = await desk(db)
    done = await importing.carry_out("helga", FILE)
    assert states(done) == ["imported", "imported"]
    first, second = (row.case for row in done.rows)
    assert sorted(engine.started) == sorted([first, second])
    hire = await Queries(db).hire(second)
    assert (hire["stage"], hire["owner"], hire["needs"]) == ("contract_offer", "ines", ["propose_contract"])
    assert (await People(db).contact(hire["candidate"])).language == "fr"
    assert [row["type"] for row in await Queries(db).inbox()] == ["post.claimed", "post.claimed"]
    assert await Queries(db).drift() == []
    again = await importing.carry_out("helga", FILE)
    assert (states(again), [row.case for row in again.rows]) == (["unchanged", "unchanged"], [first, second])
    assert len(await Queries(db).hires()) == 2
    assert len(engine.started) == 2


async def test_no_letter_and_no_event_but_the_stage_goes_out(db: Database) -> None:
    importing, _ = await desk(db)
    done = await importing.carry_out("helga", FILE)
    assert [await People(db).letters(row.case) for row in done.rows] == [[], []]
    assert (await Queries(db).counts())["outbox"] == {"pending": 2}


async def test_one_mistake_and_nothing_is_written(db: Database) -> None:
    importing, engine = await desk(db)
    bad = FILE + text({"source_id": "OLD-9", "post": "nowhere"}).splitlines()[1].encode() + b"\n"
    with pytest.raises(BadInput) as caught:
        await importing.carry_out("helga", bad)
    assert [x["line"] for x in caught.value.details["mistakes"]] == [4]
    assert (await Queries(db).hires(), engine.started) == ([], [])


async def test_a_row_that_changed_is_refused_and_one_that_moved_is_not(db: Database) -> None:
    importing, _ = await desk(db)
    await importing.carry_out("helga", FILE)
    header, first, second = FILE.decode().splitlines()
    moved = "\n".join([header, second, first, ""]).encode()
    assert states(await importing.preview("helga", moved)) == ["unchanged", "unchanged"]
    changed = FILE.replace(b"Ada Example", b"Eve Example", 1)
    [mistake] = (await importing.preview("helga", changed)).mistakes
    assert (mistake.line, mistake.column) == (2, "source_id")
    with pytest.raises(BadInput):
        await importing.carry_out("helga", changed)


async def test_who_applied_here_is_not_imported(db: Database) -> None:
    importing, _ = await desk(db)
    await Inbox(db).accept(m.arrival(candidate="OLD-7"))
    [mistake] = (await importing.preview("helga", FILE, "portal")).mistakes
    assert (mistake.line, mistake.column) == (2, "source_id")
    assert (await importing.preview("helga", FILE)).mistakes == ()  # to another system the same id is another person


async def test_two_imports_at_once_begin_each_hire_once(db: Database, second: Database) -> None:
    importing, _ = await desk(db)
    other, clock = People(second), DoorClock(second)
    rival = Importing(second, other, Queries(second), clock, lambda: NoEngine())
    both = await asyncio.gather(importing.carry_out("helga", FILE), rival.carry_out("helga", FILE), return_exceptions=True)
    assert all(isinstance(each, Preview | Conflict) for each in both), both
    assert len(await Queries(db).hires()) == 2


async def test_what_was_written_when_the_engine_was_away_is_started_the_next_time(db: Database) -> None:
    importing, engine = await desk(db)
    done = await importing.carry_out("helga", FILE)
    engine.up.clear()
    engine.started.clear()
    await importing.carry_out("helga", FILE)
    assert sorted(engine.started) == sorted(row.case for row in done.rows)


async def test_only_the_head_of_hr_imports_and_only_to_a_vacancy_there_is(db: Database) -> None:
    importing, _ = await desk(db)
    with pytest.raises(NotAllowed):
        await importing.preview("ines", FILE)
    with pytest.raises(BadInput):
        await importing.preview("helga", b"\xff")
    [mistake] = (await importing.preview("helga", text({"vacancy": "999999"}).encode())).mistakes
    assert mistake.column == "vacancy"


async def test_the_line_is_kept_with_the_personal_data_and_the_journal_names_only_the_file(db: Database) -> None:
    importing, _ = await desk(db)
    done = await importing.carry_out("helga", FILE)
    case = done.rows[0].case
    entries = await Records(db).journal(case)
    assert not any("Ada" in entry.model_dump_json() for entry in entries)
    state = fold(entries)
    assert state.imported is not None
    assert (state.imported.file_sha256, state.imported.imported_by, state.stage) == (done.file_sha256, "helga", Stage.CONDITIONS)
    stands = (await Imports(db).standing("import", ["OLD-7"]))["250442", "OLD-7"]
    assert stands.row is not None
    assert b"ada@example.org" in stands.row
    assert (await People(db).application(state.application)).body["candidate"]["id"] == "OLD-7"
