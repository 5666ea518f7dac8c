"""How payloads are encrypted on their way to Temporal: bound to namespace and workflow, so that one moved elsewhere does not open.

The SDK tells a codec which workflow a payload belongs to (its serialization context). Each workflow has a key of its own, derived from
the newest key of the compartment `temporal`; a payload says by which generation it was sealed, and what it claims as its place, for the
codec server, which is given no context. A plain payload is refused: what nobody sealed, nobody vouches for.
"""

from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec, SerializationContext, WithSerializationContext

from config.keyring import Keyring
from domain.errors import NotNow
from domain.sealing import Compartment, Key, NotOpened, Sealed, derived, opened, place, seal

ENCODING = b"binary/muster-sealed"
HOME = Compartment.TEMPORAL


class NoKeyring(NotNow):
    """The histories are encrypted, and this process has no key."""


class SealingCodec(PayloadCodec, WithSerializationContext):
    """Seals and opens the payloads of one workflow, the one its context names. Without one it does neither."""

    def __init__(self, ring: Keyring, namespace: str = "", workflow: str = "") -> None:
        self._ring, self._namespace, self._workflow = ring, namespace, workflow

    def with_context(self, context: SerializationContext) -> "SealingCodec":
        workflow = getattr(context, "workflow_id", None) or ""
        return SealingCodec(self._ring, getattr(context, "namespace", "") if workflow else "", workflow)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NotOpened without a context, KeyGone without a living key."""
        if not payloads:
            return []
        self._in_a_place()
        epoch, _ = self._ring.newest(HOME)
        key = self._derived(epoch)
        return [self._sealed(each, epoch, key) for each in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Raises NotOpened for what is plain, changed or from another place; KeyGone when its key is destroyed."""
        return [self._opened(each) for each in payloads]

    def _sealed(self, payload: Payload, epoch: str, key: Key) -> Payload:
        sealed = seal(key, HOME, epoch, payload.SerializeToString(), self._place(epoch))
        metadata = {
            "encoding": ENCODING,
            "key-id": f"{HOME}/{epoch}".encode(),
            "namespace": self._namespace.encode(),
            "workflow": self._workflow.encode(),
        }
        return Payload(metadata=metadata, data=sealed.encoded())

    def _opened(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            raise NotOpened("a plain payload in an encrypted history: refused", code="plain_payload")
        self._in_a_place()
        sealed = Sealed.decoded(payload.data)
        if sealed.compartment is not HOME or payload.metadata.get("key-id") != f"{HOME}/{sealed.epoch}".encode():
            raise NotOpened("this payload names another key than it was sealed with", code="not_opened")
        return Payload.FromString(opened(self._derived(sealed.epoch), sealed, self._place(sealed.epoch)))

    def _in_a_place(self) -> None:
        if not self._workflow:
            raise NotOpened("a payload without a workflow has no place it could be bound to", code="no_place")

    def _place(self, epoch: str) -> bytes:
        return place("payload", self._namespace, self._workflow, f"{HOME}/{epoch}")

    def _derived(self, epoch: str) -> Key:
        return derived(self._ring.key(HOME, epoch), place("workflow", self._namespace, self._workflow))


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


def at_its_claimed_place(ring: Keyring, payload: Payload) -> SealingCodec:
    """For the codec server: a codec for the place a payload claims to be from; the claim is proved by opening it there, or it is not."""
    try:
        namespace, workflow = payload.metadata["namespace"].decode(), payload.metadata["workflow"].decode()
    except (KeyError, UnicodeDecodeError):
        raise NotOpened("this payload says of no workflow that it is from there", code="no_place") from None
    return SealingCodec(ring, namespace, workflow)
