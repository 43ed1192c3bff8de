"""The drain of jobs: claims rows, runs their functions, many at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from echo.db import Row
from echo.errors import Unavailable
from echo.jobs import Queue
from echo.runtime import Runtime
from echo.store import jobs
from workers.bells import Bells
from workers.later import Again, Later

log = logging.getLogger(__name__)
AT_ONCE = 16
JOB_SECONDS = 45.0
# Called with the runtime and the fields of the event as keywords.
Function = Callable[..., Awaitable[None]]


async def drain(
    runtime: Runtime, functions: Mapping[str, Function], bells: Bells, owner: str, *, slow: bool = False
) -> None:
    """Run due jobs for ever; one pass after each bell or sweep.

    Shapes:  slow: the jobs of `echo.effects.SLOW_JOBS`, one at a time, or all others
    """
    while True:
        try:
            while await drain_once(runtime, functions, owner, slow=slow):
                continue
        except Unavailable as error:
            log.warning("jobs wait for the database: %s", error)
        await bells.wait(Queue.SLOW_JOBS if slow else Queue.JOBS)


async def drain_once(
    runtime: Runtime, functions: Mapping[str, Function], owner: str, *, slow: bool = False
) -> int:
    """Claim a batch and run it. Returns how many were claimed."""
    rows = await jobs.claim(owner, 1 if slow else AT_ONCE, slow=slow)
    await asyncio.gather(*(run(runtime, functions, owner, row, slow=slow) for row in rows))
    return len(rows)


async def run(
    runtime: Runtime, functions: Mapping[str, Function], owner: str, row: Row, *, slow: bool = False
) -> None:
    """Run one job and write down how it went. A job of an unknown name is left for a newer worker."""
    function = functions.get(row["name"])
    if function is None:
        await jobs.postpone(owner, row["id"], 60, f"unknown job {row['name']}")
        return
    try:
        arguments = msgspec.json.decode(row["arguments"], type=dict[str, object])
        # Slow ones have deadlines of their own, from the configuration.
        async with asyncio.timeout(None if slow else JOB_SECONDS):
            await function(runtime, **arguments)
    except Later as later:
        await jobs.postpone(owner, row["id"], later.seconds)
    except Again as again:
        log.info("job %s %s waits: %s", row["name"], row["arguments"], again)
        await jobs.postpone(owner, row["id"], max(_wait_seconds(row), again.seconds), str(again) or "again")
    except Exception as error:
        log.exception("job %s %s failed", row["name"], row["arguments"])
        await jobs.postpone(owner, row["id"], _wait_seconds(row), f"{type(error).__name__}: {error}")
    else:
        await jobs.finish(owner, row["id"])


def _wait_seconds(row: Row) -> float:
    """Longer after each failure, at most an hour."""
    return float(min(2.0 ** row["attempts"], 3600.0))
