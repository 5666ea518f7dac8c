"""The conditions of appointment as bars beside one another against the day of entry: where each begins and ends, in percent of the time
shown. Made from what a visitor sees of the hire, so a bar tells nothing its row does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from acts.compartments import WITHHELD
from console.cards import DRAWN
from domain.conditions import deadline_keys
from domain.prospect import Prospect
from domain.slots import slot_of
from domain.words import Condition

Row = Mapping[str, Any]
#: The facts that end what a condition waits for.
SETTLES = frozenset({"condition_satisfied", "condition_waived", "condition_refused", "condition_settled", "condition_carried_over"})
#: How many months are named at most.
NAMED = 4


@dataclass(frozen=True)
class Part:
    """A piece of a bar: "done", "stopped", "running", "withheld" or "planned"; `x` and `width` in percent."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """One condition. `due` is where its deadline stands, in percent. The moments are for the table and for who listens."""

    condition: str
    state: str
    shape: str
    parts: tuple[Part, ...]
    due: float | None
    asked_at: datetime | None
    over_at: datetime | None
    due_at: datetime | None
    planned_at: datetime | None


@dataclass(frozen=True)
class Gantt:
    """`months` are (percent, first day). `entry` is where the day of entry stands, agreed or (`planned`) at the policy's pace."""

    bars: tuple[Bar, ...]
    months: tuple[tuple[float, date], ...]
    now: float
    entry: float | None
    entry_on: date | None
    planned: bool


@dataclass(frozen=True)
class _Span:
    first: datetime
    last: datetime

    def at(self, moment: datetime) -> float:
        return round(100 * max(0.0, min(1.0, (moment - self.first) / (self.last - self.first))), 2)

    def part(self, kind: str, begins: datetime, ends: datetime) -> Part:
        x = self.at(begins)
        return Part(kind, x, max(0.6, round(self.at(ends) - x, 2)))


def gantt(row: Row, entries: Iterable[Row], plan: Prospect, now: datetime) -> Gantt | None:
    """None for a hire of which no condition was opened yet. `row` and `entries` as `acts.parts` cut them."""
    if not row.get("conditions"):
        return None
    settled = _settled(entries)
    entry = _entry(plan)
    known = [_dates(each, row["deadlines"], settled, plan) for each in row["conditions"]]
    moments = [moment for dates in known for moment in dates.values() if moment] + [now] + ([entry] if entry else [])
    span = _stretched(min(moments), max(moments))
    ordered = sorted(zip(row["conditions"], known, strict=True), key=lambda pair: _place(pair[0]["condition"]))
    return Gantt(
        bars=tuple(_bar(each, dates, span, now) for each, dates in ordered),
        months=tuple((span.at(datetime.combine(day, time(), now.tzinfo)), day) for day in _months(span)),
        now=span.at(now),
        entry=span.at(entry) if entry else None,
        entry_on=entry.astimezone(ZoneInfo(plan.zone)).date() if entry else None,
        planned=plan.enters_on is None,
    )


def _settled(entries: Iterable[Row]) -> dict[str, datetime]:
    """When each slot was settled last."""
    found = {}
    for entry in entries:
        if entry["kind"] in SETTLES:
            found[slot_of(entry["body"]["condition"], entry["body"].get("nation") or "")] = entry["at"]
    return found


def _entry(plan: Prospect) -> datetime | None:
    if plan.enters_on is not None:
        return datetime.combine(plan.enters_on, time(9), ZoneInfo(plan.zone))
    return plan.plans_entry


def _dates(each: Row, deadlines: Sequence[Row], settled: Mapping[str, datetime], plan: Prospect) -> dict[str, datetime | None]:
    slot, done = each["condition"], DRAWN[each["state"]] in ("done", "overdue")
    running = [row for row in deadlines if row["key"] in deadline_keys(slot) and row["state"] in ("open", "lapse_due")]
    step = next((step for step in plan.steps if step.kind == "condition" and step.about == slot), None)
    return {
        "asked": each["requested_at"],
        "over": settled.get(slot) if done else None,
        "due": max((row["due_at"] for row in running), default=None),
        "begins": step.begins if step else None,
        "planned": step.at if step else None,
    }


def _bar(each: Row, dates: Mapping[str, datetime | None], span: _Span, now: datetime) -> Bar:
    shape, asked, over = DRAWN[each["state"]], dates["asked"], dates["over"]
    parts = []
    begun = asked or over
    if begun:
        kind = "withheld" if each["state"] == WITHHELD else {"done": "done", "overdue": "stopped"}.get(shape, "running")
        parts.append(span.part(kind, begun, over or now))
    if dates["planned"] and not over:
        parts.append(span.part("planned", now if begun else dates["begins"] or now, dates["planned"]))
    return Bar(
        condition=each["condition"],
        state=each["state"],
        shape=shape,
        parts=tuple(parts),
        due=span.at(dates["due"]) if dates["due"] else None,
        asked_at=asked,
        over_at=over,
        due_at=dates["due"],
        planned_at=None if over else dates["planned"],
    )


def _stretched(first: datetime, last: datetime) -> _Span:
    """A little air at the end; a span of no length would place nothing."""
    margin = max((last - first) * 0.03, timedelta(days=1))
    return _Span(first, last + margin)


def _months(span: _Span) -> list[date]:
    """The first days of months in the span, no more than can be read."""
    first = span.first.date().replace(day=1)
    months = [date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(1, 60)]
    inside = [day for day in months if span.first.date() < day <= span.last.date()]
    return inside[:: max(1, -(-len(inside) // NAMED))]


def _place(slot: str) -> tuple[int, str]:
    order = [str(each) for each in Condition]
    return order.index(slot.partition(".")[0]), slot
