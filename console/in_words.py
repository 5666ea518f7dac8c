"""A hire's facts as lines of a list: what happened with the little that matters of it, on top of what `console.facts` says of each fact."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from acts.compartments import WITHHELD
from config.telling import Teller
from console.facts import FactTeller
from domain.slots import slot_of
from store.people import Staff

Row = Mapping[str, Any]
#: What of a fact its one line says, the first two of these it has.
LEADS = (
    "condition", "stage", "key", "template", "outcome", "eligible", "shortlisted", "accepted", "attended", "signed", "approved",
    "available", "upheld", "verdict", "ending", "score", "assessment", "starts_at", "enters_on", "owner",
)  # fmt: skip


class InWords:
    """Says facts to one reader. `staff` are our own people."""

    def __init__(self, teller: Teller, staff: Iterable[Staff]) -> None:
        known = list(staff)
        self.teller, self._facts = teller, FactTeller(teller, known)
        self._names = {f"person:{each.person}": each.name for each in known}

    def line(self, kind: str, bodies: Sequence[Row] = ()) -> str:
        """Facts of one kind in a line: "condition requested: security clearance, medical approval"."""
        said = self._facts.what(kind)
        told = [self._lead(name, body) for body in bodies for name in [each for each in LEADS if body.get(each) not in (None, "")][:2]]
        return said + self.teller.say("console.entry.about", what=", ".join(dict.fromkeys(told))) if told and kind != WITHHELD else said

    def fields(self, row: Row) -> list[tuple[str, str]]:
        """Every field of a fact that says something: its name and its value."""
        fact = self._facts.fact(row)
        reason = [(self._facts.field("reason"), fact.reason)] if fact.reason else []
        return [*((each.name, each.text) for each in fact.fields), *reason]

    def field(self, name: str, value: Any) -> tuple[str, str]:
        """One field: its name and its value."""
        return self._facts.field(name), self.value(name, value)

    def value(self, name: str, value: Any) -> str:
        return self._facts.reason(str(value)) if name == "reason" else self._facts.value(name, value)

    def who(self, actor: str) -> str:
        """Whoever did something: a person by name alone, a partner or a case by its own, Muster itself."""
        return self._names.get(actor) or self._facts.who(actor)

    def source(self, step: str) -> tuple[str, str]:
        """What led to a step, and the id of the message or request it was: ("A message that came in", "m22")."""
        word, _, rest = step.partition("/")
        return self._facts.source(step), rest.partition("/")[0] if word in ("message", "act") else ""

    def letter(self, template: str) -> str:
        """What a letter is called: its subject without the vacancy it names."""
        return self._facts.letter(template)

    def _lead(self, name: str, body: Row) -> str:
        value = body[name]
        if name == "condition":
            return self.teller.thing(slot_of(value, body.get("nation") or ""))
        if name == "template":
            return self.letter(value)
        if value is True:  # "eligible" says it
            return self._facts.field(name)
        said = self._facts.value(name, value)
        about = self.teller.say("console.entry.about", what=said)
        return (
            self._facts.field(name) + about if value is False else f"{self._facts.field(name)} {said}" if isinstance(value, int) else said
        )
