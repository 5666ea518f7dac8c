"""What was published is kept: today's schemas only add to the frozen ones; and the comparison that says so is right about changes."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from config.additive import all_breaks, breaks
from config.schemas import FOLDER, PROMISED, publish, schema
from domain.samples import DATA

PUBLISHED = FOLDER / "published"
NEWEST = max(int(folder.name) for folder in PUBLISHED.iterdir())
Node = dict[str, Any]


def frozen(version: int) -> dict[str, Node]:
    folder = PUBLISHED / str(version)
    files = sorted(folder.rglob("*.schema.json"))
    return {file.relative_to(folder).as_posix().removesuffix(".schema.json"): json.loads(file.read_text("utf-8")) for file in files}


def today() -> dict[str, Node]:
    return {kind: schema(kind) for kind in PROMISED}


def test_todays_schemas_break_no_promise_of_the_published_ones() -> None:
    assert all_breaks(frozen(NEWEST), today()) == []


def test_everything_promised_is_published() -> None:
    """A new type is published with its first release; until then it stands here, seen."""
    assert set(frozen(NEWEST)) - set(PROMISED) == set()
    assert len(frozen(NEWEST)) >= 56


def test_publishing_freezes_and_never_writes_over_a_promise(tmp_path: Path) -> None:
    assert len(publish(7, tmp_path)) == len(PROMISED)
    with pytest.raises(FileExistsError):
        publish(7, tmp_path)


# ---- changes of which we know what they are --------------------------------------------------------------------------------


def closed(**properties: Any) -> Node:
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": []}


TEXT, WORDS = {"type": "string"}, {"enum": ["a", "b"], "type": "string"}
MAYBE = {"anyOf": [TEXT, {"type": "null"}], "default": None}
KNOWN: list[tuple[str, Node, Node, list[str], list[str]]] = [
    ("nothing", closed(x=TEXT), closed(x=TEXT), [], []),
    ("its words for people", closed(x=TEXT), closed(x=TEXT | {"title": "X", "description": "an x"}), [], []),
    ("a field more", closed(x=TEXT), closed(x=TEXT, y=TEXT), [], []),
    ("a field less", closed(x=TEXT, y=TEXT), closed(x=TEXT), [".y is gone"], [".y is gone"]),
    ("a field renamed", closed(x=TEXT), closed(z=TEXT), [".x is gone"], [".x is gone"]),
    ("a field that must be there now", closed(x=TEXT), closed(x=TEXT) | {"required": ["x"]}, [".x is required now"], []),
    ("a new field that must be there", closed(), closed(x=TEXT) | {"required": ["x"]}, [".x is required now"], []),
    ("a field that may be left out", closed(x=TEXT) | {"required": ["x"]}, closed(x=TEXT), [], [".x is no longer always there"]),
    ("null no longer", closed(x=MAYBE), closed(x=TEXT | {"default": None}), [".x no longer takes null"], [".x no longer takes null"]),
    ("null as well", closed(x=TEXT), closed(x={"anyOf": [TEXT, {"type": "null"}]}), [], [".x may now be null"]),
    ("a value less", closed(x=WORDS), closed(x=WORDS | {"enum": ["a"]}), [".x takes fewer values"], [".x takes fewer values"]),
    ("a value more", closed(x=WORDS), closed(x=WORDS | {"enum": ["a", "b", "c"]}), [], [".x has other values"]),
    ("values listed now", closed(x=TEXT), closed(x=WORDS), [".x takes fewer values"], [".x takes fewer values"]),
    ("any value", closed(x=WORDS), closed(x=TEXT), [], [".x has other values"]),
    (
        "another pattern",
        closed(x=TEXT | {"pattern": "a"}),
        closed(x=TEXT | {"pattern": "b"}),
        [".x has another pattern"],
        [".x has another pattern"],
    ),
    ("no pattern", closed(x=TEXT | {"pattern": "a"}), closed(x=TEXT), [], [".x has another pattern"]),
    ("a lower limit raised", closed(x={"minimum": 1}), closed(x={"minimum": 2}), [".x has another minimum"], [".x has another minimum"]),
    ("a lower limit dropped", closed(x={"minimum": 1}), closed(x={}), [], [".x has another minimum"]),
    ("an upper limit raised", closed(x={"maxItems": 1}), closed(x={"maxItems": 2}), [], [".x has another maxItems"]),
    ("an upper limit new", closed(x={}), closed(x={"maxLength": 9}), [".x has another maxLength"], [".x has another maxLength"]),
    ("another type", closed(x=TEXT), closed(x={"type": "integer"}), [".x has another type"], [".x has another type"]),
    ("a wider number", closed(x={"type": "integer"}), closed(x={"type": "number"}), [], [".x has another type"]),
    ("deep inside a list", closed(x={"items": closed(y=TEXT)}), closed(x={"items": closed()}), [".x[].y is gone"], [".x[].y is gone"]),
    (
        "no other fields",
        {"properties": {}},
        closed(),
        [" no longer takes other fields", " has another type"],
        [" no longer takes other fields", " has another type"],
    ),
    (
        "another default",
        closed(x=TEXT | {"default": "a"}),
        closed(x=TEXT | {"default": "b"}),
        [".x means something else when it is left out"],
        [".x means something else when it is left out"],
    ),
    (
        "a word not known here",
        closed(x=TEXT),
        closed(x=TEXT | {"if": {}}),
        [".x if changed, which nobody can judge here"],
        [".x if changed, which nobody can judge here"],
    ),
]


@pytest.mark.parametrize(("what", "old", "new", "coming", "going"), KNOWN, ids=[each[0] for each in KNOWN])
def test_a_known_change_is_judged_rightly_in_both_directions(what: str, old: Node, new: Node, coming: list[str], going: list[str]) -> None:
    assert sorted(breaks(old, new)) == sorted(coming)
    outward = {"x-direction": "out"}
    assert sorted(breaks(old | outward, new | outward)) == sorted(going)


def test_who_may_send_and_about_what_are_promises_too() -> None:
    old = closed() | {"x-direction": "in", "x-senders": ["hris", "portal"], "x-subject": "hire"}
    assert breaks(old, old | {"x-senders": ["portal"]}) == [" may be sent by fewer"]
    assert breaks(old, old | {"x-senders": ["hris", "portal", "budget_authority"]}) == []
    assert breaks(old, old | {"x-subject": "vacancy"}) == [" has another x-subject"]
    assert all_breaks({"duty.entered": old}, {}) == ["duty.entered is gone"]


def test_a_reference_is_followed_on_both_sides() -> None:
    named = {**closed(x={"$ref": "#/$defs/Word"}), "$defs": {"Word": WORDS}}
    assert breaks(named, closed(x=WORDS)) == breaks(closed(x=WORDS), named) == []
    assert breaks(named, {**named, "$defs": {"Word": WORDS | {"enum": ["b"]}}}) == [".x takes fewer values"]


# ---- changes drawn at random in the schemas there are -------------------------------------------------------------------------


def nodes(node: Any) -> Iterator[Node]:
    """Every part of a schema that says something, but not the words for people."""
    if isinstance(node, dict):
        yield node
        for key, inner in node.items():
            if key in ("properties", "$defs"):
                for each in inner.values():
                    yield from nodes(each)
            elif key in ("items", "anyOf"):
                yield from nodes(inner)
    elif isinstance(node, list):
        for each in node:
            yield from nodes(each)


def _drop_field(node: Node) -> None:
    node["properties"].pop(next(iter(node["properties"])))


def _require(node: Node) -> None:
    node["required"] = [*node.get("required", []), next(name for name in node["properties"] if name not in node.get("required", []))]


def _new_required(node: Node) -> None:
    node["properties"]["of_tomorrow"] = {"type": "string"}
    node["required"] = [*node.get("required", []), "of_tomorrow"]


def _fewer_values(node: Node) -> None:
    node["enum"] = node["enum"][1:]


def _another_pattern(node: Node) -> None:
    node["pattern"] = f"(?!x){node['pattern']}"


def _another_type(node: Node) -> None:
    node["type"] = "array" if node["type"] != "array" else "boolean"


def _shorter(node: Node) -> None:
    node["maxItems" if "maxItems" in node else "maxLength"] -= 1


def _no_null(node: Node) -> None:
    node["anyOf"] = [option for option in node["anyOf"] if option.get("type") != "null"]


#: A change, and whether it can be made at a place. Those of the first kind break what partners send; of the second, they do not.
BREAKING: dict[str, tuple[Callable[[Node], None], Callable[[Node], bool]]] = {
    "drop_field": (_drop_field, lambda n: bool(n.get("properties"))),
    "require": (_require, lambda n: bool(set(n.get("properties", {})) - set(n.get("required", [])))),
    "new_required": (_new_required, lambda n: "properties" in n),
    "fewer_values": (_fewer_values, lambda n: len(n.get("enum", [])) > 1),
    "another_pattern": (_another_pattern, lambda n: "pattern" in n),
    "another_type": (_another_type, lambda n: "type" in n),
    "shorter": (_shorter, lambda n: "maxItems" in n or "maxLength" in n),
    "no_null": (_no_null, lambda n: any(option.get("type") == "null" for option in n.get("anyOf", []))),
}


def _new_field(node: Node) -> None:
    node["properties"]["of_tomorrow"] = {"type": "string"}


def _more_values(node: Node) -> None:
    node["enum"] = [*node["enum"], "of_tomorrow"]


def _not_required(node: Node) -> None:
    node["required"] = node["required"][1:]


def _longer(node: Node) -> None:
    node["maxItems" if "maxItems" in node else "maxLength"] += 1


def _any_form(node: Node) -> None:
    del node["pattern"]


def _said_better(node: Node) -> None:
    node["description"] = "Said better."


ADDING: dict[str, tuple[Callable[[Node], None], Callable[[Node], bool]]] = {
    "new_field": (_new_field, lambda n: "properties" in n),
    "more_values": (_more_values, lambda n: "enum" in n),
    "not_required": (_not_required, lambda n: bool(n.get("required"))),
    "longer": (_longer, lambda n: "maxItems" in n or "maxLength" in n),
    "any_form": (_any_form, lambda n: "pattern" in n),
    "said_better": (_said_better, lambda n: True),
}
ANYWHERE = {"new_field", "said_better"}  # what even an announcement may gain
SEEDS = range(200)


def changed(seed: int, changes: dict[str, tuple[Callable[[Node], None], Callable[[Node], bool]]]) -> tuple[str, str, Node, Node]:
    """A schema of ours with one change at one place, both drawn."""
    draw = random.Random(seed)
    while True:
        kind, name = draw.choice(PROMISED), draw.choice(sorted(changes))
        old = schema(kind)
        new = copy.deepcopy(old)
        change, fits = changes[name]
        places = [node for node in nodes(new) if fits(node)]
        if places:
            change(draw.choice(places))
            return kind, name, old, new


@pytest.mark.parametrize("seed", SEEDS)
def test_a_narrowing_anywhere_is_found(seed: int) -> None:
    kind, name, old, new = changed(seed, BREAKING)
    harmless = old.get("x-direction") == "out" and name in ("require", "new_required")  # whoever reads gains by it
    assert bool(breaks(old, new)) is not harmless, (kind, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_addition_anywhere_is_let_through_where_it_may_be_made(seed: int) -> None:
    kind, name, old, new = changed(seed, ADDING)
    allowed = old.get("x-direction") != "out" or name in ANYWHERE
    assert (breaks(old, new) == []) is allowed, (kind, name, breaks(old, new))


def test_the_samples_of_today_fit_the_published_schemas() -> None:
    for kind, data in DATA.items():
        Draft202012Validator(frozen(NEWEST)[f"events/{kind}"]).validate(data)
