"""Every outbound type of `recruitment.md` §10 is announced by the fact that means it, with references and outcomes and no more."""

from datetime import UTC, date, datetime
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from domain import facts as f
from domain.announcements import announced, announced_by_vacancy
from domain.events import OUTBOUND
from domain.hire import HireState
from domain.messages import Announcement
from domain.outbound import announcements
from domain.posts import PostSpec
from domain.vacancy import PostNow, VacancyState
from domain.words import Condition, Ending, Outcome, PostKind, PostState, Stage
from tests.announced import hold

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
HIRE = HireState(case="hire/7q2k9fxm", vacancy="250442", post="p1", terms={"post": "p1", "enters_on": "2027-09-01"})
POST = PostSpec(id="p1", kind=PostKind.ESTABLISHED, grade_low="G15", grade_high="G15", division="d", role_profile="")
VACANCY = VacancyState(reference="250442", posts={"p1": PostNow(id="p1", spec=POST, state=PostState.FILLED, hire="hire/7q2k9fxm")})

#: The fact -> the type and what it carries beside the vacancy.
OF_A_HIRE: list[tuple[f.AnyFact, str, dict[str, Any]]] = [
    (f.StageEntered(stage=Stage.INTERVIEW), "hire.stage_changed", {"stage": "interview"}),
    (f.Held(reason="a_reason"), "hire.held", {}),
    (f.Resumed(seconds=60), "hire.resumed", {}),
    (f.EndingReached(ending=Ending.LATE, decided_by="person:ann", reason="late", stage=Stage.RECEIVED), "hire.ended", {"ending": "late"}),
    (f.Reopened(stage=Stage.SCREENING, ending=Ending.LATE), "hire.reopened", {"stage": "screening"}),
    (
        f.ConditionRequested(condition=Condition.MEDICAL, authority="medical", ask="a1"),
        "condition.requested",
        {"condition": "medical", "authority": "medical", "ask": "a1"},
    ),
    (f.ConditionSatisfied(condition=Condition.CLEARANCE, nation="FR"), "condition.satisfied", {"condition": "clearance", "nation": "FR"}),
    (f.ConditionRefused(condition=Condition.MEDICAL, outcome=Outcome.UNFIT), "condition.refused", {"condition": "medical"}),
    (f.ConditionReopened(condition=Condition.MEDICAL, reason="expired"), "condition.reopened", {"condition": "medical"}),
    (f.OfferIssued(post="p1"), "offer.issued", {"post": "p1"}),
    (f.LapseDue(key="offer"), "offer.lapsed", {}),
    (f.ContractApproved(sha256="0" * 64, proposed_by="ann"), "contract.offered", {"post": "p1", "enters_on": "2027-09-01"}),
    (f.ReuseOffered(vacancy="270311", post="q", grade="G8"), "reuse.offered", {"other_vacancy": "270311", "post": "q"}),
    (f.DeadlineReminded(key="screening", instant=NOW), "deadline.approaching", {"deadline": "screening"}),
    (f.DeadlineReminded(key="reserve", instant=NOW), "reserve.lapsing", {}),
    (f.DeadlineMissed(key="screening", instant=NOW), "deadline.missed", {"deadline": "screening"}),
    (f.ReserveListed(rank=2, until=NOW), "reserve.listed", {"rank": 2, "until": NOW.isoformat()}),
    (
        f.ContractAnswered(signed=True, enters_on=date(2027, 9, 1)),
        "appointment.made",
        {"post": "p1", "enters_on": "2027-09-01"},
    ),
]
OF_A_VACANCY: list[tuple[f.AnyFact, str]] = [
    (f.VacancyPublished(reference="250442", closes_at=NOW, policy="p", spec="s", posts=("p1",)), "vacancy.published"),
    (f.VacancyClosed(), "vacancy.closed"),
    (f.VacancyCancelled(reason="post_abolished"), "vacancy.cancelled"),
    (f.PostFilled(post="p1", hire="hire/7q2k9fxm"), "vacancy.filled"),
]


