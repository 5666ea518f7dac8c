"""Payloads on their way to Temporal: sealed for one workflow, refused anywhere else."""

from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from config.codec import NoKeyCodec, NoKeyring, NoStore, SealingCodec
from domain.sealing import Compartment, DataKey, Key, NotOpened
from tests.swapping import WAYS, swap

PLAIN = Payload(metadata={"encoding": b"json/plain"}, data=b'"Ada"')


class OneKeyEach:
    """A key for each workflow, in memory."""

    def __init__(self) -> None:
        self.made: dict[str, DataKey] = {}

    async def to_seal(self, workflow: str) -> DataKey:
        return self.made.setdefault(workflow, DataKey(workflow, Compartment.TEMPORAL, "2026-11", Key.new()))

    async def to_open(self, workflow: str) -> DataKey:
        if workflow not in self.made:
            raise NotOpened("never made", code="no_data_key")
        return self.made[workflow]


@pytest.fixture
def keys() -> OneKeyEach:
    return OneKeyEach()


def of(keys: OneKeyEach, workflow: str = "hire/1", namespace: str = "muster") -> SealingCodec:
    return SealingCodec(keys).with_context(WorkflowSerializationContext(namespace, workflow))


async def test_what_a_workflow_sealed_it_opens_also_in_its_activities(keys: OneKeyEach) -> None:
    sealed = await of(keys).encode([PLAIN, PLAIN])
    assert sealed[0].data != sealed[1].data
    assert b"Ada" not in b"".join(each.SerializeToString() for each in sealed)
    assert await of(keys).decode(sealed) == [PLAIN, PLAIN]
    activity = ActivitySerializationContext(
        namespace="muster",
        activity_id="1",
        activity_type="ask",
        activity_task_queue="q",
        workflow_id="hire/1",
        workflow_type="Hire",
        is_local=False,
    )
    assert await SealingCodec(keys).with_context(activity).decode(sealed) == [PLAIN, PLAIN]


async def test_a_key_wrapped_again_under_a_newer_generation_still_opens_what_it_sealed(keys: OneKeyEach) -> None:
    old = await of(keys).encode([PLAIN])
    mine = keys.made["hire/1"]
    keys.made["hire/1"] = DataKey(mine.subject, mine.compartment, "2026-12", mine.key)
    new = await of(keys).encode([PLAIN])
    assert old[0].metadata["key-id"] != new[0].metadata["key-id"]
    assert await of(keys).decode([*old, *new]) == [PLAIN, PLAIN]


async def test_a_plain_payload_is_refused_also_among_sealed_ones(keys: OneKeyEach) -> None:
    for payloads in ([PLAIN], [*await of(keys).encode([PLAIN]), PLAIN]):
        with pytest.raises(NotOpened, match="plain"):
            await of(keys).decode(payloads)


async def test_without_a_workflow_nothing_is_sealed_or_opened(keys: OneKeyEach) -> None:
    with pytest.raises(NotOpened, match="no place"):
        await SealingCodec(keys).encode([PLAIN])
    with pytest.raises(NotOpened, match="no place"):
        await SealingCodec(keys).decode(await of(keys).encode([PLAIN]))


async def test_an_encrypted_history_without_a_keyring_says_so(keys: OneKeyEach) -> None:
    assert await NoKeyCodec().decode(await NoKeyCodec().encode([PLAIN])) == [PLAIN]
    with pytest.raises(NoKeyring, match="there is no keyring here"):
        await NoKeyCodec().decode(await of(keys).encode([PLAIN]))


async def test_a_process_that_opened_no_store_neither_seals_nor_opens(keys: OneKeyEach) -> None:
    lone = SealingCodec(NoStore()).with_context(WorkflowSerializationContext("muster", "hire/1"))
    for trying in (lone.encode([PLAIN]), lone.decode(await of(keys).encode([PLAIN]))):
        with pytest.raises(NoKeyring, match="the store, which was not opened"):
            await trying


async def test_what_is_swapped_between_cases_keys_and_namespaces_does_not_open(tmp_path: Path) -> None:
    """T14, a small count of `make prove PROOFS=privacy_swaps`."""
    found = await swap(tmp_path, 14, 140)
    assert (found.home, found.payloads) == (24, 24)
    assert set(found.tried) == set(WAYS)
    assert not found.opened
