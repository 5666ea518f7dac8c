"""A client certificate that our edge has checked: the `Client-Cert` header of RFC 9440, believed from the edge's own address alone.

The edge ends TLS, proves that the caller holds the certificate's private key, takes the header off whatever comes from outside and sets
its own. From any other address the header is a forgery: the request is refused, the header never passed over.
"""

import base64
import binascii
import hashlib
import re
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from cryptography import x509

from config.partners import Certificate
from connectors.signatures import BadSignature, Headers

Network = IPv4Network | IPv6Network
HEADER = b"client-cert"
CHAIN = b"client-cert-chain"

_BYTES = re.compile(rb":([A-Za-z0-9+/]+={0,2}):")
_MAX = 12_000


class Edges:
    """The addresses whose word is taken."""

    def __init__(self, addresses: tuple[Network, ...] = ()) -> None:
        self._addresses = addresses

    def trusted(self, peer: str) -> bool:
        address = _address(peer)
        return address is not None and any(address in each for each in self._addresses if each.version == address.version)

    def check(self, headers: Headers, peer: str) -> None:
        """Raises BadSignature when somebody else than an edge says what only an edge may say."""
        if any(name in (HEADER, CHAIN) for name, _ in headers) and not self.trusted(peer):
            raise BadSignature("client-cert is taken from our edge alone", code="not_the_edge")

    def caller(self, headers: Headers, peer: str) -> str:
        """Whose failures to count together: the address, as a trusted edge saw it, else as we do. Of IPv6 the network of one site."""
        seen = peer
        if self.trusted(peer):
            forwarded = [value for name, value in headers if name == b"x-forwarded-for"]
            last = forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else ""
            seen = last if _address(last) else peer
        address = _address(seen)
        return str(IPv6Network((address, 64), strict=False)) if isinstance(address, IPv6Address) else str(address or "")


def proved_certificate(headers: Headers, listed: tuple[Certificate, ...], now: datetime) -> str:
    """The fingerprint of the one certificate the edge vouches for, if it is a live one of `listed`. Raises BadSignature."""
    values = [value for name, value in headers if name == HEADER]
    der = _der(values[0]) if len(values) == 1 else None
    if der is None:
        raise BadSignature("client-cert must be sent once, as the bytes of one certificate", code="certificate_malformed")
    fingerprint = hashlib.sha256(der).hexdigest()
    if not any(each.sha256 == fingerprint and each.live(now) for each in listed):
        raise BadSignature("this certificate is not one of the sender's", code="certificate_unknown")
    if not _in_its_time(der, now):
        raise BadSignature("this certificate is not valid now", code="certificate_expired")
    return fingerprint


def _der(value: bytes) -> bytes | None:
    """A byte sequence of RFC 8941, in canonical base64."""
    found = _BYTES.fullmatch(value) if len(value) <= _MAX else None
    if found is None:
        return None
    try:
        der = base64.b64decode(found[1], validate=True)
    except binascii.Error:
        return None
    return der if base64.b64encode(der) == found[1] else None


def _in_its_time(der: bytes, now: datetime) -> bool:
    try:
        certificate = x509.load_der_x509_certificate(der)
        return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
    except ValueError:
        return False


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
