"""What the processes of a server do, from their start to their end: `run_web` and `run_streaming`."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

import uvloop
from quart import Quart

from echo import __version__, farewell, metrics, streaming, tracing
from echo.app import create_app, create_streaming_app
from echo.config import Config
from echo.embedded import LEAVE_SIGNAL, is_supervised, report_ready
from echo.ending import end
from echo.memory import give_large_memory_back
from echo.runtime import Runtime, open_patiently
from echo.server.door import Door, Sorter
from echo.server.handover import Handover, Receiver, Sender
from echo.server.metrics_port import MetricsPort
from echo.server.rules import Rules, raise_file_limit
from echo.server.serving import Serving
from echo.store import recent_logs


class _Entrance(Protocol):
    """Where connections come from."""

    def open(self) -> None: ...
    def close(self) -> None: ...


class Beside(Protocol):
    """Other work of a process that answers requests: it begins when the process serves.

    `run` ends soon after its event is set; when it fails, the whole process ends, to be started again.
    `look` reads the figures that the process tells of this work.
    """

    async def run(self, stop: asyncio.Event) -> None: ...
    async def look(self) -> None: ...


def run_web(
    config: Config,
    data: Path,
    listener: socket.socket,
    handover: Handover | None = None,
    beside: Beside | None = None,
) -> None:
    """Answer everything that arrives at `listener` until SIGTERM; streaming goes to another process if there
    is one, and is answered here if not.

    Shapes:  listener, handover: made by the parent (`open_listener`, `Handover.create`) before it forked
    """

    def entrances(serving: Serving, rules: Rules) -> Sequence[_Entrance]:
        if handover is None:
            return (Door(listener, serving.welcome),)
        sender = Sender(handover)
        sorter = Sorter(sender, serving.welcome, first_byte_seconds=rules.first_byte_seconds)
        return (Door(listener, sorter.welcome), sorter, sender)

    _run(_serve(config, data, create_app, entrances, role="web", reuse=True, beside=beside))


def run_streaming(
    config: Config, data: Path, handover: Handover | None = None, listener: socket.socket | None = None
) -> None:
    """Serve streaming until SIGTERM: connections that web processes hand over, and those of an own
    `listener`, to which a reverse proxy may send `/api/v1/streaming`.
    """

    def entrances(serving: Serving, rules: Rules) -> Sequence[_Entrance]:
        opened: list[_Entrance] = []
        if handover is not None:
            opened.append(Receiver(handover, serving.welcome))
        if listener is not None:
            opened.append(Door(listener, serving.welcome))
        return opened

    # No connection is used twice: the next request on it might be for the web process.
    _run(_serve(config, data, create_streaming_app, entrances, role="streaming", reuse=False))


def _calm_collector() -> None:
    """Keep the cycle collector from stopping everyone.

    What exists now lives as long as the process and need not be looked at again. And with Python's own
    thresholds the thousands of frames of one event count as long-lived, so that every few events all objects
    of all sockets were walked through: a second at 5,000 sockets. With these no pause of 50 ms was seen.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _run(work: Coroutine[None, None, None]) -> None:
    give_large_memory_back()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _serve(
    config: Config,
    data: Path,
    make_app: Callable[[Runtime], Quart],
    entrances_of: Callable[[Serving, Rules], Sequence[_Entrance]],
    *,
    role: str,
    reuse: bool,
    beside: Beside | None = None,
) -> None:
    stop, leave = _signals()
    runtime = await open_patiently(config, data, stop)
    if runtime is None:
        return
    app = make_app(runtime)
    following = asyncio.create_task(runtime.keep_up())
    # Done before whoever asked us to stop loses patience.
    patience_seconds = max(1.0, config.server.shutdown_seconds - 2.0)
    rules = Rules(connections=raise_file_limit(), reuse=reuse, shutdown_seconds=patience_seconds)
    serving = Serving(app, rules)
    await serving.start()
    hub = streaming.hub_of(app)
    metrics.name_process(role, __version__)
    tracing.start(config, role)

    async def look() -> None:
        metrics.SOCKETS.set(hub.count)
        metrics.show_pool(runtime.database.pool_counts())
        if beside is not None:
            await beside.look()

    told = MetricsPort(config, look)
    await told.open()
    keeping = asyncio.create_task(recent_logs.keep_for_ever())
    _calm_collector()
    entrances = entrances_of(serving, rules)
    for entrance in entrances:
        entrance.open()
    report_ready()
    working = asyncio.create_task(_work_beside(beside, stop, leave))
    await leave.wait()
    if not stop.is_set():
        farewell.begin()
        serving.use_no_more()
        leaving: list[asyncio.Future[Any]] = []
        if is_supervised():
            _close(entrances)  # another process accepts already
            closing = hub.close(within_seconds=rules.shutdown_seconds / 2)
            leaving.append(asyncio.gather(closing, serving.wait_for_nobody()))
        await _first_of(stop, *leaving, within_seconds=config.server.drain_seconds)
    _close(entrances)
    await told.close()
    await end([keeping])
    await asyncio.gather(
        hub.close(within_seconds=rules.shutdown_seconds / 2), serving.stop(), asyncio.wait([working])
    )
    await end([following])
    await runtime.close()
    working.result()


async def _work_beside(work: Beside | None, stop: asyncio.Event, leave: asyncio.Event) -> None:
    if work is None:
        return
    try:
        await work.run(leave)
    except BaseException:
        stop.set()
        leave.set()
        raise


def _signals() -> tuple[asyncio.Event, asyncio.Event]:
    """What is set when this process shall stop at once, and when it shall leave: the first sets both.

    SIGUSR1 says leave. SIGTERM says stop to a process of a supervisor, which stops all of them then; to one
    that is alone it says leave, and stop when it comes again.
    """
    stop, leave = asyncio.Event(), asyncio.Event()

    def stop_now() -> None:
        stop.set()
        leave.set()

    def terminate() -> None:
        if is_supervised() or leave.is_set():
            stop_now()
        else:
            leave.set()

    loop = asyncio.get_running_loop()
    for number, act in (
        (signal.SIGINT, stop_now),
        (signal.SIGTERM, terminate),
        (LEAVE_SIGNAL, leave.set),
    ):
        loop.add_signal_handler(number, act)
    return stop, leave


def _close(entrances: Sequence[_Entrance]) -> None:
    for entrance in entrances:
        entrance.close()


async def _first_of(stop: asyncio.Event, *works: asyncio.Future[Any], within_seconds: float) -> None:
    """Wait until one of the works is done, `stop` is set or the time is over; the others are broken off."""
    waiting = [asyncio.ensure_future(stop.wait()), *works]
    await asyncio.wait(waiting, timeout=within_seconds, return_when=asyncio.FIRST_COMPLETED)
    await end(waiting)
