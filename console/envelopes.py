"""Messages to and from systems in words: what they are called, what became of them, why one could not be delivered."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from acts.compartments import WITHHELD
from config.telling import Teller
from domain.deeds import DEEDS
from domain.events import OUTBOUND, catalogue
from domain.signals import Kind, remedy
from domain.words import Role
from store.inbox import SUBMITTED

#: How each fate is drawn.
PILLS = {"applied": "done", "sent": "done", "dead": "overdue", "refused": "overdue", "parked": "risk", "unrouted": "risk"}
#: Types there are, to be said in words.
TYPES = (*OUTBOUND, *catalogue())
#: Why something could not be delivered, as connectors and relay call it; the answers that have words of their own.
CAUSES = (
    "refused", "broken", "moved", "other", "unreachable", "timeout", "broken_off", "subscription_off", "resting",
    "mail_unreachable", "mail_busy", "mail_refused", "mail_address", "unknown",
)  # fmt: skip
ANSWERS = (401, 404, 410, 429, 503)
#: Why an event waits or changed nothing, where the catalogue says it in other words than the trade's reason.
WAITS = ("unknown_case", "discarded", "poison", "late", "repeated", "settle_reply")
WITH_NUMBER = re.compile(r"http_(\d{3})$")
#: A mail server that does not take it for now.
BUSY = re.compile(r"mail_4\d\d$")


def called(kind: str, teller: Teller) -> str:
    """What a message is: "Application submitted"; its own name where the catalogue has none."""
    if kind == WITHHELD:
        return teller.say("console.withheld")
    key = f"console.event.{kind}"
    return teller.say(key) if teller.knows(key) else kind.replace(".", ": ", 1).replace("_", " ")


def cause(error: str, teller: Teller) -> str:
    """Why something could not be delivered, in plain words."""
    if found := WITH_NUMBER.match(error):
        number = int(found[1])
        kind = {4: "refused", 5: "broken", 3: "moved"}.get(number // 100, "other")
        own = f"console.cause.http_{number}"
        return teller.say(own if teller.knows(own) else f"console.cause.{kind}", number=number)
    key = f"console.cause.{'mail_busy' if BUSY.match(error) else error}"
    return teller.say(key) if teller.knows(key) else error.replace("_", " ")


def because(reason: str, teller: Teller) -> str:
    """Why an event waits or changed nothing."""
    code = reason.removeprefix("discarded.")
    keys = (f"console.waits.{reason.partition('.')[0]}", f"reason.{code}", f"console.value.{code}")
    said = [teller.say(key) for key in keys if teller.knows(key)]
    return ": ".join(said[:2]) if reason.startswith("discarded.") and said else said[0] if said else reason.replace("_", " ")


def acts_of(row: Mapping[str, Any]) -> tuple[Kind, ...]:
    """What somebody may choose to do about an event."""
    return remedy(row["state"], row["reason"], application=row["type"] == SUBMITTED).acts


def may(kind: Kind, roles: Collection[Role]) -> bool:
    """Do these roles put an event away, or propose what becomes of it?"""
    return bool(DEEDS["discard_event" if kind == "discard" else "propose_event"].roles & set(roles))
