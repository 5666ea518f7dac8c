"""The rules the demonstration shows, each counted from the journals: `result.json` has them under `rules`."""

from collections.abc import Callable, Iterable
from typing import Any

from domain.facts import Entry

Seen = Callable[[Entry], bool]


def _kind(kind: str, **said: Any) -> Seen:
    """Entries of that fact, with these values."""
    return lambda entry: entry.fact.kind == kind and all(getattr(entry.fact, name, None) == value for name, value in said.items())


#: Rule -> the journal entries that show it. Each must occur.
RULES: dict[str, Seen] = {
    "nothing before its moment: mail kept until its question": _kind("message_taken"),
    "an application again before closing replaces the first": _kind("application_replaced"),
    "a late application is confirmed by a person": _kind("ending_reached", ending="late"),
    "the checks propose": _kind("eligibility_judged"),
    "a person decides on eligibility": _kind("screened"),
    "a case is handed over": _kind("handed_over"),
    "somebody steps back": _kind("recused"),
    "a deputy acts in two names": _kind("acted_for"),
    "a board is named": _kind("board_composed"),
    "the board declares its interests": _kind("interest_declared"),
    "members score alone": _kind("candidate_scored"),
    "interview moments to choose from": _kind("interview_slots_offered"),
    "a case is held": _kind("held"),
    "a hold ends by itself": lambda e: e.fact.kind == "resumed" and e.actor == "muster",
    "a deadline is extended with its reason": _kind("deadline_extended"),
    "a reminder goes out": _kind("deadline_reminded"),
    "a silence is escalated": _kind("deadline_escalated"),
    "a lapse waits for a person": _kind("lapse_due"),
    "a paper reply is typed in": _kind("paper_reply_entered"),
    "contradicting replies are settled by a person": _kind("condition_settled"),
    "an offer's time is extended once": _kind("offer_extended"),
    "a post is given back": _kind("post_freed"),
    "the next is called from the list": lambda e: e.fact.kind == "reserve_called" and e.fact.reason == "next_in_rank",
    "re-use with consent": lambda e: e.fact.kind == "reuse_answered" and e.fact.accepted,
    "the money of a post is decided": _kind("budget_decided"),
    "terms computed, approved by another person": _kind("contract_approved"),
    "terms go back and are proposed anew": _kind("contract_rejected"),
    "the policy of the day of appointment, not of publication": lambda e: e.fact.kind == "contract_proposed" and bool(_changed(e)),
    "the higher of twin grades, decided": _kind("higher_grade_decided"),
    "entry on duty is postponed once": _kind("entry_postponed"),
    "an overlay on open cases": _kind("policy_overlaid"),
    "equal merit is broken on record": lambda e: e.fact.kind == "report_decided" and bool(e.fact.order),
    "who declines a call stays listed": _kind("post_declined"),
    "the unavailable are passed over visibly": _kind("candidate_passed_over"),
    "a list is extended as a whole": _kind("list_extended"),
    "a list ends by a person's word": _kind("list_lapsed"),
    "a post given later, by two people": _kind("post_added"),
    "a call out of rank gives its reason": lambda e: e.fact.kind == "reserve_called" and e.fact.reason != "next_in_rank",
    "a vacancy is suspended and resumed": _kind("vacancy_resumed"),
    "a review is lodged": _kind("review_lodged"),
    "a review leads back to the stage of exclusion": _kind("reopened"),
    "a review is decided by another person": _kind("review_decided"),
    "a second nation is asked": lambda e: e.fact.kind == "condition_requested" and bool(e.fact.nation),
    "a clearance on file is confirmed, or upgraded": _kind("condition_reopened"),
    "a condition is waived by two people": _kind("condition_waived"),
    "a medical opinion is appealed": _kind("appeal_lodged"),
    "one condition is held": _kind("condition_held"),
    "a paper is typed in and confirmed": _kind("paper_confirmed"),
    "a late answer is taken as in time": _kind("late_message_accepted"),
    "a mistaken entry is superseded": _kind("corrected"),
    "a request is taken back": _kind("request_recalled"),
    "measures are granted": _kind("measures_granted"),
    "further steps are a decision of their own": _kind("integrity_steps_decided"),
    "many hires in one operation": lambda e: e.step.startswith("act/op-"),
    "a calendar published anew moves deadlines": _kind("deadline_recomputed"),
    "an allegation is reported": _kind("integrity_reported"),
    "a vacancy is cancelled and everyone told": _kind("vacancy_cancelled"),
}


def _changed(entry: Entry) -> Any:
    return getattr(entry.fact, "terms", {}).get("changed")


def counted(journals: Iterable[Iterable[Entry]]) -> dict[str, int]:
    """How often each rule is seen in these journals."""
    found = dict.fromkeys(RULES, 0)
    for journal in journals:
        for entry in journal:
            for name, shows in RULES.items():
                found[name] += shows(entry)
    return found
