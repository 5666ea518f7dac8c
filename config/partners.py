"""The partners of an installation: who they are, how they are reached, which keys are theirs, what they may say and hear.

One TOML file, strict: a mistake names the file and the key.

    [partners.nsa-be]
    kind = "national_authority"
    name = "National Security Authority of Belgium"
    nations = ["BE"]
    channel = "http"
    base_url = "https://nsa.example"
    subscribes = ["condition.requested"]
    [[partners.nsa-be.keys]]
    id = "nsa-be-2026"
    public = "whpk_…"
"""

import base64
import binascii
import os
import time
import tomllib
from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from domain.errors import BadInput, NotFound
from domain.events import OUTBOUND, PartnerKind, catalogue, sendable_by

log = structlog.get_logger(__name__)

#: A file changed this short a time before it was read may change again under the same stat: clocks of file systems tick slowly.
RACY_NS = 100_000_000


class BadConfiguration(BadInput):
    """A configuration file or variable is wrong. The message names it and says what would be right; values are not repeated."""


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PartnerKey(Strict):
    """A key of a partner's: `public` (`whpk_…`) for Ed25519, `secret` (`whsec_…`) for HMAC. Old and new may stand side by side."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    algorithm: Literal["ed25519", "hmac-sha256"] = "ed25519"
    #: 32 bytes in canonical base64: of the last character two bits are padding, and must be zero.
    public: str | None = Field(default=None, pattern=r"^whpk_[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$")
    secret: SecretStr | None = None
    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    revoked: bool = False

    @field_validator("secret")
    @classmethod
    def _of_the_right_form(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not _is_shared_secret(secret.get_secret_value()):
            raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
        return secret

    @model_validator(mode="after")
    def _one_material(self) -> Self:
        wanted, other = (self.public, self.secret) if self.algorithm == "ed25519" else (self.secret, self.public)
        if wanted is None or other is not None:
            raise ValueError("ed25519 needs `public`, hmac-sha256 needs `secret`, and neither takes the other")
        return self

    @property
    def text(self) -> str:
        return self.public or (self.secret.get_secret_value() if self.secret else "")


#: How a partner proves who speaks: signatures, tokens by OAuth 2.0 client credentials, or a certificate that our edge has checked.
Way = Literal["signature", "oauth", "mtls"]


class Lasting(Strict):
    """Something of a partner's that counts from one moment to another, unless it is revoked."""

    not_before: AwareDatetime | None = None
    not_after: AwareDatetime | None = None
    revoked: bool = False

    def live(self, now: datetime) -> bool:
        return not self.revoked and (self.not_before or now) <= now <= (self.not_after or now)


