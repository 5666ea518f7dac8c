"""Need to know (`recruitment.md` §4): no message, fact, act or table about a condition has a field that could hold a ground, a diagnosis,
a questionnaire or a sentence. Only closed vocabularies, dates, numbers, and references with a grammar too narrow for words."""

import types
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from domain import facts as f
from domain.acts import ACTS
from domain.events import EventData, catalogue
from domain.words import Condition, Stage
from store.readmodel import derive
from store.tables import conditions
from tests.world import World, at_stage

EVENTS = {name: model for name, model in catalogue().items() if name.split(".")[0] in set(Condition)}
FACTS = {kind.__name__: kind for kind in vars(f).values() if isinstance(kind, type) and issubclass(kind, f.OfCondition)}
ARGS = {name: act.args for name, act in ACTS.items() if "condition" in act.args.model_fields}
SENTENCES = ("Grounds: a conviction in 2011.", "depressive episode, see file", "Refused because of a relative")
#: Fields our own code fills from values that are narrow already; `reason` is a code wherever a person gives one.
OURS = {"kind", "authority", "ask", "channel", "proposed_by", "reason"}
WORDS = ("ground", "diagnos", "questionnaire", "remark", "comment", "note", "text", "explanation", "finding", "history", "symptom")


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every field of a model and of the models within it."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}", field
        for inner in models(field.annotation):
            yield from fields(inner, f"{path}{name}.")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models(part)


def narrow(annotation: Any, metadata: list[Any]) -> bool:
    """Can this hold nothing but a closed vocabulary, a date, a number, a truth value, or a pattern that takes no sentence?"""
    origin = get_origin(annotation)
    if origin is Annotated:
        return narrow(get_args(annotation)[0], [*metadata, *get_args(annotation)[1:]])
    if origin in (Union, types.UnionType):
        return all(part is type(None) or narrow(part, metadata) for part in get_args(annotation))
    if origin is tuple:
        return all(part is Ellipsis or narrow(part, []) for part in get_args(annotation))
    if origin is Literal:
        return True
    if not isinstance(annotation, type):
        return False
    if issubclass(annotation, (Enum, date, datetime, bool, int)):
        return True
    if issubclass(annotation, BaseModel):
        return annotation.model_config.get("extra") == "forbid"
    return issubclass(annotation, str) and any(_pattern(mark) for mark in metadata)


def _pattern(mark: Any) -> bool:
    if isinstance(mark, FieldInfo):
        return any(_pattern(each) for each in mark.metadata)
    return bool(getattr(mark, "pattern", None))


def wide(model: type[BaseModel]) -> list[str]:
    return [name for name, field in fields(model) if name.split(".")[-1] not in OURS and not narrow(field.annotation, field.metadata)]


def test_the_walk_finds_a_field_that_is_too_wide() -> None:
    class Told(BaseModel):
        outcome: str
        details: dict[str, Any]

    class Outer(BaseModel):
        told: tuple[Told, ...] = ()

    assert wide(Outer) == ["told", "told.outcome", "told.details"]


@pytest.mark.parametrize("name", EVENTS)
def test_no_event_about_a_condition_can_carry_a_sentence(name: str) -> None:
    model: type[EventData] = EVENTS[name]
    assert (wide(model), model.PRIVATE, model.model_config.get("extra")) == ([], frozenset(), "forbid")


@pytest.mark.parametrize("name", FACTS)
def test_no_fact_about_a_condition_can_carry_a_sentence(name: str) -> None:
    assert wide(FACTS[name]) == []


@pytest.mark.parametrize("name", ARGS)
def test_no_act_about_a_condition_takes_a_sentence(name: str) -> None:
    model = ARGS[name]
    assert [n for n, field in fields(model) if not narrow(field.annotation, field.metadata)] == []


@pytest.mark.parametrize("sentence", SENTENCES)
def test_no_field_takes_a_sentence(sentence: str) -> None:
    took = [
        f"{model.__name__}.{name}"
        for model in (*EVENTS.values(), *FACTS.values(), *ARGS.values())
        for name, field in fields(model)
        if name.split(".")[-1] not in OURS and takes(field, sentence)
    ]
    assert took == []


def takes(field: FieldInfo, value: str) -> bool:
    try:
        TypeAdapter(cast("Any", Annotated[field.annotation, field])).validate_python(value)
    except ValidationError:
        return False
    return True


def test_the_names_speak_of_none_of_it() -> None:
    names = {name for model in (*EVENTS.values(), *FACTS.values(), *ARGS.values()) for name, _ in fields(model)}
    assert [name for name in sorted(names) if any(word in name.lower() for word in WORDS)] == []


def test_the_table_shows_outcome_validity_and_reference_and_has_no_other_text() -> None:
    assert {c.name for c in conditions.columns} == {
        "case_id", "condition", "authority", "state", "outcome", "expected", "valid_until", "requested_at",
        "round", "reference", "reopened_for", "waiver", "held", "held_until",
    }  # fmt: skip


def test_what_a_hire_shows_is_exactly_that_table() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "medical.replied", outcome="unfit", reference="R-7")
    row = derive(case, "hire", world.store.journals[case]).conditions["medical"]
    assert set(row) == {c.name for c in conditions.columns}
    assert (row["outcome"], row["reference"]) == ("unfit", "R-7")


def test_a_message_with_more_than_its_model_knows_leaves_nothing_of_it() -> None:
    """Were the door ever open wider than the models: what a case writes about a reply is still only what a reply may say."""
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "medical.replied", outcome="unfit", reference="R-7", grounds="a diagnosis nobody here may know")
    assert "diagnosis" not in written(world, case)


def written(world: World, case: str) -> str:
    return "".join(entry.model_dump_json() for entry in world.store.journals[case])
