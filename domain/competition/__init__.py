"""What a vacancy decides: closing, the board's report, the ledger of posts, the next in rank, cancelling (`recruitment.md` §1, §6).

Functions of (state, what happened, moment) that return facts and the messages to the hires concerned. The ledger itself is the
posts table, changed by conditional update in the transaction that writes these facts; who is next is decided only here.
"""

from domain.competition.board import ComposeBoard, DeclareInterest
from domain.competition.cancelling import Cancel
from domain.competition.listing import NEXT_IN_RANK, Call, ExtendList, in_order
from domain.competition.money import AskByHand
from domain.competition.opening import due, publish
from domain.competition.posts import AddPost
from domain.competition.report import DecideReport, SubmitReport, report_sha256
from domain.competition.reusing import OfferReuse
from domain.competition.table import ACTS, Act, check, do
from domain.competition.taking import take
from domain.competition.turnout import Earlier, Rival, Turnout

__all__ = [
    "ACTS",
    "NEXT_IN_RANK",
    "Act",
    "AddPost",
    "AskByHand",
    "Call",
    "Cancel",
    "ComposeBoard",
    "DecideReport",
    "DeclareInterest",
    "Earlier",
    "ExtendList",
    "OfferReuse",
    "Rival",
    "SubmitReport",
    "Turnout",
    "check",
    "do",
    "due",
    "in_order",
    "publish",
    "report_sha256",
    "take",
]
