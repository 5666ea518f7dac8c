"""Which language a passage is in, by a vote of everyday words (dependencies.md §7), and which levels of language a notice asks for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.notice.normalise import Passage

_ENGLISH_WORDS: Final = (
    "the of and to in for with be will that this from at as by an may not your you we is are has have their its who or"
    " which must should "
    "can if any all under within into such other more been was it our they than through only"
)
_FRENCH_WORDS: Final = (
    "le la les de des du et en pour avec est sont sera seront que qui ce cette ces dans sur aux par ou un une ne pas vous"
    " nous au leur leurs "
    "son sa ses dont ainsi etre avoir lors sous votre plus notamment celle celui ont elle il se tout toute tous"
)
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_FRENCH: Final = frozenset(_FRENCH_WORDS.split())
_WORD = re.compile(r"[a-z]+|[ldnsjcq]u?'(?=[a-z])")
_ACCENTED = re.compile(r"[éèêàçùôîûœëïÉÈÊÀÇ]")
_VOTE_LIMIT: Final = 3000

MIN_SHARE: Final = 0.2
"""Below this share of the words, a language is a quotation or a heading, not a version of the notice."""


def vote(passage: Passage) -> str:
    """ "en", "fr", or "" when the words do not say."""
    words = _WORD.findall(passage.folded[:_VOTE_LIMIT])
    english = sum(word in _ENGLISH for word in words)
    french = sum(word in _FRENCH or word.endswith("'") for word in words)
    french += min(3, len(_ACCENTED.findall(passage.text[:_VOTE_LIMIT])))
    if abs(english - french) < 2 and len(words) > 3 and english + french > 2:
        return ""
    return "en" if english > french else "fr" if french > english else ""


def with_languages(passages: Sequence[Passage], known: dict[int, str]) -> list[Passage]:
    """Each passage with its language. `known` gives the language of the labels found, by line; what does not say takes its neighbours'.

    A line between two languages goes with what follows it: it is the title above a header, seldom the end of a text.
    """
    votes = [next((known[n] for n in passage.numbers if n in known), "") or vote(passage) for passage in passages]
    following, nexts = "", [""] * len(votes)
    for place in range(len(votes) - 1, -1, -1):
        following = votes[place] or following
        nexts[place] = following
    before, result = "", []
    for place, passage in enumerate(passages):
        language = votes[place] or nexts[place] or before or "en"
        before = language
        result.append(replace(passage, language=language))
    return result


def main_language(passages: Sequence[Passage]) -> str:
    """English when the notice has an English version, else French."""
    sizes = {code: sum(len(p.text) for p in passages if p.language == code) for code in ("en", "fr")}
    return "fr" if sizes["en"] < MIN_SHARE * (sizes["en"] + sizes["fr"]) else "en"


def both_versions(passages: Sequence[Passage]) -> bool:
    """Whether the text holds a full version in each language, so that what only one of them says is a difference."""
    sizes = sorted(sum(len(p.text) for p in passages if p.language == code) for code in ("en", "fr"))
    return sizes[0] >= 400 and sizes[0] >= 0.45 * sizes[1]


_ROMAN: Final = r"(?P<roman>i{1,3}|iv|v)"
_NAMED: Final = {
    "beginner": "I",
    "elementary": "II",
    "intermediate": "III",
    "upper intermediate": "IV",
    "upper-intermediate": "IV",
    "advanced": "V",
    "debutant": "I",
    "elementaire": "II",
    "intermediaire": "III",
    "intermediaire superieur": "IV",
    "avance": "V",
}
_NAME = "|".join(sorted(_NAMED, key=len, reverse=True))
_GLOSS = r"(?: ?\([^()]{0,40}\)| ?\"[^\"]{0,40}\")?"
_TONGUE = (
    r"(?P<one>(?:at least )?(?:one|l'une?|une)\b)|(?P<other>the other|l'autre)|(?P<both>both|les deux)"
    r"|(?P<english>english|(?:l')?anglais)|(?P<french>french|(?:le )?francais)"
)
_LEVEL = re.compile(
    rf"(?<![\w'])(?:(?:levels?|niveaux?)(?: de competence)?(?: minimum)?:? ?\(?{_ROMAN}\)?(?![\w'.])"
    rf"|{_ROMAN.replace('roman', 'roman2')}(?=(?:{_GLOSS})? (?:level )?(?:in|of|en|dans|for|pour) |{_GLOSS.rstrip('?')})(?![\w'])"
    rf"|(?<=[:=(-] ){_ROMAN.replace('roman', 'roman3')}(?![\w'])|(?<=[:=(]){_ROMAN.replace('roman', 'roman4')}(?![\w'])"
    rf"|(?P<name>{_NAME})(?= level (?:in|of) )|(?<=niveau )(?P<nom>{_NAME})(?= (?:en|dans) ))"
)
_IN = re.compile(rf"{_GLOSS} ?(?:level )?(?:in|of|en|dans|for|pour) (?:the )?(?:{_TONGUE})")
_BEFORE = re.compile(r"(?P<english>english|anglais)|(?P<french>french|francais)")
_SUBJECT = re.compile(r"languages?\b|langues?\b|english|french|anglais|francais")
_WISHED = re.compile(r"desirable|an asset|advantage|\ba plus\b|un atout|souhait|un plus\b")
_CLAUSE = re.compile(r"[;.]")


def levels(passages: Sequence[Passage]) -> list[tuple[dict[str, object], Passage, bool]]:
    """The levels asked for: {code, level} with the passage, and whether the level was read from its name alone.

    Levels of another scale (STANAG 6001 profiles such as SLP 3333, the European framework's B2) are never converted (facts.md §7).
    """
    found: list[tuple[dict[str, object], Passage, bool]] = []
    for passage in passages:
        seen = [entry for entry, _, _ in found]
        found.extend((entry, passage, named) for entry, named in _levels(passage.folded) if entry not in seen)
    return found


def _levels(folded: str) -> list[tuple[dict[str, object], bool]]:
    if not _SUBJECT.search(folded):
        return []
    result: list[tuple[dict[str, object], bool]] = []
    matches = list(_LEVEL.finditer(folded))
    for place, match in enumerate(matches):
        level = next((match[name].upper() for name in ("roman", "roman2", "roman3", "roman4") if match[name]), None)
        level = level or _NAMED[match["name"] or match["nom"]]
        since = matches[place - 1].end() if place else 0
        until = matches[place + 1].start() if place + 1 < len(matches) else len(folded)
        if _WISHED.search(_clause(folded, match.start(), since, until)):
            continue
        result.extend(
            ({"code": code, "level": level}, not any(match[f"roman{n}"] for n in ("", "2", "3", "4")))
            for code in _codes(folded, match, since)
        )
    return result


def _clause(folded: str, at: int, since: int, until: int) -> str:
    """The words around a level, not further than the next semicolon, full stop or level."""
    after = _CLAUSE.search(folded, at, until)
    before = [m.end() for m in _CLAUSE.finditer(folded, since, at)]
    return folded[before[-1] if before else since : after.start() if after else until]


def _codes(folded: str, match: re.Match[str], since: int) -> list[str]:
    """Which language a level is of: named after it ("V in one"), or before it ("English: V"); [] when the text does not say."""
    behind = _IN.match(folded, match.end())
    if behind:
        if behind["english"] or behind["french"]:
            return ["en" if behind["english"] else "fr"]
        return ["en", "fr"] if behind["both"] else ["en|fr"]
    named = list(_BEFORE.finditer(folded, max(since, match.start() - 40), match.start()))
    if not named:
        return []
    return ["en" if named[-1]["english"] else "fr"]
