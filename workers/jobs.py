"""The drain of jobs: claims rows, runs their functions, many at a time."""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from echo import bus, cache, metrics, tracing
from echo.db import Row
from echo.errors import Unavailable
from echo.jobs import Queue
from echo.kinds import Lane
from echo.runtime import Runtime
from echo.store import jobs
from federation import causes
from workers.bells import Bells
from workers.later import Again, Later

log = logging.getLogger(__name__)
AT_ONCE = {Lane.QUICK: 16, Lane.SLOW: 1, Lane.OUTSIDE: 32}
JOB_SECONDS = 45.0
# What a job fails with while an engine is away.
AWAY = (Unavailable, *cache.AWAY)
# While two releases are at work, and after a release was taken back.
NEWER_SECONDS = 60.0
# Called with the runtime and the fields of the event as keywords.
Function = Callable[..., Awaitable[None]]


async def drain(
    runtime: Runtime,
    functions: Mapping[str, Function],
    bells: Bells,
    owner: str,
    lane: Lane = Lane.QUICK,
) -> None:
    """Run due jobs of a lane for ever; one pass after each bell or sweep."""
    while True:
        try:
            while await drain_once(runtime, functions, owner, lane):
                continue
        except Unavailable as error:
            log.warning("jobs wait for the database: %s", error)
        await bells.wait(Queue(lane.value))


async def drain_outside(
    runtime: Runtime, functions: Mapping[str, Function], bells: Bells, owner: str
) -> None:
    """The same for jobs that ask servers of others: one that waits for a slow server holds up only itself."""
    lane = Lane.OUTSIDE
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            while len(running) >= AT_ONCE[lane]:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            rows: list[Row] = []
            try:
                rows = await jobs.claim(owner, AT_ONCE[lane] - len(running), lane)
            except Unavailable as error:
                log.warning("jobs wait for the database: %s", error)
            for row in rows:
                task = asyncio.create_task(run(runtime, functions, owner, row, lane))
                running.add(task)
                task.add_done_callback(running.discard)
            if not rows:
                await bells.wait(Queue(lane.value))
    finally:
        for task in running:
            task.cancel()


async def drain_once(
    runtime: Runtime, functions: Mapping[str, Function], owner: str, lane: Lane = Lane.QUICK
) -> int:
    """Claim a batch and run it. Returns how many were claimed."""
    rows = await jobs.claim(owner, AT_ONCE[lane], lane)
    await asyncio.gather(*(run(runtime, functions, owner, row, lane) for row in rows))
    return len(rows)


async def run(
    runtime: Runtime,
    functions: Mapping[str, Function],
    owner: str,
    row: Row,
    lane: Lane = Lane.QUICK,
) -> None:
    """Run one job and write down how it went. What only a newer worker knows is left for it, however long."""
    function = functions.get(row["name"])
    arguments = msgspec.json.decode(row["arguments"], type=dict[str, object])
    if function is None or not takes(function, arguments):
        log.info("job %s %s is left for a newer worker", row["name"], row["arguments"])
        await jobs.postpone(owner, row["id"], NEWER_SECONDS)
        return
    causes.begin(causes.Cause(fetches=causes.JOB_FETCHES))
    bus.may_be_said_since.set(_since_ms(row) if row["attempts"] > 1 else None)
    began, outcome = time.perf_counter(), "failed"
    try:
        # Slow ones have deadlines of their own, from the configuration.
        async with asyncio.timeout(None if lane is Lane.SLOW else JOB_SECONDS):
            with tracing.span(f"job {row['name']}", parent=row["traceparent"]):
                await function(runtime, **arguments)
    except Later as later:
        outcome = "later"
        await jobs.postpone(owner, row["id"], later.seconds)
    except Again as again:
        outcome = "later"
        log.info("job %s %s waits: %s", row["name"], row["arguments"], again)
        await jobs.postpone(owner, row["id"], max(_wait_seconds(row), again.seconds), str(again) or "again")
    except Exception as error:
        if isinstance(error, AWAY):  # known, and the same for all jobs of that moment
            log.warning("job %s %s waits for an engine: %s", row["name"], row["arguments"], error)
        else:
            log.exception("job %s %s failed", row["name"], row["arguments"])
        await jobs.postpone(owner, row["id"], _wait_seconds(row), f"{type(error).__name__}: {error}")
    else:
        outcome = "done"
        await jobs.finish(owner, row["id"])
    finally:
        metrics.JOBS.labels(row["name"], outcome).observe(time.perf_counter() - began)


def takes(function: Function, arguments: dict[str, object]) -> bool:
    """Whether a function takes these arguments: those of a job of another release may be others."""
    signature = inspect.signature(function)
    # What is wrapped shows the function inside, which needs no runtime.
    return any(_binds(signature, places, arguments) for places in ((None,), ()))


def _binds(signature: inspect.Signature, places: tuple[None, ...], arguments: dict[str, object]) -> bool:
    try:
        signature.bind(*places, **arguments)
    except TypeError:
        return False
    return True


def _since_ms(row: Row) -> int:
    return int(row["created_at"].timestamp() * 1000)


def _wait_seconds(row: Row) -> float:
    """Longer after each failure, at most an hour."""
    return float(min(2.0 ** row["attempts"], 3600.0))
