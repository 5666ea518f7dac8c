"""A policy overlay on open cases, played: two people decide, each case has its fact, and its clock follows (recruitment.md §7)."""

from typing import Any

import pytest

from domain import errors
from domain import facts as f
from domain.overlays import Durations, Overlay, approve, lift, propose
from tests.stories.conftest import Scene


async def decided(scene: Scene, case: str, kind: str, **words: Any) -> None:
    wanted, at = Overlay.model_validate({"overlay": "o-1", "kind": kind, "reason": "staff_shortage", **words}), await scene.time(case)
    proposed = propose(wanted, None, "helga", ("hr_head",), at)
    scene.store.overlays["o-1"] = approve(proposed, wanted.sha256, "aude", ("appointing_authority",), at)


async def test_a_freeze_stops_the_clock_of_each_case_but_the_exempt_one_until_it_is_lifted(scene: Scene) -> None:
    one, other = await scene.screening(), await scene.screening()
    await decided(scene, one, "freeze", exempt=[other])
    await scene.act(one, "apply_overlay", person="helga", overlay="o-1")
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(other, "apply_overlay", person="helga", overlay="o-1")
    assert caught.value.code == "exempt"
    await scene.forward(one, days=40)
    assert scene.entries(one, f.DeadlineMissed) == [], "the clock stands still"
    with pytest.raises(errors.NotNow) as caught:
        await scene.act(one, "resume")
    assert caught.value.code == "frozen"
    scene.store.overlays["o-1"] = lift(scene.store.overlays["o-1"], "helga", ("hr_head",), await scene.time(one))
    await scene.act(one, "lift_overlay", person="helga", overlay="o-1")
    await scene.forward_past(one, "screening")
    assert len(scene.entries(one, f.DeadlineMissed)) == 1
    [laid] = scene.entries(one, f.PolicyOverlaid)
    assert (laid.proposed_by, laid.approved_by, laid.sha256) == ("person:helga", "person:aude", scene.store.overlays["o-1"].overlay.sha256)


async def test_new_durations_move_the_clock_of_an_open_case_and_its_words_say_why(scene: Scene) -> None:
    case = await scene.screening()
    before = scene.state(case).deadlines["screening"]
    await decided(scene, case, "durations", figures={"screening": Durations(target=28, limit=60)})
    await scene.act(case, "apply_overlay", person="helga", overlay="o-1")
    now = scene.state(case).deadlines["screening"]
    assert ((now.due_at - before.due_at).days, now.rule.endswith("figures of overlay o-1")) == (14, True)
    await scene.forward_to(case, before.due_at)
    assert scene.entries(case, f.DeadlineMissed) == []
    await scene.forward_to(case, now.due_at)
    assert [missed.instant for missed in scene.entries(case, f.DeadlineMissed)] == [now.due_at]
