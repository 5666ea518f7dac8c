"""Contracts and secondment as a notice offers them: kind of post, kind and length of contract, renewal, what may follow.

Read sentence by sentence; a sentence without a kind of post takes the one named just before it in its paragraph or heading.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from domain.notice.durations import DURATION, first_years, years
from domain.notice.normalise import Passage

_DEFINITE = re.compile(
    r"\bdefinite(?:[- ](?:duration|term))?\b|\bfixed[- ](?:term|duration)\b|\blimited[- ]duration\b|\bduree (?:determinee"
    r"|definie)\b|\bcdd\b|\bterme fixe\b"
)
_INDEFINITE = re.compile(
    r"\bindefinite\b|\bopen[- ]ended\b|\bpermanent (?:contract|appointment|position)\b|\bduree (?:indeterminee|indefinie)\b|\bcdi\b"
)
_FOLLOWS = re.compile(
    r"\bfollow(?:ed|ing)\b|\bconver(?:t|ted|sion)\b|\bthereafter\b|\bsubsequently\b|\bapply for\b|\bsuivi\b|\bconverti"
    r"|\bconversion\b|\btransform|\bpuis\b|\bensuite\b"
)
_NOT_FOLLOWS = re.compile(
    r"\b(?:not|no|without|cannot|never)\b[^.]{0,50}\b(?:indefinite|open[- ]ended)|\b(?:pas|sans|aucun\w?)\b[^.]{0,50}\bduree indeterminee"
)
_RENEWAL = re.compile(r"\brenew\w*|\bextend(?:ed|able)\b|\bextensions?\b|\bprolong\w*|\brenouvel\w*|\breconduct\w*|\breconduit\w*")
_CONTRACT = re.compile(r"\bcontracts?\b|\bcontrats?\b|\bappointments?\b|\bengagement\b|\bcdd\b|\bcdi\b")
_SERVING = re.compile(
    r"\bserving (?:\w{1,10} )?staff\b|\bagents? (?:deja )?en fonctions?\b|\bstaff members? already\b|\bcurrent (?:nato )?staff\b"
)
_TOTAL = re.compile(
    r"\bmaximum (?:total )?(?:period|duration|length)\b|\btotal (?:period|duration)\b|\bduree (?:totale|maximale)\b|\bn'excede\b|\bexceed"
)

_SECONDED = re.compile(r"\bsecond(?:ed|ment|ee)s?\b|\bdetache(?:\(?e\)?)?s?\b|\bdetachement\b|\bdetach\w{1,4}\b")
_NOT_SECONDED = re.compile(r"\bnon[- ]?second|\bnot second|\bhors detachement|\bnon[- ]detache|\bother than second")
_AGREEMENT = re.compile(
    r"\b(?:agreement|consent|approval|concurrence)\b[^.]{0,40}\b(?:national|nation|authorit|administration|government)"
    r"|\b(?:accord|consentement|assentiment)\b[^.]{0,40}\b(?:autorites?|administrations?|national|pays|gouvernement)"
)
_ALREADY_GIVEN = re.compile(r"\b(?:no|without)\b[^.]{0,10}\bagreement|\bsans (?:l')?accord\b")

_POST_KINDS: Final = (
    (
        "project",
        re.compile(
            r"\bproject(?:-funded|-based)?[- ]posts?\b|\bpostes? ?\"? ?(?:de |lies? a un |dits? )?projets?\b|\bproject positions?\b"
        ),
    ),
    (
        "established",
        re.compile(
            r"\bestablished (?:posts?|positions?)\b|\bpostes? (?:inscrits? au|du|prevus? au) tableau d'effectifs?\b"
            r"|\bpostes? permanents?\b|\bestablishment posts?\b"
        ),
    ),
    (
        "limited",
        re.compile(
            r"\b(?:post|position|employment)\b[^.]{0,40}\blimited (?:period|duration|time)|\blimited[- ](?:period"
            r"|duration) (?:post|position)"
            r"|\bduree de service a ce poste etant limitee|\b(?:poste|emploi)\b[^.]{0,40}\b(?:duree|periode) limitee"
            r"|\bpostes? a duree limitee"
        ),
    ),
)
ORDER: Final = ("established", "project", "limited", None)


@dataclass(frozen=True, slots=True)
class Contract:
    post_kind: str | None
    kind: str
    years: int | float | None
    renewable_years: int | float | None
    then_indefinite: bool
    passage: Passage
    start: int
    end: int

    def as_json(self) -> dict[str, object]:
        return {
            "post_kind": self.post_kind,
            "kind": self.kind,
            "years": self.years,
            "renewable_years": self.renewable_years,
            "then_indefinite": self.then_indefinite,
        }


def contracts(passages: list[Passage]) -> list[Contract]:
    """Every contract offered to somebody new and not seconded, one per kind of post, established posts first."""
    found: list[Contract] = []
    for passage, start, sentence, post_kind in _with_post_kind(passages):
        if _is_secondment(sentence) or _SERVING.search(sentence):
            continue
        definite, indefinite = _DEFINITE.search(sentence), _INDEFINITE.search(sentence)
        if found and indefinite and not definite and _FOLLOWS.search(sentence):
            found[-1] = replace(found[-1], then_indefinite=not _NOT_FOLLOWS.search(sentence))
        elif (definite or indefinite) and (_CONTRACT.search(sentence) or first_years(sentence)):
            found.append(_contract(passage, start, sentence, post_kind))
    return merged(found)


def kind_named(folded: str) -> str | None:
    """The kind of contract a label's value names, or None."""
    return "definite" if _DEFINITE.search(folded) else "indefinite" if _INDEFINITE.search(folded) else None


