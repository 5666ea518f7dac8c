"""A deadline's rule read back: from the words it was stored with to the parts they are made of, so that any language can say them.

The journal keeps the rule as text (`domain/deadlines.py` writes it, and nothing else does); this is its grammar. A text it does not
know is handed on as it stands, never lost.
"""

import re
from datetime import date, datetime

from domain.letters import Phrase

#: What can be counted; `count.<unit>.one` and `.many` in the catalogue.
UNITS = ("day", "working_day", "hour", "minute", "second", "month", "year")

#: The parts a rule is made of; `explain.<part>` in the catalogue.
PARTS = (
    "closing",
    "until",
    "days",
    "unknown_after",
    "seconds",
    "held",
    "extended",
    "from",
    "because",
    "recomputed",
    "overlaid",
    "overlay_lifted",
    "as_stored",
)

_DAY = r"\d{1,2} [A-Z][a-z]+ \d{4}"
_BASES: dict[str, re.Pattern[str]] = {
    "closing": re.compile(r"the competition closes"),
    "until": re.compile(rf"until (?P<day>{_DAY}), end of day in (?P<zone>[\w/+-]+)"),
    "days": re.compile(
        rf"(?P<n>\d+) (?P<unit>working day|day)s? from (?P<day>{_DAY}), (?P<name>.+?) calendar (?P<version>\S+?)"
        rf"(?: \(which knows no closing days after (?P<last>{_DAY})\))?"
        r"(?=, plus |, extended by |, recomputed from |, figures of overlay |, overlay |$)"
    ),
    "seconds": re.compile(r"(?P<n>\d+) seconds? from (?P<time>\d\d:\d\d:\d\d) UTC"),
}
_HELD = re.compile(r", plus (?P<span>less than a second|[\d a-z]+?) on hold")
_EXTENDED = re.compile(
    rf", extended by (?P<n>\d+) (?P<unit>working day|day|second)s?(?: from (?P<day>{_DAY}))?(?: \((?P<reason>[^()]*)\))?(?=, |$)"
)
_OVERLAID = re.compile(r", figures of overlay (?P<overlay>[a-z0-9-]+)")
_LIFTED = re.compile(r", overlay (?P<overlay>[a-z0-9-]+) lifted")
_CHANGED = re.compile(r", (?:plus|extended by|figures of overlay|overlay|recomputed from) ")
_RECOMPUTED = re.compile(r", recomputed from calendar (?P<version>\S+?)(?=, |$)")
_SPAN = re.compile(r"(\d+) (day|hour|minute|second)s?")


def explain(rule: str) -> list[Phrase]:
    """The rule of a deadline as the phrases it is made of, in their order; said one after the other they are the whole explanation."""
    for part, pattern in _BASES.items():
        found = pattern.match(rule)
        if found is None:
            continue
        rest = _changes(rule[found.end() :])
        if rest is not None:
            return [*_base(part, found), *rest]
    return [Phrase(key="explain.as_stored", values={"rule": rule})] if rule else []


def changes(rule: str) -> str:
    """What happened to a deadline since it was set, as its rule has it: to be said again behind other figures."""
    found = _CHANGED.search(rule)
    return rule[found.start() :] if found else ""


def count(n: int, unit: str) -> Phrase:
    """So many of a unit: "1 day", "10 working days"."""
    return Phrase(key=f"count.{unit}.{'one' if n == 1 else 'many'}", values={"n": n})


def _base(part: str, found: re.Match[str]) -> list[Phrase]:
    match part:
        case "closing":
            return [Phrase(key="explain.closing")]
        case "until":
            return [Phrase(key="explain.until", values={"day": _day(found["day"]), "zone": found["zone"]})]
        case "seconds":
            return [Phrase(key="explain.seconds", values={"count": count(int(found["n"]), "second"), "time": found["time"]})]
        case _:
            counted = count(int(found["n"]), found["unit"].replace(" ", "_"))
            said = {"count": counted, "day": _day(found["day"]), "calendar": found["name"], "version": found["version"]}
            beyond = [Phrase(key="explain.unknown_after", values={"day": _day(found["last"])})] if found["last"] else []
            return [Phrase(key="explain.days", values=said), *beyond]


def _changes(text: str) -> list[Phrase] | None:
    """What happened to the deadline since it was set, in order; None for what this grammar does not know."""
    said: list[Phrase] = []
    while text:
        if found := _HELD.match(text):
            spans = [count(int(n), unit) for n, unit in _SPAN.findall(found["span"])]
            said.append(Phrase(key="explain.held", values={"span": spans or [count(0, "second")]}))
        elif found := _EXTENDED.match(text):
            said += _extension(found)
        elif found := _OVERLAID.match(text):
            said.append(Phrase(key="explain.overlaid", values={"overlay": found["overlay"]}))
        elif found := _LIFTED.match(text):
            said.append(Phrase(key="explain.overlay_lifted", values={"overlay": found["overlay"]}))
        elif found := _RECOMPUTED.match(text):
            said.append(Phrase(key="explain.recomputed", values={"version": found["version"]}))
        else:
            return None
        text = text[found.end() :]
    return said


def _extension(found: re.Match[str]) -> list[Phrase]:
    said = [Phrase(key="explain.extended", values={"count": count(int(found["n"]), found["unit"].replace(" ", "_"))})]
    if found["day"]:
        said.append(Phrase(key="explain.from", values={"day": _day(found["day"])}))
    if found["reason"]:
        said.append(Phrase(key="explain.because", values={"reason": Phrase(key=f"reason.{found['reason']}")}))
    return said


def _day(text: str) -> date:
    return datetime.strptime(text, "%d %B %Y").date()  # noqa: DTZ007 - a day, no moment
