"""What is on record, in words: facts with their fields, who was behind them, where they came from. For whoever reads a case back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from acts.compartments import WITHHELD
from config.telling import Teller
from domain.explanation import explain
from domain.log.reading import DECIDED, flat
from domain.log.trail import Trace, second
from store.people import Staff

#: What follows from something else of the same step, and so never stands for the step.
FOLLOWS = frozenset({"deadline_set", "deadline_closed", "stage_entered", "letter_written", "letter_sent"})
#: Where a step came from, by how its key begins: `console.source.<name>` of the catalogue.
SOURCES = ("act", "message", "due", "asked", "eligibility", "import", "note")
#: What is decided outside the cases: `console.trail.<name>`.
OUTSIDE_CASES = (
    "policy_proposed", "policy_published", "overlay_proposed", "overlay_approved", "overlay_lifted", "calendar_published", "event_discard",
    "event_replay", "event_reroute", "erasure_proposed", "erasure_refused", "erasure_withdrawn", "erased", "retention", "export",
    "hold_placed", "hold_lift_proposed", "hold_lifted", "token_made", "token_revoked", "key_destroyed", "request",
    "delivery_replay", "delivery_resume", "delivery_letter_again", "delivery_letter_posted", "delivery_maintenance_planned",
    "delivery_maintenance_ended",
)  # fmt: skip
#: Where the words of a field's values stand, if not under the field's own name.
FAMILIES = {
    "reasons": "reason", "at_limit": "rehearsal.action", "was": "outcome", "now": "outcome", "channel": "console.channel",
    "overlay_kind": "console.overlays.kind", "fate": "console.messages.state", "state": "condition_state",
}  # fmt: skip
#: Where the words of a reason stand: the trade's, why somebody looked, what our own desks give, why an event waits.
REASONS = ("reason", "console.purpose", "console.value", "console.waits")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Value:
    """One field of a fact in words. `code`: a hash, to be set as one."""

    name: str
    text: str
    code: bool = False


@dataclass(frozen=True)
class Fact:
    """One fact in words. `intervention` says what kind of act outside the normal path it is; empty for none."""

    number: int
    kind: str
    title: str
    at: datetime
    recorded_at: datetime
    who: str
    second: str
    reason: str
    intervention: str
    fields: tuple[Value, ...]
    decided: bool
    withheld: bool


@dataclass(frozen=True)
class Step:
    """What was written together, for one cause: `head` says it, `others` follow from it. `source` is where it came from."""

    head: Fact
    others: tuple[Fact, ...]
    source: str
    key: str

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(sorted((self.head, *self.others), key=lambda fact: fact.number))

    @property
    def intervention(self) -> str:
        return next((fact.intervention for fact in self.facts if fact.intervention), "")


class FactTeller:
    """Says facts in the reader's language. `staff` gives persons their names and what they are today."""

    def __init__(self, teller: Teller, staff: Iterable[Staff]) -> None:
        self._teller, self._staff = teller, {each.person: each for each in staff}

    def steps(self, rows: Iterable[Mapping[str, Any]]) -> list[Step]:
        """A journal as its steps, in order."""
        return [self._step(key, [self.fact(row) for row in group]) for key, group in groupby(rows, lambda row: str(row["step"]))]

    def fact(self, row: Mapping[str, Any]) -> Fact:
        """One row of a journal, as much of it as the reader sees."""
        kind, body, actor = str(row["kind"]), dict(row["body"]), str(row["actor"])
        said = Trace(position=0, leaf="fact", stream="", ref="", at=row["at"], recorded_at=row["at"], actor=actor, what=kind)
        other = second(kind, body)
        shown = [(name, value) for name, value in _fields(body) if name not in ("kind", "reason")]
        return Fact(
            number=row["number"],
            kind=kind,
            title=_capital(self.what(kind)),
            at=row["at"],
            recorded_at=row["recorded_at"],
            who=self.who(actor),
            second=self.who(other) if other != actor else "",
            reason=self.reason(str(body.get("reason") or "")),
            intervention=self.intervention(said.intervention),
            fields=tuple(Value(self.field(name), self.value(name, value), bool(_HASH.fullmatch(str(value)))) for name, value in shown),
            decided=bool(DECIDED & {name for name, value in flat(body) if value}),
            withheld=kind == WITHHELD,
        )

    def _step(self, key: str, facts: Sequence[Fact]) -> Step:
        head = next((fact for fact in facts if fact.kind not in FOLLOWS), facts[0])
        return Step(head, tuple(fact for fact in facts if fact is not head), self.source(key), key)

    # ---- the words ----------------------------------------------------------------------------------------------------------

    def what(self, kind: str) -> str:
        """A fact, or what was done outside the cases, or a kind of leaf."""
        if kind == WITHHELD:
            return self._teller.say("console.withheld")
        return self._first((f"fact.{kind}", f"console.trail.{kind}", f"leaf.{kind}"), kind)

    def leaf(self, kind: str) -> str:
        """A kind of leaf: "facts", "letters and requests sent"."""
        return self._teller.say("console.audit.facts") if kind == "fact" else self.what(kind)

    def intervention(self, kind: str) -> str:
        return self._teller.say(f"intervention.{kind}") if kind else ""

    def reason(self, code: str) -> str:
        if code == WITHHELD:
            return self._teller.say("console.withheld")
        return self._first((f"{family}.{code}" for family in REASONS), code) if code else ""

    def letter(self, template: str) -> str:
        """What a letter is called: its subject without the vacancy it names."""
        key = f"letter.{template}.subject"
        if not self._teller.knows(key):
            return self._teller.say("console.withheld") if template == WITHHELD else template.replace("_", " ")
        return re.split(r"[\s:(]*[({]", self._teller.raw(key))[0].strip()

    def field(self, name: str) -> str:
        return self._first((f"field.{name}",), name)

    def source(self, step: str) -> str:
        """Where a step came from."""
        begins = step.partition("/")[0]
        return self._teller.say(f"console.source.{begins}") if begins in SOURCES else ""

    def who(self, actor: str) -> str:
        """A person by name and role, a partner, a case, or Muster itself."""
        kind, _, name = actor.partition(":")
        match kind:
            case "person":
                found = self._staff.get(name)
                return f"{found.name} ({self._teller.who(found.roles)})" if found and found.roles else found.name if found else name
            case "partner" | "terminal":
                return self._teller.say(f"console.who.{kind}", name=name)
            case "case":
                kind, _, ref = name.partition("/")
                return self._first((f"console.audit.of.{kind}",), name, id=ref)
            case "muster":
                return self._teller.say("console.who.muster")
        return actor

    def value(self, field: str, value: Any) -> str:
        """A value in words: moments as people write them, codes as the catalogue has them, the rest as it stands."""
        match value:
            case None | "" | [] | {}:
                return "–"
            case datetime():
                return self._teller.moment(value)
            case bool():
                return self._teller.say("console.yes" if value else "console.no")
            case list() | tuple():
                return ("; " if any(isinstance(each, Mapping) for each in value) else ", ").join(self.value(field, each) for each in value)
            case Mapping():
                return ", ".join(f"{self.field(name)}: {self.value(name, inner)}" for name, inner in value.items())
        return self._text(field, str(value))

    def _text(self, field: str, text: str) -> str:
        if text in ("yes", "no"):
            return self._teller.say(f"console.{text}")
        if _MOMENT.fullmatch(text):
            return self._teller.moment(datetime.fromisoformat(text))
        if field == "rule":
            return " ".join(self._teller.phrase(part) for part in explain(text))
        if text.partition(":")[0] in ("person", "partner", "case") and ":" in text:
            return self.who(text)
        if field in ("key", "deadline"):
            return self._teller.thing(text) if self._teller.thing(text) != text else self._teller.key(text)
        if field == "template":
            return self.letter(text)
        family = FAMILIES.get(field, field)
        found = self._first((f"{family}.{text}", f"{family}.{text}.name", f"role.{text}", f"party.{text}", f"console.value.{text}"), "")
        return found or (self._teller.thing(text).replace("_", " ") if text.isidentifier() else text)

    def _first(self, keys: Iterable[str], otherwise: str, **values: str) -> str:
        found = next((key for key in keys if self._teller.knows(key)), None)
        return self._teller.say(found, **values) if found else otherwise.replace("_", " ")


def _fields(body: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """The fields that say something, those inside others too, by their own names."""
    for name, value in body.items():
        if isinstance(value, Mapping):
            yield from _fields(value)
        elif value not in (None, "", [], {}):
            yield name, value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