def lasting(found: list[Contract], length: int | float | None) -> list[Contract]:
    """Contracts whose length only a label gives."""
    return [replace(contract, years=length) if contract.years is None else contract for contract in found]


def merged(found: list[Contract]) -> list[Contract]:
    """The same contract told twice is one; a telling that does not name the kind of post joins one that does."""
    result: list[Contract] = []
    for contract in sorted(found, key=lambda c: (ORDER.index(c.post_kind), c.passage.banner)):
        same = next((place for place, other in enumerate(result) if _same(other, contract)), None)
        if same is None:
            result.append(contract)
        else:
            result[same] = _joined(result[same], contract)
    return result


def _contract(passage: Passage, start: int, sentence: str, post_kind: str | None) -> Contract:
    definite, indefinite = _DEFINITE.search(sentence), _INDEFINITE.search(sentence)
    first, renewal = _terms(sentence)
    follows = bool(definite and indefinite and not _NOT_FOLLOWS.search(sentence))
    kind = "definite" if definite else "indefinite"
    end = start + len(sentence.rstrip())
    return Contract(post_kind, kind, first if kind == "definite" else None, renewal, follows, passage, start, end)


def _terms(sentence: str) -> tuple[int | float | None, int | float | None]:
    """Length of the first contract and of a renewal; a total ("up to a maximum period of six years") is neither."""
    renewal = _RENEWAL.search(sentence)
    first = first_years(sentence, 0, renewal.start() if renewal else None)
    if not renewal:
        return first, None
    match = re.compile(DURATION).search(sentence, renewal.end(), renewal.end() + 140)
    if not match or _TOTAL.search(sentence, renewal.end(), match.start()):
        return first, None
    return first, years(match)


def _with_post_kind(passages: list[Passage]) -> Iterator[tuple[Passage, int, str, str | None]]:
    heading: str | None = None
    for passage in passages:
        told = {kind for _, sentence in passage.sentences() if (kind := _post_kind(sentence))}
        kind = heading or (told.pop() if len(told) == 1 else None)
        for start, sentence in passage.sentences():
            named = _post_kind(sentence)
            # A project or established post is also needed for some period: "limited" adds a kind only where none was named.
            kind = kind if named == "limited" and kind else named or kind
            yield passage, start, sentence, kind
        heading = _post_kind(passage.folded) if passage.is_heading and len(passage.text) < 60 else None


