"""A worker as a process: an event loop, a runtime, and the drains until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from pathlib import Path

import uvloop

from echo import __version__, metrics, tracing
from echo.config import Config
from echo.embedded import report_ready
from echo.ending import end
from echo.errors import Unavailable
from echo.memory import give_large_memory_back
from echo.runtime import open_patiently
from echo.server.metrics_port import MetricsPort
from workers.figures import Figures
from workers.main import work

log = logging.getLogger(__name__)
NICE = 5


def run_worker(config: Config, data: Path, *, slot: int = 1) -> None:
    """Work until SIGTERM. `slot` names this worker among those of the machine: its leases go by it."""
    # Where there is not enough for everybody, whoever waits for an answer goes first.
    os.nice(NICE)
    give_large_memory_back()
    uvloop.run(_run(config, data, slot))


async def _run(config: Config, data: Path, slot: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    # All work begins with a row that stays until the work is done: what a crash undoes is done again.
    runtime = await open_patiently(config, data, stop, can_repeat=True)
    if runtime is None:
        return
    figures = Figures()
    metrics.name_process("worker", __version__)
    tracing.start(config, "worker")

    async def look() -> None:
        metrics.show_pool(runtime.database.pool_counts())
        with contextlib.suppress(Unavailable):
            await figures.refresh()

    told = MetricsPort(config, look)
    await told.open()
    report_ready()
    following = asyncio.create_task(runtime.keep_up())
    try:
        await work(runtime, stop, slot=slot)
    finally:
        await told.close()
        await end([following])
        await runtime.close()
