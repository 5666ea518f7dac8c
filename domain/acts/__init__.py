"""What a person may do to a hire: per act, who may, at which stage, with which words, and the facts it leads to.

One table drives the refusals, the worklists and the documentation. Rights are checked again in the story, so a door that forgot
to ask cannot widen them. The acts stand by theme, each file in the order a case meets them.
"""

from domain.acts import (
    accommodation,
    anytime,
    board,
    calendars,
    conditions,
    contract,
    correction,
    exceptions,
    importing,
    integrity,
    overlay,
    paper,
    review,
    selection,
)
from domain.acts.anytime import LAPSES
from domain.acts.table import ACTS, ANY_STAGE, Act, Args, allowed, check, do

__all__ = [
    "ACTS",
    "ANY_STAGE",
    "LAPSES",
    "Act",
    "Args",
    "accommodation",
    "allowed",
    "anytime",
    "board",
    "calendars",
    "check",
    "conditions",
    "contract",
    "correction",
    "do",
    "exceptions",
    "importing",
    "integrity",
    "overlay",
    "paper",
    "review",
    "selection",
]