class ClientSecret(Lasting):
    """A secret a partner gets tokens with: its SHA-256 alone (see connectors/client_secrets.py). Old and new may stand side by side."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Certificate(Lasting):
    """A client certificate of a partner's: the SHA-256 of its DER bytes. Its own dates count beside those given here."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Partner(Strict):
    """One outside system or body. `id` is the CloudEvents `source` of what it sends."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    kind: PartnerKind
    name: Annotated[str, Field(min_length=1, max_length=200)]
    channel: Literal["http", "email", "paper"] = "http"
    base_url: str | None = None
    email: str | None = None
    #: National authorities and administrations: whose (ISO 3166 alpha-2).
    nations: tuple[Annotated[str, Field(pattern=r"^[A-Z]{2}$")], ...] = ()
    #: The ways it may prove who speaks; what is not named here is refused, even with a good proof.
    auth: tuple[Way, ...] = ("signature",)
    keys: tuple[PartnerKey, ...] = ()
    #: For `auth = ["oauth"]`; the partner's id is its client id.
    client_secrets: tuple[ClientSecret, ...] = ()
    #: For `auth = ["mtls"]`.
    certificates: tuple[Certificate, ...] = ()
    #: Requests a minute it may make on the long run, and at once, in place of the settings `rates.per_minute` and `rates.burst`.
    rate_per_minute: float | None = Field(default=None, gt=0)
    burst: int | None = Field(default=None, ge=1)
    #: Inbound types, in place of those its kind may send.
    may_send: tuple[str, ...] | None = None
    #: Outbound types it wants to hear of; "*" for all.
    subscribes: tuple[str, ...] = ()
    #: The vacancies it wants to hear of, by reference; empty for all.
    vacancies: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")], ...] = ()
    #: How what we tell it is signed: with our own Ed25519 key, or by HMAC with secrets of this subscriber alone.
    deliver_with: Literal["ed25519", "hmac"] = "ed25519"
    #: For "hmac": one secret (`whsec_…`), or two while it changes over; both sign then.
    delivery_secrets: tuple[SecretStr, ...] = Field(default=(), max_length=2)
    #: It fetches what it subscribes to (`GET /feed`), having no address of its own; nothing is sent to it.
    feed: bool = False
    timeout_s: float = Field(default=15.0, gt=0, le=60)
    #: Does an ask repeated with the same key start nothing a second time? Where not, it is looked up before it is repeated.
    idempotent: bool = True
    #: How an ask is looked up: by its key, in the list of asks, or not at all; then a person decides.
    look_up: Literal["key", "list", "none"] = "key"
    #: Silent for so many days while something is open with it: an alarm. Its own usual gap, or the policy's figure, where unset.
    quiet_after_days: int | None = Field(default=None, ge=1, le=3650)

    @field_validator("base_url")
    @classmethod
    def _plain_address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("must be http(s)://host[:port][/path], without user, query or fragment")
        return url.rstrip("/")

    @field_validator("may_send")
    @classmethod
    def _known_inbound(cls, types: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return _known(types, catalogue()) if types is not None else None

    @field_validator("subscribes")
    @classmethod
    def _known_outbound(cls, types: tuple[str, ...]) -> tuple[str, ...]:
        return _known(types, {*OUTBOUND, "*"})

    @field_validator("delivery_secrets")
    @classmethod
    def _shared_secrets(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(not _is_shared_secret(secret.get_secret_value()) for secret in secrets):
            raise ValueError("each must be whsec_ and 24 to 64 bytes in base64")
        return secrets

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.channel == "http" and self.base_url is None and not self.feed:
            raise ValueError('channel "http" needs `base_url`, or `feed = true` for one that fetches its events')
        if self.channel == "email" and self.email is None:
            raise ValueError('channel "email" needs `email`')
        for what, ids in {"keys": [key.id for key in self.keys], "client secrets": [each.id for each in self.client_secrets]}.items():
            if len(set(ids)) != len(ids):
                raise ValueError(f"two {what} have the same id")
        if (self.deliver_with == "hmac") != bool(self.delivery_secrets):
            raise ValueError('deliver_with = "hmac" needs `delivery_secrets`, and only that does')
        return self

    @property
    def sends(self) -> frozenset[str]:
        """The inbound types it may send."""
        return sendable_by(self.kind) if self.may_send is None else frozenset(self.may_send)

    @property
    def delivery_texts(self) -> tuple[str, ...]:
        """The secrets that sign what we tell it; empty for our own key."""
        return tuple(secret.get_secret_value() for secret in self.delivery_secrets)

    def hears(self, kind: str, vacancy: str | None = None) -> bool:
        """Whether an outbound event of this type, about this vacancy, is sent to it: on HTTP, and not if it fetches its events itself."""
        wanted = not self.vacancies or vacancy is None or vacancy in self.vacancies
        return self.channel == "http" and not self.feed and wanted and ("*" in self.subscribes or kind in self.subscribes)


def _is_shared_secret(text: str) -> bool:
    prefix, _, encoded = text.partition("_")
    try:
        material = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return prefix == "whsec" and 24 <= len(material) <= 64 and base64.b64encode(material).decode() == encoded


def _known(types: tuple[str, ...], allowed: Any) -> tuple[str, ...]:
    if any(name not in allowed for name in types):
        raise ValueError(f"must be among: {', '.join(sorted(allowed))}")
    return types


class _File(Strict):
    partners: dict[str, dict[str, Any]] = Field(default_factory=dict)


def load_partners(path: Path) -> dict[str, Partner]:
    """Partners by id, in the file's order. Raises BadConfiguration naming file and key, NotFound when there is no file."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"{path}: there is no partners file (setting partners_file)") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadConfiguration(f"{path}: not readable as TOML ({error})") from None
    try:
        entries = _File.model_validate(raw).partners
    except ValidationError as error:
        raise BadConfiguration(f"{path}: {explain(error)}") from None
    return {name: _partner(path, name, entry) for name, entry in entries.items()}


def _partner(path: Path, name: str, entry: dict[str, Any]) -> Partner:
    try:
        return Partner.model_validate({**entry, "id": name})
    except ValidationError as error:
        raise BadConfiguration(f"{path}: {explain(error, f'partners.{name}')}") from None


class PartnerBook(Mapping[str, Partner]):
    """The partners as the file has them now: what a door that runs for months holds instead of what it once read.

    Each look asks for the file's stat once, and reads it again when that has changed: a key revoked there is revoked for the very
    next request, in every process. A file that cannot be read any more (half written, a mistake, gone) changes nothing: the last
    good content stays, and `partners.not_read` is logged once per change, with the place of the mistake and no value.
    Raises what `load_partners` raises, at the start only. Whoever writes the file replaces it whole (a new file, renamed over it).
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _look_of(path)
        self._broken: tuple[int, ...] | None = None
        self._partners = load_partners(path)

    def now(self) -> Mapping[str, Partner]:
        """All of them as of this moment; the same object until the content changes."""
        look = _look_of(self._path)
        if look != self._seen:
            self._seen = look
            self._read(look[:3])
        return self._partners

    def _read(self, which: tuple[int, ...]) -> None:
        try:
            read = load_partners(self._path)
        except (BadConfiguration, NotFound) as error:
            if which != self._broken:
                log.error("partners.not_read", code=error.code, place=error.message)
            self._broken = which
            return
        self._broken = None
        if read != self._partners:
            self._partners = read
            log.info("partners.read", partners=len(read))

    def __getitem__(self, name: str) -> Partner:
        return self.now()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.now())

    def __len__(self) -> int:
        return len(self.now())

    def keys(self) -> KeysView[str]:
        return self.now().keys()

    def values(self) -> ValuesView[Partner]:
        return self.now().values()

    def items(self) -> ItemsView[str, Partner]:
        return self.now().items()


def _look_of(path: Path) -> tuple[int, ...]:
    """What tells two contents of a file apart without reading it. A file changed just now never looks the same twice."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    now = time.time_ns()
    just_now = (now,) if 0 <= now - found.st_mtime_ns < RACY_NS else ()
    return (found.st_mtime_ns, found.st_size, found.st_ino, *just_now)


def explain(error: ValidationError, under: str = "") -> str:
    """Dotted keys and what would be right, without the values: a file may hold secrets."""
    lines = []
    for one in error.errors(include_url=False, include_input=False):
        key = ".".join([under, *map(str, one["loc"])] if under else map(str, one["loc"]))
        lines.append(f"{key}: {one['msg'].removeprefix('Value error, ')}")
    return "; ".join(lines)
