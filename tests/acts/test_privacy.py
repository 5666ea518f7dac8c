"""Erasures and holds at the desk: what would go is said first, two offices agree, refusals are entered, every step is in the log."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from acts.desk import Desk
from domain.errors import BadInput, NotAllowed, NotFound, NotNow
from domain.log.trail import Wanted
from store.database import Database
from store.privacy import PrivacyBook
from store.tables import leaves, people
from tests.store.making import NOON
from tests.store.test_erasure import DPO, HEAD, OFFICER, applied, ground

__all__ = ["ground"]


@pytest.fixture
async def desk(db: Database) -> Desk:
    made = Desk(db)
    await made.clock.set(NOON)
    return made


async def in_log(db: Database) -> list[str]:
    """The refs of the privacy stream's leaves, without the ids in them."""
    query = select(leaves.c.ref).where(leaves.c.stream == "privacy").order_by(leaves.c.position)
    refs = await db.read(lambda rx: rx.execute(query).scalars().all())
    return [f"{ref.split('/')[0]} {ref.split('/')[2]}" if ref.count("/") == 2 else ref.split("/")[0] for ref in refs]


async def test_what_would_go_is_said_first_and_nothing_of_it_is_written(desk: Desk, db: Database) -> None:
    case, candidate = await applied(db)
    foreseen = await desk.privacy.foresee(case)
    assert (foreseen.candidate, foreseen.cases, foreseen.against) == (candidate, (case,), "")
    assert foreseen.goes["people"] == foreseen.goes["applications"] == foreseen.goes["payloads"] == foreseen.goes["log_keys"] == 1
    assert foreseen.stays["journal"] == 1
    assert await db.read(lambda rx: rx.execute(select(people)).all())
    erasure = await desk.privacy.propose(DPO, candidate, "asked_by_person")
    gone = await desk.privacy.approve(HEAD, erasure)
    assert gone.rows == foreseen.goes, "what was said is what went"


async def test_a_proposal_stands_once_until_it_is_approved(desk: Desk, db: Database) -> None:
    _, candidate = await applied(db)
    erasure = await desk.privacy.propose(DPO, candidate, "asked_by_person")
    assert await desk.privacy.propose(HEAD, candidate, "asked_by_person") == erasure
    (waits,) = await desk.privacy.waiting()
    assert (waits["erasure"], waits["proposed_by"]) == (erasure, DPO)
    await desk.privacy.approve(HEAD, erasure)
    assert await desk.privacy.waiting() == []


async def test_a_proposal_is_taken_back_by_either_office_and_nothing_is_erased(desk: Desk, db: Database) -> None:
    _, candidate = await applied(db)
    for office in (DPO, HEAD):
        erasure = await desk.privacy.propose(DPO, candidate, "asked_by_person")
        with pytest.raises(NotAllowed):
            await desk.privacy.withdraw(OFFICER, erasure)
        await desk.privacy.withdraw(office, erasure)
        assert await desk.privacy.waiting() == []
        for act in (desk.privacy.approve, desk.privacy.withdraw):
            with pytest.raises(NotFound):
                await act(HEAD, erasure)
    assert (await desk.privacy.foresee(candidate)).goes["people"] == 1
    assert await in_log(db) == ["erasure proposed", "erasure withdrawn"] * 2
    told = [(trace.what, trace.actor) for trace in await desk.auditing.interventions(Wanted())]
    assert told[1::2] == [("erasure_withdrawn", DPO), ("erasure_withdrawn", HEAD)]
    found = {check.name: check for check in (await desk.auditing.reconcile()).checks}
    assert found["decisions"].differences == ()
    again = await desk.privacy.propose(HEAD, candidate, "asked_by_person")
    await desk.privacy.approve(DPO, again)
    with pytest.raises(NotFound):
        await desk.privacy.withdraw(DPO, again)


async def test_a_refusal_is_entered_with_its_code_and_each_step_is_in_the_log(desk: Desk, db: Database) -> None:
    case, candidate = await applied(db)
    hold = await desk.privacy.place(HEAD, case, "complaint")
    with pytest.raises(NotNow):
        await desk.privacy.propose(DPO, candidate, "asked_by_person")
    (refused,) = await PrivacyBook(db).done("erasure_refused")
    assert (refused["subject"], refused["reason"], refused["person"]) == (candidate, "legal_hold", DPO)
    assert (await desk.privacy.foresee(candidate)).against == "legal_hold"
    await desk.privacy.lift(HEAD, hold)
    await desk.privacy.lift(DPO, hold)
    await desk.privacy.propose(DPO, candidate, "asked_by_person")
    assert await in_log(db) == ["hold placed", "erasure_refused", "hold lift_proposed", "hold lifted", "erasure proposed"]
    assert not await desk.privacy.holds()
    assert len(await desk.privacy.holds(all_=True)) == 1


async def test_what_cannot_be_is_refused_in_words(desk: Desk, db: Database) -> None:
    _, candidate = await applied(db)
    with pytest.raises(BadInput, match="a code"):
        await desk.privacy.propose(DPO, candidate, "they asked me to")
    with pytest.raises(BadInput, match="today at the earliest"):
        await desk.privacy.place(DPO, candidate, "complaint", NOON.date() - timedelta(days=1))
    with pytest.raises(BadInput, match="on a candidate"):
        await desk.privacy.place(DPO, "post/x", "complaint")
    with pytest.raises(NotFound):
        await desk.privacy.place(DPO, "vacancy/999999", "complaint")
    with pytest.raises(NotAllowed):
        await desk.privacy.propose(OFFICER, candidate, "asked_by_person")
    assert await desk.privacy.place(DPO, "vacancy/250442", "audit", date(2026, 12, 31))
