"""One notice from its two languages: equal values confirm each other, different ones become conflicts a person settles.

The value shown for a conflict is the English reading; a moment no reading makes certain stays open. What only one language says is
taken from it; where both give a full version, a clause only one of them has is a difference too.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from domain.notice.bodies import named_in
from domain.notice.contracts import policy_moments
from domain.notice.findings import Finding, Reading
from domain.notice.normalise import Passage, fold
from domain.notice.places import city_key

TEXTS: Final = frozenset({"desirable", "competencies", "role_profiles"})
"""Lists of words: their translations cannot be compared, only how many there are."""


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    en: object
    fr: object
    note: str


def reconciled(en: Reading, fr: Reading, main: str, *, both_full: bool) -> tuple[Reading, list[Difference]]:
    """The findings that stand, main language first, and the fields the languages fill differently."""
    first, second = (en, fr) if main == "en" else (fr, en)
    settled: Reading = {}
    differences: list[Difference] = []
    for key in dict.fromkeys([*first, *second]):
        if key == "title":
            continue
        one, other = first.get(key), second.get(key)
        if one and other:
            settled[key] = _joined(key, one, other)
            if note := _difference(key, one, other):
                differences.append(Difference(key, _shown(en[key]), _shown(fr[key]), note))
                settled[key] = _unsettled(key, one)
        else:
            settled[key] = only = one or other or first[key]
            if both_full and only.value is True:
                missing = "French" if key in en else "English"
                differences.append(Difference(key, key in en, key in fr, f"The {missing} text does not say this."))
    return settled, differences


def _shown(finding: Finding) -> object:
    return finding.value if finding.shown is None else finding.shown


def _joined(key: str, one: Finding, other: Finding) -> Finding:
    """What one language leaves out of a value the other may say: a time, a zone, a currency."""
    if key in ("deadline", "salary", "location", "secondment") and isinstance(one.value, dict) and isinstance(other.value, dict):
        filled = {name: other.value.get(name) if value is None else value for name, value in one.value.items()}
        if key == "location":
            filled["city"], filled["text"] = one.value.get("city"), one.value.get("text")
        return Finding(filled, one.language, one.lines, one.rule, one.inferred, one.shown)
    return one


def _unsettled(key: str, one: Finding) -> Finding:
    """A session whose zone is in dispute keeps its day and time and loses its zone: nobody has said yet which moment is meant."""
    if key != "info_sessions" or not isinstance(one.value, list):
        return one
    open_ended = [{**session, "zone": None} if isinstance(session, dict) else session for session in one.value]
    return Finding(open_ended, one.language, one.lines, one.rule, one.inferred, one.shown)


def _difference(key: str, one: Finding, other: Finding) -> str | None:
    """Why two readings of a field differ, or None."""
    compare = _COMPARE.get(key, _plain)
    return compare(one, other)


def _plain(one: Finding, other: Finding) -> str | None:
    return None if one.value == other.value else "The two languages give different values."


def _parts(one: Finding, other: Finding) -> str | None:
    """Objects agree unless both fill the same part differently."""
    if not isinstance(one.value, dict) or not isinstance(other.value, dict):
        return _plain(one, other)
    pairs = {name: (value, other.value.get(name)) for name, value in one.value.items()}
    apart = [name for name, (a, b) in pairs.items() if a is not None and b is not None and a != b]
    return f"The two languages differ in: {', '.join(apart)}." if apart else None


def _location(one: Finding, other: Finding) -> str | None:
    a, b = ({**f.value, "text": None, "city": city_key(f.value.get("city"))} if isinstance(f.value, dict) else {} for f in (one, other))
    return _parts(Finding(a, one.language, one.lines, one.rule), Finding(b, other.language, other.lines, other.rule))


def _body(one: Finding, other: Finding) -> str | None:
    """Names of bodies are translated: only two known, different bodies differ; a body and the whole it belongs to do not."""
    a, b = named_in(fold(str(one.value))), named_in(fold(str(other.value)))
    return None if a == b or None in (a, b) or "nato" in (a, b) else "The two languages name different bodies."


def _schedule(one: Finding, other: Finding) -> str | None:
    part = [re.search(r"part|mi-", fold(str(f.value))) is not None for f in (one, other)]
    return "One language says full time, the other part time." if part[0] != part[1] else None


def _count(one: Finding, other: Finding) -> str | None:
    sizes = [len(f.value) if isinstance(f.value, list) else 0 for f in (one, other)]
    return f"One language lists {sizes[0]}, the other {sizes[1]}." if sizes[0] != sizes[1] else None


def _unordered(one: Finding, other: Finding) -> str | None:
    lists = [sorted(map(str, f.value)) if isinstance(f.value, list) else [str(f.value)] for f in (one, other)]
    return None if lists[0] == lists[1] else "The two languages list different entries."


def _education(one: Finding, other: Finding) -> str | None:
    years = [
        [entry.get("years") for entry in f.value if isinstance(entry, dict)] if isinstance(f.value, list) else [] for f in (one, other)
    ]
    return None if years[0] == years[1] else "The two languages ask for different years of experience."


def _contact(one: Finding, other: Finding) -> str | None:
    boxes = [str(f.value).casefold() for f in (one, other)]
    return "The two languages name different mailboxes." if all("@" in box for box in boxes) and boxes[0] != boxes[1] else None


def _sessions(one: Finding, other: Finding) -> str | None:
    a, b = _shown(one), _shown(other)
    if a == b:
        return None
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = [(x, y) for x, y in zip(a, b, strict=True) if isinstance(x, dict) and isinstance(y, dict)]
        if all(x.get("date") == y.get("date") and x.get("time") == y.get("time") for x, y in pairs):
            if any(x.get("zone") is None or y.get("zone") is None for x, y in pairs):
                return None
            return "The same clock time in different zones: read to the letter, these are different moments on that date."
    return "The two languages announce different sessions."


_COMPARE: Final[dict[str, Callable[[Finding, Finding], str | None]]] = {
    **dict.fromkeys(("deadline", "salary", "secondment"), _parts),
    **dict.fromkeys(TEXTS, _count),
    **dict.fromkeys(("languages", "eligible_nationalities", "eligible_statuses", "grades"), _unordered),
    "body": _body,
    "contact": _contact,
    "education_alternatives": _education,
    "info_sessions": _sessions,
    "location": _location,
    "schedule": _schedule,
}


# --- what the clauses do not show: emphasised paragraphs and the moment of the contract policy ------------------------------------

_TOPICS: Final = (
    ("contracts", "project posts", re.compile(r"\bproject[- ]posts?\b|\bpostes? ?\"? ?(?:de )?projets?\b")),
    ("contracts", "the contract policy", re.compile(r"\bcontract policy\b|\bpolitique contractuelle\b")),
    ("grades", "grades", re.compile(r"\bgrades?\b")),
    ("pending_budget_approval", "the budget", re.compile(r"budget")),
    ("reserve_list", "a reserve list", re.compile(r"\breserve list|\bliste(?:s)? de reserve|talent pool|pool de talents")),
    ("fast_track", "a fast track", re.compile(r"fast[- ]?track|acceleree?")),
)


def emphasised(en: Sequence[Passage], fr: Sequence[Passage]) -> list[Difference]:
    """Paragraphs printed in emphasis, paired in order: where the two speak of different things, a person must see both."""
    banners = [[p for p in one if p.banner] for one in (en, fr)]
    if len(banners[0]) != len(banners[1]):
        return []
    return [difference for one, other in zip(*banners, strict=True) if (difference := _other_topic(one, other))]


def _other_topic(one: Passage, other: Passage) -> Difference | None:
    said = [{(field, name) for field, name, pattern in _TOPICS if pattern.search(p.folded)} for p in (one, other)]
    apart = sorted(said[0] ^ said[1])
    if not apart or not said[0] or not said[1] or said[0] & said[1]:
        return None
    names = [", ".join(sorted(name for _, name in topics)) for topics in said]
    return Difference(
        apart[0][0], one.text, other.text, f"The emphasised paragraph is about {names[0]} in English and about {names[1]} in French."
    )


def policy_difference(en: list[Passage], fr: list[Passage]) -> Difference | None:
    """English and French naming different moments whose contract policy applies."""
    told = [policy_moments(en), policy_moments(fr)]
    moments = [list(dict.fromkeys(moment for moment, *_ in one)) for one in told]
    if not all(moments) or set(moments[0]) == set(moments[1]):
        return None
    words = [_quoted(one) for one in told]
    named = [" and ".join(one) for one in moments]
    note = f"The contract policy that applies is the one at the time of: {named[0]} in English, {named[1]} in French."
    return Difference("contracts", words[0], words[1], note)


def _quoted(told: list[tuple[str, str, Passage, int, int]]) -> str:
    return "; ".join(dict.fromkeys(passage.text[start:end] for _, _, passage, start, end in told))
