"""A value with where it was found and how."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A JSON value read in one language. `shown` is how a conflict shows it, where that says more than the value."""

    value: object
    language: str
    lines: tuple[int, int]
    rule: str
    inferred: bool = False
    shown: object = None


Reading = dict[str, Finding]
"""What one language says: evidence key → finding. A field it does not fill is absent."""
