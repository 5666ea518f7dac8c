"""The seal on a PDF of the audit: a PAdES signature over all of it, after which no change is allowed.

The key and its certificate stand in one PEM file. Where there is none, one is made that vouches for itself; an organisation whose seal
shall be known to others puts its own file in its place. The library is the extra `sign`; without it PDFs leave unsealed.
"""

import io
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from connectors.signatures import BadKey

YEARS = timedelta(days=3650)
FIELD = "Seal"


@dataclass(frozen=True)
class Seal:
    """`certificates`: the key's own first, then those that vouch for it."""

    key: Any
    certificates: tuple[x509.Certificate, ...]

    @property
    def name(self) -> str:
        return self.certificates[0].subject.rfc4514_string()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex: what two people compare."""
        return self.certificates[0].fingerprint(SHA256()).hex()

    def put(self, pdf: bytes, reason: str) -> bytes:
        """The PDF with the seal added at its end; what stood there stays byte for byte. Blocks: not for an event loop."""
        signers, fields = _part("sign.signers"), _part("sign.fields")
        whole = _part("pdf_utils.incremental_writer").IncrementalPdfFileWriter(io.BytesIO(pdf))
        about = signers.PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            reason=reason,
            subfilter=fields.SigSeedSubFilter.PADES,
            certify=True,
            docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        )
        sealed: io.BytesIO = signers.sign_pdf(whole, about, self._signer())
        return sealed.getvalue()

    def _signer(self) -> Any:
        x, keys = import_module("asn1crypto.x509"), import_module("asn1crypto.keys")
        known = import_module("pyhanko_certvalidator.registry").SimpleCertificateStore()
        own, *others = (x.Certificate.load(each.public_bytes(Encoding.DER)) for each in self.certificates)
        known.register_multiple(others)
        key = keys.PrivateKeyInfo.load(self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        return _part("sign.signers").SimpleSigner(signing_cert=own, signing_key=key, cert_registry=known)


def available() -> bool:
    """Whether the extra `sign` is installed."""
    return find_spec("pyhanko") is not None


def load_seal(path: Path, organisation: str) -> Seal:
    """Read the file; made if it is not there, readable by its owner alone. Raises BadKey."""
    if not path.exists():
        _make(path, organisation)
    try:
        raw = path.read_bytes()
        return Seal(load_pem_private_key(raw, None), tuple(x509.load_pem_x509_certificates(raw)))
    except (OSError, ValueError, TypeError) as error:
        said = f"{path}: a private key and its certificate in PEM are expected ({type(error).__name__})"
        raise BadKey(said, code="bad_key") from None


def _part(name: str) -> Any:
    return import_module(f"pyhanko.{name}")


def _make(path: Path, organisation: str) -> None:
    """A key of P-256 and a certificate signed by itself: whoever makes the file first has made it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, "audit seal")])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False
    )
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + YEARS)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + certificate.public_bytes(Encoding.PEM))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
