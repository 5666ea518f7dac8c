"""Who may speak at this door: the configured partners, found by the header that names them, proved by their keys."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.partners import Certificate, ClientSecret, Partner, Way
from connectors.signatures import BadSignature, Headers, VerifyingKey, verifying_key
from domain.events import PartnerKind
from gateway.limits import Rate

HEADER = b"muster-partner"
_NAME = re.compile(rb"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Sender:
    id: str
    kind: PartnerKind
    sends: frozenset[str]
    keys: tuple[VerifyingKey, ...]
    ways: tuple[Way, ...]
    secrets: tuple[ClientSecret, ...]
    certificates: tuple[Certificate, ...]
    #: Parts of a rate of its own; what is None is as the settings say.
    rate_per_minute: float | None
    burst: int | None

    def rate(self, usual: Rate) -> Rate:
        return Rate(self.rate_per_minute or usual.per_minute, self.burst or usual.burst)

    @classmethod
    def of(cls, partner: Partner) -> "Sender":
        keys = (
            verifying_key(key.id, key.text, not_before=key.not_before, not_after=key.not_after, revoked=key.revoked) for key in partner.keys
        )
        return cls(
            id=partner.id,
            kind=partner.kind,
            sends=partner.sends,
            keys=tuple(keys),
            ways=partner.auth,
            secrets=partner.client_secrets,
            certificates=partner.certificates,
            rate_per_minute=partner.rate_per_minute,
            burst=partner.burst,
        )


class Senders:
    """The directory, as live as the mapping it stands on: with a `PartnerBook`, a key added or revoked in the file counts at once.

    A key that is not live yet, or no longer, stays in it: each request looks at the clock anew.
    """

    def __init__(self, partners: Mapping[str, Partner]) -> None:
        self._partners = partners
        #: What was made of an entry, beside that entry: another entry under the same name is made anew.
        self._made: dict[str, tuple[Partner, Sender]] = {}

    def get(self, name: str) -> Sender | None:
        """The partner of this name as a sender; None if there is none."""
        partner = self._partners.get(name)
        if partner is None:
            return None
        made = self._made.get(name)
        if made is None or made[0] is not partner:
            made = self._made[name] = (partner, Sender.of(partner))
        return made[1]

    def named(self, headers: Headers) -> Sender:
        """The sender `muster-partner` names: whose keys to try, nothing more. Raises BadSignature."""
        name = claimed_name(headers)
        if name is None:
            raise BadSignature("muster-partner must be sent once and be the id of a partner", code="sender_missing")
        sender = self.get(name)
        if sender is None:
            raise BadSignature("muster-partner names nobody known here", code="sender_unknown")
        return sender


def claimed_name(headers: Headers) -> str | None:
    """What `muster-partner` says; None when it says nothing well-formed, or more than one thing."""
    values = [value for name, value in headers if name == HEADER]
    return values[0].decode() if len(values) == 1 and _NAME.fullmatch(values[0]) else None
