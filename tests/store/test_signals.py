"""The signal desk over a real store: what waits is seen, told what to do about, and decided by two people where it takes two."""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from acts.signals import SignalDesk
from domain import facts as f
from domain.errors import BadInput, Conflict, EngineUnavailable, NotAllowed, NotFound, NotNow
from domain.messages import Closing, Message
from domain.words import MessageFate, Role
from store.arrivals import Acceptance, Arrival
from store.clock import DoorClock
from store.database import Database
from store.inbox import Inbox
from store.people import People
from store.queries import Queries
from store.records import Records
from store.vacancies import Vacancies
from tests.domain.event_samples import event
from tests.store import making as m


class Acts:
    """The way to the cases, written down."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, dict[str, Any]]] = []
        self.requests: list[str] = []
        self.away = False

    async def __call__(self, person: str, case: str, act: str, args: dict[str, Any], request: str) -> None:
        self.requests.append(request)
        if self.away:
            raise EngineUnavailable("Temporal does not answer", code="engine_unreachable")
        self.asked.append((person, case, act, args))


@pytest.fixture
async def acts() -> Acts:
    return Acts()


@pytest.fixture
async def desk(db: Database, acts: Acts) -> SignalDesk:
    people = People(db)
    for person, role in (("ines", Role.HR_OFFICER), ("helga", Role.HR_HEAD), ("otto", Role.AUDITOR)):
        await people.put_staff(person, person.title(), f"{person}@example.org", [role])
    await Vacancies(db).publish(m.published())
    return SignalDesk(db, Inbox(db), people, Queries(db), DoorClock(db), acts)


def sent(body: bytes, source: str = "portal", **where: Any) -> Arrival:
    known = json.loads(body)
    common = {"source": source, "event_id": known["id"], "type": known["type"].removeprefix("int.muster."), "received_at": m.NOON}
    return Arrival(sha256=hashlib.sha256(body).hexdigest(), payload=body, **common, **where)


async def applied(db: Database) -> Acceptance:
    return await Inbox(db).accept(m.arrival("app-1"))


async def stray(db: Database, subject: str = "hire/nobody22") -> Acceptance:
    body = json.dumps({**json.loads(event("offer.answered", "evt-9")), "subject": subject}).encode()
    return await Inbox(db).accept(sent(body, case=subject))


async def test_an_event_without_a_case_waits_and_goes_to_its_case_by_itself_when_that_appears(db: Database, desk: SignalDesk) -> None:
    body = json.loads(event("application.submitted", "evt-2"))
    body["subject"], body["data"]["vacancy"] = "vacancy/240655", "240655"
    raw = json.dumps(body).encode()
    kept = await Inbox(db).accept(sent(raw, vacancy="240655", candidate_source_id="c-7"))
    [waiting] = await desk.list()
    assert (waiting.event, waiting.state, waiting.remedy, waiting.acts) == (kept.inbox_id, "unrouted", "wait_or_reroute", ("discard",))
    assert await Inbox(db).adopt() == 0
    await Vacancies(db).publish(m.published("240655"))
    assert await Inbox(db).adopt() == 1
    assert await desk.list() == []
    found = await Inbox(db).find("portal", "evt-2")
    assert found is not None
    assert (found.inbox_id, found.state, found.receipt) == (kept.inbox_id, "open", kept.receipt or {})
    assert found.case.startswith("hire/")
    again = await Inbox(db).accept(sent(raw, vacancy="240655", candidate_source_id="c-7"))
    assert (again.first, again.inbox_id) == (False, kept.inbox_id), "the same event is the same event wherever it stands"


async def test_other_bytes_under_the_same_id_are_refused_while_it_waits(db: Database, desk: SignalDesk) -> None:
    await stray(db)
    with pytest.raises(Conflict):
        await stray(db, "hire/nobody33")


async def test_a_stray_goes_to_the_case_two_people_name(db: Database, desk: SignalDesk) -> None:
    hire, lost = (await applied(db)).case, await stray(db)
    with pytest.raises(BadInput):
        await desk.propose("ines", lost.inbox_id, "reroute", "wrong_case", "vacancy/250442")
    with pytest.raises(NotFound):
        await desk.propose("ines", lost.inbox_id, "reroute", "wrong_case", "hire/nothere2")
    asked = await desk.propose("ines", lost.inbox_id, "reroute", "wrong_case", hire)
    assert [(s.proposed, s.proposed_by) for s in await desk.list()] == [(asked.decision, "ines")]
    with pytest.raises(Conflict):
        await desk.propose("helga", lost.inbox_id, "reroute", "wrong_case", hire)
    with pytest.raises(NotAllowed, match="second person"):
        await desk.decide("ines", asked.decision)
    with pytest.raises(NotAllowed):
        await desk.decide("otto", asked.decision)
    done = await desk.decide("helga", asked.decision)
    assert (done.state, done.decided_by, done.led_to) == ("done", "helga", lost.inbox_id)
    assert await desk.decide("helga", asked.decision) == done, "said twice it is done once"
    found = await Inbox(db).find("portal", "evt-9")
    assert found is not None
    assert (found.case, found.state, [s["state"] for s in found.history]) == (hire, "open", ["accepted", "rerouted"])


async def test_one_person_puts_a_stray_away_for_good(db: Database, desk: SignalDesk) -> None:
    lost = await stray(db)
    assert (await desk.discard("ines", lost.inbox_id, "sent_by_mistake")).state == "discarded"
    assert await desk.list() == []
    with pytest.raises(NotNow):
        await desk.discard("ines", lost.inbox_id, "sent_by_mistake")
    found = await Inbox(db).find("portal", "evt-9")
    assert found is not None
    assert [s["state"] for s in found.history] == ["accepted", "discarded"]


async def parked(db: Database, reason: str = "before_its_question") -> tuple[str, str]:
    """A hire with one event that waits in it."""
    hire = (await applied(db)).case
    body = json.dumps({**json.loads(event("offer.answered", "evt-5")), "subject": hire}).encode()
    kept = await Inbox(db).accept(sent(body, case=hire))
    message = Message(id=kept.inbox_id, type="offer.answered", sender="portal", received_at=m.NOON, data={"accepted": True})
    aside = f.MessageSetAside(
        message=message.id, type=message.type, sender=message.actor, fate=MessageFate.PARKED, reason=reason, received_at=m.NOON
    )
    close = Closing(message=message.id, fate=MessageFate.PARKED, reason=reason)
    await Records(db).append(m.step(hire, 0, m.received(), m.entered(), aside, closes=(close,)))
    return hire, kept.inbox_id


async def test_what_waits_in_a_case_is_put_away_by_the_case(db: Database, desk: SignalDesk, acts: Acts) -> None:
    hire, waiting = await parked(db)
    [shown] = await desk.list()
    assert (shown.event, shown.state, shown.remedy, shown.acts) == (waiting, "parked", "wait_for_its_moment", ("reroute", "discard"))
    await desk.discard("ines", waiting, "sent_by_mistake")
    assert acts.asked == [("ines", hire, "discard_message", {"message": waiting, "reason": "sent_by_mistake"})]


async def test_a_replay_is_a_new_event_linked_to_the_old_one(db: Database, desk: SignalDesk, acts: Acts) -> None:
    hire, waiting = await parked(db, "poison.post_taken")
    [shown] = await desk.list()
    assert (shown.remedy, shown.acts) == ("repair_and_replay", ("replay", "discard"))
    asked = await desk.propose("helga", waiting, "replay", "repaired")
    done = await desk.decide("ines", asked.decision)
    assert done.led_to is not None
    rows = {row["id"]: row for row in await Queries(db).inbox(case=hire)}
    new, old = rows[done.led_to], rows[waiting]
    assert (new["linked_to"], new["state"], new["data"], new["sha256"]) == (waiting, "open", old["data"], old["sha256"])
    assert new["event_id"] != old["event_id"]
    assert acts.asked == [("ines", hire, "discard_message", {"message": waiting, "reason": "replay"})]
    found = await Inbox(db).find("portal", "evt-5")
    assert found is not None
    assert [s["state"] for s in found.history] == ["accepted", "parked", "replayed"]


async def test_a_rejected_proposal_changes_nothing_and_another_may_follow(db: Database, desk: SignalDesk) -> None:
    _, waiting = await parked(db, "poison.post_taken")
    asked = await desk.propose("helga", waiting, "replay", "repaired")
    assert (await desk.decide("ines", asked.decision, approve=False)).state == "rejected"
    with pytest.raises(NotNow, match="decided"):
        await desk.decide("ines", asked.decision)
    assert (await desk.propose("ines", waiting, "replay", "repaired")).state == "proposed"


@pytest.mark.parametrize(
    "ask",
    [
        lambda d, e: d.discard("otto", e, "no_reason"),
        lambda d, e: d.propose("otto", e, "replay", "no_reason"),
        lambda d, e: d.propose("nobody", e, "replay", "no_reason"),
    ],
)
async def test_events_are_for_hr(ask: Callable[..., Any], db: Database, desk: SignalDesk) -> None:
    lost = await stray(db)
    with pytest.raises((NotAllowed, NotFound)):
        await ask(desk, lost.inbox_id)
    with pytest.raises(NotFound):
        await desk.get("nosuchevent")


async def test_an_approval_that_was_interrupted_is_given_again_and_acts_once(db: Database, desk: SignalDesk, acts: Acts) -> None:
    hire, waiting = await parked(db, "poison.post_taken")
    asked = await desk.propose("helga", waiting, "replay", "repaired")
    acts.away = True
    with pytest.raises(EngineUnavailable):
        await desk.decide("ines", asked.decision)
    assert len(await Queries(db).inbox(case=hire)) == 2, "nothing takes the old event's place while that may still act"
    acts.away = False
    assert (await desk.decide("ines", asked.decision)).state == "done"
    assert len(await Queries(db).inbox(case=hire)) == 3
    assert len(set(acts.requests)) == 1, "the case is asked under one id"


async def test_putting_away_is_written_down_also_when_only_the_case_had_done_it(db: Database, desk: SignalDesk) -> None:
    hire, waiting = await parked(db)
    away = Closing(message=waiting, fate=MessageFate.SUPERSEDED, reason="discarded.sent_by_mistake")
    await Records(db).append(m.step(hire, 3, f.Resumed(seconds=0), closes=(away,)))
    for _ in range(2):
        with contextlib.suppress(NotNow):
            await desk.discard("ines", waiting, "sent_by_mistake")
    found = await Inbox(db).find("portal", "evt-5")
    assert found is not None
    assert [s["state"] for s in found.history] == ["accepted", "parked", "discarded"]


async def test_what_is_proposed_is_decided_before_anything_else_is(db: Database, desk: SignalDesk) -> None:
    _, waiting = await parked(db, "poison.post_taken")
    await desk.propose("helga", waiting, "replay", "repaired")
    with pytest.raises(NotNow, match="decide that first"):
        await desk.discard("ines", waiting, "sent_by_mistake")


async def test_of_two_who_decide_at_once_one_decides(db: Database, desk: SignalDesk) -> None:
    hire = (await applied(db)).case
    lost = await stray(db)
    await People(db).put_staff("henri", "Henri", "henri@example.org", [Role.HR_OFFICER])
    asked = await desk.propose("helga", lost.inbox_id, "reroute", "wrong_case", hire)
    said = await asyncio.gather(*(desk.decide(who, asked.decision) for who in ("ines", "henri")), return_exceptions=True)
    assert sorted(isinstance(each, Exception) for each in said) == [False, True], said
    assert len([row for row in await Queries(db).inbox(case=hire) if row["event_id"] == "evt-9"]) == 1


async def test_two_dispatchers_adopt_a_stray_once(db: Database, desk: SignalDesk) -> None:
    body = json.loads(event("application.submitted", "evt-2"))
    body["subject"], body["data"]["vacancy"] = "vacancy/240655", "240655"
    await Inbox(db).accept(sent(json.dumps(body).encode(), vacancy="240655", candidate_source_id="c-7"))
    await Vacancies(db).publish(m.published("240655"))
    assert sum(await asyncio.gather(Inbox(db).adopt(), Inbox(db).adopt())) == 1
