"""A competition played in memory and written to a real store as the doors would have: events with receipts, facts, letters, requests,
what left and what was answered, each with its leaf. Small, whole, and the same each time but for random ids and keys."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert

from activities.hire import Asked
from domain.messages import Message, Step
from domain.words import Role
from store import log
from store.clock import DoorClock
from store.database import Database
from store.outbox import Outbox
from store.partners import Partners
from store.people import People
from store.records import Records, fresh_inbox_row
from store.tables import applications, cases, inbox, outbox, people
from store.vacancies import Vacancies
from tests.fakes import FakeStore
from tests.store.making import NOON
from tests.world import World, publish

NAME = "Ada Example"


@dataclass
class KeptStore(FakeStore):
    """Remembers, in order, what would have been written."""

    done: list[Any] = field(default_factory=list)

    async def append(self, step: Step) -> Any:
        written = await super().append(step)
        self.done.append(step)
        return written


@dataclass
class KeptWorld(World):
    store: KeptStore = field(default_factory=KeptStore)

    def deliver(self, case: str, message: Message) -> None:
        self.store.done.append((case, message))
        super().deliver(case, message)

    def note(self, case: str, *asked: Asked) -> None:
        self.store.done.append(asked)
        super().note(case, *asked)


async def written(db: Database, world: KeptWorld) -> None:
    """Everything the world did, in its order; then whatever was to leave has left."""
    await DoorClock(db).set(world.at)
    for role in Role:
        await People(db).put_staff(str(role), str(role), f"{role}@example.org", (role,))
    for published in world.published:
        await Vacancies(db).publish(published)
    await Records(db).append_all([], lambda tx: _accepted(world, tx))
    for done in world.store.done:
        await _again(db, world, done)
    for parcel in await db.read(lambda rx: rx.execute(outbox.select().where(outbox.c.kind == "letter")).mappings().all()):
        await Outbox(db).sent(parcel["id"], parcel["at"])


async def _again(db: Database, world: KeptWorld, done: Any) -> None:
    match done:
        case Step():
            await Records(db, lambda: done.at).append(done.model_copy(update={"messages": ()}))
        case (str() as case, Message() as message):
            await db.write(lambda tx: _received(case, message, tx))
        case _:
            for asked in done:
                await Partners(db, lambda: world.at).begin(asked.authority, asked.key)
                await Partners(db, lambda: world.at).answered(asked.authority, asked.key)


def _received(case: str, message: Message, tx: Connection) -> None:
    """An inbox row; a partner's has a signature, a receipt and a leaf."""
    row = fresh_inbox_row() | {
        "id": message.id,
        "source": message.sender.removeprefix("partner:"),
        "event_id": f"e-{message.id}",
        "type": message.type,
        "case_id": case,
        "received_at": message.received_at,
        "sha256": "a" * 64,
        "data": message.data,
    }
    signed = message.sender.startswith("partner:")
    proof = {"signature": "v1a,c2ln", "key_id": "k-1", "receipt": {"event": message.id}} if signed else {}
    tx.execute(insert(inbox), [row | proof])
    if signed:
        log.add(tx, log.of_event(row | proof, case))


def _accepted(world: KeptWorld, tx: Connection) -> None:
    """The cases and the people they are about."""
    rows = [{"case_id": case, "kind": "hire", "vacancy": vacancy, "candidate": who} for case, (vacancy, who) in world.store.cases.items()]
    tx.execute(insert(cases), [{"linked": False, "created_at": NOON, **row} for row in rows])
    tx.execute(insert(people), [_person(row["candidate"]) for row in rows])
    tx.execute(insert(applications), [_application(ref, row) for ref, row in zip(world.store.applications, rows, strict=True)])


def _person(candidate: str) -> dict[str, str]:
    own = {"candidate": candidate, "source": "portal", "source_id": candidate}
    return own | {"name": NAME, "email": "ada@example.org", "language": "en"}


def _application(ref: str, row: dict[str, Any]) -> dict[str, Any]:
    owned = {"candidate": row["candidate"], "case_id": row["case_id"]}
    return {"application": ref, **owned, "received_at": NOON, "body": {"studies": "engineer"}}


def competition() -> KeptWorld:
    """One vacancy: a hire at its conditions with a waiver and a hold behind it, one not eligible, one withdrawn."""
    world = KeptWorld([publish(posts=2)])
    first, second, third = world.apply(), world.apply(), world.apply()
    world.tell(third, "application.withdrawn", reason="other_offer")
    world.close()
    world.act(second, "screen", eligible=False, reason="not_eligible", person="hr.head")
    world.to_selection(first)
    world.selected(first)
    world.to_conditions(first)
    world.act(first, "hold", person="hr.officer", reason="candidate_asked")
    world.forward(days=2)
    world.act(first, "resume", person="hr.head")
    world.act(first, "propose_waiver", person="hr.officer", condition="verification", reason="employer_gone")
    world.act(first, "approve_waiver", person="hr.head", condition="verification")
    world.answer(first, "clearance")
    return world
