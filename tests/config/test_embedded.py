"""A real server each time: it starts in a fifth of a second."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    VersioningBehavior,
    WorkerDeploymentVersion,
)
from temporalio.worker import Worker, WorkerDeploymentConfig

from config import embedded
from config.embedded import EmbeddedServer, start_server
from config.temporal import SEARCH_ATTRIBUTES, connect, type_word, worked, wrong_search_attributes
from domain.errors import EngineUnavailable
from workflows.housekeeping import Housekeeping


@dataclass(frozen=True)
class At:
    temporal_address: str
    temporal_namespace: str = "muster"
    keyring_file: Path | None = None
    keyring_path: Path = Path("nowhere")


@pytest_asyncio.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[EmbeddedServer]:
    running = await start_server(tmp_path_factory.mktemp("temporal"))
    yield running
    await running.stop()


async def test_a_started_server_is_ready_for_cases_at_once(server: EmbeddedServer) -> None:
    client = await connect(At(server.address))
    stage, needs = SearchAttributeKey.for_keyword("HireStage"), SearchAttributeKey.for_keyword_list("Needs")
    attributes = TypedSearchAttributes([SearchAttributePair(stage, "received"), SearchAttributePair(needs, ["screen"])])
    handle = await client.start_workflow("Hire", id="hire/1", task_queue="nobody", search_attributes=attributes)
    assert (await handle.describe()).typed_search_attributes[stage] == "received"


async def test_the_search_attributes_are_registered_in_the_namespace(server: EmbeddedServer) -> None:
    assert await wrong_search_attributes(await connect(At(server.address))) == {}
    assert {name: type_word(name) for name in SEARCH_ATTRIBUTES} == {
        "HireStage": "Keyword",
        "VacancyId": "Keyword",
        "NextDeadline": "Datetime",
        "Needs": "KeywordList",
    }


async def test_another_namespace_is_said_to_be_missing(server: EmbeddedServer) -> None:
    client = await connect(At(server.address, "elsewhere"))
    with pytest.raises(EngineUnavailable, match="no namespace 'elsewhere'"):
        await wrong_search_attributes(client)


async def test_closed_histories_are_kept_for_ten_years(server: EmbeddedServer) -> None:
    client = await connect(At(server.address))
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="muster"))
    assert answer.config.workflow_execution_retention_ttl.ToTimedelta() == timedelta(days=3650)


async def test_a_second_server_on_the_same_folder_is_refused(server: EmbeddedServer) -> None:
    with pytest.raises(EngineUnavailable, match="running on"):
        await start_server(server.log.parent)


async def test_a_folder_is_taken_up_where_it_was_left(tmp_path: Path) -> None:
    first = await start_server(tmp_path)
    client = await connect(At(first.address))
    await client.start_workflow("Hire", id="hire/1", task_queue="nobody")
    await first.stop()
    second = await start_server(tmp_path)
    try:
        again = await connect(At(second.address))
        assert (await again.get_workflow_handle("hire/1").describe()).workflow_type == "Hire"
    finally:
        await second.stop()


async def test_stopping_leaves_no_process_behind(tmp_path: Path) -> None:
    server = await start_server(tmp_path)
    await server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)


async def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(EngineUnavailable, match=str(taken.getsockname()[1])):
            await start_server(tmp_path, port=taken.getsockname()[1])


async def test_a_missing_program_is_said_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _name: str(tmp_path))
    with pytest.raises(EngineUnavailable, match="make setup"):
        await start_server(tmp_path)


async def test_the_time_skipping_gate_is_open_only_when_asked(tmp_path: Path) -> None:
    plain = embedded._arguments(tmp_path, 1, 2, time_skipping=False)
    assert not any("TimeSkipping" in word for word in plain)
    assert "frontend.WorkflowTimeSkippingEnabled=true" in embedded._arguments(tmp_path, 1, 2, time_skipping=True)


async def test_nothing_at_the_address_is_our_own_trouble() -> None:
    with pytest.raises(EngineUnavailable, match=r"127\.0\.0\.1:1"):
        await connect(At("127.0.0.1:1"))


async def test_who_takes_from_a_queue_is_told_with_the_build_it_announces(server: EmbeddedServer) -> None:
    within, queue = timedelta(seconds=5), "told"
    client = await connect(At(server.address))
    nobody = await worked(client, queue, within)
    assert (nobody.pollers, nobody.waiting) == ((), 0)
    assert nobody.server
    version = WorkerDeploymentVersion(deployment_name=queue, build_id="2026.4")
    deployment = WorkerDeploymentConfig(
        version=version, use_worker_versioning=True, default_versioning_behavior=VersioningBehavior.AUTO_UPGRADE
    )
    async with Worker(client, task_queue=queue, workflows=[Housekeeping], deployment_config=deployment, identity="muster-worker"):
        for _ in range(100):
            if (found := await worked(client, queue, within)).pollers:
                break
            await asyncio.sleep(0.05)
    assert {(each.identity, each.build) for each in found.pollers} == {("muster-worker", "2026.4")}


async def test_a_queue_of_a_namespace_that_is_not_there_is_trouble(server: EmbeddedServer) -> None:
    client = await connect(At(server.address, "elsewhere"))
    with pytest.raises(EngineUnavailable):
        await worked(client, "told", timedelta(seconds=5))
