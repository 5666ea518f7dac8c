"""A recorded case is judged again to the same facts; whatever was changed in the record is named."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from domain.errors import BadInput
from tests.histories.many import kept_of
from tests.histories.mutants import SkipsTheAssessment
from tests.histories.record import whole_way
from tests.stories.conftest import make_scene, publish
from worker.replaying import Kept, Verdict, read_kept, recorded_in, replay
from workflows.vacancy import Vacancy

pytestmark = pytest.mark.asyncio(loop_scope="session")
PLAYED: dict[str, Kept] = {}


async def played(server: WorkflowEnvironment) -> Kept:
    """One hire from the application to the end of probation, played once for this file."""
    if not PLAYED:
        scene = make_scene(server, publish())
        async with scene.worker():
            cases = await whole_way(scene)
            PLAYED.update({name: (await kept_of(scene, case))[0] for name, case in cases.items()})
    return PLAYED["hire_whole_way"]


def places(verdict: Verdict) -> set[tuple[int, str]]:
    return {(each.number, each.fact) for each in verdict.differences}


async def test_a_whole_hire_replays_and_every_step_is_judged_again(server: WorkflowEnvironment) -> None:
    verdict = await replay(await played(server))
    assert verdict.identical, verdict
    assert verdict.judged == verdict.steps > 25
    assert {each.reason for each in verdict.unjudged} >= {"eligibility_seen_is_a_hash", "letter_words_are_a_hash"}


async def test_a_vacancy_is_judged_again_with_who_was_in_the_competition_then(server: WorkflowEnvironment) -> None:
    await played(server)
    kept = PLAYED["vacancy_filled"]
    verdict = await replay(kept)
    assert verdict.identical, verdict
    assert verdict.judged == verdict.steps > 4
    without = await replay(kept.model_copy(update={"known": kept.known.model_copy(update={"rivals": {}})}))
    assert without.identical
    assert {each.reason for each in without.unjudged} == {"competition_not_kept"}
    nobody = dict.fromkeys(kept.known.rivals, ())
    other = await replay(kept.model_copy(update={"known": kept.known.model_copy(update={"rivals": nobody})}))
    assert not other.identical, "another competition leads to other facts"


async def test_a_journal_that_was_changed_in_the_store_is_not_what_was_recorded(server: WorkflowEnvironment) -> None:
    kept = await played(server)
    recorded = (await recorded_in(kept, WorkflowHistory.from_json(kept.workflow_id, kept.history).events, pydantic_data_converter)).entries
    assert (await replay(kept, journal=recorded)).identical
    changed = [recorded[0].model_copy(update={"actor": "person:somebody"}), *recorded[1:-1]]
    verdict = await replay(kept, journal=changed)
    assert [(each.number, each.step) for each in verdict.differences] == [(1, "journal"), (len(recorded), "journal")]


async def test_other_code_is_found_out_by_the_replay(server: WorkflowEnvironment) -> None:
    verdict = await replay(await played(server), stories=(SkipsTheAssessment, Vacancy))
    assert not verdict.replayed
    assert "TMPRL1100" in verdict.replay_error


async def test_another_policy_beside_the_history_is_named_at_the_first_entry(server: WorkflowEnvironment) -> None:
    kept = await played(server)
    assert kept.known.published is not None
    rules = kept.known.published.rules
    other = rules.model_copy(
        update={"deadlines": {**rules.deadlines, "screening": rules.figures("screening").model_copy(update={"target": 77})}}
    )
    known = kept.known.model_copy(update={"published": kept.known.published.model_copy(update={"rules": other})})
    verdict = await replay(kept.model_copy(update={"known": known}))
    assert (1, "frozen_vacancy") in places(verdict)
    assert any(fact == "deadline_set" for _, fact in places(verdict))


async def test_without_the_vacancy_nothing_counts_as_judged(server: WorkflowEnvironment) -> None:
    kept = await played(server)
    verdict = await replay(kept.model_copy(update={"known": kept.known.model_copy(update={"published": None})}))
    assert verdict.judged == 0
    assert {each.reason for each in verdict.unjudged} == {"vacancy_not_kept"}


async def test_a_file_is_read_back_and_what_is_no_history_is_refused(server: WorkflowEnvironment, tmp_path: Path) -> None:
    kept = await played(server)
    (tmp_path / "kept.json").write_text(kept.model_dump_json(), "utf-8")
    assert read_kept(tmp_path / "kept.json") == Kept.model_validate(kept.model_dump())
    (tmp_path / "other.json").write_text(json.dumps({"a": str(timedelta(1))}), "utf-8")
    with pytest.raises(BadInput, match="is not an exported history"):
        read_kept(tmp_path / "other.json")
