"""Stories on a server whose histories are encrypted: they go their way, the server's files hold none of their words, and they replay."""

import base64
from datetime import UTC, datetime
from pathlib import Path

import pytest
from temporalio.worker import Replayer

from config.keyring import FileKeyring
from config.temporal import converter
from tests.canary import forms, played
from workflows.hire import Hire


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "control"])
async def test_the_servers_files_hold_no_word_of_a_hire(tmp_path: Path, encrypted: bool) -> None:
    ring = FileKeyring.made(tmp_path / "keyring.json", datetime.now(UTC)) if encrypted else None
    found = await played(tmp_path / "server", 1, ring)
    assert found.bytes_read > 100_000
    if encrypted:
        assert not any(found.hits.values()), found.hits
    else:
        assert found.hits["plain"] >= 3
    if ring is not None:
        replayer = Replayer(workflows=[Hire], data_converter=converter(ring), namespace="default")
        assert (await replayer.replay_workflow(found.histories[0])).replay_failure is None


@pytest.mark.parametrize("offset", range(3))
def test_a_word_inside_base64_is_found(offset: int) -> None:
    text = base64.b64encode(b"x" * (6 + offset) + b"CANARY-MEDICAL-12" + b"tail")
    assert any(each in text for each in forms("CANARY-MEDICAL-12")["base64"])
