"""What a candidate may see of their application, and what they may not (`recruitment.md` §8, §11)."""

import pytest

from config.telling import Teller
from config.words import LANGUAGES, Words
from domain.status import CODES, Status, status
from domain.words import Condition, Ending, Stage
from tests.world import World, at_stage

AT_STAGE = {
    Stage.RECEIVED: "received",
    Stage.SCREENING: "under_review",
    Stage.SHORTLISTING: "under_review",
    Stage.ASSESSMENT: "assessment",
    Stage.INTERVIEW: "interview_to_be_set",
    Stage.SELECTION: "interview_held",
    Stage.RESERVE: "on_the_list",
    Stage.OFFER: "selected",
    Stage.CONDITIONS: "conditions",
    Stage.CONTRACT: "contract_prepared",
    Stage.ENTRY: "entry",
    Stage.PROBATION: "on_duty",
}


def seen(world: World, case: str) -> Status:
    return status(world.hire(case))


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_is_told_in_both_languages(stage: Stage) -> None:
    world, case = at_stage(stage)
    found = seen(world, case)
    assert found.code == AT_STAGE[stage]
    assert found.code in CODES
    for language in LANGUAGES:
        lines = Teller(Words.load(), language, "Europe/Brussels").status(found)
        assert lines
        assert not any("{" in line or "None" in line for line in lines)


@pytest.mark.parametrize("ending", list(Ending))
def test_an_ending_is_told_with_the_text_the_candidate_may_see(ending: Ending) -> None:
    world, case = at_stage(Stage.SCREENING)
    found = seen(world, case).model_copy(update={"code": "ended", "ending": str(ending)})
    for language in LANGUAGES:
        assert Teller(Words.load(), language).status(found)[0]


def test_every_code_has_its_words() -> None:
    for language in LANGUAGES:
        assert {f"status.{code}" for code in CODES if code != "ended"} <= Words.load().known(language)


def test_what_the_candidate_has_to_do_is_told_with_its_day() -> None:
    world, case = at_stage(Stage.OFFER)
    assert seen(world, case).to_do == ()
    world.act(case, "issue_offer")
    found = seen(world, case)
    assert (found.code, [x.task for x in found.to_do]) == ("offered", ["offer"])
    assert found.to_do[0].due_at == world.hire(case).deadlines["offer"].due_at


def test_a_refusal_is_not_seen_before_a_person_decided() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    before = seen(world, case)
    world.tell(case, "verification.replied", outcome="not_confirmed", reference="R")
    after = seen(world, case)
    assert before.conditions == after.conditions
    assert not any(step.settled for step in after.conditions)


def test_what_is_settled_is_seen_with_its_end_and_the_money_is_not_the_candidates_business() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.tell(case, "medical.replied", outcome="fit", reference="R")
    steps = {step.condition: step for step in seen(world, case).conditions}
    assert steps[Condition.MEDICAL].settled
    assert steps[Condition.MEDICAL].valid_until is not None
    assert Condition.BUDGET not in steps


def test_neither_scores_nor_an_allegation_nor_the_proposal_of_the_checks_are_seen() -> None:
    world, case = at_stage(Stage.SELECTION)
    before = seen(world, case)
    world.act(case, "report_integrity", allegation="ai_used", phase="form")
    after = seen(world, case)
    assert after.code == before.code
    words = after.model_dump_json()
    assert not [word for word in ("score", "rank", "verdict", "ai_used") if word in words]
    assert [x.task for x in after.to_do] == ["allegation"]  # which they were written to about


def test_a_held_case_is_paused_and_asks_for_nothing() -> None:
    world, case = at_stage(Stage.OFFER)
    world.act(case, "issue_offer")
    world.act(case, "hold", reason="reorganisation")
    assert (seen(world, case).code, seen(world, case).to_do) == ("paused", ())
