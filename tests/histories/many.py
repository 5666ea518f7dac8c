"""Many short cases, played on a time-skipping server and kept as an export keeps them: the history, and what was known beside it."""

import asyncio
import json
import random
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from activities.reciting import Knowledge
from acts.archiving import taken_out
from config.files import load_vacancy
from store.readmodel import derive
from tests.histories.record import STORIES, Story
from tests.machine.script import Scripted, telling
from tests.stories.conftest import Scene, make_scene, publish, start_server
from tests.stories.test_machine_on_the_server import Stage
from worker.replaying import Kept, recorded_in

AT_ONCE = 4
#: One of so many is a whole story.
EVERY = 12
#: So many walks at most, those that tell most among so many.
WALKS, AMONG = 24, 60


class Played(Kept):
    """A history and, beside it, the rows the pages are made of, as they stood in the store after its last fact."""

    shown: dict[str, Any] = Field(default_factory=dict)


async def shown(kept: Kept) -> dict[str, Any]:
    """Those rows as the code of today has them, from what the history recorded."""
    recorded = await recorded_in(kept, WorkflowHistory.from_json(kept.workflow_id, kept.history).events, pydantic_data_converter)
    view = derive(kept.workflow_id, kept.workflow_id.partition("/")[0], recorded.entries)
    rows: dict[str, Any] = json.loads(json.dumps(asdict(view), default=str))
    return rows


async def kept_of(scene: Scene, case: str) -> list[Played]:
    """The histories of a case, one a run, as `muster` keeps them: with what the judgements looked up."""
    store = scene.store
    reference = case.removeprefix("vacancy/") if case.startswith("vacancy/") else store.cases[case][0]
    known = Knowledge(
        published=store.vacancies[reference],
        editions=tuple(store.editions),
        calendars=tuple(store.calendars_published),
        overlays=tuple(store.overlays.values()),
        outages=tuple((each.since, each.until) for each in store.shut),
        rivals={step: rivals for (asked, step), rivals in store.seen.items() if asked == case},
    )
    client = scene.env.client
    found = [(each.start_time, each.run_id) async for each in client.list_workflows(f"WorkflowId = '{case}'")]
    return [await _run(client, case, run, known) for _, run in sorted(found)]


async def _run(client: Client, case: str, run: str, known: Knowledge) -> Played:
    document = await taken_out(client, case, run)
    kept = Played.model_validate({**document, "known": known.model_dump(mode="json")})
    return kept.model_copy(update={"shown": await shown(kept)})


async def early_end(scene: Scene, draw: random.Random) -> dict[str, str]:
    """One hire that goes some way and ends, or is left open, where the draw says."""
    way = draw.choice(("late", "not_eligible", "not_shortlisted", "withdrawn", "quiet_assessment", "open"))
    if way == "late":
        assert scene.published.closes_at is not None
        case = await scene.apply(received_at=scene.published.closes_at + timedelta(hours=1))
        await scene.act(case, "confirm_late")
    elif way in ("not_eligible", "withdrawn"):
        case = await scene.screening()
        if way == "withdrawn":
            await scene.tell(case, "application.withdrawn")
        else:
            await scene.act(case, "screen", eligible=False, reason="education")
    elif way == "not_shortlisted":
        case = await scene.screening()
        await scene.act(case, "screen", eligible=True)
        await scene.act(case, "shortlist", shortlisted=False)
    elif way == "quiet_assessment":
        case = await scene.assessment()
        await scene.forward(case, days=draw.randint(1, 60))
    else:
        case = await (scene.assessment() if draw.random() < 0.5 else scene.selection())
    if way in ("late", "not_eligible", "not_shortlisted", "withdrawn"):
        await scene.result(case)
    return {way: case}


