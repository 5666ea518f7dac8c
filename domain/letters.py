"""Which letters a fact makes due. Pure: the table of letters, and one function from a fact to the letters it is told by.

A letter due names its template and its values; the words stand in the catalogue (`locale/`), the text is made by
`connectors/letters/compose.py`. An adverse outcome is told by one letter only, when the ending is reached, so that nobody reads
a refusal twice or before a named person has decided it. No letter promises a renewal and none asks for money.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain import facts as f
from domain.errors import BadInput
from domain.hire import HireState
from domain.integrity import WITNESSED, key_of
from domain.review import reviewable
from domain.slots import without_nation
from domain.vacancy import Salary
from domain.words import Condition, Ending, PostKind, Stage

#: template -> what it is for. `letter.<template>.subject` and `.body` in the catalogue, in both languages.
LETTERS: Mapping[str, str] = MappingProxyType(
    {
        "acknowledgement": "the application is here, and what happens next",
        "assessment_invitation": "the assessment opens, with its last day",
        "interview_slots": "moments for the interview to choose from",
        "interview_invitation": "the interview, with a calendar file",
        "selected": "the result: selected, an offer will follow",
        "reserve_listed": "the result: on the reserve list, with its end date",
        "next_in_rank": "the result: next in rank, should a post of this competition come free",
        "linked": "the case goes on for a post of another vacancy, as agreed",
        "reuse_asked": "a post of another vacancy, after an earlier application: does the candidate agree",
        "reuse_declined": "the candidate does not wish to be considered for it",
        "reuse_lapsed": "the candidate did not say whether they agree",
        "suspended": "the whole recruitment stands still for now",
        "resumed": "the recruitment goes on",
        "called": "called from the list to a post, with its kind and grade",
        "reserve_extended": "the reserve list is valid for longer",
        "reserve_lapsing": "the reserve list will soon end",
        "reserve_lapse_due": "the reserve list has reached its end, a person will decide",
        "conditional_offer": "the offer, its conditions, and when to answer",
        "offer_extended": "more time to answer the offer",
        "reminder": "something we still wait for from the candidate",
        "deadline_extended": "more time for something we asked of the candidate",
        "condition_settled": "one condition of appointment is met",
        "condition_carried": "one condition is met by a result of the earlier application",
        "condition_waived": "one condition of appointment is no longer asked",
        "clearance_pending": "the clearance is still with the national authority",
        "appeal_window": "until when another medical opinion can be asked for",
        "contract_offer": "the contract, ready to be signed",
        "contract_withdrawn": "the contract that was sent stands no longer, a new one will follow",
        "entry_date_kept": "another day of entry was asked for, the approved one stands",
        "entry_postponed": "the new day of entry on duty",
        "lapse_due": "a time limit of the candidate's has passed, nothing is decided yet",
        "allegation": "something was reported, the candidate can answer",
        "allegation_not_upheld": "what was reported was not upheld, the application goes on",
        "allegation_warning": "what was reported was upheld, the application goes on with a warning",
        "accommodation_evidence": "accommodation was asked for, the medical evidence is missing",
        "accommodation_received": "accommodation was asked for, and is being decided",
        "accommodation_decided": "the measures granted for the test and the interview",
        "reuse_offer": "another, similar post: does the candidate agree",
        "welcome": "the first day",
        "review_received": "a review was asked for, and when it will be decided",
        "review_upheld": "the review upheld the candidate, the application goes on",
        "review_not_upheld": "the review did not change the decision, which is final",
        **{f"ending.{ending.value}": f"how it ended: {ending.value}" for ending in Ending},
    }
)

#: Paragraphs a letter may carry besides its body: `letter.also.<name>` in the catalogue.
ALSO: Mapping[str, str] = MappingProxyType(
    {
        "late": "the application came after the closing time",
        "recommended_for": "the post, its kind and its grade: told with the recommendation",
        "rescheduled": "this replaces an earlier invitation",
        "seconded": "the national administration has to agree",
        "unfunded": "the funding of the post is still to be approved",
        "twin_grade": "a twin-graded post begins at the lower grade",
        "definite": "how long the contract runs",
        "regulations": "a serving member of staff: the personnel regulations say how long",
        "salary": "the salary, where the notice gives one",
        "valid_until": "how long a result holds",
        "interview_cancelled": "the interview will not take place",
        "review": "until when a review can be asked for",
    }
)

#: Deadlines on which the candidate is the one to move: they are reminded of these, and of no one else's.
#: `task.<key>` in the catalogue says what they were asked to do.
CANDIDATE_TASKS = ("assessment_answer", "reuse", "offer", "clearance_forms", "medical_file", "contract", "entry", "allegation")


class Phrase(BaseModel):
    """A value that is itself a text of the catalogue, to be said in the letter's language."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    key: str
    values: dict[str, Any] = Field(default_factory=dict)


