"""Who may speak at this door: the configured partners, found by the header that names them, proved by their keys."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config.partners import Partner
from connectors.signatures import BadSignature, Headers, VerifyingKey, verifying_key
from domain.events import PartnerKind

HEADER = b"muster-partner"
_NAME = re.compile(rb"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Sender:
    id: str
    kind: PartnerKind
    sends: frozenset[str]
    keys: tuple[VerifyingKey, ...]


class Senders:
    """The directory. A key that is not live yet, or no longer, stays in it: each request looks at the clock anew."""

    def __init__(self, senders: Iterable[Sender]) -> None:
        self._by_id = {sender.id: sender for sender in senders}

    @classmethod
    def of(cls, partners: Mapping[str, Partner]) -> "Senders":
        """Raises BadKey naming a key whose text is wrong."""
        return cls(Sender(each.id, each.kind, each.sends, tuple(_keys(each))) for each in partners.values())

    def named(self, headers: Headers) -> Sender:
        """The sender `muster-partner` names: whose keys to try, nothing more. Raises BadSignature."""
        values = [value for name, value in headers if name == HEADER]
        if len(values) != 1 or not _NAME.fullmatch(values[0]):
            raise BadSignature("muster-partner must be sent once and be the id of a partner", code="sender_missing")
        sender = self._by_id.get(values[0].decode())
        if sender is None:
            raise BadSignature("muster-partner names nobody known here", code="sender_unknown")
        return sender


def _keys(partner: Partner) -> Iterable[VerifyingKey]:
    for key in partner.keys:
        yield verifying_key(key.id, key.text, not_before=key.not_before, not_after=key.not_after, revoked=key.revoked)
