"""Which fact is told by which letter."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain import facts as f
from domain.errors import BadInput
from domain.hire import HireState
from domain.letters import ALSO, CANDIDATE_TASKS, LETTERS, LetterDue, knows, letters_for, text_hash
from domain.review import reviewable
from domain.rules import DEADLINE_KEYS
from domain.vacancy import Salary
from domain.words import Condition, Ending, LimitAction, Outcome, Party, PostKind, Stage

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DUE = AT + timedelta(days=7)


REGULATIONS = {"kind": "personnel_regulations", "years": None, "enters_on": "2026-09-01"}
SALARY = {"amount": "3833.04", "currency": "EUR", "period": "month"}
TERMS: dict[str, Any] = {"kind": "definite", "years": 3, "grade": "G8", "enters_on": "2026-09-01", "salary": SALARY}


LINKED = f.ApplicationReceived(
    vacancy="270311", candidate="P1", channel="linked", received_at=AT, late=False, application="A1", policy="p", linked_from="hire/1"
)


def known(**more: Any) -> dict[str, Any]:
    deadlines = dict.fromkeys((*DEADLINE_KEYS, "reuse"), DUE)
    post = {"grade_low": "G8", "grade_high": "G8", "post_kind": PostKind.ESTABLISHED, "terms": TERMS, "post": "p1"}
    return {"at": AT, "number": 40, "deadlines": deadlines, **post, **more}


def due(fact: f.AnyFact, stage: str | None = None, closed: str | None = None, **more: Any) -> list[LetterDue]:
    return letters_for(fact, stage=stage, closed_ending=closed, values=known(**more))


def received(*, late: bool) -> f.ApplicationReceived:
    return f.ApplicationReceived(
        vacancy="240655", candidate="c1", channel="public", received_at=AT, late=late, application="a1", policy="standard"
    )


def ended(ending: Ending) -> f.EndingReached:
    return f.EndingReached(ending=ending, decided_by="person:ada", reason="person_decided", stage=Stage.CONDITIONS)


TOLD: list[tuple[f.AnyFact, str]] = [
    (received(late=False), "acknowledgement"),
    (f.AssessmentInvited(assessment="recorded_video", ask="k"), "assessment_invitation"),
    (f.InterviewSlotsOffered(slots=(DUE,), minutes=45), "interview_slots"),
    (f.InterviewScheduled(starts_at=DUE, minutes=60, place="Room 3"), "interview_invitation"),
    (f.SelectionDecided(outcome="selected", rank=1), "selected"),
    (f.ReserveListed(rank=2, until=DUE), "reserve_listed"),
    (f.ReserveListed(rank=2, until=DUE, standing="next_in_rank"), "next_in_rank"),
    (f.ReserveCalled(post="p1"), "called"),
    (LINKED, "linked"),
    (LINKED.model_copy(update={"consent_asked": True}), "reuse_asked"),
    (ended(Ending.CONDITIONAL_OFFER_DECLINED).model_copy(update={"reason": "reuse_declined"}), "reuse_declined"),
    (ended(Ending.CONDITIONAL_OFFER_LAPSED).model_copy(update={"reason": "lapsed.reuse"}), "reuse_lapsed"),
    (f.ConditionCarriedOver(condition=Condition.MEDICAL, from_case="hire/1", outcome=Outcome.FIT), "condition_carried"),
    (f.VacancySuspendedForHire(reason="a_reason", held=True), "suspended"),
    (f.VacancyResumedForHire(), "resumed"),
    (f.ReserveExtended(until=DUE, times=1), "reserve_extended"),
    (f.OfferIssued(post="p1"), "conditional_offer"),
    (f.OfferExtended(until=DUE), "offer_extended"),
    (f.DeadlineReminded(key="reserve", instant=AT), "reserve_lapsing"),
    (f.DeadlineReminded(key="clearance", instant=AT), "clearance_pending"),
    *((f.DeadlineReminded(key=key, instant=AT), "reminder") for key in CANDIDATE_TASKS),
    (f.DeadlineExtended(key="contract", due_at=DUE, reason="r"), "deadline_extended"),
    *((f.ConditionSatisfied(condition=condition), "condition_settled") for condition in Condition),
    (f.ConditionWaived(condition=Condition.ACCREDITATION, proposed_by="person:ada", reason="r"), "condition_waived"),
    (f.AppealOpened(condition=Condition.MEDICAL, until=DUE), "appeal_window"),
    (f.ContractApproved(sha256="x", proposed_by="person:ada"), "contract_offer"),
    (f.ContractWithdrawn(sha256="x", offered=True, reason="r"), "contract_withdrawn"),
    (f.EntryDateKept(enters_on=date(2026, 9, 1), reason="r"), "entry_date_kept"),
    (f.EntryPostponed(was=date(2026, 9, 1), enters_on=date(2026, 10, 1), reason="r"), "entry_postponed"),
    (f.LapseDue(key="offer"), "lapse_due"),
    (f.LapseDue(key="reserve"), "reserve_lapse_due"),
    (f.IntegrityReported(allegation="ai_used", evidence="e"), "allegation"),
    (f.IntegrityConcluded(upheld=False, reason="not_shown"), "allegation_not_upheld"),
    (f.IntegrityStepsDecided(steps="warning", reason="first_time"), "allegation_warning"),
    (f.AccommodationRequested(reference=""), "accommodation_evidence"),
    (f.AccommodationRequested(reference="med-1"), "accommodation_received"),
    (f.MeasuresGranted(measures=("breaks",), reason="as_proposed"), "accommodation_decided"),
    (f.ReuseOffered(vacancy="250442", post="p9", grade="G8"), "reuse_offer"),
    (f.DutyEntered(entered_on=date(2026, 9, 1)), "welcome"),
    (f.ReviewLodged(reference="R1"), "review_received"),
    (f.ReviewDecided(upheld=True, reason="error_of_fact"), "review_upheld"),
    (f.ReviewDecided(upheld=False, reason="no_error_found"), "review_not_upheld"),
    *((ended(ending), f"ending.{ending.value}") for ending in Ending),
]

UNTOLD: list[f.AnyFact] = [
    f.Screened(eligible=False, reason="nationality.not_eligible"),
    f.ShortlistingDecided(shortlisted=False, reason="r"),
    f.SelectionDecided(outcome="not_selected"),
    f.SelectionDecided(outcome="reserve", rank=2),
    f.ConditionRefused(condition=Condition.MEDICAL, outcome=Outcome.UNFIT),
    f.ProbationDecided(confirmed=False, reason="r"),
    f.VacancyCancelledForHire(decided_by="person:ada", reason="r"),
    f.DeadlineReminded(key="medical", instant=AT),
    f.DeadlineReminded(key="screening", instant=AT),
    f.LapseDue(key="screening"),
    f.DeadlineExtended(key="clearance", due_at=DUE, reason="r"),
    f.Held(reason="r"),
    f.IntegrityReported(allegation="fee_asked", evidence="e"),
    f.IntegrityConcluded(upheld=True, reason="ai_used"),
    f.IntegrityStepsDecided(steps="continue", reason="no_advantage"),
    f.ContractWithdrawn(sha256="x", offered=False, reason="r"),
    f.ContractRejected(sha256="x", reason="r"),
    f.HigherGradeDecided(approved=False, reason="r", proposed_by="person:ada"),
    f.EntryDateAsked(approved=date(2026, 9, 1), wanted=date(2026, 10, 1)),
]


@pytest.mark.parametrize(("fact", "template"), TOLD, ids=lambda x: x if isinstance(x, str) else "")
def test_a_fact_is_told_by_its_letter(fact: f.AnyFact, template: str) -> None:
    assert [letter.template for letter in due(fact)] == [template]


def test_every_letter_of_the_table_is_made_by_some_fact() -> None:
    assert {template for _, template in TOLD} == set(LETTERS)


@pytest.mark.parametrize("fact", UNTOLD, ids=lambda fact: fact.kind)
def test_what_is_told_later_or_by_nobody_makes_no_letter(fact: f.AnyFact) -> None:
    assert due(fact) == []


@pytest.mark.parametrize(
    ("fact", "template"),
    [pair for pair in TOLD if not isinstance(pair[0], f.EndingReached) and not pair[1].startswith("review_")],
    ids=lambda x: str(x)[:20],
)
def test_after_the_ending_nothing_but_the_ending_and_its_review_is_told(fact: f.AnyFact, template: str) -> None:
    assert due(fact, closed="withdrawn") == []


def test_a_late_application_is_acknowledged_with_a_note() -> None:
    (letter,) = due(received(late=True))
    assert (letter.template, letter.also) == ("acknowledgement", ("late",))


def test_the_offer_says_what_else_it_depends_on() -> None:
    (letter,) = due(f.OfferIssued(post="p1"), seconded=True, funded=False, grade_high="G10")
    assert letter.also == ("seconded", "unfunded", "twin_grade")
    assert letter.values["answer_by"] == DUE


def test_the_contract_says_what_was_approved_and_the_salary_only_where_the_notice_gave_one() -> None:
    fact = f.ContractApproved(sha256="x", proposed_by="person:ada")
    (letter,) = due(fact, terms=TERMS)
    assert letter.also == ("definite", "salary")
    assert (letter.values["years"], letter.values["salary"]) == (3, Salary(amount="3833.04", currency="EUR", period="month"))
    (letter,) = due(fact, terms=TERMS | {"salary": None})
    assert (letter.also, "salary" in letter.values) == (("definite",), False)
    (letter,) = due(fact, terms=TERMS | {"salary": {"amount": "3833.04", "currency": None, "period": None}})
    assert letter.also == ("definite",), "an amount nobody gave a currency is no salary to name"


def test_serving_staff_are_told_of_the_regulations_and_no_duration() -> None:
    (letter,) = due(
        f.ContractApproved(sha256="x", proposed_by="person:ada"),
        terms=REGULATIONS,
    )
    assert letter.also == ("regulations",)


def test_who_was_appointed_at_the_higher_grade_is_not_told_of_the_lower() -> None:
    terms = TERMS | {"grade": "G10", "higher_grade_reason": "serving"}
    (letter,) = due(f.ContractApproved(sha256="x", proposed_by="person:ada"), grade_high="G10", terms=terms)
    assert (letter.values["grade_low"], "twin_grade" in letter.also) == ("G10", False)


def test_an_offer_without_its_deadline_or_grade_is_not_written() -> None:
    with pytest.raises(BadInput, match="offer"):
        due(f.OfferIssued(post="p1"), deadlines={})
    with pytest.raises(BadInput, match="grade"):
        due(f.OfferIssued(post="p1"), grade_low="")


def test_a_settled_condition_is_told_with_its_validity() -> None:
    (letter,) = due(f.ConditionSatisfied(condition=Condition.MEDICAL, valid_until=date(2027, 1, 1)))
    assert (letter.also, letter.values["until"]) == (("valid_until",), date(2027, 1, 1))


def test_nobody_is_reminded_of_what_is_settled_or_past_its_limit_already() -> None:
    fact = f.DeadlineReminded(key="offer", instant=AT)
    assert due(fact, deadlines={}) == []
    assert due(fact, lapse_due=frozenset({"offer"})) == []


def test_the_end_of_the_reserve_list_is_told_only_to_those_who_wait_on_it() -> None:
    fact = f.DeadlineReminded(key="reserve", instant=AT)
    assert due(fact, stage=Stage.OFFER) == []
    assert [letter.template for letter in due(fact, stage=Stage.RESERVE)] == ["reserve_lapsing"]


def test_an_invitation_moves_the_earlier_one() -> None:
    first = f.InterviewScheduled(starts_at=DUE, minutes=45, place="Room 3")
    (letter,) = due(first)
    assert letter.also == ()
    (again,) = due(first, interview_at=DUE - timedelta(days=1), number=44)
    assert again.also == ("rescheduled",)
    assert letter.calendar is not None
    assert again.calendar is not None
    assert (again.calendar.method, again.calendar.sequence > letter.calendar.sequence) == ("REQUEST", True)


@pytest.mark.parametrize("ending", [Ending.WITHDRAWN, Ending.VACANCY_CANCELLED, Ending.INTEGRITY])
def test_an_ending_takes_the_planned_interview_out_of_the_diary(ending: Ending) -> None:
    (letter,) = due(ended(ending), closed=ending, interview_at=DUE)
    assert "interview_cancelled" in letter.also
    assert letter.calendar is not None
    assert (letter.calendar.method, letter.calendar.starts_at) == ("CANCEL", DUE)


def test_an_interview_whose_hour_is_past_is_not_cancelled() -> None:
    (letter,) = due(ended(Ending.WITHDRAWN), closed="withdrawn", interview_at=AT - timedelta(hours=1))
    assert (letter.calendar, letter.also) == (None, ())


@pytest.mark.parametrize("ending", list(Ending))
def test_a_review_is_pointed_out_after_every_decision_against_the_candidate_and_no_other_ending(ending: Ending) -> None:
    (letter,) = due(ended(ending), closed=ending)
    assert ("review" in letter.also) == reviewable(ending)
    assert letter.values.get("review_until") == (DUE if reviewable(ending) else None)
    (letter,) = due(ended(ending), closed=ending, deadlines={})
    assert "review" not in letter.also


def test_every_added_paragraph_is_in_the_table() -> None:
    cases: list[dict[str, Any]] = [
        {},
        {"seconded": True, "funded": False, "grade_high": "G10", "interview_at": AT + timedelta(days=1)},
        {"terms": TERMS},
        {"terms": REGULATIONS},
    ]
    used = {name for fact, _ in TOLD for more in cases for letter in due(fact, **more) for name in letter.also}
    assert used | {"late", "valid_until"} == set(ALSO)


def test_the_case_gives_what_its_letters_need() -> None:
    before = HireState()
    entries: list[f.AnyFact] = [
        f.PostAssigned(post="p1", post_kind=PostKind.PROJECT, grade_low="G8", grade_high="G10", funded=False),
        f.OfferIssued(post="p1"),
        f.DeadlineSet(key="offer", party=Party.CANDIDATE, started_at=AT, due_at=DUE, at_limit=LimitAction.LAPSE_DUE),
    ]
    after = before.model_copy(deep=True)
    for number, fact in enumerate(entries, start=1):
        after.apply(f.Entry(case="hire/x", number=number, at=AT, actor="muster", step="s1", fact=fact))
    (letter,) = letters_for(entries[1], stage=None, closed_ending=None, values=knows(before, after))
    assert letter.values == {"post": "p1", "answer_by": DUE, "grade_low": "G8", "grade_high": "G10"}
    assert letter.also == ("unfunded", "twin_grade")
    assert knows(before, after)["at"] == AT


def test_the_hash_is_over_every_part_and_where_it_ends() -> None:
    assert text_hash("a", "b") == text_hash("a", "b", None)
    assert len({text_hash("a", "b"), text_hash("ab", ""), text_hash("", "ab"), text_hash("a", "b", "c"), text_hash("a", "bc")}) == 5
