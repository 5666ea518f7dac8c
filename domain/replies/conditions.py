"""What authorities and the candidate say about the conditions of appointment (`recruitment.md` §4)."""

from datetime import date, timedelta
from typing import Any

from domain import facts as f
from domain.conditions import TABLE, level_suffices, valid_on
from domain.hire import ConditionNow, HireState
from domain.messages import Message
from domain.moment import Moment
from domain.replies.matching import matched, matched_papers
from domain.replies.taking import Moot, Taker, TooEarly, closed, day
from domain.stages import (
    Facts,
    all_settled_with,
    authority_deadline,
    close_condition_deadlines,
    enter,
)
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
    now = matched(state, message)
    if now.state is not ConditionState.REQUESTED:
        raise Moot("acknowledged or answered already", code="repeated")
    return [f.ConditionAcknowledged(**now.about, expected=day(message.data.get("expected")))]


def _papers(state: HireState, message: Message, m: Moment) -> Facts:
    wanted = [c for c in matched_papers(state, message) if not c.papers and not c.answered]
    if not wanted:
        raise Moot("the papers are here already", code="repeated")
    return [fact for now in wanted for fact in _papers_of(state, now, m)]


def _papers_of(state: HireState, now: ConditionNow, m: Moment) -> Facts:
    key = now.papers_key
    return [*(closed(state, key) if key else []), f.ConditionPapersReceived(**now.about), authority_deadline(now, m)]


def _reply(state: HireState, message: Message, m: Moment) -> Facts:
    outcome = Outcome(message.data.get("outcome", "withdrawn"))
    return _replied(state, matched(state, message), outcome, message.data, m)


def _replied(state: HireState, now: ConditionNow, outcome: Outcome, data: dict[str, Any], m: Moment) -> Facts:
    """A reply, on record whatever it says; a second and different one never overwrites the first (§4)."""
    if outcome not in TABLE[now.condition].outcomes:
        raise Moot(f"{outcome} is no answer to {now.condition}", code="not_an_answer")
    fact = f.ConditionReplied(
        **now.about,
        outcome=outcome,
        reference=str(data.get("reference", "")),
        valid_until=day(data.get("valid_until")),
        details={k: data[k] for k in ("level", "issuer", "valid_from", "years") if data.get(k) is not None},
    )
    return replied(state, fact, m)


def replied(state: HireState, fact: f.ConditionReplied, m: Moment) -> Facts:
    """What a reply leads to, whichever way it came: the first answer that counts concludes, another one never overwrites it."""
    now = state.conditions[fact.slot]
    if now.answered and fact.outcome is now.outcome:
        raise Moot("the same answer is on record already", code="repeated")
    if now.answered and now.outcome is not None:
        return [fact, f.ConditionContradicted(**now.about, was=now.outcome, now=fact.outcome)]
    level = fact.details.get("level")
    if level and fact.outcome is Outcome.GRANTED and not level_suffices(level, m.published.spec.clearance):
        return [fact]  # on record, and not what was asked for: the request stays open
    return [fact, *conclude(state, now, fact.outcome, fact.valid_until, m)]


def conclude(state: HireState, now: ConditionNow, outcome: Outcome, valid_until: date | None, m: Moment) -> Facts:
    """What an answer settles: satisfied, refused (a person decides), or neither (interim, partly, or expired before it came)."""
    rule = TABLE[now.condition]
    until = valid_until or default_validity(now.condition, m)
    if outcome in rule.satisfied_by and valid_on(until, m.at.date()):
        done: Facts = [f.ConditionSatisfied(**now.about, valid_until=until), *close_condition_deadlines(state, now)]
        if state.stage is Stage.CONDITIONS and all_settled_with(state, now.slot):
            done += _conditions_done(state, m, closed={fact.key for fact in done if isinstance(fact, f.DeadlineClosed)})
        return done
    if outcome in rule.refused_by:
        return [f.ConditionRefused(**now.about, outcome=outcome), *close_condition_deadlines(state, now)]
    return []


def default_validity(condition: Condition, m: Moment) -> date | None:
    days = m.published.rules.conditions[condition].valid_days
    return None if days is None else m.at.date() + timedelta(days=days)


def _conditions_done(state: HireState, m: Moment, closed: set[str]) -> Facts:
    remaining = state.model_copy(update={"deadlines": {k: d for k, d in state.deadlines.items() if k not in closed}})
    return enter(remaining, Stage.ENTRY if state.signed else Stage.CONTRACT, m)


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
    "verification.replied": _reply,
    "accreditation.replied": _reply,
    "secondment.replied": _reply,
}
