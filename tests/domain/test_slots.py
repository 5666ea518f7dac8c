"""A dual national's clearance: each nation is asked, answers for itself, and is matched by what it says or who it is."""

from typing import Any

import pytest

from domain import facts as f
from domain.errors import BadInput, NotNow
from domain.slots import condition_of, nation_of, slot_of, without_nation
from domain.words import Condition, ConditionState, Outcome, Stage
from tests.world import World, at_stage, publish


def dual(*nations: str) -> tuple[World, str]:
    return at_stage(Stage.CONDITIONS, nations=list(nations or ("BE", "FR")))


def states(world: World, case: str) -> dict[str, str]:
    return {slot: str(now.state) for slot, now in world.hire(case).conditions.items()}


def say(world: World, case: str, nation: str, outcome: str = "granted", **more: Any) -> str:
    """What became of the reply of a nation."""
    told = world.tell(case, "clearance.replied", sender=f"nation-{nation.lower()}", outcome=outcome, reference="R", **more)
    return world.store.closed[told][1] or world.fate(told)


def test_a_slot_is_a_condition_and_perhaps_a_further_nation() -> None:
    assert slot_of(Condition.CLEARANCE) == "clearance"
    assert slot_of(Condition.CLEARANCE, "FR") == "clearance.fr"
    assert (condition_of("clearance.fr"), nation_of("clearance.fr"), nation_of("medical")) == (Condition.CLEARANCE, "FR", "")
    assert without_nation("clearance_forms.fr") == "clearance_forms"


def test_each_nation_that_counts_is_asked_and_the_others_are_on_record() -> None:
    world, case = dual("MA", "FR", "BE")
    state = world.hire(case)
    assert {c.slot: c.authority for c in state.conditions.values() if c.condition is Condition.CLEARANCE} == {
        "clearance": "nation-fr",
        "clearance.be": "nation-be",
    }
    assert state.nations == ("FR", "BE", "MA")
    assert state.conditions["clearance.be"].ask == f"{case}/clearance.be/request/1"


def test_the_policy_may_ask_the_first_nation_only() -> None:
    published = publish(posts=2)
    rules = published.rules
    first = rules.conditions[Condition.CLEARANCE].model_copy(update={"nations": "first"})
    conditions = {**rules.conditions, Condition.CLEARANCE: first}
    world = World([published.model_copy(update={"rules": rules.model_copy(update={"conditions": conditions})})])
    case = world.apply(nations=["BE", "FR"])
    world.close()
    world.to_selection(case)
    world.selected(case)
    world.to_conditions(case)
    assert "clearance.fr" not in world.hire(case).conditions


def test_the_clearance_is_met_when_both_nations_granted_it() -> None:
    world, case = dual()
    world.answer(case, "medical", "verification")
    say(world, case, "BE")
    assert (states(world, case)["clearance"], states(world, case)["clearance.fr"]) == ("satisfied", "requested")
    assert states(world, case)["accreditation"] == "waiting", "it waits for the whole clearance"
    say(world, case, "FR")
    assert states(world, case)["accreditation"] == "requested"
    world.answer(case, "accreditation")
    assert world.hire(case).stage is Stage.CONTRACT


def test_one_nations_refusal_is_withdrawn_over_by_its_slot() -> None:
    world, case = dual()
    say(world, case, "BE")
    say(world, case, "FR", "refused")
    assert world.hire(case).needs() == ["withdraw_offer:clearance.fr"]
    with pytest.raises(NotNow):
        world.act(case, "withdraw_offer", condition="clearance")
    world.act(case, "withdraw_offer", condition="clearance.fr", reason="condition_refused")
    assert world.hire(case).ending == "clearance_refused"


def test_a_nation_that_was_not_asked_is_told_so() -> None:
    world, case = dual()
    assert say(world, case, "NO") == "nation_not_asked"
    assert say(world, case, "NO", ask=f"{case}/clearance.fr/request/1") == "nation_not_asked"
    assert states(world, case)["clearance.fr"] == "requested"


def test_a_reply_that_does_not_say_for_whom_waits_visibly_until_one_nation_is_left() -> None:
    world, case = dual()
    unclear = world.tell(case, "clearance.replied", outcome="granted", reference="R")
    assert world.store.closed[unclear] == ("parked", "which_nation")
    say(world, case, "BE")
    assert world.fate(unclear) == "applied"
    assert states(world, case)["clearance.fr"] == "satisfied"


