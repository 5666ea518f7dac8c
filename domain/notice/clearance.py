"""Security clearance levels by code or by name, in English and French: NR, NC, NS, CTS; anything else stays as printed."""

import re
from typing import Final

_LEVELS: Final = (
    ("CTS", re.compile(r"(?<![a-z])(?:cts|ctsa)(?![a-z])|cosmic[ -]top[ -]secret|cosmic tres secret|tres secret cosmic|cosmic t\.?s\b")),
    ("NS", re.compile(r"(?<![a-z])ns(?![a-z])|nato[ -]secret|otan[ -]secret|secret[ -](?:otan|nato)")),
    ("NC", re.compile(r"(?<![a-z])nc(?![a-z])|nato[ -]confidential|(?:nato|otan)[ -]confidentiel|confidentiel[ -](?:otan|nato)")),
    (
        "NR",
        re.compile(
            r"(?<![a-z])nr(?![a-z])|nato[ -]restricted|(?:nato|otan)[ -](?:diffusion )?restreinte?|diffusion restreinte[ -](?:otan|nato)"
        ),
    ),
)
_ABOUT = re.compile(r"clearances?|habilitations?|\bpscs?\b|cleared")
_NEGATED = re.compile(r"\b(?:not require|no (?:security )?clearance|aucune habilitation|pas d'habilitation)\b")


def level(folded: str) -> str | None:
    """The code of the level named first in the text, or None."""
    found = [(match.start(), code) for code, pattern in _LEVELS if (match := pattern.search(folded))]
    return min(found)[1] if found else None


def level_in_sentence(folded: str) -> str | None:
    """The level a sentence about a clearance names, or None."""
    about = _ABOUT.search(folded)
    if not about or _NEGATED.search(folded):
        return None
    return level(folded[max(0, about.start() - 120) : about.end() + 160])
