"""A competition played in memory and written to a real store: a hire at its conditions, one before the hiring manager, one withdrawn."""

from itertools import groupby

from sqlalchemy import insert

from domain import facts as f
from domain.facts import Entry
from domain.letters import text_hash
from domain.messages import Letter, Step
from store import contacts
from store.arrivals import Contact
from store.database import Database
from store.records import Records
from store.tables import applications, cases, people
from store.vacancies import Vacancies
from store.vault import Pen
from tests.store.making import NOON
from tests.world import World, publish

NAME = "Ada Example"
AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN = "h003", "h005", "h007"
#: A letter as a hire's list names it, and its own paper.
LETTER, PAPER = "letter-1", b"%PDF-1.7 of the tests"
APPLICATION = {
    "candidate": {"id": "p-1", "status": "consultant", "nationalities": ["BE"], "employer_kind": ""},
    "channel": "public",
    "vacancy": "250442",
}


def play() -> World:
    world = World([publish(posts=2), publish("270311")])
    first, second, third = world.apply(), world.apply(vacancy="270311"), world.apply()
    assert [first, second, third] == [f"hire/{each}" for each in (AT_CONDITIONS, AT_SHORTLISTING, WITHDRAWN)]
    world.tell(third, "application.withdrawn", reason="other_offer")
    world.close()
    world.act(second, "screen", eligible=True)
    world.to_selection(first)
    world.selected(first)
    world.to_conditions(first)
    return world


async def write(db: Database) -> None:
    """The whole play, step by step, as a worker would have written it, and a letter."""
    await put(db, play())
    await put_letter(db, f"hire/{AT_CONDITIONS}")


async def put(db: Database, world: World) -> None:
    """What was played in a world."""
    records = Records(db)
    for published in world.published:
        await Vacancies(db).publish(published)
    rows = [{"case_id": case, "kind": "hire", "vacancy": vacancy, "candidate": who} for case, (vacancy, who) in world.store.cases.items()]
    made = [{"linked": False, "created_at": NOON, **row} for row in rows]
    persons = [_person(who) for _, who in world.store.cases.values()]
    papers = [
        _application(ref, case, who) for ref, (case, (_, who)) in zip(world.store.applications, world.store.cases.items(), strict=True)
    ]

    def first(tx: object) -> None:
        for table, values in ((cases, made), (people, persons), (applications, papers)):
            tx.execute(insert(table), values)  # type: ignore[attr-defined]
        for person in persons:
            found_by = Contact(name=person["name"], email=person["email"], language=person["language"])
            contacts.write(tx, Pen(tx, None), person["candidate"], found_by)  # type: ignore[arg-type]

    entries = sorted((entry for journal in world.store.journals.values() for entry in journal), key=lambda e: (e.at, e.case, e.number))
    await records.append_all([], first)
    for case in sorted({entry.case for entry in entries}, key=lambda each: (not each.startswith("vacancy/"), each)):
        for step, found in groupby((e for e in entries if e.case == case), key=lambda e: e.step):
            await records.append(_step(case, step, list(found)))


async def go_on(db: Database, world: World) -> None:
    """What was played since, in cases that are there already."""
    for case in world.store.journals:
        for step in await steps(db, world, case):
            await Records(db).append(step)


async def steps(db: Database, world: World, case: str) -> list[Step]:
    """What was played in a case since, step by step, as a worker would write it."""
    new = world.store.journals[case][len(await Records(db).journal(case)) :]
    return [_step(case, step, list(found)) for step, found in groupby(new, key=lambda e: e.step)]


async def put_letter(db: Database, case: str) -> None:
    records = Records(db)
    await records.append(await _letter(records, case))


def _step(case: str, step: str, found: list[Entry]) -> Step:
    at, actor = found[0].at, found[0].actor
    return Step(case=case, after=found[0].number - 1, step=step, at=at, actor=actor, facts=tuple(e.fact for e in found))


async def _letter(records: Records, case: str) -> Step:
    journal = await records.journal(case)
    letter = Letter(
        letter=LETTER,
        case=case,
        candidate="P003",
        template="acknowledgement",
        language="en",
        to="ada@example.org",
        subject="Your application",
        body=f"Dear {NAME}",
        calendar=None,
        calendar_method="",
        sha256=text_hash("Your application", f"Dear {NAME}", None),
        at=NOON,
    )
    fact = f.LetterWritten(letter=LETTER, template="acknowledgement", language="en", sha256=letter.sha256)
    return Step(case=case, after=len(journal), step="letter", at=journal[-1].at, actor="muster", facts=(fact,), letters=(letter,))


def _person(candidate: str) -> dict[str, str]:
    own = {"candidate": candidate, "source": "portal", "source_id": candidate}
    return own | {"name": NAME, "email": "ada@example.org", "language": "en"}


def _application(ref: str, case: str, candidate: str) -> dict[str, object]:
    return {"application": ref, "candidate": candidate, "case_id": case, "received_at": NOON, "body": APPLICATION}
