"""The exported schemas are those of the models, and the files that come with Muster name them and keep to them."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from config.schemas import FOLDER, MODELS, PROMISED, export, path, schema, text
from domain.rules import DEADLINE_KEYS
from domain.samples import ANNOUNCED, DATA
from domain.words import Condition

CONFIG = Path(__file__).parents[2] / "config"
FILES = {"policy": "policies", "vacancy": "vacancies", "calendar": "calendars"}
SHIPPED = [(kind, file) for kind, folder in FILES.items() for file in sorted((CONFIG / folder).glob("*.toml"))]


def wrong(value: Any, part: Any, whole: Any, at: str = "") -> list[str]:
    """What a value breaks of a schema: the few words of JSON Schema that ours use."""
    if part is False:
        return [at]
    if "$ref" in part:
        return wrong(value, whole["$defs"][part["$ref"].rsplit("/", 1)[1]], whole, at)
    if "anyOf" in part:
        tried = [wrong(value, each, whole, at) for each in part["anyOf"]]
        return [] if [] in tried else min(tried, key=len)
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    if "type" in part and (not isinstance(value, kinds[part["type"]]) or (part["type"] == "integer" and isinstance(value, bool))):
        return [at]
    if "enum" in part and value not in part["enum"]:
        return [at]
    if "const" in part and value != part["const"]:
        return [at]
    if isinstance(value, int) and value < part.get("minimum", value):
        return [at]
    if isinstance(value, str) and not re.search(part.get("pattern", ""), value):
        return [at]
    found = [f"{at}.{key}" for key in part.get("required", []) if key not in value]
    if isinstance(value, dict):
        known = part.get("properties", {})
        other = part.get("additionalProperties", {})
        for key, inner in value.items():
            found += wrong(inner, known.get(key, other), whole, f"{at}.{key}")
    if isinstance(value, list):
        for n, inner in enumerate(value):
            found += wrong(inner, part.get("items", {}), whole, f"{at}[{n}]")
    return found


def read(file: Path) -> Any:
    return json.loads(json.dumps(tomllib.loads(file.read_text("utf-8")), default=str))


@pytest.mark.parametrize("kind", MODELS)
def test_the_exported_schema_is_that_of_the_model(kind: str) -> None:
    assert path(kind).read_text("utf-8") == text(kind), "run: python -m config.schemas"


def test_exporting_writes_the_same_files_anywhere(tmp_path: Path) -> None:
    assert [file.read_text("utf-8") for file in export(tmp_path / "new")] == [text(kind) for kind in MODELS]
    assert relative(FOLDER) == relative(tmp_path / "new")


def relative(folder: Path) -> set[str]:
    names = {file.relative_to(folder).as_posix() for file in folder.rglob("*")}
    return {name for name in names if not name.startswith("published")}


@pytest.mark.parametrize("kind", DATA)
def test_the_example_of_an_event_keeps_to_its_schema_and_a_field_too_many_does_not(kind: str) -> None:
    strict = schema(f"events/{kind}")
    assert wrong(DATA[kind], strict, strict) == []
    assert wrong(DATA[kind] | {"grounds": "of no concern"}, strict, strict) == [".grounds"]


@pytest.mark.parametrize("kind", ANNOUNCED)
def test_the_example_of_an_announcement_keeps_to_its_schema_which_lets_fields_be_added(kind: str) -> None:
    held = Draft202012Validator(schema(f"events/{kind}"))
    held.validate(ANNOUNCED[kind])
    held.validate(ANNOUNCED[kind] | {"of_next_year": 1})
    with pytest.raises(ValidationError):
        held.validate({"vacancy": 250442, "stage": "nowhere"} if ANNOUNCED[kind] else [])


def test_no_type_goes_both_ways_and_each_has_its_example() -> None:
    assert not DATA.keys() & ANNOUNCED.keys()
    assert {f"events/{kind}" for kind in (*DATA, *ANNOUNCED)} | {"envelope"} == set(PROMISED)


@pytest.mark.parametrize(("kind", "file"), SHIPPED, ids=lambda each: getattr(each, "name", each))
def test_a_file_that_comes_with_muster_names_its_schema_and_keeps_to_it(kind: str, file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    assert first.startswith("#:schema ")
    assert (file.parent / first.removeprefix("#:schema ")).resolve() == path(kind)
    assert wrong(read(file), schema(kind), schema(kind)) == []


@pytest.mark.parametrize(
    ("table", "key", "value", "found"),
    [
        ("screening", "target", "14", ".deadlines.screening.target"),
        ("screening", "target", -1, ".deadlines.screening.target"),
        ("screening", "traget", 14, ".deadlines.screening.traget"),
        ("screening", "at_limit", "refuse", ".deadlines.screening.at_limit"),
        ("screening", "party", "everybody", ".deadlines.screening.party"),
    ],
)
def test_the_schema_of_a_policy_is_as_strict_as_the_model(table: str, key: str, value: Any, found: str) -> None:
    policy = read(CONFIG / "policies" / "standard.toml")
    policy["deadlines"][table][key] = value
    assert wrong(policy, schema("policy"), schema("policy")) == [found]


def test_the_schema_of_a_policy_names_every_deadline_and_condition() -> None:
    parts = schema("policy")["properties"]
    assert parts["deadlines"]["required"] == list(DEADLINE_KEYS)
    assert set(parts["conditions"]["properties"]) == {str(c) for c in Condition}
    policy = read(CONFIG / "policies" / "standard.toml")
    policy["deadlines"]["sreening"] = policy["deadlines"].pop("screening")
    assert set(wrong(policy, schema("policy"), schema("policy"))) == {".deadlines.screening", ".deadlines.sreening"}
