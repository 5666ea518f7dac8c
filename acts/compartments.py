"""Need to know: whose answers of a special category somebody sees, and what is left of a case for those who do not (`recruitment.md` §4).

An answer is an outcome, its validity and its reference; grounds are kept nowhere, so nobody sees any. HR and the appointing authority see
the answers, the Medical Adviser's office the medical one and the office of security the clearance; nobody else any. An auditor reads every
case, without the answers: they get those in a dossier, asked for with a purpose. What tells of a closed category in any way is withheld as
a whole rather than looked through: that something was entered, when and by whom stays to be seen.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from domain.acts import ACTS
from domain.looking import SPECIAL, Category
from domain.words import Ending, Role

WITHHELD = "withheld"
#: All answers there are: health shows in an accommodation too.
ANSWERS = SPECIAL | {Category.ACCOMMODATION}
OPENS: dict[Role, frozenset[Category]] = {
    Role.HR_OFFICER: ANSWERS,
    Role.HR_HEAD: ANSWERS,
    Role.APPOINTING_AUTHORITY: ANSWERS,
    Role.MEDICAL_OFFICE: frozenset({Category.MEDICAL, Category.ACCOMMODATION}),
    Role.SECURITY_OFFICE: frozenset({Category.CLEARANCE}),
}
ENDINGS: dict[str, Category] = {
    Ending.MEDICALLY_UNFIT: Category.MEDICAL,
    Ending.CLEARANCE_REFUSED: Category.CLEARANCE,
    Ending.CLEARANCE_NOT_RECEIVED: Category.CLEARANCE,
    Ending.VERIFICATION_FAILED: Category.VERIFICATION,
}
#: Letters that are written because an authority answered, whichever it was.
LETTERS = frozenset({"condition_settled", "condition_carried", "condition_waived", "appeal_window"})
#: Words that tell of a category wherever they stand in a code.
_TELLS = {str(each): each for each in ANSWERS} | {
    "medically": Category.MEDICAL,
    "unfit": Category.MEDICAL,
    "appeal": Category.MEDICAL,
    "measures": Category.ACCOMMODATION,
}
#: What of a condition nobody needs to be kept from.
_OPEN = ("condition", "authority", "requested_at", "round")
#: Facts that say by their very name what an authority answered, whichever it was.
_ANSWERS = frozenset({"condition_satisfied", "condition_refused", "condition_carried_over"})
#: Needs of a case that come from an answer, or from its missing.
_AFTER_AN_ANSWER = frozenset(
    {"confirm_reply", "approve_waiver", "note_late_reply", "admit_appeal", "settle_reply", "withdraw_offer"} & ACTS.keys()
)


def opened(roles: Iterable[Role]) -> frozenset[Category]:
    """The categories whose answers these roles see."""
    return frozenset(each for role in roles for each in OPENS.get(role, ()))


def ending(code: str | None, seen: Collection[Category]) -> str | None:
    """How a hire ended, as far as that tells no answer."""
    return WITHHELD if code and _closed_ending(code, seen) else code


def tells(value: Any) -> frozenset[Category]:
    """What any code in something, at any depth, tells of."""
    if isinstance(value, str):
        words = re.findall(r"[a-z]+", value.lower())
        return frozenset(_TELLS[word] for word in words if word in _TELLS) | ({ENDINGS[value]} if value in ENDINGS else frozenset())
    inner = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return frozenset(each for item in inner for each in tells(item))


def condition(row: Mapping[str, Any], seen: Collection[Category]) -> dict[str, Any]:
    """A row of a condition: that it was asked for, of whom and when, where its answer is closed."""
    if tells(row["condition"]) <= set(seen):
        return dict(row)
    return {name: row[name] if name in _OPEN else None for name in row} | {"state": WITHHELD, "held": False}


def entries(rows: Iterable[Mapping[str, Any]], seen: Collection[Category]) -> list[dict[str, Any]]:
    """Entries of a hire's journal."""
    return [dict(row) if _shows(row, seen) else {**row, "kind": WITHHELD, "body": {}} for row in rows]


def of_competition(rows: Iterable[Mapping[str, Any]], seen: Collection[Category]) -> list[dict[str, Any]]:
    """Entries of a vacancy's journal: its rules name the conditions, and only how a hire ended tells an answer."""
    return [{**row, "body": _without_endings(row["body"], seen)} for row in rows]


