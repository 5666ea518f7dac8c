"""Settling a notice: what its languages say differently, and what it does not say, is for a person to give. Nothing is chosen here.

A conflict is settled by the name of its field ("deadline", "clauses.no_fee"; "contracts.1", "contracts.2" where a field has several):
with `en` or `fr` for one of the two readings, or with a value of the person's own. What the notice leaves open is given by its dotted
name ("title.fr", "clearance"). What both languages state stands: a notice is not rewritten here.
"""

import contextlib
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from domain.errors import BadInput
from domain.notice.model import Conflict, Notice

READINGS: Final = ("en", "fr")
_NO_ANSWER: Final = frozenset({"conflicts", "evidence"})
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(:\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Question:
    """A conflict under the name it is settled by."""

    name: str
    conflict: Conflict


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: to which question, in their words, and the value that stands now (None where only wording differed)."""

    name: str
    given: str
    value: object


@dataclass(frozen=True, slots=True)
class Settled:
    """A notice as far as it is settled: `open` is what still waits for a person."""

    notice: Notice
    answers: tuple[Answer, ...]
    open: tuple[Question, ...]


def questions(notice: Notice) -> tuple[Question, ...]:
    """Every conflict with the name to settle it by, in the notice's order."""
    several = Counter(conflict.field for conflict in notice.conflicts)
    seen: Counter[str] = Counter()
    named = []
    for conflict in notice.conflicts:
        seen[conflict.field] += 1
        number = f".{seen[conflict.field]}" if several[conflict.field] > 1 else ""
        named.append(Question(f"{conflict.field}{number}", conflict))
    return tuple(named)


def settled(notice: Notice, given: Mapping[str, str], unusable: Collection[str] = ()) -> Settled:
    """The notice with the answers put in. `unusable` names stated values a vacancy cannot take, which may be given anew.

    Raises BadInput naming the field for an answer that is no value of it, or to something the notice states.
    """
    asked = questions(notice)
    by_name = {question.name: question for question in asked}
    data = notice.to_json()
    answers = []
    # The conflicts first: the part a reading leaves open may be given beside it.
    for name in sorted(given, key=lambda name: name not in by_name):
        question, said = by_name.get(name), given[name].strip()
        if question is not None:
            value = _to_conflict(data, question, said)
        else:
            _may_be_given(data, name, unusable, by_name)
            value = _put(data, name, said)
        answers.append(Answer(name, said, value))
    still_open = tuple(question for question in asked if question.name not in given)
    data["conflicts"] = [question.conflict.model_dump(mode="json") for question in still_open]
    return Settled(Notice.model_validate(data), tuple(answers), still_open)


def silent(value: object) -> bool:
    """Whether a notice says nothing there: null, an empty list, false, or an object of such."""
    return all(map(silent, value.values())) if isinstance(value, dict) else value in (None, "", [], False)


def _to_conflict(data: dict[str, Any], question: Question, said: str) -> object:
    """One of the two readings, or a value of the person's own. Where texts differ and no value, the answer is kept as an answer."""
    field, conflict = question.conflict.field, question.conflict.model_dump(mode="json")
    of_values = any(_fits(data, field, conflict[language]) for language in READINGS)
    if not of_values:
        if not said:
            raise BadInput(f"{question.name}: an answer is en, fr, or the wording that holds", code="bad_answer", field=question.name)
        return None
    if said not in READINGS:
        return _put(data, field, said)
    return _set(data, field, _over(_at(data, field), conflict[said]), question.name)


def _over(now: object, reading: object) -> object:
    """A reading over the value that stands: what it leaves out of an object, the other language may have said."""
    if not isinstance(now, dict) or not isinstance(reading, dict):
        return reading
    return {**now, **{name: value for name, value in reading.items() if value is not None}}


def _may_be_given(data: dict[str, Any], name: str, unusable: Collection[str], asked: Collection[str]) -> None:
    if not _exists(data, name):
        known = ", ".join(sorted({*asked, *(key for key in data if key not in _NO_ANSWER)}))
        raise BadInput(f"{name}: a notice has no such field; it has {known}", code="unknown_field", field=name)
    if name not in unusable and not silent(_at(data, name)):
        said = json.dumps(_at(data, name), ensure_ascii=False)
        raise BadInput(f"{name}: the notice says {said}, and nothing contradicts it", code="nothing_to_settle", field=name)


def _exists(data: dict[str, Any], name: str) -> bool:
    first, _, rest = name.partition(".")
    if first not in data or first in _NO_ANSWER:
        return False
    return not rest or (isinstance(data[first], dict) and rest in data[first])


def _at(data: dict[str, Any], name: str) -> Any:
    first, _, rest = name.partition(".")
    return data[first][rest] if rest else data[first]


def _put(data: dict[str, Any], name: str, said: str) -> object:
    """The first way of reading the person's words that gives a value of the field."""
    for value in _readings(name, said):
        if _fits(data, name, value):
            return _set(data, name, value, name)
    raise BadInput(f"{name}: {said!r} is no value of it; {_form(data, name)}", code="bad_answer", field=name)


def _readings(name: str, said: str) -> list[object]:
    tried: list[object] = []
    if name == "deadline" and (moment := _MOMENT.fullmatch(said)):
        day, clock, seconds = moment.groups()
        tried.append({"date": day, "time": clock and clock + (seconds or ":00")})
    if said.lower() in ("yes", "no"):
        tried.append(said.lower() == "yes")
    with contextlib.suppress(ValueError, RecursionError):
        tried.append(json.loads(said))
    return [*tried, said, [part.strip() for part in said.split(",")]] if said else []


def _form(data: dict[str, Any], name: str) -> str:
    try:
        _checked(data, name, object())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        what = first["msg"][0].lower() + first["msg"][1:]
        examples = {"deadline": ", such as 2027-03-28 17:00"}
        return f"{what}{examples.get(name, '')}"
    return "another form is needed"


def _fits(data: dict[str, Any], name: str, value: object) -> bool:
    try:
        _checked(data, name, value)
    except ValidationError:
        return False
    return value is not None


def _set(data: dict[str, Any], name: str, value: object, told: str) -> object:
    """Put the value in, in the form the contract gives it."""
    if not _fits(data, name, value):
        raise BadInput(f"{told}: that reading is no value of {name}; give one of your own", code="bad_answer", field=told)
    data.update(_checked(data, name, value).to_json())
    return _at(data, name)


def _checked(data: dict[str, Any], name: str, value: object) -> Notice:
    first, _, rest = name.partition(".")
    changed = {**data[first], rest: value} if rest else value
    return Notice.model_validate({**data, first: changed})
