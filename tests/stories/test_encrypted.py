"""Stories on a server whose histories are encrypted: they go their way, the server's files hold none of their words, and they replay.

Once a person is erased their history opens nowhere, from that moment on; everybody else's does, and replays.
"""

import base64
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter
from temporalio.worker import Replayer

from config.temporal import converter
from domain.sealing import KeyErased
from store.database import Database
from store.keys import erase
from store.names import system_now
from tests.canary import forms, keys_in, played
from worker.replaying import Kept, recorded_in
from workflows.hire import Hire


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "control"])
async def test_the_servers_files_hold_no_word_of_a_hire(tmp_path: Path, encrypted: bool) -> None:
    if encrypted:
        async with keys_in(tmp_path) as (keys, _, _):
            found = await played(tmp_path / "server", 1, keys)
            assert await _replays(found.histories[0], converter(keys))
        assert not any(found.hits.values()), found.hits
    else:
        found = await played(tmp_path / "server", 1, None)
        assert found.hits["plain"] >= 3
    assert found.bytes_read > 100_000


async def test_an_erased_persons_history_opens_no_more_and_the_others_replay(tmp_path: Path) -> None:
    async with keys_in(tmp_path, keep_s=0.0) as (keys, db, _):
        erased, kept = (await played(tmp_path / "server", 2, keys)).histories
        for each in (erased, kept):
            assert await _steps(each, converter(keys)) > 3
        await _erase(db, erased.workflow_id)
        assert await _replays(kept, converter(keys))
        assert await _steps(kept, converter(keys)) > 3
        with pytest.raises(KeyErased):
            await _steps(erased, converter(keys))
        assert not await _replays(erased, converter(keys))
        with pytest.raises(KeyErased):
            await keys.to_seal(erased.workflow_id)


async def _erase(db: Database, case: str) -> None:
    assert await db.write(lambda tx: erase(tx, [case], system_now())) == 1


async def _replays(history: WorkflowHistory, travels: DataConverter) -> bool:
    replayer = Replayer(workflows=[Hire], data_converter=travels, namespace="default")
    return (await replayer.replay_workflow(history, raise_on_replay_failure=False)).replay_failure is None


async def _steps(history: WorkflowHistory, travels: DataConverter) -> int:
    """How many facts are read out of a history."""
    kept = Kept(workflow_id=history.workflow_id, namespace="default", history=history.to_json_dict())
    return len((await recorded_in(kept, history.events, travels)).entries)


@pytest.mark.parametrize("offset", range(3))
def test_a_word_inside_base64_is_found(offset: int) -> None:
    text = base64.b64encode(b"x" * (6 + offset) + b"CANARY-MEDICAL-12" + b"tail")
    assert any(each in text for each in forms("CANARY-MEDICAL-12")["base64"])
