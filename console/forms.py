"""A form for an act, made from the act's own model, so that neither can drift: which fields, of which kind, with what to choose from."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from acts.arguments import bare, bound
from domain.errors import BadInput

Kind = Literal["yes_no", "choice", "several", "day", "moment", "moments", "number", "points", "list", "rows", "text", "code", "given"]
#: What the desk looks up by itself, and nobody says.
LOOKED_UP = frozenset({"policy"})
#: What a browser calls a moment without a zone; the zone is the case's own and stands beside the field.
BROWSER_MOMENT = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True)
class Field:
    """One question of a form. `options` are what may be chosen; a field of kind `given` is carried along and not asked. One of kind
    `rows` asks the questions `of` each of its options, in columns: `lines.rank` is said as often as there are rows; one of kind
    `points` asks for a number `of` each: `competencies.2`."""

    name: str
    kind: Kind
    required: bool
    options: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    default: str = ""
    of: "tuple[Field, ...]" = ()


def fields_of(model: type[BaseModel], known: Mapping[str, Sequence[str]] | None = None) -> list[Field]:
    """The questions of a model. `known` are values the case itself offers for a field: one alone is given, several are a choice."""
    found = [_field(name, info) for name, info in model.model_fields.items() if name not in LOOKED_UP]
    return [_narrowed(field, (known or {}).get(field.name)) for field in found]


def read(model: type[BaseModel], form: Mapping[str, Sequence[str]], zone: str) -> dict[str, Any]:
    """What was filled in, held against the model and made ready to travel. Raises BadInput with `errors`: a sentence by field."""
    said: dict[str, Any] = {}
    for field in fields_of(model):
        given = [each.strip() for each in form.get(field.name, ()) if each.strip()]
        value: Any
        match field.kind:
            case "rows":
                value = _rows(field, form)
            case "points":
                value = _points(field, form)
            case _:
                value = _value(field, given, zone)
        if value is not None:
            said[field.name] = value
    try:
        return model.model_validate(said).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) if each["loc"] else "": each["type"] for each in error.errors(include_url=False, include_input=False)}
        raise BadInput("the form is not complete", code="bad_arguments", errors=wrong) from None


def said(model: type[BaseModel], args: Mapping[str, Any], zone: str) -> dict[str, list[str]]:
    """`read` the other way: how a form says what it was read as."""
    return {name: texts for field in fields_of(model) if field.name in args for name, texts in _said(field, args[field.name], zone).items()}


def _said(field: Field, value: Any, zone: str) -> dict[str, list[str]]:
    if field.kind == "rows":
        columns = {each.name: each.name.rpartition(".")[2] for each in field.of}
        return {name: [_text("text", row.get(column), zone) for row in value] for name, column in columns.items()}
    if field.kind == "points":
        return {f"{field.name}.{name}": [str(points)] for name, points in value.items()}
    return {field.name: [_text(field.kind, each, zone) for each in (value if isinstance(value, list) else [value])]}


def _text(kind: Kind, value: Any, zone: str) -> str:
    if value is None:
        return ""
    if kind in ("moment", "moments"):
        return datetime.fromisoformat(value).astimezone(ZoneInfo(zone)).strftime(BROWSER_MOMENT)
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _field(name: str, info: FieldInfo) -> Field:
    kind, plain = _kind(name, info.annotation)
    if kind == "rows":
        return Field(name, kind, info.is_required(), of=tuple(_field(f"{name}.{each}", one) for each, one in plain.model_fields.items()))
    options = _options(plain)
    default = "" if info.is_required() or info.default in (None, "", ()) else str(getattr(info.default, "value", info.default))
    return Field(name, kind, info.is_required(), options, bound(info, "ge"), bound(info, "le"), default)


def _kind(name: str, annotation: Any) -> tuple[Kind, Any]:
    origin = typing.get_origin(annotation)
    if origin is dict:
        return "points", int
    if origin is tuple:
        inner = bare(typing.get_args(annotation)[0])
        if issubclass(inner, Enum):
            return "several", inner
        if issubclass(inner, BaseModel):
            return "rows", inner
        return ("moments" if inner is datetime else "list"), inner
    one = bare(annotation)
    if typing.get_origin(one) is Literal or issubclass(one, Enum):
        return "choice", one
    plain: dict[Any, Kind] = {bool: "yes_no", datetime: "moment", date: "day", int: "number"}
    return plain.get(one, "code" if name in ("reason", "code") else "text"), one


def _options(plain: Any) -> tuple[str, ...]:
    if typing.get_origin(plain) is Literal:
        return tuple(map(str, typing.get_args(plain)))
    return tuple(str(each.value) for each in plain) if isinstance(plain, type) and issubclass(plain, Enum) else ()


def _narrowed(field: Field, known: Sequence[str] | None) -> Field:
    if known is None or field.kind not in ("text", "choice", "code", "list", "rows", "points"):
        return field
    if field.kind == "points":
        each = (Field(f"{field.name}.{n}", "number", field.required, least=0, most=100) for n in known)
        return replace(field, options=tuple(known), of=tuple(each))
    if field.kind in ("list", "rows"):
        return replace(field, kind="several" if field.kind == "list" else "rows", options=tuple(known))
    kind: Kind = "given" if len(known) == 1 and field.required and field.kind == "text" else "choice"
    default = known[0] if len(known) == 1 else field.default
    return Field(field.name, kind, field.required, tuple(known), field.least, field.most, default)


def _rows(field: Field, form: Mapping[str, Sequence[str]]) -> list[dict[str, str]] | None:
    """One row for each time the first column was said; a cell that was left empty is not said."""
    columns = {each.name: [value.strip() for value in form.get(each.name, ())] for each in field.of}
    count = len(columns[field.of[0].name])
    if not count or any(len(values) != count for values in columns.values()):
        return None
    named = {name.rpartition(".")[2]: values for name, values in columns.items()}
    return [{name: values[n] for name, values in named.items() if values[n]} for n in range(count)]


def _points(field: Field, form: Mapping[str, Sequence[str]]) -> dict[str, str] | None:
    """The numbers that were said, by what they are for."""
    begins = f"{field.name}."
    said = {name.removeprefix(begins): values[0].strip() for name, values in form.items() if name.startswith(begins) and values}
    return {name: value for name, value in said.items() if value} or None


def _value(field: Field, given: list[str], zone: str) -> Any:
    if not given:
        return None
    match field.kind:
        case "yes_no":
            return given[0] == "yes"
        case "several" | "list":
            return [part for each in given for part in each.replace(",", " ").split()]
        case "moment":
            return _moment(given[0], zone)
        case "moments":
            return [_moment(each, zone) for each in given]
        case _:
            return given[0]


def _moment(text: str, zone: str) -> str:
    """A browser says a moment without its zone; it is meant in the zone that stood beside the field."""
    try:
        return datetime.strptime(text, BROWSER_MOMENT).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except ValueError:
        return text
