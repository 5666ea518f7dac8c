"""What a rehearsal found, in words: counts first, then case by case, in the reader's language."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.telling import Teller
from domain.comparison import CONDITION_WORDS, COUNTED, OTHER_WORDS, Difference
from domain.explanation import UNITS, count
from domain.facts import DeadlineSet
from domain.rehearsal import CaseMoves, ConditionMove, DeadlineMove, Rehearsal

#: What crosses a line now, said behind the date: `rehearsal.crossed.<effect>` in the catalogue.
CROSSED = ("overdue_at_once", "no_longer_overdue", "limit_at_once", "limit_no_longer_passed")


def lines(found: Rehearsal, say: Teller) -> Iterable[str]:
    """The whole of it, counts first, then case by case."""
    at = f"{found.at:%Y-%m-%d %H:%M}Z"
    yield say.say("rehearsal.head", policy=found.policy, hires=_hires(found.open, say), at=at)
    for policy, changes in found.changes.items():
        key = "rehearsal.against" if changes else "rehearsal.no_difference"
        yield say.say(key, policy=policy, hires=_hires(found.under[policy], say))
        yield from (f"- {difference(each, say)}" for each in changes)
    yield say.say("rehearsal.affected", hires=_hires(len(found.cases), say), open=found.open)
    for effect, number in found.counts.items():
        if number:
            yield f"- {number} {say.say(f'rehearsal.counted.{effect}')}"
    for case in found.cases:
        yield ""
        yield _head(case, say)
        yield from (f"- {_deadline(move, say)}" for move in case.deadlines)
        yield from (f"- {_condition(move, say)}" for move in case.conditions)


def as_data(found: Rehearsal, say: Teller) -> dict[str, Any]:
    """The same for a program."""
    return {
        "policy": found.policy,
        "calendar": found.calendar,
        "at": found.at,
        "open": found.open,
        "affected": len(found.cases),
        "counts": found.counts,
        "under": found.under,
        "changes": found.changes,
        "cases": [_case(case, say) for case in found.cases],
    }


def deadline_line(move: DeadlineMove, say: Teller) -> str:
    """One deadline that moves, for other lists than a rehearsal's."""
    return _deadline(move, say)


def difference(each: Difference, say: Teller) -> str:
    """One figure that differs: "verification …: target 30 → 20 days"."""
    family, *rest = each.key.split(".")
    if family not in ("deadlines", "conditions"):
        unit = OTHER_WORDS.get(each.key, ("", ""))[1]
        return f"{_figure(each.key, say)}: {_change(each, unit, say)}"
    about = say.thing(rest[0])
    if len(rest) == 1:
        changed = say.say("rehearsal.gone") if each.will is None else say.say("rehearsal.new")
        return f"{about}: {changed}"
    unit = each.unit if rest[1] in COUNTED else CONDITION_WORDS.get(rest[1], ("", ""))[1]
    return f"{about}: {_figure(rest[1], say)} {_change(each, unit, say)}"


def _figure(key: str, say: Teller) -> str:
    """A figure of an installation's own, such as a nation's calendar, goes by its key."""
    return say.say(f"figure.{key}") if say.knows(f"figure.{key}") else key.replace("_", " ").replace(".", " ")


def _change(each: Difference, unit: str, say: Teller) -> str:
    plain = isinstance(each.was, int) and isinstance(each.will, int)
    return f"{_value(each.was, '' if plain else unit, say)} → {_value(each.will, unit, say)}"


def _value(value: Any, unit: str, say: Teller) -> str:
    match value:
        case None | [] | ():
            return say.say("rehearsal.none")
        case bool():
            return say.say("rehearsal.yes" if value else "rehearsal.no")
        case int():
            return say.phrase(count(value, unit)) if unit in UNITS else str(value)
        case {"after": after, "to": to}:
            return f"{say.who([str(to)])} ({after})"
        case list() | tuple():
            return ", ".join(_value(each, "", say) for each in value)
        case _:
            return _word(str(value), say)


