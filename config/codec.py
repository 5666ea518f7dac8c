"""How payloads are encrypted on their way to Temporal: bound to namespace and workflow, so that one moved elsewhere does not open.

The SDK tells a codec which workflow a payload belongs to (its serialization context). Each case has a random key of its own, which the
store keeps wrapped by the compartment `temporal`; erased there, its history opens nowhere, and nothing more is sealed for it. A payload
says by which generation its key was wrapped, and what it claims as its place, for the codec server, which is given no context. A plain
payload is refused: what nobody sealed, nobody vouches for.
"""

from collections.abc import Sequence
from typing import Protocol

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec, SerializationContext, WithSerializationContext, WorkflowSerializationContext

from domain.errors import NotNow
from domain.sealing import Compartment, DataKey, NotOpened, Sealed, place

ENCODING = b"binary/muster-sealed"
HOME = Compartment.TEMPORAL


class NoKeyring(NotNow):
    """The histories are encrypted, and this process has no key."""


class HistoryKeys(Protocol):
    """The keys of workflows' histories. Both raise KeyErased, KeyGone and StoreUnavailable."""

    async def to_seal(self, workflow: str) -> DataKey:
        """The workflow's key, made where there is none yet."""
        ...

    async def to_open(self, workflow: str) -> DataKey:
        """The workflow's key. Raises NotOpened where there never was one."""
        ...


class NoStore:
    """The keys of a process that has a keyring and opened no store: it may look at Temporal, and neither seals nor opens."""

    async def to_seal(self, workflow: str) -> DataKey:
        raise NoKeyring(
            f"the key of {workflow} is in the store, which was not opened here; this process may not speak to cases", code="no_store"
        )

    to_open = to_seal


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals and opens the payloads of one workflow, the one its context names. Without one it does neither."""

    def __init__(self, keys: HistoryKeys, namespace: str = "", workflow: str = "") -> None:
        self._keys, self._namespace, self._workflow = keys, namespace, workflow

    def with_context(self, context: SerializationContext) -> "SealingCodec":
        workflow = getattr(context, "workflow_id", None) or ""
        return SealingCodec(self._keys, getattr(context, "namespace", "") if workflow else "", workflow)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NotOpened without a context; KeyErased, KeyGone, StoreUnavailable."""
        if not payloads:
            return []
        self._in_a_place()
        key = await self._keys.to_seal(self._workflow)
        return [self._sealed(each, key) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NotOpened for what is plain, changed or from another place; KeyErased, KeyGone, StoreUnavailable."""
        if not payloads:
            return []
        if any(each.metadata.get("encoding") != ENCODING for each in payloads):
            raise NotOpened("a plain payload in an encrypted history: refused", code="plain_payload")
        self._in_a_place()
        key = await self._keys.to_open(self._workflow)
        return [self._opened(each, key) for each in payloads]

    def _sealed(self, payload: Payload, key: DataKey) -> Payload:
        metadata = {
            "encoding": ENCODING,
            "key-id": f"{HOME}/{key.epoch}".encode(),
            "namespace": self._namespace.encode(),
            "workflow": self._workflow.encode(),
        }
        return Payload(metadata=metadata, data=key.seal(payload.SerializeToString(), self._place(key.epoch)))

    def _opened(self, payload: Payload, key: DataKey) -> Payload:
        epoch = Sealed.decoded(payload.data).epoch
        if payload.metadata.get("key-id") != f"{HOME}/{epoch}".encode():
            raise NotOpened("this payload names another key than it was sealed with", code="not_opened")
        return Payload.FromString(key.open(payload.data, self._place(epoch)))

    def _in_a_place(self) -> None:
        if not self._workflow:
            raise NotOpened("a payload without a workflow has no place it could be bound to", code="no_place")

    def _place(self, epoch: str) -> bytes:
        return place("payload", self._namespace, self._workflow, f"{HOME}/{epoch}")


class NoKeyCodec(PayloadCodec):
    """The codec of an installation without a keyring: plain payloads pass, an encrypted one is said to be one."""

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NoKeyring."""
        if any(each.metadata.get("encoding") == ENCODING for each in payloads):
            raise NoKeyring(
                "Temporal's histories are encrypted and there is no keyring here; put keys/keyring.json back into the data folder",
                code="no_keyring",
            )
        return list(payloads)


def claimed_place(payload: Payload) -> WorkflowSerializationContext:
    """Where a payload claims to be from, for the codec server: the claim is proved by opening it there, or it is not. Raises NotOpened."""
    try:
        namespace, workflow = payload.metadata["namespace"].decode(), payload.metadata["workflow"].decode()
    except (KeyError, UnicodeDecodeError):
        raise NotOpened("this payload says of no workflow that it is from there", code="no_place") from None
    return WorkflowSerializationContext(namespace, workflow)
