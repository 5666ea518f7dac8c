"""The settings of one installation: one class, read once in a door, values passed on.

Each setting comes from the environment (`MUSTER_STORE_URL`; `__` between the parts of a nested one, as in `MUSTER_RELAY__BATCH`),
else from a TOML file (`MUSTER_FILE`, or `muster.toml` where the process starts), else from its default here.
A name that does not exist is refused, in both places: a misspelt setting would silently be a default.
"""

import difflib
import os
import tomllib
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from config.partners import BadConfiguration, explain

PREFIX = "MUSTER_"
FILE = "MUSTER_FILE"
#: Variables of ours that are no setting: which file to read, who acts at a terminal, and what only the tests look at.
EXEMPT = (FILE, "MUSTER_PERSON", "MUSTER_TEST_")
#: Standard Webhooks' schedule: ten attempts in some 75 hours.
WAITS = (5.0, 5 * 60.0, 30 * 60.0, 2 * 3600.0, 5 * 3600.0, 10 * 3600.0, 14 * 3600.0, 20 * 3600.0, 24 * 3600.0)


class RelaySettings(BaseModel):
    """The relay: how often it looks for something to send, and how much it takes at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    batch: int = Field(default=50, ge=1, le=1000, description="Letters on their way at the same time.")
    per_subscriber: int = Field(default=8, ge=1, le=100, description="Events on their way to one subscriber at the same time.")
    lease_s: float = Field(
        default=15.0, gt=0, description="Seconds after which another relay takes over from one that is gone; renewed while it lives."
    )
    waits: tuple[float, ...] = Field(
        default=WAITS, min_length=1, description="Seconds to wait after attempt 1, 2 …; after the last of them one more attempt, then none."
    )
    poll_fastest_s: float = Field(default=0.05, gt=0, description="Seconds between looks while there is something to send.")
    poll_slowest_s: float = Field(default=0.2, gt=0, description="Seconds between looks once nothing has been found for a while.")


class RateSettings(BaseModel):
    """How much may come in, counted by each gateway process for itself; gateway/limits.py says what is counted against what."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    per_minute: float = Field(default=18_000, gt=0, description="Proved requests a minute of one sender that has no rate of its own.")
    burst: int = Field(default=3_000, ge=1, description="Proved requests of one sender at once.")
    all_per_minute: float = Field(default=60_000, gt=0, description="Proved requests a minute of all senders together.")
    all_burst: int = Field(default=10_000, ge=1, description="Proved requests of all senders at once.")
    unproved_per_minute: float = Field(default=60, gt=0, description="Failed proofs a minute from one address in one sender's name.")
    unproved_burst: int = Field(default=60, ge=1, description="Failed proofs at once from one address in one sender's name.")
    strangers_per_minute: float = Field(default=6_000, gt=0, description="Failed proofs a minute of all that never proved themselves.")
    strangers_burst: int = Field(default=6_000, ge=1, description="Failed proofs at once of all that never proved themselves.")


class NatsSettings(BaseModel):
    """A NATS JetStream broker, where an organisation has one (docs/broker.md)."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    url: str = Field(default="", description="The broker: nats://host:port or tls://host:port. Empty: no broker.")
    username: str | None = Field(default=None, description="User at the broker, when it wants one.")
    password: SecretStr | None = Field(default=None, description="Password at the broker.")
    ca_file: Path | None = Field(default=None, description="PEM file of the authority the broker's certificate is signed by, for tls://.")
    stream_in: str = Field(
        default="MUSTER_IN", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Stream of what partners send; made if missing."
    )
    stream_out: str = Field(
        default="MUSTER_OUT", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Stream of our events and receipts; made if missing."
    )


class OpenIdSettings(BaseModel):
    """The organisation's identity provider (OpenID Connect). What is registered there: the origin, and /sign-in/provider/back."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    issuer: str = Field(
        default="",
        pattern=r"^(https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s?#]*)?)?$",
        description="The provider as it names itself: https://id.example.int. Empty: none. Plain http only on this very machine.",
    )
    client_id: str = Field(default="", max_length=255, description="What the provider calls this console.")
    client_secret: SecretStr | None = Field(default=None, description="The console's secret at the provider, if it was given one.")
    name: str = Field(default="", max_length=60, description="What the button on the sign-in page calls the provider. Default: its host.")

    @model_validator(mode="after")
    def _whole(self) -> "OpenIdSettings":
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("issuer and client_id are set together, or neither is")
        return self


