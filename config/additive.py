"""May a schema take another's place without breaking whoever built on the first? Additions are all that is promised (`recruitment.md` §10).

What partners send must still be taken: no field goes, none becomes required, nothing gets narrower. What we announce must still be
understood: nothing but new fields. Words this comparison does not know count as a break when they differ: better asked than missed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

#: Words for people, which bind nobody.
SPOKEN = frozenset({"$schema", "$defs", "title", "description", "examples", "$comment"})
#: Bounds: raising the lower or lowering the upper takes less than before.
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
#: Told apart only as "the same" or "another": whether one pattern is within another is not for us to compute.
EXACT = ("pattern", "format", "multipleOf", "uniqueItems", "x-direction", "x-subject")
JUDGED = SPOKEN | {*LOWER, *UPPER, *EXACT} | {
    "$ref", "anyOf", "type", "enum", "const", "required", "properties", "additionalProperties", "items", "default", "x-senders",
}  # fmt: skip


def breaks(old: Schema, new: Schema) -> list[str]:
    """What of `new` breaks a promise of `old`, each with its place; empty when it only adds. The direction stands in the schema."""
    return list(_Comparison(old, new, same=old.get("x-direction") == "out").at("", old, new))


def all_breaks(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """The same for whole sets of schemas, by name; a name that is gone breaks, a new one does not."""
    gone = [f"{name} is gone" for name in old if name not in new]
    return gone + [f"{name}{found}" for name in old if name in new for found in breaks(old[name], new[name])]


class _Comparison:
    def __init__(self, old: Schema, new: Schema, *, same: bool) -> None:
        """`same`: nothing may differ but by new fields; otherwise `new` must take whatever `old` takes."""
        self._old, self._new, self._same = old, new, same

    def at(self, place: str, old: Any, new: Any) -> Iterator[str]:
        before, now = _options(old, self._old), _options(new, self._new)
        if len(before) == len(now) == 1:
            yield from self._one(place, before[0], now[0])
            return
        yield from self._default(place, old, new)
        for option in before:
            if all(list(self._one(place, option, other)) for other in now):
                yield f"{place} no longer takes {_named(option)}"
        if self._same:
            for option in now:
                if all(list(self._one(place, other, option)) for other in before):
                    yield f"{place} may now be {_named(option)}"

    def _one(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from self._kinds(place, old, new)
        yield from self._values(place, old, new)
        yield from self._bounds(place, old, new)
        yield from self._fields(place, old, new)
        yield from self._default(place, old, new)
        if "items" in old or "items" in new:
            yield from self.at(f"{place}[]", old.get("items", {}), new.get("items", {}))
        for word in sorted((set(old) | set(new)) - JUDGED):
            if old.get(word) != new.get(word):
                yield f"{place} {word} changed, which nobody can judge here"

    def _kinds(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, now = _kinds_of(old), _kinds_of(new)
        if not before <= now or (self._same and before != now):
            yield f"{place} has another type"
        if not set(old.get("x-senders", ())) <= set(new.get("x-senders", ())):
            yield f"{place} may be sent by fewer"

    def _values(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, now = _values_of(old), _values_of(new)
        if now is not None and (before is None or not before <= now):
            yield f"{place} takes fewer values"
        elif self._same and before != now:
            yield f"{place} has other values"

    def _bounds(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        for word in EXACT:
            if old.get(word) != new.get(word) and (word in new or self._same or word.startswith("x-")):
                yield f"{place} has another {word}"
        for words, sign in ((LOWER, 1), (UPPER, -1)):
            for word in words:
                before, now = old.get(word), new.get(word)
                narrower = now is not None and (before is None or sign * now > sign * before)
                if narrower or (self._same and before != now):
                    yield f"{place} has another {word}"

    def _fields(self, place: str, old: Schema, new: Schema) -> Iterator[str]:
        before, now = old.get("properties", {}), new.get("properties", {})
        for name in sorted(before):
            if name not in now:
                yield f"{place}.{name} is gone"
            else:
                yield from self.at(f"{place}.{name}", before[name], now[name])
        if self._same:
            yield from (f"{place}.{name} is no longer always there" for name in _lost(old, new))
        else:
            yield from (f"{place}.{name} is required now" for name in _lost(new, old))
        yield from self._others(
            place, old.get("additionalProperties", True), new.get("additionalProperties", True), now.keys() - before.keys()
        )

    def _others(self, place: str, before: Any, now: Any, added: Any) -> Iterator[str]:
        """Fields nobody named."""
        if before is False:
            return
        if now is False:
            yield f"{place} no longer takes other fields"
        elif not self._same and added and before is True:
            yield from (f"{place}.{name} could be anything and now has a form" for name in sorted(added))
        elif isinstance(before, Mapping) and isinstance(now, Mapping):
            yield from self.at(f"{place}.*", before, now)
        elif isinstance(now, Mapping) and before is True:
            yield f"{place}.* could be anything and now has a form"

    def _default(self, place: str, old: Any, new: Any) -> Iterator[str]:
        if "default" in old and old["default"] != new.get("default"):
            yield f"{place} means something else when it is left out"


def _options(schema: Schema | bool, root: Schema) -> list[Schema]:
    """The alternatives of a schema, references followed; one that has none is its own only one."""
    if isinstance(schema, bool):
        return [{} if schema else {"not": {}}]
    if "$ref" in schema:
        node: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        return _options({**node, **{key: value for key, value in schema.items() if key != "$ref"}}, root)
    if "anyOf" in schema:
        return [option for each in schema["anyOf"] for option in _options(each, root)]
    return [schema]


def _kinds_of(schema: Schema) -> set[str]:
    kind = schema.get("type")
    if kind is None:
        return set(_EVERY)
    found = {kind} if isinstance(kind, str) else set(kind)
    return found | {"integer"} if "number" in found else found


_EVERY = frozenset({"anything", "object", "array", "string", "number", "integer", "boolean", "null"})


def _values_of(schema: Schema) -> set[str] | None:
    """The values a schema lists, as text, so that True and 1 stay two; None when it lists none."""
    if "const" in schema:
        return {repr(schema["const"])}
    return {repr(value) for value in schema["enum"]} if "enum" in schema else None


def _lost(old: Schema, new: Schema) -> list[str]:
    return sorted(set(old.get("required", ())) - set(new.get("required", ())))


def _named(option: Schema) -> str:
    return str(option.get("type", "what it took"))
