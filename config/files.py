"""Reading policies, calendars and vacancies: TOML files, held strictly against their models.

A file that is wrong says where and what would be right: file, dotted key, allowed values. By name the files that come with
Muster are read; by path (anything with a slash or ending in .toml) any other.
"""

import json
import os
import tempfile
import tomllib
import typing
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

import tomli_w
from pydantic import BaseModel, ValidationError

from domain.calendars import Calendar
from domain.errors import BadInput, Conflict, NotFound
from domain.notice.draft import PostGiven, PostsFile
from domain.overlays import Overlay
from domain.policies.publication import rules_objections, vacancy_objections
from domain.retention import Schedule
from domain.rules import Rules
from domain.vacancy import VacancySpec

HERE = Path(__file__).parent
Model = TypeVar("Model", bound=BaseModel)
#: What a text that is no file is called in what is said of it.
GIVEN = Path("policy")


def load_rules(name: str | Path) -> Rules:
    """The policy `name` ("standard", "seconds") or the one in a file. Raises NotFound, BadInput."""
    path = _find("policies", name)
    return _sound(path, _read(path, Rules))


def rules_in(text: str) -> Rules:
    """The policy that stands in a text, checked as one in a file. Raises BadInput with every key that is wrong."""
    return _sound(GIVEN, _parsed(GIVEN, text, Rules))


def _sound(path: Path, rules: Rules) -> Rules:
    _refuse(path, rules_objections(rules))
    named = [("calendar", rules.calendar), *((f"calendars.{key}", given) for key, given in rules.calendars.named)]
    known = names("calendars")
    _refuse(path, [(key, _one_of(given, known)) for key, given in named if given not in known])
    return rules


def load_calendar(id: str | Path) -> Calendar:  # noqa: A002 - the trade's word for it
    """The calendar `id` ("hq-brussels") or the one in a file. Raises NotFound, BadInput."""
    path = _find("calendars", id)
    calendar = _read(path, Calendar)
    _refuse(path, [] if calendar.id == path.stem else [("id", f"is {calendar.id!r}; a calendar is named as its file is: {path.stem!r}")])
    return calendar


def calendar_in(text: str) -> Calendar:
    """The calendar that stands in a text. Raises BadInput with every key that is wrong."""
    return _parsed(Path("calendar"), text, Calendar)


def overlay_in(text: str) -> Overlay:
    """The overlay that stands in a text. Raises BadInput with every key that is wrong."""
    return _parsed(Path("overlay"), text, Overlay)


def load_vacancy(reference: str | Path) -> VacancySpec:
    """The vacancy `reference` ("240655") or the one in a file. Raises NotFound, BadInput."""
    path = _find("vacancies", reference)
    spec = _read(path, VacancySpec)
    _refuse(path, vacancy_objections(spec))
    return spec


def load_overlay(file: Path) -> Overlay:
    """A policy overlay. Raises NotFound, BadInput."""
    return _read(_find("overlays", file), Overlay)


def load_retention(file: Path | None = None) -> Schedule:
    """The retention schedule of a file, or the examples that come with Muster. Raises NotFound, BadInput."""
    return _read(_find("retention", file or HERE / "retention.toml"), Schedule)


def load_posts(file: Path) -> tuple[PostGiven, ...]:
    """Posts as far as a person gives them, one `[[posts]]` table each. Raises NotFound, BadInput."""
    return _read(_find("vacancies", file), PostsFile).posts


def vacancy_toml(spec: VacancySpec, remarks: Iterable[str] = ()) -> str:
    """The vacancy file of `spec`, the remarks above it as comments."""
    lines = (" ".join("".join(c if c.isprintable() else " " for c in remark).split()) for remark in remarks)
    above = "".join(f"# {line}\n" for line in lines)
    return f"{above}\n{tomli_w.dumps(spec.model_dump(exclude_none=True))}".lstrip("\n")