async def late_but_taken(scene: Scene) -> dict[str, str]:
    """An answer after its time, which a person takes nevertheless."""
    case = await scene.assessment()
    await scene.forward_past(case, "assessment_answer")
    late = await scene.tell(case, "assessment.completed", reference="V1")
    await scene.act(case, "reopen_lapse", reason="candidate_was_ill")
    await scene.act(case, "accept_late", message=late, reason="candidate_was_ill")
    return {"late_but_taken": case}


async def seconded(scene: Scene) -> dict[str, str]:
    """A nation lends somebody for fewer years than the post has, and the contract says so."""
    case = await scene.conditions(seconded_by="BE")
    await scene.answer(case, "clearance", "medical", "verification")
    await scene.until(case, lambda s: s.conditions["secondment"].ask)
    await scene.tell(case, "secondment.replied", outcome="agreed", years=2, reference="S1")
    await scene.answer(case, "accreditation")
    await scene.act(case, "propose_contract", person="hr.officer")
    return {"seconded": case}


async def listed_again(scene: Scene) -> dict[str, str]:
    """Whose exclusion a review found wrong comes before the board again, and onto a list that is already open."""
    _, refused, listed = await scene.competition({}, {}, {}, said=("selected", "not_selected", "reserve"))
    await scene.tell(refused, "review.lodged", reference="rev-1")
    await scene.act(refused, "decide_review", person="hr.head", upheld=True, reason="error_of_fact")
    await scene.pump()
    await scene.decide((refused, "reserve"))
    return {"listed_again": refused, "listed_before": listed, "vacancy_of_both": scene.vacancy_case}


async def partly(scene: Scene) -> dict[str, str]:
    """An authority's last word settles nothing: somebody has to, and nobody has yet."""
    case = await scene.conditions()
    await scene.tell(case, "verification.replied", outcome="partly", reference="V1")
    return {"partly": case}


#: The golden stories, and some that go where neither they nor the walks go.
WHOLE: tuple[Story, ...] = (*STORIES, late_but_taken, seconded, listed_again, partly)


async def one(env: WorkflowEnvironment, story: Story | None, seed: int) -> list[Played]:
    scene = make_scene(env, publish(posts=load_vacancy("250442").posts[:1]))
    async with scene.worker():
        cases = await (story(scene) if story else early_end(scene, random.Random(seed)))
        return [kept for case in cases.values() for kept in await kept_of(scene, case)]


async def walked(env: WorkflowEnvironment, walk: Scripted) -> list[Played]:
    """A walk of the state machine, played on the server: every case it led through, refused acts and parked messages included."""
    stage = Stage(env, walk)
    # On a busy machine the server's clock may run past a deadline the walk meets; what was played until then is a history all the same.
    with suppress(AssertionError, pytest.fail.Exception):
        await stage.play()
    async with stage.scene.worker():
        cases = [case for case in stage.scene.store.journals if case.startswith(("hire/", "vacancy/"))]
        return [kept for case in cases for kept in await kept_of(stage.scene, case)]


async def play(how_many: int, seed: int = 1) -> list[Played]:
    """So many histories: walks first, then one whole story in `EVERY` and short hires; the seed draws their ways."""
    env = await start_server()
    kept: list[Played] = []
    try:
        for walk in telling(range(seed, seed + AMONG), datetime.now(UTC), min(WALKS, how_many // EVERY)):
            kept += await walked(env, walk)
        number = 0
        while len(kept) < how_many:
            batch = range(number, number + AT_ONCE)
            number += AT_ONCE
            stories = [WHOLE[n // EVERY % len(WHOLE)] if n % EVERY == 0 else None for n in batch]
            for found in await asyncio.gather(*(one(env, story, seed + n) for story, n in zip(stories, batch, strict=True))):
                kept += found
    finally:
        await env.shutdown()
    return kept[:how_many]


def write(kept: list[Played], into: Path) -> None:
    for n, each in enumerate(kept):
        (into / f"{n:04}.json").write_text(each.model_dump_json(), encoding="utf-8")
