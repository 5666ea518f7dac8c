"""The board's diary: a moment is one candidate's at a time, whoever writes first."""

import asyncio
from datetime import timedelta

import pytest

from domain import facts as f
from domain.errors import Conflict
from domain.words import Ending, Stage
from store.database import Database
from store.records import Records
from store.vacancies import Vacancies
from tests.store import making as m

ONE, TWO, THREE = (m.NOON + timedelta(days=n) for n in (1, 2, 3))


async def two_hires(db: Database) -> tuple[str, str]:
    await Vacancies(db).publish(m.published())
    for n, case in enumerate(("hire/aaaaaaaa", "hire/bbbbbbbb"), 1):
        await Records(db).append(m.step(case, 0, m.received(candidate=f"cand-{n}"), m.entered(Stage.INTERVIEW)))
    return "hire/aaaaaaaa", "hire/bbbbbbbb"


def offered(*moments: object) -> f.InterviewSlotsOffered:
    return f.InterviewSlotsOffered(slots=moments, minutes=45)  # type: ignore[arg-type]


async def test_a_moment_offered_to_one_is_not_offered_to_another(db: Database) -> None:
    ada, bob = await two_hires(db)
    records = Records(db)
    await records.append(m.step(ada, 2, offered(ONE, TWO)))
    with pytest.raises(Conflict, match="kept for another candidate"):
        await records.append(m.step(bob, 2, offered(TWO, THREE)))
    assert len(await records.journal(bob)) == 2
    await records.append(m.step(ada, 3, f.InterviewScheduled(starts_at=ONE, minutes=45, place="")))
    await records.append(m.step(bob, 2, offered(TWO, THREE)))  # what was not chosen is free again


async def test_an_ending_gives_its_moments_back(db: Database) -> None:
    ada, bob = await two_hires(db)
    records = Records(db)
    await records.append(m.step(ada, 2, offered(ONE)))
    gone = f.EndingReached(ending=Ending.WITHDRAWN, decided_by="candidate", reason="withdrawn_by_candidate", stage=Stage.INTERVIEW)
    await records.append(m.step(ada, 3, gone))
    await records.append(m.step(bob, 2, offered(ONE)))


async def test_of_two_who_want_a_moment_at_once_one_gets_it(db: Database, second: Database) -> None:
    ada, bob = await two_hires(db)
    wanted = (Records(db).append(m.step(ada, 2, offered(ONE))), Records(second).append(m.step(bob, 2, offered(ONE))))
    done = await asyncio.gather(*wanted, return_exceptions=True)
    assert sum(isinstance(each, tuple) for each in done) == 1
