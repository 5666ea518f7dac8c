"""Record the golden histories anew: `python -m tests.histories.record` plays a few stories and writes their histories as JSON.

Record when a story gains a turn that open cases do not have yet, and keep the old files: an open hire was begun by old code.
A new recording gets the next number; `test_replay.py` replays every file there is.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.files import load_vacancy
from domain.words import Stage
from tests.stories.conftest import Scene, make_scene, publish, start_server

HERE = Path(__file__).parent
Story = Callable[[Scene], Awaitable[dict[str, str]]]


async def whole_way(scene: Scene) -> dict[str, str]:
    [case] = await scene.competition({})
    await scene.probation(case)
    await scene.act(case, "decide_probation", person="line.manager", confirmed=True)
    await scene.result(case)
    await scene.pump()
    return {"hire_whole_way": case, "vacancy_filled": scene.vacancy_case}


async def declined(scene: Scene) -> dict[str, str]:
    first, second = await scene.competition({}, {}, said=("selected", "reserve"))
    await scene.act(first, "issue_offer")
    await scene.tell(first, "offer.answered", accepted=False)
    await scene.result(first)
    await scene.pump()
    await scene.act(second, "issue_offer")
    await scene.forward_past(second, "offer")
    await scene.until(second, lambda s: s.lapse_due)
    await scene.act(second, "confirm_lapse")
    await scene.result(second)
    await scene.pump()
    return {"hire_declined": first, "hire_called_from_the_list": second, "vacancy_lapsed": scene.vacancy_case}


async def held(scene: Scene) -> dict[str, str]:
    case = await scene.conditions()
    await scene.act(case, "hold", reason="security_situation")
    mail = await scene.post(case, "medical.replied", outcome="fit", reference="R")
    await scene.forward(case, days=40)
    await scene.act(case, "resume")
    await scene.read(mail)
    await scene.act(case, "extend", deadline="clearance_forms", days=10, reason="candidate_ill")
    await scene.tell(case, "clearance.replied", outcome="granted", reference="R")
    await scene.tell(case, "clearance.replied", outcome="refused", reference="R2")
    await scene.act(case, "withdraw_offer", condition="clearance")
    await scene.result(case)
    return {"hire_held_extended_contradicted": case}


async def cancelled(scene: Scene) -> dict[str, str]:
    vacancy = await scene.open()
    case = await scene.assessment()
    await scene.close_vacancy(vacancy)
    await scene.act(vacancy, "cancel", person="hr.head", reason="post_abolished")
    await scene.pump()
    await scene.result(case)
    await scene.result(vacancy)
    return {"hire_vacancy_cancelled": case, "vacancy_cancelled": vacancy}


async def open_cases(scene: Scene) -> dict[str, str]:
    """Not over: what an open case looks like when new code takes it up."""
    vacancy = await scene.open()
    waiting, late = await scene.contract(), await scene.apply(received_at=scene.published.closes_at)
    assert scene.state(waiting).stage is Stage.CONTRACT
    return {"open_hire_at_contract": waiting, "open_hire_received": late, "open_vacancy": vacancy}


STORIES: tuple[Story, ...] = (whole_way, declined, held, cancelled, open_cases)


async def record(into: Path, number: int) -> list[Path]:
    written: list[Path] = []
    env = await start_server()
    try:
        for story in STORIES:
            scene = make_scene(env, publish(posts=load_vacancy("250442").posts[:1]))
            async with scene.worker():
                cases = await story(scene)
                for name, case in cases.items():
                    history = await scene.handle(case).fetch_history()
                    path = into / f"{number:04}-{name}.json"
                    text = json.dumps({"workflow_id": case, "history": json.loads(history.to_json())}, indent=1, sort_keys=True)
                    path.write_text(text + "\n", encoding="utf-8")
                    written.append(path)
    finally:
        await env.shutdown()
    return written


def next_number() -> int:
    return max((int(p.name[:4]) for p in HERE.glob("*.json")), default=0) + 1


if __name__ == "__main__":
    for path in asyncio.run(record(HERE, next_number())):
        sys.stdout.write(f"{path}\n")
