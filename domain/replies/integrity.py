"""Allegations as they come in, and the candidate's answer (`recruitment.md` §7). A report only opens one, whoever or whatever made it."""

from domain import facts as f
from domain.hire import HireState
from domain.integrity import WITNESSED, key_of
from domain.messages import Message
from domain.moment import Moment
from domain.replies.taking import Moot, Taker, TooEarly, closed, in_time
from domain.stages import Facts


def _reported(state: HireState, message: Message, m: Moment) -> Facts:
    d = message.data
    code, evidence, phase = str(d["allegation"]), str(d.get("evidence", "")), str(d.get("phase") or "")
    if any((a.code, a.evidence, a.phase) == (code, evidence, phase) for a in state.allegations.values()):
        raise Moot("that is on record already", code="repeated")
    return opened(state, code, phase, evidence, m)


def opened(state: HireState, code: str, phase: str, evidence: str, m: Moment) -> Facts:
    """An allegation, numbered, with the candidate's time to reply; a witness is not asked to answer for others."""
    number = len(state.allegations) + 1
    reported = f.IntegrityReported(number=number, allegation=str(code), phase=str(phase), evidence=evidence)
    return [reported] if code in WITNESSED else [reported, m.deadline(key_of(number))]


def _answered(state: HireState, message: Message, m: Moment) -> Facts:
    """The answer to the oldest allegation that waits for one."""
    if not state.allegations:
        raise TooEarly("there is no allegation", code="before_its_question")
    waiting = [n for n, a in sorted(state.allegations.items()) if a.upheld is None and not a.answered and not a.witness]
    if not waiting:
        raise Moot("every allegation is answered or decided", code="repeated")
    in_time(state, key_of(waiting[0]), message)
    return [f.AllegationAnswered(number=waiting[0], reference=str(message.data.get("reference", ""))), *closed(state, key_of(waiting[0]))]


TAKERS: dict[str, Taker] = {"integrity.reported": _reported, "allegation.answered": _answered}
