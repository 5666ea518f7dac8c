"""Every history that was ever recorded replays against the code of today, in the sandbox; and the gate can fail."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.histories.mutants import AsksTwice, SkipsTheAssessment, Unchanged
from workflows.hire import Hire
from workflows.vacancy import Vacancy

FILES = sorted(Path(__file__).parent.glob("*.json"))
HOW_MANY = 9


def read(path: Path) -> WorkflowHistory:
    kept = json.loads(path.read_text(encoding="utf-8"))
    return WorkflowHistory.from_json(kept["workflow_id"], kept["history"])


def golden(name: str) -> Path:
    return next(p for p in FILES if p.stem.endswith(f"-{name}"))


def replayer(*stories: type) -> Replayer:
    return Replayer(workflows=stories or (Hire, Vacancy), data_converter=pydantic_data_converter)


def test_there_are_histories() -> None:
    assert len(FILES) >= HOW_MANY
    assert {p.stem.partition("-")[0] for p in FILES} >= {"0001"}


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
async def test_a_recorded_history_replays(path: Path) -> None:
    result = await replayer().replay_workflow(read(path), raise_on_replay_failure=False)
    assert result.replay_failure is None, result.replay_failure


async def test_the_control_replays() -> None:
    result = await replayer(Unchanged).replay_workflow(read(golden("hire_whole_way")), raise_on_replay_failure=False)
    assert result.replay_failure is None, result.replay_failure


@pytest.mark.parametrize("mutant", [SkipsTheAssessment, AsksTwice])
@pytest.mark.parametrize("name", ["hire_whole_way", "open_hire_at_contract"])
async def test_a_mutated_story_does_not_replay(mutant: type, name: str) -> None:
    result = await replayer(mutant).replay_workflow(read(golden(name)), raise_on_replay_failure=False)
    assert "TMPRL1100" in str(result.replay_failure)  # that is: not deterministic, and not broken in some other way


PERSONAL = re.compile(r"\bAda\b|Example|@", re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_a_history_holds_no_personal_data(path: Path) -> None:
    """Every payload decoded: the person's name and address, which letters and requests carried, are nowhere."""
    found = [text for text in texts(json.loads(path.read_text(encoding="utf-8"))) if PERSONAL.search(text)]
    assert [t for t in found if not ours(t)] == []


def ours(text: str) -> bool:
    """A worker's identity (`pid@host`) and a calendar's version name no person."""
    return bool(re.fullmatch(r"\d+@[\w.-]+", text) or re.fullmatch(r"[\w-]+@[\d.a-z-]+", text))


def texts(node: Any) -> list[str]:
    """Every string in a history, those inside payloads included."""
    match node:
        case {"metadata": {"encoding": _}, "data": str(data), **_rest}:
            return texts_of_payload(data)
        case dict():
            return [text for value in node.values() for text in texts(value)]
        case list():
            return [text for value in node for text in texts(value)]
        case str():
            return [node]
        case _:
            return []


def texts_of_payload(data: str) -> list[str]:

    raw = base64.b64decode(data)
    try:
        return texts(json.loads(raw))
    except ValueError:
        return [raw.decode("utf-8", "replace")]


def test_the_reader_of_payloads_finds_what_is_inside() -> None:

    data = base64.b64encode(json.dumps({"to": ["Ada Example"]}).encode()).decode()
    payload = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": data}]}
    assert texts(payload) == ["Ada Example"]
    assert PERSONAL.search(texts(payload)[0])
