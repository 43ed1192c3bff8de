"""`echoctl queues`: the work that waits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import asdict

from cyclopts import App

from echo import jobs as bells
from echo.actions import queued_jobs
from echo.cli.common import Common, opened, say, table
from echo.cli.numbers import Id, Limit, Seconds
from echo.jobs import Queue
from echo.policy.roles import Staff
from echo.store import deliveries, inbound, jobs, queues, tidying

app = App(name="queues", help="The work that waits.")


@app.command
async def status(*, common: Common = Common()) -> None:
    """How much waits in each queue, and how much was given up."""
    async with opened(common):
        rows = [dict(row) for row in await jobs.summary()]
        depths = [asdict(one) for one in await queues.depths()]
        counts = {"deliveries": await deliveries.summary(), "inbound": await inbound.summary()}
    text = "\n".join([table(depths), "", table(rows, empty="no jobs wait")])
    say(common, {"queues": depths, "jobs": rows, **counts}, text)


@app.command
async def dead(*, limit: Limit = 50, common: Common = Common()) -> None:
    """Jobs that were given up, the newest first.

    Parameters
    ----------
    limit: How many.
    """
    async with opened(common):
        rows = [dict(row) for row in await queues.dead_jobs(limit=limit)]
    say(common, rows, table(rows, empty="none"))


@app.command
async def requeue(*job_ids: Id, name: str = "", common: Common = Common()) -> None:
    """Try jobs again that were given up: these, or without ids all of a name, or all.

    Parameters
    ----------
    name: Name of the jobs.
    """
    async with opened(common):
        count = await queued_jobs.requeue(Staff.shell(), job_ids, name)
    say(common, {"count": count}, f"{count} are tried again")


@app.command
async def drop(*job_ids: Id, name: str = "", common: Common = Common()) -> None:
    """Delete jobs that were given up: these, or without ids all of a name.

    Parameters
    ----------
    name: Name of the jobs.
    """
    async with opened(common):
        count = await queued_jobs.drop(Staff.shell(), job_ids, name)
    say(common, {"count": count}, f"{count} are gone")


@app.command
async def drain(*, wait: Seconds = 60.0, common: Common = Common()) -> int:
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
