"""What authorities and the candidate say about the conditions of appointment (`recruitment.md` §4)."""

from typing import Any

from domain import facts as f
from domain.conditions import TABLE
from domain.hire import APPEAL, ConditionNow, HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.matching import matched, matched_papers
from domain.replies.settling import replied
from domain.replies.taking import Moot, Taker, TooEarly, closed, day
from domain.stages import Facts, authority_deadline, reopen
from domain.words import Condition, ConditionState, Outcome, Stage


def _post_funding(state: HireState, message: Message, m: Moment) -> Facts:
    d = message.data
    if not state.post and state.stage in (Stage.SELECTION, Stage.RESERVE):
        raise TooEarly("the post is not given yet", code="before_its_question")  # the news overtook the call
    if d["post"] != state.post:
        raise Moot("this hire does not hold that post", code="other_post")
    fact = f.PostFunded(post=d["post"], funded=bool(d["funded"]), reference=d.get("reference", ""))
    if not fact.funded and not state.conditions:
        raise TooEarly("the conditions are not open yet", code="before_its_question")  # its refusal must reach the condition
    if Condition.BUDGET not in state.conditions:
        return [fact] if fact.funded else [fact, *_money_gone(fact)]
    return [fact, *_replied(state, state.conditions[Condition.BUDGET], Outcome.APPROVED if d["funded"] else Outcome.REFUSED, d, m)]


def _money_gone(fact: f.PostFunded) -> Facts:
    """The post was funded and is not any more: from now on it is a condition, refused; a person withdraws the offer or settles it."""
    refused, authority = Outcome.REFUSED, TABLE[Condition.BUDGET].authority
    return [
        f.ConditionOpened(condition=Condition.BUDGET, authority=authority),
        f.ConditionReplied(condition=Condition.BUDGET, outcome=refused, reference=fact.reference),
        f.ConditionRefused(condition=Condition.BUDGET, outcome=refused),
    ]


def _acknowledged(state: HireState, message: Message, m: Moment) -> Facts:
    """It moves nothing; the day the authority expects to answer is shown, and a later word replaces it."""
    now = matched(state, message)
    expected = day(message.data.get("expected"))
    if now.answered or (now.state is ConditionState.ACKNOWLEDGED and expected in (None, now.expected)):
        raise Moot("acknowledged or answered already", code="repeated")
    return [f.ConditionAcknowledged(**now.about, expected=expected)]


def _papers(state: HireState, message: Message, m: Moment) -> Facts:
    wanted = [c for c in matched_papers(state, message) if not c.papers and not c.answered]
    if not wanted:
        raise Moot("the papers are here already", code="repeated")
    return [fact for now in wanted for fact in _papers_of(state, now, m)]


def _papers_of(state: HireState, now: ConditionNow, m: Moment) -> Facts:
    key = now.papers_key
    started = [] if now.slot in state.deadlines else [authority_deadline(now, m)]  # an upgrade or a confirmation runs already
    return [*(closed(state, key) if key else []), f.ConditionPapersReceived(**now.about), *started]


def _reply(state: HireState, message: Message, m: Moment) -> Facts:
    outcome = Outcome(message.data.get("outcome", "withdrawn"))
    return _replied(state, matched(state, message), outcome, message.data, m)


def _replied(state: HireState, now: ConditionNow, outcome: Outcome, data: dict[str, Any], m: Moment) -> Facts:
    """A reply, on record whatever it says; a second and different one never overwrites the first (§4)."""
    if outcome not in TABLE[now.condition].outcomes:
        raise Moot(f"{outcome} is no answer to {now.condition}", code="not_an_answer")
    reference = str(data.get("reference", ""))
    if state.stage is Stage.PROBATION:
        return _after_entry(now, outcome, reference)
    said = f.Said.model_validate({k: v for k, v in data.items() if k in f.Said.model_fields and v is not None})
    fact = f.ConditionReplied(**now.about, outcome=outcome, reference=reference, valid_until=day(data.get("valid_until")), details=said)
    return replied(state, fact, m)


def _after_entry(now: ConditionNow, outcome: Outcome, reference: str) -> Facts:
    """Whoever is on duty has been appointed: a reply is no condition of that any more, but an adverse one is for a person to see."""
    if outcome not in TABLE[now.condition].refused_by:
        raise Moot("the appointment is made", code="after_its_stage")
    if now.after_entry and now.after_entry.outcome is outcome:
        raise Moot("the same answer is on record already", code="repeated")
    return [f.ReplyNoted(**now.about, outcome=outcome, reference=reference)]


def _appealed(state: HireState, message: Message, m: Moment) -> Facts:
    """The candidate asks for a new medical opinion. In its time it opens one round more; later it is on record, for a person."""
    now = matched(state, message)
    if now.settled or now.appealed:
        raise Moot("the opinion is favourable, or final", code="nothing_to_appeal")
    if now.state is not ConditionState.REFUSED:
        raise TooEarly("there is no opinion to appeal against", code="before_its_question")
    window = state.deadlines.get("medical_appeal")
    reference = str(message.data.get("reference", ""))
    if window is None or message.received_at > (window.limit_at or window.due_at):
        return [f.AppealLodged(**now.about, reference=reference, in_time=False)]
    return [f.AppealLodged(**now.about, reference=reference), *reopen(state, [now], APPEAL, m)]


TAKERS: dict[str, Taker] = {
    "post.funding": _post_funding,
    "clearance.forms_received": _papers,
    "medical.file_received": _papers,
    "clearance.acknowledged": _acknowledged,
    "medical.acknowledged": _acknowledged,
    "verification.acknowledged": _acknowledged,
    "accreditation.acknowledged": _acknowledged,
    "clearance.replied": _reply,
    "clearance.withdrawn": _reply,
    "medical.replied": _reply,
    "medical.appealed": _appealed,
    "verification.replied": _reply,
    "accreditation.replied": _reply,
    "secondment.replied": _reply,
}
