"""What the sandbox knows and Muster does not: who is behind which case, and what is in store for them."""

import hashlib
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.agenda import Agenda
from sandbox.partners import Street
from sandbox.population import Persona, draw

LINKED = re.compile(r"(hire/[A-Za-z0-9]+)[-x]2")


@dataclass
class World:
    """One run of the sandbox. The portal learns a candidate's case from the receipt for the application, like any portal would."""

    seed: int
    agenda: Agenda
    street: Street
    closings: dict[str, datetime]
    personas: dict[str, Persona] = field(default_factory=dict)
    persona_of: dict[str, Persona] = field(default_factory=dict)
    #: What the portal heard last, for whoever watches.
    ticker: deque[str] = field(default_factory=lambda: deque(maxlen=6))

    def settle(self, personas: Iterable[Persona]) -> None:
        self.personas = {p.id: p for p in personas}

    def who(self, case: str) -> Persona | None:
        """The candidate behind a case; a linked case (re-use) is named after the one it came from."""
        linked = LINKED.fullmatch(case)
        return self.persona_of.get(case) or (self.persona_of.get(linked[1]) if linked else None)

    def days(self, low: int, high: int, *about: object) -> int:
        """How many days something takes, by the seed alone."""
        return draw(self.seed, "days", *about).randint(low, high)

    def chance(self, share: float, *about: object) -> bool:
        return draw(self.seed, "chance", *about).random() < share

    def event_id(self, *about: object) -> str:
        return "e" + hashlib.sha256("/".join(map(str, (self.seed, *about))).encode()).hexdigest()[:24]
