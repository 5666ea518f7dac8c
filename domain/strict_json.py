"""JSON as strangers may send it: UTF-8, no key twice, no NaN or infinity, no NUL, no lone surrogate, not too deep.

The standard parser takes all of these, and then two databases disagree about what was said (PostgreSQL refuses a NUL that SQLite
stores), or two readers about which of two equal keys counts. No message repeats anything of the text.
"""

import json
import math
import re
from typing import Any, Never

from domain.errors import BadInput

MAX_DEPTH = 16
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[\]{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotStrictJson(BadInput):
    """The bytes are not JSON, or not the strict kind."""


def loads(body: bytes) -> Any:
    """Parse `body`. Raises NotStrictJson."""
    _refuse_depth(body)
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object, parse_float=_finite, parse_int=_integer, parse_constant=_constant
        )
    except UnicodeDecodeError as error:
        raise NotStrictJson(f"the body must be UTF-8 (byte {error.start})", code="not_utf8") from None
    except json.JSONDecodeError as error:
        raise NotStrictJson(f"the body must be JSON (line {error.lineno}, column {error.colno})", code="not_json") from None
    _refuse_characters(value)
    return value


def _refuse_depth(body: bytes) -> None:
    """Counted on the bytes, before the recursive parser sees them: brackets outside strings."""
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise NotStrictJson(f"the body must not be nested deeper than {MAX_DEPTH}", code="too_deep")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise NotStrictJson("an object in the body has the same key twice", code="duplicate_key")
    return value


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrictJson("a number in the body is too large", code="not_finite")
    return number


def _integer(text: str) -> int:
    # Python reads thousands of digits; every other reader of these figures has 64 bits.
    if len(text) > 19:
        raise NotStrictJson("a number in the body is too large", code="not_finite")
    return int(text)


def _constant(name: str) -> Never:
    raise NotStrictJson("the body must not hold NaN or Infinity", code="not_finite")


def _refuse_characters(value: Any) -> None:
    match value:
        case str():
            if "\x00" in value or _SURROGATE.search(value):
                raise NotStrictJson("a text in the body holds a NUL or half a character", code="bad_character")
        case dict():
            for key, inner in value.items():
                _refuse_characters(key)
                _refuse_characters(inner)
        case list():
            for inner in value:
                _refuse_characters(inner)
        case _:
            pass
