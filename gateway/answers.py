"""What this door answers, as models: for its description alone. Fields may be added to each; a reader passes over what it does not know."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Receipt(BaseModel):
    """Our signed promise that an event is on disk. Signed are the canonical bytes (RFC 8785) of the object without `signature`."""

    event: str = Field(description="The event's id.")
    source: str = Field(description="Who sent it.")
    sha256: Sha256 = Field(description="Of the body, as it came.")
    received_at: datetime
    case: str = Field(description="The case it is for: name it as the subject of what follows.")
    key_id: str = Field(description="The key of ours that signed; `GET /keys` gives its public half.")
    signature: str = Field(description="Base64.")


class Fate(BaseModel):
    """What became of an event."""

    event: str
    source: str
    type: str = Field(description="Without prefix.")
    case: str | None
    sha256: Sha256
    received_at: datetime
    state: str = Field(description="`open` (on its way), `applied`, `parked` (waits for its moment), `superseded` (changed nothing).")
    reason: str | None
    closed_at: datetime | None
    receipt: Receipt | None


class StatusPage(BaseModel):
    """Where an application stands, as its candidate may see it, in both languages."""

    case: str
    zone: str
    text: dict[Literal["en", "fr"], Any]


class FieldError(BaseModel):
    pointer: str = Field(description="Where: a JSON pointer into the body.")
    detail: str = Field(description="What would be right there.")


class ProblemDocument(BaseModel):
    """A refusal, as problem+json (RFC 9457). It repeats nothing of what was sent."""

    type: str = Field(description="`urn:muster:problem:` and the code.")
    title: str
    status: int
    detail: str = Field(description="What would be right.")
    code: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_.]{1,63}$", description="A stable word to branch on.")
    trace_id: str = Field(description="Name it when you ask us about this refusal.")
    errors: list[FieldError] | None = None


class PublicKey(BaseModel):
    id: str
    algorithm: Literal["ed25519", "hmac-sha256"]
    public: str


class Keys(BaseModel):
    """Our public keys: receipts and the events we send are signed with them."""

    keys: list[PublicKey]


class Listed(BaseModel):
    name: str
    direction: Literal["in", "out"] | None = Field(description="None for the envelope.")
    href: str
    version: str = Field(description="Changes with the schema; the ETag without its quotes.")


class SchemaList(BaseModel):
    schemas: list[Listed]


class FeedItem(BaseModel):
    """One event with its signature, as it would be sent: verify `body` as it stands, before you parse it."""

    cursor: str
    type: str = Field(description="With prefix.")
    id: str = Field(alias="webhook-id")
    timestamp: str = Field(alias="webhook-timestamp")
    signature: str = Field(alias="webhook-signature")
    body: str = Field(description="The event, as text: the signature is over these bytes.")


class FeedPage(BaseModel):
    events: list[FeedItem]
    next: str = Field(description="Ask with this next: it says that everything up to it has arrived.")
    more: bool = Field(description="Whether there is more at once.")


class Token(BaseModel):
    """A bearer token (RFC 6749)."""

    access_token: str
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds.")


class TokenRefused(BaseModel):
    """Why there is no token, in the words of RFC 6749, section 5.2."""

    error: Literal["invalid_request", "invalid_client", "unsupported_grant_type", "invalid_scope"]


class State(BaseModel):
    status: str


MODELS: tuple[type[BaseModel], ...] = (Receipt, Fate, StatusPage, ProblemDocument, Keys, SchemaList, FeedPage, Token, TokenRefused, State)
