"""What a rehearsal found, as `muster policy rehearse` prints it: counts first, then case by case."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cli import show
from cli.outlook import Tongue
from cli.text import named
from domain.comparison import said
from domain.facts import DeadlineSet
from domain.rehearsal import CaseMoves, ConditionMove, DeadlineMove, Rehearsal

COUNTED = {
    "overdue_at_once": "with something overdue at once",
    "limit_at_once": "with a limit passed at once",
    "no_longer_overdue": "with something no longer overdue",
    "limit_no_longer_passed": "with a limit no longer passed",
    "due_earlier": "with a deadline that comes earlier",
    "due_later": "with a deadline that comes later",
    "limit_earlier": "with a limit that comes earlier",
    "limit_later": "with a limit that comes later",
    "limit_new": "with a limit where there was none",
    "limit_gone": "with a limit that is gone",
    "reminders_moved": "reminded at other times",
    "handled_otherwise": "with a deadline that somebody else answers for, or that ends otherwise",
    "reopens": "with a condition that reopens",
    "valid_shorter": "with a result that holds for a shorter time",
    "valid_longer": "with a result that holds for a longer time",
    "asked_at_once": "with a condition asked for at once",
    "asked_earlier": "with a condition asked for earlier",
    "asked_later": "with a condition asked for later",
    "asked_otherwise": "with a condition that waits for another one",
}


def rehearsal_shown(found: Rehearsal, *, json: bool) -> None:
    if json:
        show.as_json(as_data(found))
        return
    for line in lines(found):
        show.line(line)


def lines(found: Rehearsal) -> Iterable[str]:
    yield f"Policy {found.policy} over {_hires(found.open)} that are open, as of {found.at:%Y-%m-%d %H:%M}Z. Nothing was changed."
    for policy, changes in found.changes.items():
        yield f"Against {policy} ({_hires(found.under[policy])}):" + ("" if changes else " no difference.")
        yield from (f"- {each.words}" for each in changes)
    yield f"Affected: {_hires(len(found.cases))} of {found.open}."
    yield from (f"- {number} {COUNTED[effect]}" for effect, number in found.counts.items() if number)
    for case in found.cases:
        yield ""
        yield f"{case.case} (vacancy {case.vacancy}, {said(case.stage)}{', on hold' if case.held else ''})"
        yield from (f"- {_deadline(move)}" for move in case.deadlines)
        yield from (f"- {_condition(move)}" for move in case.conditions)


def as_data(found: Rehearsal) -> dict[str, Any]:
    return {
        "policy": found.policy,
        "calendar": found.calendar,
        "at": found.at,
        "open": found.open,
        "affected": len(found.cases),
        "counts": found.counts,
        "under": found.under,
        "changes": found.changes,
        "cases": [_case(case) for case in found.cases],
    }


def _case(case: CaseMoves) -> dict[str, Any]:
    return {
        "case": case.case,
        "vacancy": case.vacancy,
        "stage": case.stage,
        "policy": case.policy,
        "held": case.held,
        "deadlines": [
            {
                "key": m.key,
                "who": m.who or None,
                "effects": m.effects,
                "was": _instants(m.was),
                "will": _instants(m.will),
                "text": _deadline(m),
            }
            for m in case.deadlines
        ],
        "conditions": [
            {
                "condition": m.condition,
                "effect": m.effect,
                "waits_for": {"was": m.waits_was, "will": m.waits_will},
                "valid_until": {"was": m.valid_was, "will": m.valid_will},
                "text": _condition(m),
            }
            for m in case.conditions
        ],
    }


def _instants(deadline: DeadlineSet) -> dict[str, Any]:
    return {name: getattr(deadline, name) for name in ("party", "remind_at", "due_at", "limit_at", "at_limit", "escalate_to", "rule")}


def _deadline(move: DeadlineMove) -> str:
    was, will, zone = move.was, move.will, ZoneInfo(move.was.zone)
    parts = []
    if "due_earlier" in move.effects or "due_later" in move.effects:
        parts.append(f"due {_when(was.due_at, zone)} → {_when(will.due_at, zone)}" + _crossed(move, "overdue_at_once", "no_longer_overdue"))
    if any(effect.startswith("limit_") for effect in move.effects):
        crossed = _crossed(move, "limit_at_once", "limit_no_longer_passed")
        parts.append(f"limit {_when(was.limit_at, zone)} → {_when(will.limit_at, zone)}{crossed}")
    if "reminders_moved" in move.effects:
        parts.append("reminded at other times")
    if "handled_otherwise" in move.effects:
        pairs = ((was.party, will.party), (was.at_limit, will.at_limit), (was.escalate_to, will.escalate_to))
        names = ("whose turn", "at the limit", "escalated to")
        parts += [f"{name} {said(old)} → {said(new)}" for name, (old, new) in zip(names, pairs, strict=True) if old != new]
    about = f"{named(move.key)} ({move.who})" if move.who else named(move.key)
    return f"{about}: {'; '.join(parts)}"


def deadline_line(move: DeadlineMove, language: Tongue) -> str:
    """One deadline that moves, for other lists than a rehearsal's."""
    return _deadline(move)


def _crossed(move: DeadlineMove, *effects: str) -> str:
    words = {
        "overdue_at_once": "overdue at once",
        "no_longer_overdue": "no longer overdue",
        "limit_at_once": "passed at once",
        "limit_no_longer_passed": "no longer passed",
    }
    found = [words[effect] for effect in effects if effect in move.effects]
    return f" ({', '.join(found)})" if found else ""


def _when(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return "none"
    wall = at.astimezone(zone)
    end_of_day = (wall.hour, wall.minute, wall.second) == (23, 59, 59)
    return f"{wall:%Y-%m-%d}" if end_of_day else f"{wall:%Y-%m-%d %H:%M:%S}"


def _condition(move: ConditionMove) -> str:
    name = named(move.condition)
    if move.effect in ("reopens", "valid_shorter", "valid_longer"):
        held = f"{_until(move.valid_was)} → {_until(move.valid_will)}"
        return f"{name}: result valid {held}" + ("; reopens, it would not hold on the day of entry" if move.effect == "reopens" else "")
    was, will = (", ".join(each) or "nothing" for each in (move.waits_was, move.waits_will))
    return f"{name}: {said(move.effect)}, waits for {was} → {will}"


def _until(day: object) -> str:
    return f"until {day}" if day else "without end"


def _hires(number: int) -> str:
    return f"{number} hire" if number == 1 else f"{number} hires"