def _post_kind(sentence: str) -> str | None:
    """The kind of post a sentence is about. A project post is also needed for a limited period, so project is asked first."""
    named = [name for name, pattern in _POST_KINDS if pattern.search(sentence)]
    return None if {"project", "established"} <= set(named) else (named[0] if named else None)


def _same(one: Contract, other: Contract) -> bool:
    kinds = one.post_kind == other.post_kind or None in (one.post_kind, other.post_kind)
    lengths = one.years == other.years or None in (one.years, other.years)
    renewals = one.renewable_years == other.renewable_years or None in (one.renewable_years, other.renewable_years)
    return kinds and one.kind == other.kind and lengths and renewals


def _joined(one: Contract, other: Contract) -> Contract:
    return replace(
        one,
        post_kind=one.post_kind or other.post_kind,
        years=one.years if one.years is not None else other.years,
        renewable_years=one.renewable_years if one.renewable_years is not None else other.renewable_years,
        then_indefinite=one.then_indefinite or other.then_indefinite,
    )


@dataclass(frozen=True, slots=True)
class Secondment:
    years: int | float | None
    renewable_years: int | float | None
    max_total_years: int | float | None
    needs_national_agreement: bool
    passage: Passage
    start: int
    end: int

    def as_json(self) -> dict[str, object]:
        return {
            "years": self.years,
            "renewable_years": self.renewable_years,
            "max_total_years": self.max_total_years,
            "needs_national_agreement": self.needs_national_agreement,
        }


def secondment(passages: list[Passage]) -> Secondment | None:
    """The terms of a person seconded from a national administration, from the sentences that speak of one."""
    told: list[tuple[Passage, int, str]] = [
        (passage, start, sentence) for passage in passages for start, sentence in passage.sentences() if _is_secondment(sentence)
    ]
    first = renewal = total = None
    needs = False
    used: list[tuple[Passage, int, str]] = []
    for passage, start, sentence in told:
        limit = _TOTAL.search(sentence)
        if limit and not _RENEWAL.search(sentence, 0, limit.start()):
            value = first_years(sentence, limit.start())
            total = total or value
            used += [(passage, start, sentence)] if value else []
        elif _CONTRACT.search(sentence) or _RENEWAL.search(sentence):
            one, more = _terms(sentence)
            first, renewal = first or one, renewal or more
            needs = needs or bool(_AGREEMENT.search(sentence) and not _ALREADY_GIVEN.search(sentence))
            used += [(passage, start, sentence)] if one or more else []
    if not used or (first is None and renewal is None and total is None):
        return None
    passage, start, _ = used[0]
    ends = [at + len(words.rstrip()) for where, at, words in used if where is passage]
    return Secondment(first, renewal, total, needs, passage, start, max(ends))


def _is_secondment(sentence: str) -> bool:
    return _SECONDED.search(sentence) is not None and not _NOT_SECONDED.search(sentence)


_POLICY = re.compile(r"\bcontract policy\b|\bpolitique contractuelle\b|\bpolitique (?:en matiere|relative aux) (?:de )?contrats?\b")
_MOMENT = re.compile(
    r"\b(?:at the (?:time|moment|date) of (?:the )?(?P<en>appointment|recruitment|publication|offer|entry on duty|hiring"
    r"|application|selection)"
    r"|(?:au moment|a la date|lors) (?:de la |du |de l'|de )(?P<fr>nomination|recrutement|publication|offre"
    r"|entree en fonctions?|engagement|candidature|selection))"
)
_SAME_MOMENT: Final = {
    "nomination": "appointment",
    "recrutement": "recruitment",
    "hiring": "recruitment",
    "engagement": "recruitment",
    "offre": "offer",
    "candidature": "application",
}


def policy_moments(passages: list[Passage]) -> list[tuple[str, str, Passage, int, int]]:
    """Which moment's contract policy applies, each time the notice says it: the moment, the words as folded, and where."""
    found = []
    for passage in passages:
        for start, sentence in passage.sentences():
            if not _POLICY.search(sentence):
                continue
            for match in _MOMENT.finditer(sentence):
                word = match["en"] or match["fr"]
                found.append((_SAME_MOMENT.get(word, word), match[0], passage, start + match.start(), start + match.end()))
    return found