class CalendarDue(BaseModel):
    """What the calendar file says. `sequence` is the case's journal number: it only grows, so a diary knows the newest version."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    method: Literal["REQUEST", "CANCEL"]
    starts_at: datetime
    minutes: int | None = None
    place: str = ""
    sequence: int = Field(ge=0)


class LetterDue(BaseModel):
    """A letter to be written. Values are text, numbers, dates, aware datetimes, a `Salary`, `Phrase`s; composing puts them into words."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    template: str
    values: dict[str, Any] = Field(default_factory=dict)
    also: tuple[str, ...] = ()
    calendar: CalendarDue | None = None


def knows(before: HireState, after: HireState) -> dict[str, Any]:
    """What the letters of one step may draw on: the case before the step and after it."""
    return {
        "at": after.last_at,
        "number": after.number,
        "deadlines": {key: deadline.due_at for key, deadline in after.deadlines.items()},
        "lapse_due": frozenset(after.lapse_due),
        "interview_at": None if before.interview_held else before.interview_at,
        "seconded": after.seconded_by is not None,
        "funded": after.post_funded,
        "standing": after.standing,
        "post": after.post,
        "grade_low": after.grade_low,
        "grade_high": after.grade_high,
        "post_kind": after.post_kind,
        "terms": after.terms,
    }


def letters_of(before: HireState, after: HireState, facts: Sequence[f.AnyFact], at: datetime) -> tuple[dict[str, Any], list[LetterDue]]:
    """The letters one step makes due, and what they may draw on."""
    known = {"at": at, **knows(before, after)}
    # Mail that waited for this step may have met a deadline the step has only just set: the letter names it all the same.
    known["deadlines"] = {fact.key: fact.due_at for fact in facts if isinstance(fact, f.DeadlineSet)} | known["deadlines"]
    stage, ending = after.stage and str(after.stage), after.ending and str(after.ending)
    return known, [letter for fact in facts for letter in letters_for(fact, stage=stage, closed_ending=ending, values=known)]


def letters_for(fact: f.AnyFact, *, stage: str | None, closed_ending: str | None, values: Mapping[str, Any]) -> list[LetterDue]:
    """The letters one fact makes due, in the order they should be sent; most facts make none.

    `stage` and `closed_ending` are those of the case with the fact's step applied: once ended, only the ending and its review are told.
    `values` is what `knows` gives; a letter that needs one which is not there raises `BadInput`, naming it.
    """
    if closed_ending is not None and not isinstance(fact, f.EndingReached | f.ReviewLodged | f.ReviewDecided):
        return []
    letter = _letter_for(fact, stage, values)
    return [letter] if letter else []