class ConsoleSettings(BaseModel):
    """The console: where it is found, and how long somebody stays signed in."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    host: str = Field(default="127.0.0.1", description="Address the console listens on.")
    port: int = Field(default=8482, ge=0, le=65535, description="Port the console listens on; 0 for any free one.")
    origin: str = Field(
        default="",
        pattern=r"^(https?://[^\s/?#]+)?$",
        description="Where browsers find the console, when a proxy stands before it: https://host. Default: http with host and port.",
    )
    idle_minutes: float = Field(default=15, gt=0, le=24 * 60, description="Minutes after which an unused session is over.")
    hours: float = Field(default=8, gt=0, le=24, description="Hours after which any session is over.")
    fresh_minutes: float = Field(
        default=5, gt=0, le=24 * 60, description="Minutes for which signing in counts as fresh enough to approve something."
    )
    undo_seconds: float = Field(
        default=10,
        ge=0,
        le=120,
        description="Seconds for which an act on a case can be taken back before it takes effect; 0: at once.",
    )
    openid: OpenIdSettings = Field(default_factory=OpenIdSettings, description="Signing in with the organisation's identity provider.")
    passwords: bool = Field(default=True, description="May staff sign in with a password of Muster's own? Links work in any case.")
    temporal_ui: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+[^\s?#/])?$",
        description="Where Temporal's Web UI stands, for the link from a hire to its workflow. Default: codec_origin.",
    )


class Settings(BaseSettings):
    """Everything an operator may set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, nested_model_default_partial_update=True
    )

    data_dir: Path = Field(default=Path("var"), description="Where this installation keeps its files: database, keys, logs.")
    store_url: str = Field(
        default="",
        repr=False,
        description="SQLAlchemy URL of the store (sqlite+aiosqlite or postgresql+psycopg). Default: SQLite, muster.db in data_dir.",
    )
    temporal_address: str = Field(default="127.0.0.1:7233", description="host:port of Temporal's frontend.")
    temporal_namespace: str = Field(default="muster", description="Temporal namespace of this installation.")
    task_queue: str = Field(default="hiring", description="Task queue the workers poll.")
    build_id: str = Field(default="dev", description="Build id a worker announces to Temporal: the version of the code it runs.")
    partners_file: Path = Field(
        default=Path("partners.toml"), description="TOML file of the partners: addresses, keys, rights, subscriptions."
    )
    signing_key_file: Path | None = Field(
        default=None,
        description="Our own Ed25519 key (whsk_…), for receipts and events. Default: keys/muster.key in data_dir, made if missing.",
    )
    keyring_file: Path | None = Field(
        default=None,
        description="The keys that encrypt histories and personal data (`muster keys init`). Default: keys/keyring.json in data_dir.",
    )
    log_key_file: Path | None = Field(
        default=None, description="The audit log's own Ed25519 key (whsk_…). Default: keys/log.key in data_dir, made if missing."
    )
    seal_file: Path | None = Field(
        default=None,
        description="The seal on PDFs of the audit: a private key and its certificate in one PEM file. "
        "Default: keys/seal.pem in data_dir, made if missing.",
    )
    log_publish_folder: Path | None = Field(
        default=None, description="Folder of somebody else's that every checkpoint of the audit log is written to, and never changed in."
    )
    log_publish_mail: str = Field(
        default="", description="Mailbox of an auditor that the newest checkpoint of the audit log is sent to. Default: nobody's."
    )
    log_publish_mail_every: timedelta = Field(
        default=timedelta(hours=1), ge=timedelta(seconds=60), description="How far apart such mails are at least, while the log grows."
    )
    retention_file: Path | None = Field(
        default=None, description="The retention schedule the data protection officer confirmed. Default: the examples, only for dry runs."
    )
    source: str = Field(default="muster", pattern=r"^[a-z0-9][a-z0-9-]{0,63}$", description="CloudEvents source of the events we send.")
    gateway_host: str = Field(default="127.0.0.1", description="Address the gateway listens on.")
    gateway_port: int = Field(default=8480, ge=0, le=65535, description="Port the gateway listens on; 0 for any free one.")
    api_host: str = Field(default="127.0.0.1", description="Address the people's API listens on.")
    api_port: int = Field(default=8481, ge=0, le=65535, description="Port the people's API listens on; 0 for any free one.")
    console: ConsoleSettings = Field(default_factory=ConsoleSettings, description="The console, for people with a browser.")
    codec_origin: str = Field(
        default="",
        pattern=r"^(https?://[a-z0-9.-]+(:[0-9]{1,5})?)?$",
        description="Where Temporal's Web UI stands (https://host): the API then opens encrypted histories at /api/v1/codec. Empty: off.",
    )
    remote_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s?#]+[^\s?#/])?$",
        description="Another machine's people's API (https://…): the commands then work through it, with a token. Empty: beside the store.",
    )
    token: SecretStr | None = Field(default=None, description="The personal access token for remote_url; never on the command line.")
    token_file: Path | None = Field(default=None, description="A file that holds that token instead.")
    edge_addresses: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description="Addresses of the proxies whose Client-Cert (RFC 9440) and X-Forwarded-For headers are believed: they take "
        "Client-Cert off what comes from outside, and append the caller's address. Client-Cert from any other address is refused.",
    )
    smtp_host: str = Field(default="127.0.0.1", description="Mail server that letters are handed to.")
    smtp_port: int = Field(default=8025, ge=1, le=65535, description="Port of the mail server.")
    smtp_from: str = Field(default="recruitment@muster.example", description="Sender address of letters.")
    smtp_username: str | None = Field(default=None, description="User at the mail server, when it wants one.")
    smtp_password: SecretStr | None = Field(default=None, description="Password at the mail server.")
    language: Literal["en", "fr"] = Field(default="en", description="Language where a person's own is not known.")
    log_format: Literal["plain", "json"] = Field(default="plain", description="Log lines as key=value for people, or one JSON object each.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="Least important level that is logged.")
    rates: RateSettings = Field(default_factory=RateSettings, description="How much the gateway takes before it answers 429.")
    allow_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), description="Networks of our own that partners may stand in; else a request goes to public addresses only."
    )
    allow_http: tuple[str, ...] = Field(default=(), description="Hosts that may be asked and told over plain http; all others need https.")
    nats: NatsSettings = Field(default_factory=NatsSettings, description="A message broker, beside HTTP.")
    relay: RelaySettings = Field(default_factory=RelaySettings, description="How the relay works through the outbox.")

    @model_validator(mode="before")
    @classmethod
    def _places(cls, values: Any) -> Any:
        data_dir = Path(values.get("data_dir", "var"))
        if not values.get("store_url"):
            values["store_url"] = f"sqlite+aiosqlite:///{data_dir / 'muster.db'}"
        return values

    @property
    def console_origin(self) -> str:
        """Where browsers find the console: what forms have to come from."""
        return self.console.origin or f"http://{self.console.host}:{self.console.port}"

    @property
    def log_key(self) -> Path:
        return self.log_key_file or self.data_dir / "keys" / "log.key"

    @property
    def seal(self) -> Path:
        return self.seal_file or self.data_dir / "keys" / "seal.pem"

    @property
    def signing_key(self) -> Path:
        return self.signing_key_file or self.data_dir / "keys" / "muster.key"

    @property
    def keyring_path(self) -> Path:
        return self.keyring_file or self.data_dir / "keys" / "keyring.json"

    @property
    def partners_path(self) -> Path:
        """Where the partners stand here: the file named, or else the one `muster up` makes beside the store."""
        named = "partners_file" in self.model_fields_set or self.partners_file.exists()
        return self.partners_file if named else self.data_dir / "partners.toml"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, _file())


def load_settings(**overrides: Any) -> Settings:
    """Read the settings, once, in a door. `overrides` (a command's options) win. Raises BadConfiguration."""
    _refuse_unknown_variables()
    file = _file()
    if FILE in os.environ and not file.is_file():
        raise BadConfiguration(f"{FILE}: there is no file {file}")
    try:
        return Settings(**overrides)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{file}: not readable as TOML ({error})") from None
    except ValidationError as error:
        raise BadConfiguration(f"settings (environment {PREFIX}…, or {file}): {explain(error)}") from None


def _file() -> Path:
    return Path(os.environ.get(FILE, "muster.toml"))


def _refuse_unknown_variables() -> None:
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    for name in os.environ:
        if name.startswith(PREFIX) and not name.startswith(EXEMPT) and name.partition("__")[0] not in known:
            near = difflib.get_close_matches(name, known, n=1)
            raise BadConfiguration(f"{name}: there is no such setting{f'; did you mean {near[0]}?' if near else ''}")
