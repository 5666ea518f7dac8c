"""Two policies side by side: every figure that differs, in business words (`muster policy diff`, and the head of a rehearsal)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.rules import Rules

#: How a figure is called and counted; what is in no table is said under its own name.
DEADLINE_WORDS = {
    "target": "target",
    "remind": "reminder after",
    "remind_every": "reminder every",
    "limit": "limit",
    "party": "whose turn",
    "at_limit": "at the limit",
    "escalate_to": "escalated to",
    "escalation": "escalated, day after day past the limit, to",
}
COUNTED = ("target", "remind", "remind_every", "limit")
CONDITION_WORDS = {
    "after": ("asked after", ""),
    "valid_days": ("a result is valid", "day"),
    "appeal_days": ("time to appeal", "day"),
    "nations": ("asked of", ""),
}
OTHER_WORDS = {
    "name": ("name", ""),
    "version": ("version", ""),
    "calendar": ("calendar", ""),
    "default_closing_time": ("closing time where the notice gives none", ""),
    "assessment": ("assessment", ""),
    "review_holds_days": ("a place is kept for a review", "day"),
    "probation_months": ("probation", "month"),
    "eligibility.minimum_age": ("minimum age at entry on duty", "year"),
    "eligibility.maximum_age": ("maximum age at entry on duty", "year"),
    "eligibility.bare_answers": ("answers a person must look at", ""),
    "reserve.days": ("reserve list", "day"),
    "reserve.notice_days": ("notice before the reserve list ends", "day"),
    "reserve.extensions": ("extensions of the reserve list", ""),
    "contract.years": ("first contract", "year"),
    "contract.renewable_years": ("renewal of a contract, at most", "year"),
    "contract.secondment_max_years": ("secondment, at most", "year"),
    "contract.twin_years": ("years before the higher of two grades", "year"),
    "contract.twin_reduction_months": ("reduction of that time, at most", "month"),
}


@dataclass(frozen=True)
class Difference:
    """One figure: its dotted key in the file, what it was and will be (as JSON), and both in words."""

    key: str
    was: Any
    will: Any
    words: str
    unit: str = ""


def differences(was: Rules, will: Rules) -> list[Difference]:
    """Every figure in which two policies differ, in the order of the file; empty when they have the same content."""
    return [*_deadlines(was, will), *_conditions(was, will), *_others(was, will)]


def _deadlines(was: Rules, will: Rules) -> Iterator[Difference]:
    for name in sorted({*was.deadlines, *will.deadlines}):
        before, after = was.deadlines.get(name), will.deadlines.get(name)
        key = f"deadlines.{name}"
        if before is None or after is None:
            gone = [None if rule is None else rule.model_dump(mode="json") for rule in (before, after)]
            yield Difference(key, gone[0], gone[1], f"{said(name)}: {'no longer in the policy' if after is None else 'new in the policy'}")
            continue
        old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
        units = _unit(old), _unit(new)
        for field in ("unit", "working_days"):
            if old[field] != new[field]:
                words = f"{said(name)}: counted in {units[0]}s → {units[1]}s"
                yield Difference(f"{key}.{field}", old[field], new[field], words)
        for field, word in DEADLINE_WORDS.items():
            if old[field] != new[field]:
                told = _change(old[field], new[field], units[0] if field in COUNTED else "", units[1] if field in COUNTED else "")
                yield Difference(f"{key}.{field}", old[field], new[field], f"{said(name)}: {word} {told}", units[1].replace(" ", "_"))


def _unit(rule: dict[str, Any]) -> str:
    return "working day" if rule["working_days"] and rule["unit"] == "day" else str(rule["unit"])


def _conditions(was: Rules, will: Rules) -> Iterator[Difference]:
    old, new = was.model_dump(mode="json")["conditions"], will.model_dump(mode="json")["conditions"]
    for name in sorted({*old, *new}):
        if name not in old or name not in new:
            words = f"{said(name)}: {'no longer in the policy' if name in old else 'new in the policy'}"
            yield Difference(f"conditions.{name}", old.get(name), new.get(name), words)
            continue
        for field, (word, unit) in CONDITION_WORDS.items():
            before, after = old[name][field], new[name][field]
            if before != after:
                none = "nothing else" if field == "after" else "without an end of its own" if field == "valid_days" else "none"
                yield Difference(
                    f"conditions.{name}.{field}", before, after, f"{said(name)}: {word} {_change(before, after, unit, unit, none)}"
                )


def _others(was: Rules, will: Rules) -> Iterator[Difference]:
    old, new = (_flat(rules.model_dump(mode="json", exclude={"deadlines", "conditions"})) for rules in (was, will))
    for key in {**old, **new}:  # a calendar of a nation's own may stand in one of them only
        before, after = old.get(key), new.get(key)
        if before != after:
            word, unit = OTHER_WORDS.get(key, (said(key), ""))
            yield Difference(key, before, after, f"{word}: {_change(before, after, unit, unit)}")


def _flat(values: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat


def _change(was: Any, will: Any, unit: str, new_unit: str, none: str = "none") -> str:
    """ "14 → 10 days"; both units are said where they differ or where one side is missing."""
    if unit == new_unit and isinstance(was, int) and isinstance(will, int):
        return f"{was} → {counted(will, unit)}"
    return f"{_one(was, unit, none)} → {_one(will, new_unit, none)}"


def _one(value: Any, unit: str, none: str) -> str:
    match value:
        case None | [] | ():
            return none
        case int():
            return counted(value, unit)
        case {"after": after, "to": to}:
            return f"{said(to)} ({after})"
        case list() | tuple():
            return ", ".join(_one(each, "", none) for each in value)
        case _:
            return said(str(value))


def counted(number: int, unit: str) -> str:
    if not unit:
        return str(number)
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def said(name: str) -> str:
    return name.replace("_", " ")