def _letter_for(fact: f.AnyFact, stage: str | None, known: Mapping[str, Any]) -> LetterDue | None:
    match fact:
        case f.ApplicationReceived(consent_asked=True):
            return LetterDue(template="reuse_asked", values=_post(known) | {"answer_by": _due(known, "reuse")})
        case f.ApplicationReceived(linked_from=str()):
            return LetterDue(template="linked", values=_post(known), also=("recommended_for",))
        case f.ApplicationReceived(received_at=received_at):
            late = fact.late and fact.lateness != "unclear"  # nobody is called late because our own door was shut
            return LetterDue(template="acknowledgement", values={"received_at": received_at}, also=("late",) if late else ())
        case f.AssessmentInvited(assessment=assessment):
            what = Phrase(key=f"assessment.{assessment}")
            return LetterDue(template="assessment_invitation", values={"assessment": what, "answer_by": _due(known, "assessment_answer")})
        case f.InterviewSlotsOffered(slots=slots, minutes=minutes, place=place):
            return LetterDue(template="interview_slots", values={"slots": slots, "minutes": minutes, "place": place})
        case f.InterviewScheduled():
            return _invitation(fact, known)
        case f.SelectionDecided(outcome="selected"):
            return LetterDue(template="selected", values=_post(known), also=("recommended_for",))
        case f.VacancySuspendedForHire():
            return LetterDue(template="suspended")
        case f.VacancyResumedForHire():
            return LetterDue(template="resumed")
        case f.ReserveCalled():
            return LetterDue(template="called", values=_post(known), also=("recommended_for",))
        case f.ReserveListed(standing="next_in_rank", until=until):
            return LetterDue(template="next_in_rank", values={"until": until})
        case f.ReserveListed(until=until):
            return LetterDue(template="reserve_listed", values={"until": until})
        case f.ReserveExtended(until=until) if stage in (None, Stage.RESERVE):
            return LetterDue(template="reserve_extended", values={"until": until})
        case f.OfferIssued(post=post):
            return _offer(post, known)
        case f.OfferExtended(until=until):
            return LetterDue(template="offer_extended", values={"answer_by": until})
        case f.DeadlineReminded(key=key):
            return _reminder(key, stage, known)
        case f.DeadlineExtended(key=key, due_at=due_at) if without_nation(key) in CANDIDATE_TASKS:
            return LetterDue(template="deadline_extended", values={"task": _task(key), "answer_by": due_at})
        case f.LapseReopened(key=key) if key in CANDIDATE_TASKS:
            return LetterDue(template="deadline_extended", values={"task": _task(key), "answer_by": _due(known, key)})
        case f.DeadlineRecomputed(key=key, due_at=due_at, was_due_at=was) if key in CANDIDATE_TASKS and due_at > was:
            return LetterDue(template="deadline_extended", values={"task": _task(key), "answer_by": due_at})
        case f.ConditionSatisfied(condition=condition, valid_until=until):
            return _met("condition_settled", condition, until)
        case f.ConditionCarriedOver(condition=condition, valid_until=until):
            return _met("condition_carried", condition, until)
        case f.ConditionWaived(condition=condition):
            return LetterDue(template="condition_waived", values={"condition": Phrase(key=f"condition.{condition.value}")})
        case f.AppealOpened(until=until):
            return LetterDue(template="appeal_window", values={"until": until})
        case f.ContractApproved():
            return _contract(known)
        case f.ContractWithdrawn(offered=True):
            return LetterDue(template="contract_withdrawn")
        case f.EntryDateKept(enters_on=enters_on):
            return LetterDue(template="entry_date_kept", values={"enters_on": enters_on, "answer_by": _due(known, "contract")})
        case f.EntryPostponed(enters_on=enters_on):
            return LetterDue(template="entry_postponed", values={"enters_on": enters_on})
        case f.LapseDue(key="reserve"):
            if known.get("standing") == "next_in_rank":
                return None  # nothing was promised that lapses: the one letter is that of the ending
            return LetterDue(template="reserve_lapse_due")
        case f.LapseDue(key=key) if without_nation(key) in CANDIDATE_TASKS:
            return LetterDue(template="lapse_due", values={"task": _task(key)})
        case f.IntegrityReported(number=number, allegation=code) if code not in WITNESSED:
            return LetterDue(template="allegation", values={"answer_by": _due(known, key_of(number))})
        case f.AccommodationRequested(reference=""):
            return LetterDue(template="accommodation_evidence")
        case f.AccommodationRequested():
            return LetterDue(template="accommodation_received")
        case f.MeasuresGranted(measures=measures):
            return LetterDue(template="accommodation_decided", values={"measures": _measures(measures)})
        case f.IntegrityConcluded(upheld=False):
            return LetterDue(template="allegation_not_upheld")
        case f.IntegrityStepsDecided(steps="warning"):
            return LetterDue(template="allegation_warning")
        case f.ReuseOffered(vacancy=vacancy, post=post, grade=grade):
            return LetterDue(template="reuse_offer", values={"other": vacancy, "post": post, "grade": grade})
        case f.DutyEntered(entered_on=entered_on):
            return LetterDue(template="welcome", values={"entered_on": entered_on})
        case f.EndingReached(reason="reuse_declined"):
            return LetterDue(template="reuse_declined")
        case f.EndingReached(ending=ending, reason="lapsed.reuse"):
            return _ending(ending, known).model_copy(update={"template": "reuse_lapsed"})
        case f.EndingReached(ending=ending):
            return _ending(ending, known)
        case f.ReviewLodged() if "review_decision" in known.get("deadlines", {}):
            return LetterDue(template="review_received", values={"decided_by": _due(known, "review_decision")})
        case f.ReviewDecided(upheld=upheld):
            return LetterDue(template="review_upheld" if upheld else "review_not_upheld")
        case _:
            return None


def _due(known: Mapping[str, Any], key: str) -> datetime:
    due: datetime | None = known.get("deadlines", {}).get(key)
    if due is None:
        raise BadInput(f"a letter has to name the deadline {key!r}, and the case has none", deadline=key)
    return due


def _measures(measures: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase(key=f"measure.{one}") for one in measures) or (Phrase(key="measure.none"),)


def _task(key: str) -> Phrase:
    return Phrase(key=f"task.{without_nation(key)}")


def _invitation(fact: f.InterviewScheduled, known: Mapping[str, Any]) -> LetterDue:
    before: datetime | None = known.get("interview_at")
    calendar = CalendarDue(method="REQUEST", starts_at=fact.starts_at, minutes=fact.minutes, place=fact.place, sequence=known["number"])
    values = {"starts_at": fact.starts_at, "minutes": fact.minutes, "place": fact.place}
    moved = before is not None and before != fact.starts_at
    return LetterDue(template="interview_invitation", values=values, also=("rescheduled",) if moved else (), calendar=calendar)