def write_vacancy(path: Path, spec: VacancySpec, remarks: Iterable[str] = ()) -> None:
    """Write the vacancy file, whole or not at all, and only if it loads again as the same vacancy.

    Raises Conflict where another vacancy stands, BadInput where nothing can be written.
    """
    if path.exists() and load_vacancy(path) != spec:
        raise Conflict(f"{path} holds another vacancy; give another name, or move that file away", code="file_stands", file=str(path))
    try:
        with tempfile.TemporaryDirectory(dir=path.parent) as beside:
            made = Path(beside) / "vacancy.toml"
            made.write_text(vacancy_toml(spec, remarks), encoding="utf-8")
            if load_vacancy(made) != spec:
                raise BadInput("the vacancy cannot be written as TOML without loss", code="not_writable")
            os.replace(made, path)
    except OSError as error:
        raise BadInput(f"{path}: cannot be written ({error.strerror})", code="not_writable", file=str(path)) from None


def names(kind: str) -> list[str]:
    """What comes with Muster: the names of the "policies", "calendars" or "vacancies"."""
    return sorted(path.stem for path in (HERE / kind).glob("*.toml"))


def _find(kind: str, name: str | Path) -> Path:
    by_path = isinstance(name, Path) or "/" in name or name.endswith(".toml")
    path = Path(name) if by_path else HERE / kind / f"{name}.toml"
    if not path.is_file():
        known = "" if by_path else f"; known: {', '.join(names(kind))}"
        raise NotFound(f"no such file among the {kind}: {name}{known}", code="no_such_file", name=str(name))
    return path


def _read(path: Path, model: type[Model]) -> Model:
    """The file as `model`. Validated as JSON in strict mode: a number in quotes or a yes for a number is refused."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"{path}: not a TOML file: {error}", code="not_toml", file=str(path)) from None
    return _parsed(path, text, model)


def _parsed(path: Path, text: str, model: type[Model]) -> Model:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: not a TOML file: {error}", code="not_toml", file=str(path)) from None
    try:
        return model.model_validate_json(json.dumps(data, default=str), strict=True)
    except ValidationError as error:
        wrong = [(_dotted(e["loc"]), _said(e, model)) for e in error.errors(include_url=False)]
        raise _bad(path, wrong) from None


def _refuse(path: Path, wrong: list[tuple[str, str]]) -> None:
    if wrong:
        raise _bad(path, wrong)


def _bad(path: Path, wrong: list[tuple[str, str]]) -> BadInput:
    lines = [f"{path}: {key}: {what}" if key else f"{path}: {what}" for key, what in wrong]
    return BadInput("\n".join(lines), code="bad_file", file=str(path), keys=[key for key, _ in wrong])


def _dotted(loc: tuple[int | str, ...]) -> str:
    """`("posts", 0, "kind")` → `posts[0].kind`; marks Pydantic adds for unions and dictionary keys are left out."""
    dotted = ""
    for part in loc:
        if isinstance(part, int):
            dotted += f"[{part}]"
        elif not any(mark in part for mark in "[](),") or not dotted:
            dotted += f".{part}" if dotted else part
    return dotted


def _said(error: Any, model: type[BaseModel]) -> str:
    """What is wrong with one value, with what would be right."""
    given = error.get("input")
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key; allowed: {', '.join(_keys_at(model, error['loc'][:-1])) or 'none'}"
        case "missing":
            return "is missing"
        case "enum" | "literal_error":
            return f"is {given!r}; allowed: {error['ctx']['expected']}"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"is {given!r}; {error['msg'][0].lower()}{error['msg'][1:]}"


def _keys_at(model: Any, loc: tuple[int | str, ...]) -> list[str]:
    """The keys a table of the file may have, found by walking the model along `loc`."""
    for part in loc:
        model = _inside(model.model_fields[part].annotation if _is_model(model) else _argument(model))
    return sorted(model.model_fields) if _is_model(model) else []


def _inside(annotation: Any) -> Any:
    """The model within `X | None`."""
    return next((a for a in typing.get_args(annotation) if _is_model(a)), annotation) if _optional(annotation) else annotation


def _optional(annotation: Any) -> bool:
    return type(None) in typing.get_args(annotation)


def _argument(annotation: Any) -> Any:
    """What a tuple or a dictionary holds."""
    arguments = [a for a in typing.get_args(annotation) if a is not Ellipsis]
    return arguments[-1] if arguments else annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _one_of(given: str, allowed: list[str]) -> str:
    return f"is {given!r}; allowed: {', '.join(allowed)}"