def _word(word: str, say: Teller) -> str:
    """A role, a party, a condition or what happens at a limit in words; any other word as it stands."""
    if say.knows(f"rehearsal.action.{word}"):
        return say.say(f"rehearsal.action.{word}")
    who = say.who([word])
    return who if who != word else say.thing(word).replace("_", " ")


def _head(case: CaseMoves, say: Teller) -> str:
    stage = say.say(f"stage.{case.stage}") if say.knows(f"stage.{case.stage}") else case.stage
    return say.say("rehearsal.case_held" if case.held else "rehearsal.case", case=case.case, vacancy=case.vacancy, stage=stage)


def _case(case: CaseMoves, say: Teller) -> dict[str, Any]:
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
                "text": _deadline(m, say),
            }
            for m in case.deadlines
        ],
        "conditions": [
            {
                "condition": m.condition,
                "effect": m.effect,
                "waits_for": {"was": m.waits_was, "will": m.waits_will},
                "valid_until": {"was": m.valid_was, "will": m.valid_will},
                "text": _condition(m, say),
            }
            for m in case.conditions
        ],
    }


def _instants(deadline: DeadlineSet) -> dict[str, Any]:
    return {name: getattr(deadline, name) for name in ("party", "remind_at", "due_at", "limit_at", "at_limit", "escalate_to", "rule")}


def _deadline(move: DeadlineMove, say: Teller) -> str:
    was, will, zone = move.was, move.will, ZoneInfo(move.was.zone)
    parts = []
    if "due_earlier" in move.effects or "due_later" in move.effects:
        told = say.say("rehearsal.due", was=_when(was.due_at, zone, say), will=_when(will.due_at, zone, say))
        parts.append(told + _crossed(move, CROSSED[:2], say))
    if any(effect.startswith("limit_") for effect in move.effects):
        told = say.say("rehearsal.limit", was=_when(was.limit_at, zone, say), will=_when(will.limit_at, zone, say))
        parts.append(told + _crossed(move, CROSSED[2:], say))
    if "reminders_moved" in move.effects:
        parts.append(say.say("rehearsal.counted.reminders_moved"))
    if "handled_otherwise" in move.effects:
        pairs = {name: (getattr(was, name), getattr(will, name)) for name in ("party", "at_limit", "escalate_to")}
        changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
        parts += [f"{_figure(name, say)} {_word(str(old), say)} → {_word(str(new), say)}" for name, (old, new) in changed.items()]
    about = say.thing(move.key).replace("_", " ")
    return f"{about} ({move.who}): {'; '.join(parts)}" if move.who else f"{about}: {'; '.join(parts)}"


def _crossed(move: DeadlineMove, effects: Iterable[str], say: Teller) -> str:
    found = [say.say(f"rehearsal.crossed.{effect}") for effect in effects if effect in move.effects]
    return f" ({', '.join(found)})" if found else ""


def _when(at: datetime | None, zone: ZoneInfo, say: Teller) -> str:
    if at is None:
        return say.say("rehearsal.none")
    wall = at.astimezone(zone)
    end_of_day = (wall.hour, wall.minute, wall.second) == (23, 59, 59)
    return f"{wall:%Y-%m-%d}" if end_of_day else f"{wall:%Y-%m-%d %H:%M:%S}"


def _condition(move: ConditionMove, say: Teller) -> str:
    name = say.thing(str(move.condition))
    if move.effect in ("reopens", "valid_shorter", "valid_longer"):
        held = say.say("rehearsal.valid", was=_until(move.valid_was, say), will=_until(move.valid_will, say))
        return f"{name}: {held}" + ("; " + say.say("rehearsal.reopens") if move.effect == "reopens" else "")
    was, will = (", ".join(say.thing(str(x)) for x in each) or say.say("rehearsal.nothing") for each in (move.waits_was, move.waits_will))
    told = say.say("rehearsal.waits", effect=say.say(f"rehearsal.effect.{move.effect}"), was=was, will=will)
    return f"{name}: {told}"


def _until(day: object, say: Teller) -> str:
    return say.say("rehearsal.until", day=day) if day else say.say("rehearsal.without_end")


def _hires(number: int, say: Teller) -> str:
    return say.say("rehearsal.hire" if number == 1 else "rehearsal.hires", n=number)
