"""A partner's other two ways to prove itself: tokens and certificates, as a test makes them."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from config.partners import Certificate, ClientSecret, Partner, Way
from connectors.client_secrets import secret_hash
from domain.events import CONTENT_TYPE
from gateway.certificates import Edges
from gateway.proving import system_now
from tests.gateway.door import TOKENS, partners

SECRET = "whcs_" + base64.urlsafe_b64encode(hashlib.sha256(b"portal").digest()).rstrip(b"=").decode()
EDGE = "10.9.8.7"
EDGES = Edges((ip_network("10.9.8.0/24"),))


def certificate(name: str = "portal", days: tuple[int, int] = (-1, 30)) -> bytes:
    """A self-signed certificate in DER, valid from so many days from now to so many."""
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins, ends = (datetime.now(UTC) + timedelta(days=each) for each in days)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, begins, ends)
    return made.sign(key, None).public_bytes(Encoding.DER)


GOOD, OVER, STRANGE = certificate(), certificate(days=(-30, -1)), certificate("stranger")


def fingerprint(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()


def every_way(**changes: object) -> dict[str, Partner]:
    """All partners; the portal may prove itself in all three ways. `changes` replace parts of its entry."""
    given: Mapping[str, object] = {
        "auth": ("signature", "oauth", "mtls"),
        "client_secrets": (ClientSecret(id="s-1", sha256=secret_hash(SECRET)),),
        "certificates": (Certificate(sha256=fingerprint(GOOD)), Certificate(sha256=fingerprint(OVER))),
    }
    return partners() | {"portal": partners()["portal"].model_copy(update={**given, **changes})}


def token(partner: str = "portal", secret: str = "s-1", at: datetime | None = None) -> str:
    return TOKENS.give(partner, secret, at or system_now())


def bearing(event_id: str, given: str, partner: str = "portal") -> dict[str, str]:
    return {"content-type": CONTENT_TYPE, "muster-partner": partner, "webhook-id": event_id, "authorization": f"Bearer {given}"}


def shown(event_id: str, der: bytes = GOOD, partner: str = "portal") -> dict[str, str]:
    """As the edge hands a request on."""
    value = f":{base64.b64encode(der).decode()}:"
    return {"content-type": CONTENT_TYPE, "muster-partner": partner, "webhook-id": event_id, "client-cert": value}


WAYS: tuple[Way, ...] = ("signature", "oauth", "mtls")
