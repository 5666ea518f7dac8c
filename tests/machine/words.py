"""Words for any act and any message, drawn from their own models: a new act or event is spoken by the machine the day it is written."""

import random
import re
from datetime import date, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from domain.competition import report_sha256
from domain.conditions import TABLE
from domain.hire import HireState
from domain.words import Condition, Stage
from tests.machine.ground import Ground

PEOPLE = ("ann", "bob", "cleo")
#: Two who are never asked to step back: the helpful world at the end of a walk has them.
FREE = ("yves", "zora")
CODES = (
    "a_reason",
    "100",
    "EUR",
    "asked_for",
    "R-1",
    "ann",
    "BE",
    "NS",
    "G8",
    "video-1",
    "2026-05-01",
    "09:00",
    "ab" * 32,
    "ann@example.org",
)
#: How far off the days are that people and partners name.
DAYS = (-400, -30, -1, 0, 1, 5, 20, 30, 45, 90, 300, 500, 900)
HOURS = (-48, 1, 5, 24, 72, 240, 1000)


class Speechless(AssertionError):
    """The machine has no word for a field: teach it one here."""


class Words:
    """Says what a model asks for, about one case. `yes` leans every choice towards going on (True) or towards a refusal (False)."""

    def __init__(self, draw: random.Random, ground: Ground, case: str, *, yes: bool | None = None, about: str = "") -> None:
        self.draw, self.ground, self.case, self.yes, self.about = draw, ground, case, yes, about
        self.said: dict[str, Any] = {}
        self.attempt = 0

    @property
    def state(self) -> HireState:
        return self.ground.hire(self.case) if self.case.startswith("hire/") else HireState()

    def of(self, model: type[BaseModel]) -> dict[str, Any]:
        """JSON-ready words the model takes; drawn again where fields do not go together."""
        for self.attempt in range(12):
            self.said = {}
            for name, field in model.model_fields.items():
                if not field.is_required() and self.draw.random() < 0.3 and self.attempt < 4:
                    continue
                self.said[name] = self.field(name, field)
            try:
                return dict(TypeAdapter(model).validate_python(self.said, strict=False).model_dump(mode="json", exclude_unset=True))
            except ValidationError as error:
                wrong = error
        raise Speechless(f"{model.__name__}: {wrong}")

    # ---- one field --------------------------------------------------------------------------------------------------------

    def field(self, name: str, field: FieldInfo) -> Any:
        known = getattr(self, f"_{name}", None)
        if known is not None and (value := known()) is not None:
            return value
        return self.value(name, field.annotation, list(field.metadata))

    def value(self, name: str, kind: Any, limits: list[Any]) -> Any:
        if get_origin(kind) is Annotated:
            inner, *more = get_args(kind)
            return self.value(name, inner, [*limits, *_flat(more)])
        if get_origin(kind) in (Union, UnionType):
            some = [k for k in get_args(kind) if k is not type(None)]
            return (
                None
                if type(None) in get_args(kind) and self.draw.random() < 0.4 and self.attempt < 4
                else self.value(name, self.draw.choice(some), limits)
            )
        if get_origin(kind) is Literal:
            return self.draw.choice(get_args(kind))
        if get_origin(kind) in (tuple, list, set, frozenset):
            return [self.value(name, get_args(kind)[0], []) for _ in range(self.draw.randint(_limit(limits, "min_length", 0), 2))]
        if get_origin(kind) is dict:
            count = self.draw.randint(_limit(limits, "min_length", 0), 2)
            return {str(n + 1): self.value(name, get_args(kind)[1], []) for n in range(count)}
        if kind is dict:
            return {}
        return self._plain(name, kind, limits)

    def _plain(self, name: str, kind: Any, limits: list[Any]) -> Any:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return Words(self.draw, self.ground, self.case, yes=self.yes).of(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            return self.draw.choice(list(kind)).value
        if kind is bool:
            return self.draw.random() < 0.6 if self.yes is None else self.yes
        if kind is int:
            low = _limit(limits, "ge", _limit(limits, "gt", 0))
            return self.draw.randint(low, min(_limit(limits, "le", low + 60), low + 60))
        if kind is date:
            return self._day().isoformat()
        if kind is datetime or "datetime" in str(kind).lower():
            return (self.ground.at + timedelta(hours=self.draw.choice(HOURS))).isoformat()
        if kind is str:
            return self._text(name, limits)
        raise Speechless(f"no word for {name}: {kind}")

    def _text(self, name: str, limits: list[Any]) -> str:
        pattern = next((p for limit in limits if (p := getattr(limit, "pattern", None))), None)
        fits = [code for code in CODES if pattern is None or re.fullmatch(pattern, code)]
        if not fits:
            raise Speechless(f"no word for {name}: {pattern}")
        return self.draw.choice(fits[:3])

    def _day(self) -> date:
        near = [d for d in DAYS if 0 <= d <= 90] if self.yes else DAYS
        return (self.ground.at + timedelta(days=self.draw.choice(near))).date()

    # ---- fields that mean something ------------------------------------------------------------------------------------------

    def _valid_until(self) -> str | None:
        if self.yes:
            return None if self.draw.random() < 0.3 and self.attempt < 4 else (self.ground.at + timedelta(days=600)).date().isoformat()
        return self._day().isoformat()

    def _enters_on(self) -> str | None:
        """The day of the contract that is offered, mostly; the candidate may want another."""
        offered = self.state.terms.get("enters_on") if self.state.approved else None
        return offered if offered and self.draw.random() < 0.8 else None

    def _starts_at(self) -> str | None:
        """One of the moments offered for the interview, where some are."""
        offered = self.state.slots.slots if self.state.slots else ()
        return self.draw.choice(offered).isoformat() if offered and (self.yes or self.draw.random() < 0.7) else None

    def _ask(self) -> str:
        """The request an answer names: the one that is open, mostly; an earlier round's, or one we never put."""
        asks = [c.ask for c in self.state.conditions.values() if c.ask and str(c.condition) == self.about.partition(".")[0]]
        if not asks:
            return "R-1"
        ask = self.draw.choice(asks)
        return self.draw.choice([ask] * 8 + [ask[:-1] + "0", "R-1"]) if self.yes is None else ask

    def _condition(self) -> str:
        if condition(self.about):
            return self.about
        mine = [str(c) for c in self.state.conditions]
        return self.draw.choice(mine if mine and self.draw.random() < 0.9 else [str(c) for c in Condition])

    def _about(self) -> str:
        known = [*self.state.failed_asks, *(str(c) for c in self.state.conditions), "assessment", "nothing"]
        return self.about or self.draw.choice(known)

    def _outcome(self) -> str | None:
        """An answer to the condition spoken of; outside conditions the model's own enumeration serves."""
        about = condition(self.said.get("condition") or self.about)
        if about is None:
            return None
        row = TABLE[about]
        among = {True: row.satisfied_by, False: row.refused_by, None: row.outcomes}[self.yes]
        return str(self.draw.choice(sorted(among)))

    def _reason(self) -> str:
        return self.draw.choice(("a_reason", "asked_for"))

    def _valid_from(self) -> str:
        return (self.ground.at - timedelta(days=500)).date().isoformat()

    def _level(self) -> str:
        return "CTS" if self.yes else self.draw.choice(("NS", "CTS", "NS", "NR"))

    def _deadline(self) -> str:
        return self.about or self.draw.choice([*self.state.deadlines, "offer", "reserve"])

    def _sha256(self) -> str:
        """What waits for the second of four eyes: the contract's hash, or the report's."""
        if self.draw.random() < 0.05:
            return "ab" * 32
        if self.case.startswith("vacancy/"):
            return report_sha256(self.ground.vacancy(self.case.removeprefix("vacancy/")).report_lines)
        return self.state.terms_sha256 or "cd" * 32

    def _vacancy(self) -> str:
        mine = self.state.vacancy or self.case.removeprefix("vacancy/")
        others = [r for r in self.ground.store.vacancies if r != mine]
        return self.draw.choice([*others, *others, *others, mine])

    def _post(self) -> str:
        reference = self.said.get("vacancy") or self.state.vacancy or self.case.removeprefix("vacancy/")
        known = self.ground.store.vacancies.get(reference)
        return self.draw.choice([p.id for p in known.spec.posts] if known else ["nowhere-1"])

    def _grade(self) -> str | None:
        """The grade of the post spoken of; a similar post is one at the same or a lower grade."""
        posts = {p.id: p for v in self.ground.store.vacancies.values() for p in v.spec.posts}
        spec = posts.get(str(self.said.get("post")))
        return spec.grade_low if spec else None

    def _hire(self) -> str:
        return self.draw.choice(self.ground.cases() or ["hire/nobody"])

    def _lines(self) -> list[dict[str, Any]]:
        """A report on everybody at the selection, in any order, with ties; now and then somebody is missing."""
        reference = self.case.removeprefix("vacancy/")
        waiting = [c for c in self.ground.cases() if (s := self.ground.hire(c)).stage is Stage.SELECTION and s.vacancy == reference]
        self.draw.shuffle(waiting)
        if self.draw.random() < 0.05:
            waiting = waiting[1:]
        said = ("selected", "selected", "reserve", "not_selected")
        lines = [
            {"hire": c, "score": 90 - n, "rank": max(1, n - n % 2), "recommendation": self.draw.choice(said)} for n, c in enumerate(waiting)
        ]
        return [x | ({"rank": None} if x["recommendation"] == "not_selected" else {}) for x in lines]

    def _owner(self) -> str:
        return self.draw.choice(PEOPLE)

    def _decided_by(self) -> str:
        return self.draw.choice(PEOPLE)

    def _chair(self) -> str:
        return self.draw.choice(PEOPLE)

    def _members(self) -> list[str]:
        return self.draw.sample([*PEOPLE, *FREE], 2)

    def _observer(self) -> str:
        return self.draw.choice([*PEOPLE, *FREE])

    def _hires(self) -> list[str]:
        return self.draw.sample(self.ground.cases(), self.draw.choice([0, 0, 1]))

    def _who(self) -> str:
        return self.draw.choice(PEOPLE)


def condition(slot: str) -> Condition | None:
    """The condition a slot is of: clearance, or clearance.fr."""
    name = slot.partition(".")[0]
    return Condition(name) if name in set(Condition) else None


def _flat(found: list[Any]) -> list[Any]:
    """The limits an annotation carries, those inside a `Field` among them."""
    return [limit for one in found for limit in (one.metadata if isinstance(one, FieldInfo) else [one])]


def _limit(limits: list[Any], name: str, otherwise: int) -> int:
    return next((int(v) for limit in limits if (v := getattr(limit, name, None)) is not None), otherwise)
