"""What is told of a retention run: as data, and as lines for people. Random ids, counts, days and codes; nobody's name. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from domain.retention import Category, Item, Schedule, months_after

Report = dict[str, Any]
#: What is said of a category without a period.
_UNDATED = {Category.IDENTITY: " (with the last case)", Category.UNROUTED: " (no period in this schedule)"}
STATES = ("open", "not_yet", "held", "unsent", "due", "kept")


def report(
    run: str, at: datetime, by: str, schedule: Schedule, sha256: str, items: Sequence[Item], gone: Mapping[str, int] | None = None
) -> Report:
    """The report of a run; without `gone`, of a rehearsal. `sha256`: of the schedule it was made under."""
    under = {"version": schedule.version, "sha256": sha256, "confirmed_by": schedule.confirmed_by, "examples": not schedule.confirmed_by}
    past = [item for item in items if item.state in ("held", "unsent", "due") and item.rows]
    made: Report = {"report": "retention", "run": run, "at": at.isoformat(), "by": by, "schedule": under, "dry_run": gone is None}
    made["categories"] = [_of(category, schedule, items, gone) for category in Category]
    return made | {"items": [_item(item) for item in sorted(past, key=lambda x: (str(x.due), x.case, x.category))]}


def _of(category: Category, schedule: Schedule, items: Sequence[Item], gone: Mapping[str, int] | None) -> Report:
    rows: Counter[str] = Counter()
    for item in items:
        if item.category is category:
            rows[item.state] += item.rows
    told = {state: rows[state] for state in STATES}
    rule = schedule.categories.get(category)
    period = {"months": rule.months, "days": rule.days, "trigger": rule.trigger, "action": rule.action, "basis": rule.basis} if rule else {}
    return {"category": str(category), **period, **told} | ({"gone": gone.get(category, 0)} if gone is not None else {})


def _item(item: Item) -> Report:
    due = item.due.isoformat() if item.due else None
    row = {"category": str(item.category), "case": item.case, "candidate": item.candidate, "rows": item.rows, "due": due}
    return row | {"state": item.state, "why": item.why}


@dataclass(frozen=True)
class Month:
    """What becomes due in one month: rows by category. `first` is its first day."""

    first: date
    rows: Mapping[Category, int]

    @property
    def all(self) -> int:
        return sum(self.rows.values())


def ahead(items: Iterable[Item], today: date, months: int = 13) -> list[Month]:
    """What is not due yet, by the month it will be, from this one to the same in a year; months without anything are in it too."""
    found: list[Counter[Category]] = [Counter() for _ in range(months)]
    for item in items:
        if item.state == "not_yet" and item.due is not None:
            n = (item.due.year - today.year) * 12 + item.due.month - today.month
            if n < months:
                found[n][item.category] += item.rows
    return [Month(months_after(today.replace(day=1), n), dict(sorted(rows.items()))) for n, rows in enumerate(found)]


def lines(told: Report) -> list[str]:
    """The report for people: per category what is due, what is not and why, then what stopped what was due."""
    under = told["schedule"]
    examples = ", EXAMPLES nobody confirmed" if under["examples"] else f", confirmed by {under['confirmed_by']}"
    head = "Nothing was deleted." if told["dry_run"] else f"Carried out by {told['by']}."
    found = [f"Retention on {told['at'][:10]} under schedule {under['version']}{examples}. {head}"]
    found += [_line(each) for each in told["categories"] if any(each[s] for s in STATES)]
    for item in told["items"]:
        if item["state"] == "held":
            found.append(f"held: {item['category']} of {item['case']}, due {item['due']}: legal hold {item['why']}")
        elif item["state"] == "unsent":
            found.append(f"waits: {item['category']} of {item['case']}, due {item['due']}: a letter is not sent yet")
    return found


def _line(of: Report) -> str:
    if of["kept"]:
        return f"{of['category']}: {of['kept']} kept, part of the record"
    period = f" ({_period(of)} after {of['trigger']}, {of['action']})" if "trigger" in of else _UNDATED.get(of["category"], "")
    gone = f", {of['gone']} deleted" if "gone" in of else ""
    waits = f"{of['not_yet']} not yet, {of['open']} of open cases, {of['held']} held, {of['unsent']} waiting for a letter"
    return f"{of['category']}{period}: {of['due']} due{gone}, {waits}"


def _period(of: Report) -> str:
    return " ".join(f"{of[unit]} {unit}" for unit in ("months", "days") if of[unit])
