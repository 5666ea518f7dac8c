"""The bodies whose notices are read, by the names they print: to tell whose grades a notice uses, and one body from another."""

import re
from typing import Final

from domain.notice.normalise import fold

# key, whether the body uses NATO's grades, names as folded patterns
_BODIES: Final = (
    ("nato-ims", True, r"international military staff|etat-major militaire international|\bnato ims\b|\botan emi\b|\b(?:ims|emi)\b"),
    ("nato-is", True, r"nato international staff|international staff|secretariat international|\bnato is\b|\botan si\b|\bsi de l'otan\b"),
    ("ncia", True, r"communications and information agency|\bnci agency\b|\bncia\b|agence otan d'information et de communication"),
    ("nspa", True, r"support and procurement agency|\bnspa\b|agence otan de soutien"),
    ("act", True, r"allied command transformation|\bact\b(?= |$)|commandement allie transformation"),
    ("shape", True, r"\bshape\b|supreme headquarters allied powers|allied command operations|\baco\b"),
    ("cmre", True, r"\bcmre\b|maritime research"),
    ("naewc", True, r"\bnaew\b|\bnaew&c|airborne early warning|\bnapma\b"),
    ("nato", True, r"\bnato\b|\botan\b|north atlantic treaty|atlantique nord"),
    ("osce", False, r"\bosce\b|security and co-?operation in europe|securite et la cooperation en europe|\bodihr\b"),
    ("eda", False, r"european defence agency|agence europeenne de defense|\beda\b"),
    ("eeas", False, r"european external action|action exterieure|\beeas\b|\bseae\b"),
    (
        "eu",
        False,
        r"european (?:union|commission|parliament|council)|union europeenne|commission europeenne|\bfrontex\b|\beuropol\b"
        r"|european [\w ]{3,40} agency",
    ),
    ("un", False, r"united nations|nations unies|\bunicef\b|\bundp\b|\bunesco\b|\bunhcr\b|\bonu\b"),
    ("oecd", False, r"\boecd\b|\bocde\b|organisation for economic co-?operation|cooperation et de developpement economiques"),
    ("coe", False, r"council of europe|conseil de l'europe"),
    (
        "other",
        False,
        r"\binterpol\b|\biaea\b|\baiea\b|\besa\b|european space agency|world bank|banque mondiale|\bwto\b|\bimf\b|\bopcw\b"
        r"|\boiac\b|\bicc\b",
    ),
)
_PATTERNS = [(key, nato, re.compile(pattern)) for key, nato, pattern in _BODIES]


def named_in(folded: str) -> str | None:
    """The key of the body a text names: the most particular one, or None."""
    return next((key for key, _, pattern in _PATTERNS if pattern.search(folded)), None)


def is_nato(name: str | None) -> bool:
    """Whether a body, as printed, uses NATO's grades; a notice that names no body we know is read as NATO's."""
    if name is None:
        return True
    folded = fold(name)
    others = [nato for _, nato, pattern in _PATTERNS if pattern.search(folded)]
    return not others or any(others)


_MENTIONS_NATO: Final = re.compile(r"\bnato\b|\botan\b")


def mentions_nato(folded: str) -> bool:
    return _MENTIONS_NATO.search(folded) is not None


def body_named(text: str, folded: str, *, nato: bool) -> tuple[str, int, int] | None:
    """The first body a text names in full words: its name and where it stands. "NATO" alone may be a marking, a grade, a level."""
    found = []
    for key, is_natos, pattern in _PATTERNS:
        for match in pattern.finditer(folded[:NAME_LIMIT]):
            if is_natos == nato and (key not in _NAMED_IN_FULL or match.end() - match.start() > 8):
                found.append((match.start(), match.end()))
                break
    if not found:
        return None
    start, end = min(found, key=lambda span: (span[0], -span[1]))
    abbreviation = re.match(r" \((?:[A-Z]+ ?){1,3}\)", text[end:])
    end += abbreviation.end() if abbreviation else 0
    return text[start:end], start, end


NAME_LIMIT: Final = 2000
_NAMED_IN_FULL: Final = frozenset({"nato", "nato-ims", "nato-is", "act", "shape"})
"""Bodies whose short names stand for other things too."""