@pytest.mark.parametrize(("fact", "kind", "data"), OF_A_HIRE, ids=[kind for _, kind, _ in OF_A_HIRE])
def test_each_announcement_of_a_hire_follows_its_fact_and_carries_just_this(fact: f.AnyFact, kind: str, data: dict[str, Any]) -> None:
    [told] = announced(HIRE, (fact,))
    assert (told.type, told.subject, told.data) == (kind, HIRE.case, {"vacancy": "250442", **data})
    hold(told)


@pytest.mark.parametrize(("fact", "kind"), OF_A_VACANCY, ids=[kind for _, kind in OF_A_VACANCY])
def test_each_announcement_of_a_vacancy_follows_its_fact_and_carries_nothing(fact: f.AnyFact, kind: str) -> None:
    [told] = announced_by_vacancy(VACANCY, (fact,))
    assert (told.type, told.subject, told.data) == (kind, "vacancy/250442", {})
    hold(told)


def test_every_outbound_type_is_told_of_above() -> None:
    assert {kind for _, kind, _ in OF_A_HIRE} | {kind for _, kind in OF_A_VACANCY} == set(OUTBOUND)


def test_every_outbound_type_has_its_model() -> None:
    assert tuple(announcements()) == OUTBOUND


#: All an outbound event may say, of any type: references, outcomes and dates. A new word here is a decision about privacy.
THIN = {
    *("vacancy", "other_vacancy", "stage", "ending", "condition", "nation", "authority", "ask", "papers", "post", "enters_on"),
    *("deadline", "rank", "until"),
}
#: What a medical or clearance reply may hold, and nobody but the offices concerned may hear.
SENSITIVE = (Outcome.UNFIT, "limitations", "level", "measures", "remarks", "diagnosis", "reason", "outcome")


def test_no_outbound_type_has_room_for_more_than_references_outcomes_and_dates() -> None:
    assert {name for model in announcements().values() for name in model.model_fields} <= THIN


@pytest.mark.parametrize("fact", [fact for fact, _, _ in OF_A_HIRE if isinstance(fact, f.OfCondition)], ids=lambda fact: fact.kind)
@pytest.mark.parametrize("condition", [Condition.MEDICAL, Condition.CLEARANCE])
def test_what_is_announced_of_a_medical_file_or_a_clearance_tells_no_finding(fact: Any, condition: Condition) -> None:
    [told] = announced(HIRE, (fact.model_copy(update={"condition": condition}),))
    said = {*told.data, *map(str, told.data.values())}
    assert not said & set(map(str, SENSITIVE))


@pytest.mark.parametrize(
    "said",
    [
        Announcement(type="hire.held", subject="vacancy/250442", data={"vacancy": "250442"}),
        Announcement(type="hire.held", subject="hire/7q2k9fxm", data={}),
        Announcement(type="hire.held", subject="hire/7q2k9fxm", data={"vacancy": "250442", "name": "Zoë"}),
        Announcement(type="hire.ended", subject="hire/7q2k9fxm", data={"vacancy": "250442", "ending": "because"}),
        Announcement(type="reserve.listed", subject="hire/7q2k9fxm", data={"vacancy": "250442", "rank": 0, "until": NOW.isoformat()}),
    ],
    ids=["another kind of case", "a field missing", "a field too many", "an unknown ending", "a rank before the first"],
)
def test_an_announcement_of_another_form_is_found_out(said: Announcement) -> None:
    with pytest.raises((AssertionError, jsonschema.ValidationError, ValidationError)):
        hold(said)


def test_other_facts_announce_nothing() -> None:
    assert announced(HIRE, (f.ContractAnswered(signed=False), f.LapseDue(key="assessment_answer"), f.HandedOver(owner="ann"))) == []
