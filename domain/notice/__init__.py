"""Reading a vacancy notice: from the published text to values, each with the lines that prove it (recruitment.md §1).

`read_notice(raw)` is the way in. No language model: labels, small grammars, clause patterns, and a comparison of the two languages.
"""

from domain.errors import NotANotice
from domain.notice.model import Notice
from domain.notice.reader import read_notice

__all__ = ["NotANotice", "Notice", "read_notice"]
