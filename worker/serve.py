"""The worker's door: `muster worker`, or `python -m worker`."""

import asyncio
import signal
from contextlib import AsyncExitStack

import structlog
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.client import Client
from temporalio.service import RPCError

from acts.engine import engine
from config.settings import Settings
from worker.wiring import assemble, build

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C; running steps may finish. Raises StoreUnavailable, EngineUnavailable, BadInput at the start."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        parts = await assemble(settings, stack)
        client = await engine(settings, parts.db)
        async with build(client, settings, parts):
            if settings.build_id != "dev":
                await _make_current(client, settings)
            log.info("worker.started", task_queue=settings.task_queue, build=settings.build_id)
            await stop.wait()
        log.info("worker.stopped")


async def _make_current(client: Client, settings: Settings) -> None:
    """A versioned worker gets no tasks until its version is current; the newest one started is."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace,
        deployment_name=settings.task_queue,
        build_id=settings.build_id,
        identity="muster-worker",
        ignore_missing_task_queues=True,
    )
    for wait in (0.2, 0.5, 1, 2, 4):
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
            return
        except RPCError as error:  # the server learns of the deployment with the first poll
            log.info("worker.version_pending", status=error.status.name)
            await asyncio.sleep(wait)
    await client.workflow_service.set_worker_deployment_current_version(request)
