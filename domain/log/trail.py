"""The log as an auditor reads it: one trace a leaf, in the order of the log; what to look for; and which acts lie outside the normal path.

A trace says who did what to which case, when, with whom as the second person, and for which reason. It tells no outcome of a condition
and no name: for those one opens the case, which leaves a trace itself.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from domain.facts import AnyFact

#: Who proposed or entered what somebody else then made final, as facts name them.
SECOND = ("proposed_by", "submitted_by", "entered_by")

_KINDS_OF_FACT = {each.model_fields["kind"].default: each for each in AnyFact.__origin__.__args__}  # type: ignore[attr-defined]
#: Every kind of fact there is; and those that may name a second person.
FACTS = tuple(sorted(_KINDS_OF_FACT))
OF_TWO = frozenset(kind for kind, fact in _KINDS_OF_FACT.items() if set(SECOND) & set(fact.model_fields))

#: Facts that lie outside the normal path whoever caused them, by what kind of intervention they are.
INTERVENTIONS = {
    "override": ("condition_settled", "condition_contradicted", "reply_noted"),
    "late": ("lateness_decided", "late_message_accepted", "lapse_reopened", "deadline_extended", "offer_extended"),
    "waiver": ("waiver_proposed", "condition_waived"),
    "by_hand": ("paper_entered", "paper_confirmed", "paper_reply_entered"),
    "hold": ("held", "resumed", "condition_held", "condition_resumed", "vacancy_suspended", "vacancy_resumed"),
    "exception": ("higher_grade_proposed", "higher_grade_decided", "entry_postponed", "entry_date_kept", "condition_reopened"),
    "correction": ("corrected",),
    "policy": ("policy_overlaid", "overlay_lifted", "deadline_recomputed"),
    "posts": ("post_added", "post_withdrawn", "vacancy_cancelled", "notice_closed"),
    "review": ("review_decided", "reopened"),
    "recusal": ("recused",),
    "import": ("hire_imported",),
}
#: Facts that do so only where a person caused them.
BY_A_PERSON = {
    "message_set_aside": "put_away",
    "message_taken": "freed",
    "condition_requested": "by_hand",
    "assessment_invited": "by_hand",
    "request_recalled": "by_hand",
}
#: The same of what is decided outside the cases, by the beginning of its stream.
OUTSIDE = {
    "policy/": "policy",
    "overlay/": "policy",
    "calendar/": "policy",
    "event/": "signal_desk",
    "delivery/": "delivery",
    "privacy": "erasure",
    "keys": "key",
}
KINDS = tuple(dict.fromkeys((*INTERVENTIONS, *BY_A_PERSON.values(), *OUTSIDE.values())))
_OF_FACT = {fact: kind for kind, facts in INTERVENTIONS.items() for fact in facts}


class Trace(BaseModel):
    """One leaf and what it is about. `at` is when it happened, `recorded_at` when it was written; `number` is a fact's in its case."""

    model_config = ConfigDict(frozen=True)

    position: int
    leaf: str
    stream: str
    ref: str
    at: datetime
    recorded_at: datetime
    actor: str = ""
    second: str = ""
    what: str = ""
    reason: str = ""
    policy: str = ""

    @property
    def intervention(self) -> str:
        """Which kind of act outside the normal path this is; empty for none."""
        if self.leaf == "fact":
            by_person = BY_A_PERSON.get(self.what, "") if self.actor.startswith("person:") else ""
            return _OF_FACT.get(self.what, by_person)
        if self.leaf in ("decision", "key"):
            return next((kind for begins, kind in OUTSIDE.items() if self.stream.startswith(begins)), "")
        return ""


class Wanted(BaseModel):
    """What is looked for; everything given must hold. `streams`: only these cases. `actor`: with or without its kind."""

    model_config = ConfigDict(frozen=True)

    streams: frozenset[str] | None = None
    actor: str = ""
    what: frozenset[str] = frozenset()
    leaf: str = ""
    since: datetime | None = None
    until: datetime | None = None
    interventions: bool = False

    def has(self, trace: Trace) -> bool:
        if self.interventions and not trace.intervention:
            return False
        if self.what and trace.what not in self.what:
            return False
        if self.leaf and trace.leaf != self.leaf:
            return False
        if (self.since and trace.at < self.since) or (self.until and trace.at >= self.until):
            return False
        return not self.actor or any(self.actor in (who, who.partition(":")[2]) for who in (trace.actor, trace.second) if who)


def facts_outside() -> frozenset[str]:
    """The kinds of fact that lie outside the normal path, or do where a person caused them."""
    return frozenset((*_OF_FACT, *BY_A_PERSON))


def second(kind: str, body: Mapping[str, Any]) -> str:
    """The other person a fact names beside its actor. (Of an overlay laid on a case, the overlay's own decision names both.)"""
    if kind == "policy_overlaid":
        return ""
    who = next((str(body[name]) for name in SECOND if body.get(name)), "")
    return who if not who or ":" in who else f"person:{who}"


def policy(body: Mapping[str, Any]) -> str:
    """The hash of the frozen policy a fact was judged under."""
    decision = body.get("decision") or {}
    return str(body.get("policy") or decision.get("policy") or "")
