"""Which fact is the second pair of eyes on which: the one table the acts' checks, the database's own constraint and the proofs share.

Whoever wrote the newest fact of kind `first` about the same thing may not write one of the kinds `second`, neither in their own name nor
with the role of the one whose proposal it was (`ActedFor` in the same step). The acts refuse it with a sentence; the database refuses it
from whoever forgot to ask (`store/four_eyes.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """`act` decides what `proposes` did; `same` are the fields by which the two facts are about one thing. `by`: where the first one's
    person stands in its body rather than as its author."""

    act: str
    proposes: str
    first: str
    second: tuple[str, ...]
    same: tuple[str, ...] = ()
    by: str = ""


OF_CONDITION = ("condition", "nation")
PAIRS = (
    Pair("approve_contract", "propose_contract", "contract_proposed", ("contract_approved",)),
    Pair("reject_contract", "propose_contract", "contract_proposed", ("contract_rejected",)),
    Pair("postpone_entry", "propose_contract", "contract_proposed", ("entry_postponed",)),
    Pair("decide_higher_grade", "propose_higher_grade", "higher_grade_proposed", ("higher_grade_decided",)),
    Pair("approve_waiver", "propose_waiver", "waiver_proposed", ("condition_waived",), OF_CONDITION),
    Pair("confirm_reply", "enter_reply", "paper_reply_entered", ("condition_replied",), OF_CONDITION),
    Pair("confirm_paper", "enter_paper", "paper_entered", ("paper_confirmed",), ("about",)),
    Pair("grant_measures", "propose_measures", "measures_proposed", ("measures_granted",)),
    Pair("decide_integrity_steps", "conclude_integrity", "integrity_concluded", ("integrity_steps_decided",), ("number",)),
    Pair("decide_review", "", "ending_reached", ("review_decided",), by="decided_by"),
    Pair("decide_report", "submit_report", "report_submitted", ("report_decided",)),
    Pair("decide_post", "add_post", "post_proposed", ("post_added", "post_withdrawn", "post_proposal_refused"), ("post",)),
)
