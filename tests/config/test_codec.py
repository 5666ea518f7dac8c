"""Payloads on their way to Temporal: sealed for one workflow, refused anywhere else."""

import os
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from config.codec import NoKeyCodec, NoKeyring, SealingCodec, at_its_claimed_place
from config.keyring import FileKeyring
from domain.sealing import Compartment, NotOpened, Sealed

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SWAPS = int(os.environ.get("PROVE_SWAPS", "1000"))
Place = tuple[FileKeyring, str, str]
PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"Ada"')


@pytest.fixture
def ring(tmp_path: Path) -> FileKeyring:
    return FileKeyring.made(tmp_path / "keyring.json", NOW)


def of(ring: FileKeyring, workflow: str = "hire/1", namespace: str = "muster") -> SealingCodec:
    return SealingCodec(ring).with_context(WorkflowSerializationContext(namespace, workflow))


async def test_what_a_workflow_sealed_it_opens_also_in_its_activities(ring: FileKeyring) -> None:
    sealed = await of(ring).encode([PLAIN, PLAIN])
    assert sealed[0].data != sealed[1].data
    assert b"Ada" not in b"".join(each.SerializeToString() for each in sealed)
    assert await of(ring).decode(sealed) == [PLAIN, PLAIN]
    activity = ActivitySerializationContext(
        namespace="muster",
        activity_id="1",
        activity_type="ask",
        activity_task_queue="q",
        workflow_id="hire/1",
        workflow_type="Hire",
        is_local=False,
    )
    assert await SealingCodec(ring).with_context(activity).decode(sealed) == [PLAIN, PLAIN]


async def test_after_a_rotation_old_payloads_still_open(ring: FileKeyring) -> None:
    old = await of(ring).encode([PLAIN])
    ring.rotate(Compartment.TEMPORAL, NOW)
    new = await of(ring).encode([PLAIN])
    assert old[0].metadata["key-id"] != new[0].metadata["key-id"]
    assert await of(ring).decode([*old, *new]) == [PLAIN, PLAIN]


async def test_a_plain_payload_is_refused(ring: FileKeyring) -> None:
    with pytest.raises(NotOpened, match="plain"):
        await of(ring).decode([PLAIN])


async def test_without_a_workflow_nothing_is_sealed_or_opened(ring: FileKeyring) -> None:
    with pytest.raises(NotOpened, match="no place"):
        await SealingCodec(ring).encode([PLAIN])
    with pytest.raises(NotOpened, match="no place"):
        await SealingCodec(ring).decode(await of(ring).encode([PLAIN]))


async def test_an_encrypted_history_without_a_keyring_says_so(ring: FileKeyring) -> None:
    assert await NoKeyCodec().decode(await NoKeyCodec().encode([PLAIN])) == [PLAIN]
    with pytest.raises(NoKeyring, match="there is no keyring here"):
        await NoKeyCodec().decode(await of(ring).encode([PLAIN]))


async def test_of_a_thousand_swapped_payloads_none_opens(tmp_path: Path) -> None:
    """T14: between workflows, namespaces, key generations, compartments and installations; the claims rewritten to fit, too."""
    draw = random.Random(14)
    rings = [FileKeyring.made(tmp_path / f"{n}.json", NOW) for n in range(2)]
    for ring in rings:
        ring.rotate(Compartment.TEMPORAL, NOW)
    places = [(ring, f"hire/{case}", space) for ring in rings for case in range(5) for space in ("muster", "other")]
    sealed = [(each, (await of(*each).encode([PLAIN]))[0]) for each in places]
    opened = 0
    for n in range(SWAPS):
        home, payload = draw.choice(sealed)
        away = draw.choice([each for each in places if each != home])
        codec, moved = _swapped(n % 5, home, away, payload)
        try:
            await codec.decode([moved])
            opened += 1
        except NotOpened:
            pass
    assert opened == 0


def _swapped(how: int, home: Place, away: Place, payload: Payload) -> tuple[SealingCodec, Payload]:
    """A payload moved, or renamed; and the codec that is to open it there."""
    moved = Payload()
    moved.CopyFrom(payload)
    sealed = Sealed.decoded(payload.data)
    match how:
        case 0:  # another workflow, namespace or installation
            return of(*away), moved
        case 1:  # the same, its claims rewritten to fit
            moved.metadata["workflow"], moved.metadata["namespace"] = away[1].encode(), away[2].encode()
            return at_its_claimed_place(away[0], moved), moved
        case 2:  # another living generation of the same compartment
            moved.metadata["key-id"] = b"temporal/2026-11"
            moved.data = replace(sealed, epoch="2026-11").encoded()
        case 3:  # another compartment of the same generation
            moved.data = replace(sealed, compartment=draw_other(payload)).encoded()
        case _:  # only what it says of its key
            moved.metadata["key-id"] = b"temporal/2026-11"
    return of(*home), moved


def draw_other(payload: Payload) -> Compartment:
    return [each for each in Compartment if each is not Compartment.TEMPORAL][payload.data[-1] % (len(Compartment) - 1)]
