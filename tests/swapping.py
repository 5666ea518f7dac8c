"""Encrypted payloads put where they do not belong, and their keys: how many of them open. It has to be none; at home all of them do."""

import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import select
from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from acts.engine import CaseKeys
from config.codec import SealingCodec, claimed_place
from config.keyring import FileKeyring
from domain.sealing import Compartment, NotOpened, Sealed, unwrap
from store.database import Database
from store.keys import to_open, to_seal
from store.names import system_now
from store.tables import data_keys
from tests.canary import keys_in

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"CANARY"')
TEMPORAL = Compartment.TEMPORAL
CASES = [*(f"hire/case{n}" for n in range(4)), "vacancy/250442", "housekeeping-2026"]
OTHERS = [each for each in Compartment if each is not TEMPORAL]


@dataclass(frozen=True)
class Place:
    """One workflow in one namespace of one installation."""

    keys: CaseKeys
    db: Database
    ring: FileKeyring
    workflow: str
    namespace: str

    @property
    def codec(self) -> SealingCodec:
        return SealingCodec(self.keys).with_context(WorkflowSerializationContext(self.namespace, self.workflow))


@dataclass(frozen=True)
class Swaps:
    """What came of it. `home`: how many of the payloads open where they belong, of `payloads`."""

    seed: int
    payloads: int
    home: int
    tried: Counter[str]
    opened: Counter[str]


async def swap(folder: Path, seed: int, count: int) -> Swaps:
    draw = random.Random(seed)
    async with AsyncExitStack() as stack:
        places = []
        for n in range(2):
            (own := folder / f"installation{n}").mkdir()
            keys, db, ring = await stack.enter_async_context(keys_in(own, keep_s=0.0))
            places += [Place(keys, db, ring, case, space) for case in CASES for space in ("muster", "other")]
        sealed = [(each, (await each.codec.encode([PLAIN]))[0]) for each in places]
        for ring in {id(each.ring): each.ring for each in places}.values():
            ring.rotate(TEMPORAL, system_now())  # so that two generations live
        home = sum([await each.codec.decode([payload]) == [PLAIN] for each, payload in sealed])
        tried, opened = Counter[str](), Counter[str]()
        for n in range(count):
            way = list(WAYS)[n % len(WAYS)]
            (here, payload), (away, other) = draw.sample(sealed, 2)
            tried[way] += 1
            try:
                await WAYS[way](draw, here, payload, away, other)
            except NotOpened:
                continue
            opened[way] += 1
        return Swaps(seed, len(sealed), home, tried, opened)


async def _moved(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    await away.codec.decode([payload])


async def _claiming(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """As the codec server opens it: where it says it is from."""
    moved = _copy(payload)
    moved.metadata["workflow"], moved.metadata["namespace"] = away.workflow.encode(), away.namespace.encode()
    await SealingCodec(away.keys).with_context(claimed_place(moved)).decode([moved])


async def _generation(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """Under the name of another living generation, said to be sealed with it."""
    newest, _ = here.ring.newest(TEMPORAL)
    moved = _copy(payload)
    moved.data, moved.metadata["key-id"] = replace(Sealed.decoded(payload.data), epoch=newest).encoded(), f"{TEMPORAL}/{newest}".encode()
    await here.codec.decode([moved])


async def _compartment(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """Under the name of another compartment, opened with the same case's key there."""
    elsewhere = draw.choice(OTHERS)
    renamed = replace(Sealed.decoded(payload.data), compartment=elsewhere)
    key = await here.db.write(lambda tx: to_seal(tx, here.ring, here.workflow, elsewhere))
    key.open(renamed.encoded(), here.codec._place(renamed.epoch))


async def _spliced(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """The body of another payload in this one's envelope."""
    moved = _copy(payload)
    moved.data = replace(Sealed.decoded(payload.data), body=Sealed.decoded(other.data).body).encoded()
    await here.codec.decode([moved])


async def _anothers_key(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """With another case's key of the same installation, in the place it was sealed for."""
    whose = draw.choice([case for case in CASES[:5] if case != here.workflow])
    key = await here.db.read(lambda rx: to_open(rx, here.ring, whose, TEMPORAL))
    key.open(payload.data, here.codec._place(Sealed.decoded(payload.data).epoch))


async def _wrapped_key(draw: random.Random, here: Place, payload: Payload, away: Place, other: Payload) -> None:
    """Another case's wrapped key, taken out of the store for this one's."""
    whose = draw.choice([case for case in CASES[:5] if case != here.workflow])
    row = (await here.db.read(lambda rx: rx.execute(select(data_keys).where(data_keys.c.subject == whose)).mappings().all()))[0]
    compartment = Compartment(row["compartment"])
    unwrap(here.ring.key(compartment, row["epoch"]), row["wrapped"], compartment, here.workflow)


WAYS = {
    "to another case, namespace or installation": _moved,
    "with its claims rewritten to fit": _claiming,
    "to another generation": _generation,
    "to another compartment": _compartment,
    "its body exchanged": _spliced,
    "under another case's key": _anothers_key,
    "another case's wrapped key": _wrapped_key,
}


def _copy(payload: Payload) -> Payload:
    made = Payload()
    made.CopyFrom(payload)
    return made
