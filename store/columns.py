"""Column types that mean the same on SQLite and PostgreSQL, and refuse what one of the two could not keep."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

from domain.errors import BadInput

NUL = "\x00"


class Words(TypeDecorator[str]):
    """Text. PostgreSQL keeps neither NUL characters nor lone surrogates, so both are refused (BadInput) before either engine sees them."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(str(value))


class Instant(TypeDecorator[datetime]):
    """An aware moment, always UTC when read. On SQLite it is fixed-width ISO text, so that text order is time order."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        moment = utc(value)
        return moment if dialect.name == "postgresql" else moment.isoformat(timespec="microseconds")[:26] + "Z"

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return utc(datetime.fromisoformat(value) if isinstance(value, str) else value)


#: What is written once and hashed: kept as the text that was written (PostgreSQL's jsonb would reorder keys and rewrite numbers).
Kept = JSON(none_as_null=True)
#: What is searched: jsonb on PostgreSQL.
Searched = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
#: A number that grows with use; SQLite only counts by itself in plain INTEGER columns.
Count = BigInteger().with_variant(Integer(), "sqlite")


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises BadInput for one without a zone: nobody could say when that was."""
    if moment.tzinfo is None:
        raise BadInput("a moment needs a time zone", code="naive_time")
    return moment.astimezone(UTC)


def storable(text: str) -> str:
    """The text itself, or BadInput if it holds a NUL character or half a surrogate pair."""
    if NUL in text:
        raise BadInput("text may not hold NUL characters", code="nul_character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise BadInput("text may not hold lone surrogates", code="lone_surrogate") from None
    return text


def to_json(value: Any) -> str:
    """JSON as the engines store it. Raises BadInput for NUL characters, lone surrogates, NaN and infinities, wherever they hide."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise BadInput("numbers must be finite", code="not_finite") from None
    if "\\u0000" in text:  # also how JSON writes a backslash followed by u0000, which is harmless: look closer
        _refuse_nul(value)
    return storable(text)


def _refuse_nul(value: Any) -> None:
    if isinstance(value, str):
        storable(value)
    elif isinstance(value, dict):
        for key, below in value.items():
            storable(str(key))
            _refuse_nul(below)
    elif isinstance(value, (list, tuple)):
        for below in value:
            _refuse_nul(below)
