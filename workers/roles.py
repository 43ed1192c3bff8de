"""A worker as a process: an event loop, a runtime, and the drains until SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import uvloop

from echo import __version__, metrics, tracing
from echo.config import Config
from echo.embedded import report_ready
from echo.ending import end
from echo.errors import Unavailable
from echo.memory import give_large_memory_back
from echo.runtime import Runtime, open_patiently
from echo.server.metrics_port import MetricsPort
from workers.figures import Figures
from workers.main import work

NICE = 5
# Within another process: one thread of Python does not keep more of them busy. No worker of its own has this
# slot, so that none gives back the leases of this one.
BESIDE_CONNECTIONS, BESIDE_SLOT = 2, 0
BESIDE_LOCK, ALONE_LOOK_SECONDS = "work.lock", 0.2


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
    runtime = await _open(config, data, stop)
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
    try:
        await _work(runtime, stop, slot)
    finally:
        await told.close()


class Beside:
    """The work of a worker within the process that answers requests, over connections of its own.

    Only one process at a time does it: when another takes the place of this one, it begins when this one
    has ended its work. See `docs/decisions/0026-one-process-on-a-small-machine.md`.
    """

    def __init__(self, config: Config, data: Path) -> None:
        few = msgspec.structs.replace(config.database, pool_size=BESIDE_CONNECTIONS)
        self._config = msgspec.structs.replace(config, database=few)
        self._data = data
        self._figures = Figures()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set."""
        async with _alone(self._data / BESIDE_LOCK, stop):
            runtime = None if stop.is_set() else await _open(self._config, self._data, stop)
            if runtime is not None:
                await _work(runtime, stop, BESIDE_SLOT)

    async def look(self) -> None:
        """Read the figures of queues and storage."""
        with contextlib.suppress(Unavailable):
            await self._figures.refresh()


async def _open(config: Config, data: Path, stop: asyncio.Event) -> Runtime | None:
    # All work begins with a row that stays until the work is done: what a crash undoes is done again.
    return await open_patiently(config, data, stop, can_repeat=True)


async def _work(runtime: Runtime, stop: asyncio.Event, slot: int) -> None:
    following = asyncio.create_task(runtime.keep_up())
    try:
        await work(runtime, stop, slot=slot)
    finally:
        await end([following])
        await runtime.close()


@contextlib.asynccontextmanager
async def _alone(path: Path, stop: asyncio.Event) -> AsyncIterator[None]:
    """Wait until no other process holds this file, or `stop` is set. The kernel lets go of it with a process
    that dies.
    """
    with path.open("wb") as file:
        while not stop.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ALONE_LOOK_SECONDS):
                        await stop.wait()
            else:
                break
        yield
