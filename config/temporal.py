"""The way to Temporal. `connect` is the only place in the house that opens a client.

Also here, because an engine is prepared with it: the search attributes that cases are listed by. The story has typed keys of its own
for them (`workflows` may not read configuration); tests/config/test_embedded.py registers and lists what stands here.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.service import RPCError, RPCStatusCode

from config.codec import HistoryKeys, NoKeyCodec, NoStore, SealingCodec
from config.keyring import ring_of
from domain.errors import EngineUnavailable
from domain.sealing import Keyring

#: What cases are listed by, namespace-scoped. Attributes are stored in plain text: no outcome and no name may ever stand in one.
SEARCH_ATTRIBUTES: dict[str, IndexedValueType.ValueType] = {
    "HireStage": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "VacancyId": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "NextDeadline": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "Needs": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


class EngineSettings(Protocol):
    """The settings a connection needs; `config.settings.Settings` has them."""

    @property
    def temporal_address(self) -> str: ...

    @property
    def temporal_namespace(self) -> str: ...

    @property
    def keyring_file(self) -> Path | None: ...

    @property
    def keyring_path(self) -> Path: ...


def without_store(ring: Keyring) -> HistoryKeys:
    """The keys of a process that only looks at Temporal."""
    return NoStore()


async def connect(settings: EngineSettings, keys: Callable[[Keyring], HistoryKeys] = without_store, *, within: float = 10) -> Client:
    """A client of the installation's namespace; what it sends is encrypted where the installation has a keyring, by `keys` of it.

    Raises EngineUnavailable when Temporal does not answer within `within` seconds, BadKeyring for a keyring that cannot be used.
    """
    address = settings.temporal_address
    ring = ring_of(settings)
    travels = converter(keys(ring) if ring else None)
    opening = Client.connect(address, namespace=settings.temporal_namespace, data_converter=travels)
    try:
        return await asyncio.wait_for(opening, within)
    except (RuntimeError, OSError, TimeoutError, ValueError) as error:
        raise EngineUnavailable(
            f"Temporal does not answer at {address}. Is it running (`muster up` starts one), and is MUSTER_TEMPORAL_ADDRESS right?",
            code="engine_unreachable",
            address=address,
        ) from error


def converter(keys: HistoryKeys | None = None) -> DataConverter:
    """How payloads travel: Pydantic models as JSON, encrypted when there are keys (failure messages and stack traces too)."""
    if keys is None:
        return dataclasses.replace(pydantic_data_converter, payload_codec=NoKeyCodec())
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=SealingCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def wrong_search_attributes(client: Client) -> dict[str, str]:
    """The attributes that are missing in the client's namespace, or of another type there, each with what is wrong.

    Looking is the only way to know: adding a known name with another type "succeeds" and changes nothing.
    Raises EngineUnavailable, with code `no_namespace` when the namespace does not exist.
    """
    try:
        answer = await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    except RPCError as error:
        raise rpc_trouble(error, client.namespace) from error
    return {
        name: "missing" if name not in answer.custom_attributes else f"registered as {_type_name(answer.custom_attributes[name])}"
        for name, type_ in SEARCH_ATTRIBUTES.items()
        if answer.custom_attributes.get(name) != type_
    }


def rpc_trouble(error: RPCError, namespace: str) -> EngineUnavailable:
    """A failed call to Temporal as one of our sentences."""
    if error.status == RPCStatusCode.NOT_FOUND:
        return EngineUnavailable(f"Temporal has no namespace {namespace!r}", code="no_namespace", namespace=namespace)
    return EngineUnavailable(f"Temporal could not answer ({error.status.name.lower()})", code="engine_trouble", namespace=namespace)


async def retention(client: Client) -> timedelta:
    """How long the client's namespace keeps the histories of closed workflows. Raises EngineUnavailable."""
    try:
        found = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        raise rpc_trouble(error, client.namespace) from error
    return found.config.workflow_execution_retention_ttl.ToTimedelta()


@dataclass(frozen=True)
class Poller:
    """A process that takes tasks: what it calls itself, which build it runs (empty: none announced), when it last asked for work."""

    identity: str
    build: str
    seen_at: datetime


@dataclass(frozen=True)
class Worked:
    """A task queue as Temporal sees it: who takes from it, what waits and for how long the oldest; and the server's own version."""

    pollers: tuple[Poller, ...]
    waiting: int
    waiting_for: timedelta
    server: str


async def worked(client: Client, queue: str, within: timedelta) -> Worked:
    """How it stands with a task queue. Raises EngineUnavailable."""
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
        report_stats=True,
    )
    try:
        found = await client.workflow_service.describe_task_queue(asked, timeout=within)
        system = await client.workflow_service.get_system_info(GetSystemInfoRequest(), timeout=within)
    except RPCError as error:
        raise rpc_trouble(error, client.namespace) from error
    pollers = tuple(
        Poller(each.identity, each.deployment_options.build_id, each.last_access_time.ToDatetime(tzinfo=UTC)) for each in found.pollers
    )
    stats = found.stats
    return Worked(pollers, stats.approximate_backlog_count, stats.approximate_backlog_age.ToTimedelta(), system.server_version)


def type_word(name: str) -> str:
    """The type of one of our attributes as Temporal's command line spells it: Keyword, Datetime, KeywordList."""
    return _type_name(SEARCH_ATTRIBUTES[name])


def _type_name(type_: IndexedValueType.ValueType) -> str:
    word = IndexedValueType.Name(type_).removeprefix("INDEXED_VALUE_TYPE_")
    return "".join(part.capitalize() for part in word.split("_"))
