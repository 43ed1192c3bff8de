"""`echoctl queues`: the work that waits."""

from __future__ import annotations

import asyncio
import time

from cyclopts import App

from echo import jobs as bells
from echo.cli.common import Common, opened, say, table
from echo.jobs import Queue
from echo.store import deliveries, inbound, jobs, tidying

app = App(name="queues", help="The work that waits.")


@app.command
async def status(*, common: Common = Common()) -> None:
    """How much waits in each queue, and how much was given up."""
    async with opened(common):
        rows = [dict(row) for row in await jobs.summary()]
        counts = {"deliveries": await deliveries.summary(), "inbound": await inbound.summary()}
    lines = [
        f"{queue}: " + ", ".join(f"{n} {state}" for state, n in c.items()) for queue, c in counts.items()
    ]
    say(common, {"jobs": rows, **counts}, "\n".join([table(rows, empty="no jobs wait"), "", *lines]))


@app.command
async def drain(*, wait: float = 60.0, common: Common = Common()) -> int:
    """Wait until nothing is due any more; exit status 1 when the time is over before.

    The workers do the work: they are woken, and must be running.

    Parameters
    ----------
    wait: Longest wait, in seconds.
    """
    until = time.monotonic() + wait
    async with opened(common):
        waiting = await tidying.count_due()
        while waiting and time.monotonic() < until:
            for queue in Queue:
                await bells.wake(queue)
            await asyncio.sleep(0.2)
            waiting = await tidying.count_due()
    say(common, {"waiting": waiting}, f"{waiting} things wait" if waiting else "Everything is done")
    return int(waiting > 0)
