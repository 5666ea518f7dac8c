"""Re-use: a post of another vacancy, similar and at the same or a lower grade, for somebody who agrees (`recruitment.md` §6)."""

import hashlib
from collections.abc import Iterable

from domain.errors import NotNow
from domain.grades import same_or_lower


def check_grade(offered: str, applied_for: Iterable[str]) -> None:
    """Raises NotNow unless `offered` is the same grade as one the person applied for, or a lower one on the same ladder."""
    own = sorted(set(applied_for))
    if not any(same_or_lower(offered, grade) for grade in own):
        words = f"{offered} is neither the same as nor lower than {' or '.join(own)} on one ladder"
        raise NotNow(words, code="grade_not_reusable", offered=offered, applied_for=own)


def linked_case(case: str, nth: int) -> str:
    """The id of the case begun by the `nth` re-use agreed to: the first hire's own is -1, unsaid."""
    return f"{case}-{nth + 1}"


def proposed_case(case: str, vacancy: str, nth: int) -> str:
    """The id of the case a vacancy begins for somebody whose own has ended: made of what is asked, so that a second try gives the same."""
    return f"{case}-{hashlib.blake2b(f'{case}/{vacancy}/{nth}'.encode(), digest_size=4).hexdigest()}"