def _met(template: str, condition: Condition, until: date | None) -> LetterDue:
    values = {"condition": Phrase(key=f"condition.{condition.value}")} | ({"until": until} if until else {})
    return LetterDue(template=template, values=values, also=("valid_until",) if until else ())


def _offer(post: str, known: Mapping[str, Any]) -> LetterDue:
    also = [name for name, holds in (("seconded", known.get("seconded", False)), ("unfunded", not known.get("funded", True))) if holds]
    return LetterDue(
        template="conditional_offer", values={"post": post, "answer_by": _due(known, "offer")} | _twin(known, also), also=tuple(also)
    )


def _contract(known: Mapping[str, Any]) -> LetterDue:
    """What the approved terms say: how long, which grade, which salary, from which day. What may follow is for the contract to say."""
    also: list[str] = []
    values = {"answer_by": _due(known, "contract"), "post_kind": Phrase(key=f"post_kind.{PostKind(known['post_kind']).value}")}
    values |= _twin(known, also)
    terms: Mapping[str, Any] = known.get("terms") or {}
    values["enters_on"] = date.fromisoformat(terms["enters_on"])
    if terms.get("higher_grade_reason"):  # a decision of its own appointed them at the higher of two grades
        also.remove("twin_grade")
        values["grade_low"] = terms["grade"]
    if terms.get("years"):
        also.append("definite")
        values["years"] = terms["years"]
    elif terms.get("kind") == "personnel_regulations":
        also.append("regulations")
    if (salary := terms.get("salary")) and salary.get("currency"):
        also.append("salary")
        values["salary"] = Salary.model_validate(salary)
    return LetterDue(template="contract_offer", values=values, also=tuple(also))


def _post(known: Mapping[str, Any]) -> dict[str, Any]:
    """Contract kind and grade are told with the recommendation for a post, not before (`recruitment.md` §6)."""
    low, high = known.get("grade_low"), known.get("grade_high")
    kind = Phrase(key=f"post_kind.{PostKind(known['post_kind']).value}")
    return {"post": known["post"], "post_kind": kind, "grade": str(low) if low == high else f"{low}-{high}"}


def _twin(known: Mapping[str, Any], also: list[str]) -> dict[str, Any]:
    """The grades of the post; a twin-graded one gets its paragraph."""
    low, high = known.get("grade_low"), known.get("grade_high")
    if not low or not high:
        raise BadInput("an offer has to name the grade of its post")
    if low != high:
        also.append("twin_grade")
    return {"grade_low": low, "grade_high": high}


def _reminder(key: str, stage: str | None, known: Mapping[str, Any]) -> LetterDue | None:
    """Of the authorities' deadlines only the clearance is told to the candidate, because it is the long one."""
    due: datetime | None = known.get("deadlines", {}).get(key)
    if due is None or key in known.get("lapse_due", ()):
        return None  # settled, or past its limit, in the very step that remembered it
    kind = without_nation(key)
    if any(without_nation(other) == kind for other in known["deadlines"] if other < key):
        return None  # asked of two nations: one letter speaks of both
    if kind in CANDIDATE_TASKS:
        return LetterDue(template="reminder", values={"task": _task(key), "answer_by": due})
    if key == "reserve" and known.get("standing") != "next_in_rank" and stage in (None, Stage.RESERVE):
        return LetterDue(template="reserve_lapsing", values={"until": due})
    if kind == "medical_appeal":
        return LetterDue(template="appeal_window", values={"until": due})
    if kind == "clearance":
        return LetterDue(template="clearance_pending")
    return None


def _ending(ending: Ending, known: Mapping[str, Any]) -> LetterDue:
    interview: datetime | None = known.get("interview_at")
    if interview and interview <= known["at"]:
        interview = None  # its hour is past: there is nothing left to cancel
    review = known.get("deadlines", {}).get("review") if reviewable(ending) else None
    calendar = CalendarDue(method="CANCEL", starts_at=interview, sequence=known["number"]) if interview else None
    values: dict[str, Any] = {"outcome": Phrase(key=f"ending.{ending.value}.text")}
    if review:
        values["review_until"] = review
    also = tuple(name for name, holds in (("interview_cancelled", calendar), ("review", review)) if holds)
    return LetterDue(template=f"ending.{ending.value}", values=values, also=also, calendar=calendar)


def text_hash(subject: str, body: str, calendar: str | None = None) -> str:
    """sha256 over exactly what is sent: subject, body and calendar file, a zero byte between them."""
    return hashlib.sha256("\0".join((subject, body, calendar or "")).encode()).hexdigest()