def letters(rows: Iterable[Mapping[str, Any]], seen: Collection[Category]) -> list[dict[str, Any]]:
    """The letters of a hire: which, unless that tells an answer, and when."""
    return [dict(row) if _may_know(row["template"], seen) else {**row, "template": WITHHELD} for row in rows]


def messages(rows: Iterable[Mapping[str, Any]], seen: Collection[Category]) -> list[dict[str, Any]]:
    """What came in and went out: that there was something, from whom and when, where its type or its fate tells an answer."""
    return [dict(row) if _message_shows(row, seen) else {**row, "type": WITHHELD, "reason": "", "led_to": ""} for row in rows]


def _message_shows(row: Mapping[str, Any], seen: Collection[Category]) -> bool:
    kind = row["type"].removeprefix("letter.")
    return tells([kind, row["reason"], row["partner"]]) <= set(seen) and _may_know(kind, seen) and _told_to(kind.replace(".", "_"), seen)


def trace(row: Mapping[str, Any], seen: Collection[Category]) -> dict[str, Any]:
    """One trace of the log: who did something, when, for which reason, unless that tells an answer."""
    closed = {name: WITHHELD for name in ("what", "reason") if not _told_to(row[name], seen)}
    return {**row, **closed}


def change(row: Mapping[str, Any], seen: Collection[Category]) -> dict[str, Any]:
    """What one fact of a hire changed; that it changed something, where it tells an answer."""
    if tells([row["fact"], row["changes"]]) <= set(seen):
        return dict(row)
    return {**row, "fact": {"kind": WITHHELD}, "changes": []}


def needs(names: Iterable[str], seen: Collection[Category]) -> list[str]:
    return [each for each in names if tells(each) <= set(seen)]


def deadlines(rows: Iterable[Mapping[str, Any]], seen: Collection[Category]) -> list[dict[str, Any]]:
    """Deadlines but those of a closed category: one that runs after an opinion would tell which it was."""
    return [dict(row) for row in rows if tells(row["key"]) <= set(seen)]


def asks(question: Mapping[str, Any], seen: Collection[Category]) -> bool:
    """May somebody ask for hires that ended so, or need this act? An answer to the question would be the answer of the authority."""
    if _closed_ending(str(question.get("ending") or ""), seen) or not _told_to(str(question.get("what") or ""), seen):
        return False
    return not (str(question.get("needs") or "") in _AFTER_AN_ANSWER and not set(seen) >= ANSWERS)


def counts(found: Mapping[str, Any], seen: Collection[Category]) -> dict[str, Any]:
    """Figures by ending, those of closed ones together."""
    shown = {name: value for name, value in found.items() if not _closed_ending(name, seen)}
    together = sum(value for name, value in found.items() if _closed_ending(name, seen))
    return shown | ({WITHHELD: together} if together else {})


def facts(found: Mapping[str, int], seen: Collection[Category]) -> dict[str, int]:
    """Figures by fact or ending, those that tell an answer together."""
    shown = {name: value for name, value in found.items() if _told_to(name, seen)}
    together = sum(value for name, value in found.items() if name not in shown)
    return shown | ({WITHHELD: together} if together else {})


def _told_to(code: str, seen: Collection[Category]) -> bool:
    return tells(code) <= set(seen) and (code not in _ANSWERS or set(seen) >= ANSWERS)


def _shows(row: Mapping[str, Any], seen: Collection[Category]) -> bool:
    template = row["body"].get("template", "")
    return tells([row["kind"], row["body"]]) <= set(seen) and _may_know(template, seen)


def _may_know(template: str, seen: Collection[Category]) -> bool:
    return tells(template) <= set(seen) and (template not in LETTERS or set(seen) >= ANSWERS)


def _closed_ending(code: str, seen: Collection[Category]) -> bool:
    return code in ENDINGS and ENDINGS[code] not in seen


def _without_endings(value: Any, seen: Collection[Category]) -> Any:
    if isinstance(value, str):
        return WITHHELD if _closed_ending(value, seen) else value
    if isinstance(value, Mapping):
        return {name: _without_endings(each, seen) for name, each in value.items() if not _closed_ending(name, seen)}
    return [_without_endings(each, seen) for each in value] if isinstance(value, list | tuple) else value
