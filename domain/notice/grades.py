"""Grades as notices print them (facts.md §5): "G8-G10" is one twin grade, "B3/G8 and B4/G10" are two, "A.2 / NATO Grade G15" is one.

The new NATO scale is written "G15". Old NATO grades without their new name, and the grades of other bodies, stay as printed.
"""

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final, Literal

Kind = Literal["new", "old", "other", "bare"]
NEW_SCALE: Final = range(1, 25)
VALUE_LIMIT: Final = 200

_TOKEN = re.compile(
    r"(?<![\w.])(?:"
    r"(?P<new>g ?-? ?(?P<number>\d{1,2}))"
    r"|(?P<old>[abcl][.-]? ?[1-7])"
    r"|(?P<other>(?!and\b|et\b|or\b|ou\b|to\b)[a-z]{1,4}[ ./-]?(?:\d{1,2}|[ivx]{1,4}|[a-e])(?=\W|$))"
    r"|(?P<bare>\d{1,2})"
    r")(?![\w])(?!\.\d)"
)
_JOINS = re.compile(r"[-/|]|to|a|jusqu'a|equivalent to")
_PARTS = re.compile(r"[,;&+]|and|et|or|ou|[,;] (?:and|et|or|ou)")
_LABEL_WORDS = re.compile(r"\b(?:nato |otan )?grades?\b(?: otan| nato)?(?: of| de)?:?")
_RUN_GAP = r"(?: ?[,/;&-] ?| ?, (?:and|et|or|ou) | (?:and|et|or|ou|to|a) | ?/ ?(?:nato |otan )?grade )"
_PROSE_TOKEN = r"(?:(?:nato |otan )?(?:grades? )?g ?-?\d{1,2}|[abcl][.-]?[1-7]|\d{1,2})(?![\w%]|[.:]\d)"
_RUN = rf"{_PROSE_TOKEN}(?:{_RUN_GAP}{_PROSE_TOKEN}){{0,11}}"
_PROSE = re.compile(
    rf"\bgrades?\b(?: (?:otan|nato))?(?: (?:of|de|level|ranging from|allant de))?:? ?(?P<after>{_RUN})"
    rf"|(?<![\w.])(?P<before>{_RUN})[- ](?:nato |otan )?(?:grades?|graded)\b"
)
_PARENTHESISED = re.compile(rf"\((?P<run>(?:[abcl][.-]?[1-7] ?/ ?)?g\d{{1,2}}(?:{_RUN_GAP}g\d{{1,2}}){{0,3}})\)")


@dataclass(frozen=True, slots=True)
class Grade:
    low: str
    high: str

    def as_json(self) -> dict[str, object]:
        return {"low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Kind
    text: str
    start: int
    end: int


def grades(text: str, folded: str, *, nato: bool) -> list[Grade]:
    """The grades a labelled value names; [] when it does not begin with one."""
    plain = _LABEL_WORDS.sub(lambda match: " " * len(match[0]), folded[:VALUE_LIMIT])
    plain = re.sub(r"[()\[\]]", " ", plain)
    run = _run(text, plain, nato)
    return _read(run, plain, nato) if run else []


def grades_in_prose(text: str, folded: str, *, nato: bool) -> tuple[list[Grade], int, int, bool] | None:
    """Grades named in a sentence beside the word grade, or in brackets: the list, where it stands, and whether it had bare numbers."""
    best: tuple[list[Grade], int, int, bool] | None = None
    for match in (*_PROSE.finditer(folded), *_PARENTHESISED.finditer(folded)):
        name = match.lastgroup or "run"
        start, end = match.span(name)
        found = grades(text[start:end], folded[start:end], nato=nato)
        bare = folded[start:end].strip()[:1].isdigit()
        if bare and len(found) < 2:
            continue  # "grade 10" may be a school's; a list of grades is a notice's
        if found and (best is None or (best[3] and not bare)):
            best = (found, start, end, bare)
    return best


def _run(text: str, folded: str, nato: bool) -> list[_Token]:
    """The tokens from the beginning of the value on, as far as only joiners stand between them."""
    tokens: list[_Token] = []
    for match in _TOKEN.finditer(folded):
        between = folded[tokens[-1].end if tokens else 0 : match.start()].strip()
        if (tokens and not _is_gap(between)) or (not tokens and between not in ("", ":", "-")):
            break
        token = _token(match, text, nato)
        if token is None or (token.kind == "bare" and tokens and tokens[-1].kind != "bare"):
            break
        tokens.append(token)
    return tokens


def _is_gap(between: str) -> bool:
    return not between or _JOINS.fullmatch(between) is not None or _PARTS.fullmatch(between) is not None


def _token(match: re.Match[str], text: str, nato: bool) -> _Token | None:
    written = text[match.start() : match.end()].strip()
    if match["new"] and nato and int(match["number"]) in NEW_SCALE:
        return _Token("new", f"G{int(match['number'])}", match.start(), match.end())
    if match["bare"]:
        usable = nato and int(match["bare"]) in NEW_SCALE
        return _Token("bare", f"G{int(match['bare'])}", match.start(), match.end()) if usable else None
    if not any(char.isdigit() for char in written) and not written.isupper():
        return None
    return _Token("old" if match["old"] and nato else "other", written, match.start(), match.end())


def _read(run: list[_Token], folded: str, nato: bool) -> list[Grade]:
    """Tokens joined by a slash, a dash or "to" are one grade or one twin grade; by a comma or "and", different grades."""
    groups: list[list[_Token]] = [[run[0]]]
    for before, token in pairwise(run):
        between = folded[before.end : token.start].strip()
        joined = _JOINS.fullmatch(between) is not None or (not between and before.kind != token.kind)
        if joined:
            groups[-1].append(token)
        else:
            groups.append([token])
    return list(dict.fromkeys(_grade(group, nato) for group in groups))


def _grade(group: list[_Token], nato: bool) -> Grade:
    """One group as a grade: where both scales are given, the new one counts."""
    new = [token.text for token in group if token.kind in ("new", "bare")]
    names = new or [name for name, _ in groupby(token.text for token in group)]
    if nato and len(names) > 1:
        names = sorted(names, key=_step)
    return Grade(names[0], names[-1])


def _step(name: str) -> int:
    return int(re.sub(r"\D", "", name) or 0)
