"""The title of a notice that has no label for it: the line with the reference above the header, else the last free line there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from domain.notice.bodies import body_named
from domain.notice.labels import WORDINGS
from domain.notice.lists import Found
from domain.notice.normalise import Passage

_SIX: Final = re.compile(r"\((?P<bracketed>\d{6})\)|(?<=[-–—])\s?(?P<dashed>\d{6})(?!\d)|(?<!\d)(?P<first>^\d{6})\s[-–—]\s")
_ANNOUNCED = re.compile(
    r"^(?:staff vacancy|vacancy|vacance|avis de vacance|vacancy notice|requisition"
    r"|(?P<after>\d{6}) requisition)\b[ #:n°o.]{0,6}(?P<ref>\d{5,6})?\b"
)
_BANNER = re.compile(
    r"^(?:vacancy (?:notification|notice|announcement)|notification (?:de la vacance|of an?)|avis de vacance|job description"
    r"|description|nato unclassified|nato sans classification"
    r"|nato otan|nato\b.{0,12}north atlantic|otan\b.{0,12}organisation du traite|north atlantic treaty|open to nationals"
    r"|ouvert aux ressortissants|apply now|postuler|staff vacancy"
    r"|page \d|pending budget|sous reserve|\*|"
    r"(?:call for (?:interest|applications)|appel a candidatures|careers?|recruitment|international staff)$)"
)
_PREFIX = re.compile(
    r"^(?:job description|description de poste|vacancy(?: notice)?|avis de vacance|call for (?:interest|applications)"
    r"|appel (?:à|a) candidatures?|poste|post|job) ?[-–—:] ?",
    re.IGNORECASE,
)
_EDGES: Final = " -–—:|,;"


@dataclass(frozen=True, slots=True)
class Titled:
    """(title, where, stated outright) and (reference, where); None for what the lines do not show."""

    title: tuple[str, Found, bool] | None = None
    reference: tuple[str, Found] | None = None


def titled(passages: Sequence[Passage], labelled: frozenset[int], first_label: int | None, banners: frozenset[int]) -> Titled:
    """Title and reference from the lines above the header of one language."""
    free = [p for p in passages if not labelled.intersection(p.numbers) and (first_label is None or p.numbers[0] < first_label)]
    free = free[-MOST_LINES:] if first_label is not None else free[:MOST_LINES]
    for passage in free:
        name, ref = split_reference(passage.text)
        if ref and len(passage.text) <= 300:
            whole = (passage, 0, len(passage.text))
            return Titled((name, whole, True) if name else _plain(free, banners), (ref, whole))
    reference = next(
        ((m["ref"] or m["after"], (p, 0, len(p.text))) for p in free if (m := _ANNOUNCED.match(p.folded)) and (m["ref"] or m["after"])),
        None,
    )
    return Titled(_plain(free, banners), reference)


MOST_LINES: Final = 12


def split_reference(text: str) -> tuple[str, str | None]:
    """ "Junior Officer (200775)", "Junior Officer-200775" and "200775 - Junior Officer" as title and reference."""
    match = _SIX.search(text)
    if not match:
        return text, None
    words = text[match.end() :] if match["first"] else text[: match.start()]
    name = _PREFIX.sub("", words.strip(_EDGES)).strip(_EDGES)
    return name, match["bracketed"] or match["dashed"] or match["first"]


def _plain(free: Sequence[Passage], banners: frozenset[int]) -> tuple[str, Found, bool] | None:
    """The line nearest above the header that can be a title: short, no sentence, not the letterhead."""
    for passage in reversed(free):
        whole = _PREFIX.sub("", passage.text)
        letterhead = (whole == passage.text and _BANNER.match(passage.folded)) or banners.intersection(passage.numbers) or passage.banner
        if passage.bullet or letterhead or not 3 <= len(passage.text) <= 160 or passage.text.endswith((".", ";", ":", "?", "!")):
            continue
        if not any(char.isalpha() for char in passage.text) or passage.folded.partition(":")[0].strip() in WORDINGS:
            continue
        named = [body_named(passage.text, passage.folded, nato=nato) for nato in (True, False)]
        if any(name and name[0] == passage.text for name in named):
            continue
        return whole.strip(_EDGES), (passage, 0, len(passage.text)), False
    return None