def test_the_papers_of_the_portal_go_to_every_nation_that_waits_for_them() -> None:
    world, case = dual()
    assert {"clearance_forms", "clearance_forms.fr"} <= set(world.hire(case).deadlines)
    world.tell(case, "clearance.forms_received")
    deadlines = world.hire(case).deadlines
    assert {key: deadlines[key].who for key in ("clearance", "clearance.fr")} == {"clearance": "BE", "clearance.fr": "FR"}
    assert {"nation:BE", "nation:FR"} <= set(world.hire(case).turn())


def test_papers_that_name_a_request_go_to_it_alone() -> None:
    world, case = dual()
    world.tell(case, "clearance.forms_received", ask=f"{case}/clearance.fr/request/1")
    assert [c.slot for c in world.hire(case).conditions.values() if c.papers] == ["clearance.fr"]
    repeated = world.tell(case, "clearance.forms_received", ask=f"{case}/clearance.fr/request/1")
    assert world.store.closed[repeated] == ("superseded", "repeated")


def test_a_deadline_of_a_further_nation_has_the_figures_of_the_first_and_can_be_extended() -> None:
    world, case = dual()
    world.tell(case, "clearance.forms_received")
    first, further = (world.hire(case).deadlines[key] for key in ("clearance", "clearance.fr"))
    assert (first.due_at, first.limit_at) == (further.due_at, further.limit_at)
    world.act(case, "extend", deadline="clearance.fr", days=10, reason="authority_asked_for_time")
    assert world.hire(case).deadlines["clearance.fr"].due_at > further.due_at


def test_a_paper_reply_names_its_nation() -> None:
    world, case = dual()
    world.act(case, "enter_reply", "desk", condition="clearance.fr", outcome="granted", reference="P1")
    assert world.hire(case).needs() == ["confirm_reply:clearance.fr"]
    world.act(case, "confirm_reply", "other", condition="clearance.fr")
    assert states(world, case)["clearance.fr"] == "satisfied"
    with pytest.raises(BadInput):
        world.act(case, "enter_reply", "desk", condition="clearance.france", outcome="granted")


def test_why_it_waits_names_the_nation() -> None:
    from domain.acts import ACTS
    from domain.waiting import waiting

    world, case = dual()
    world.tell(case, "clearance.forms_received")
    waits = {w.about: w.who for w in waiting(world.hire(case), ACTS) if w.code == "reply"}
    assert (waits["clearance"], waits["clearance.fr"]) == (("nation:BE",), ("nation:FR",))


# ---- rounds ----------------------------------------------------------------------------------------------------------------


def reopened() -> tuple[World, str]:
    """The medical result had expired by the day of entry: asked a second time."""
    world, case = at_stage(Stage.ENTRY)
    world.forward(days=400)
    world.tell(case, "duty.entered", entered_on=world.at.date().isoformat())
    assert world.hire(case).conditions["medical"].round == 2
    return world, case


def test_an_answer_to_an_earlier_round_never_settles_the_later_one() -> None:
    world, case = reopened()
    old = world.tell(case, "medical.replied", outcome="fit", reference="R", ask=f"{case}/medical/request/1")
    assert world.store.closed[old] == ("superseded", "earlier_round")
    assert world.hire(case).conditions["medical"].state is ConditionState.REQUESTED
    world.tell(case, "medical.replied", outcome="fit", reference="R", ask=f"{case}/medical/request/2")
    assert world.hire(case).conditions["medical"].state is ConditionState.SATISFIED


def test_an_answer_that_overtakes_its_question_waits_for_it() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    world.answer(case, "medical")
    early = world.tell(case, "accreditation.replied", outcome="accepted", reference="R", ask=f"{case}/accreditation/request/1")
    assert world.fate(early) == "parked"
    world.answer(case, "clearance")
    assert world.fate(early) == "applied"


def test_a_request_nobody_put_is_for_a_person() -> None:
    world, case = at_stage(Stage.CONDITIONS)
    strange = world.tell(case, "medical.replied", outcome="fit", reference="R", ask="hire/other/medical/request/x")
    assert world.store.closed[strange] == ("parked", "unknown_ask")
    ahead = world.tell(case, "medical.replied", outcome="fit", reference="R", ask=f"{case}/medical/request/7")
    assert world.fate(ahead) == "parked"


def test_the_facts_say_which_nation() -> None:
    world, case = dual()
    say(world, case, "FR")
    replied = [x for x in world.store.facts(case) if isinstance(x, f.ConditionReplied)]
    assert [(x.slot, x.nation, x.outcome) for x in replied] == [("clearance.fr", "FR", Outcome.GRANTED)]
