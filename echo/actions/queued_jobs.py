"""What an operator does with jobs that were given up."""

from __future__ import annotations

from collections.abc import Sequence

from echo import jobs
from echo.actions.staff import Target, acting
from echo.errors import Invalid
from echo.jobs import Queue
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import queues


async def requeue(by: Staff, job_ids: Sequence[int], name: str = "") -> int:
    """Try jobs again: these, or without ids all of a name, or all. Returns how many."""
    async with acting(by, Deed.JOB_REQUEUE, on=_target(job_ids, name)):
        count = await queues.requeue(job_ids, name)
    for queue in (Queue.JOBS, Queue.SLOW_JOBS, Queue.OUTSIDE_JOBS):
        await jobs.wake(queue)
    return count


async def drop(by: Staff, job_ids: Sequence[int], name: str = "") -> int:
    """Delete jobs for good: these, or without ids all of a name. Returns how many.

    Raises:  Invalid when it is not said which
    """
    if not job_ids and not name:
        raise Invalid("Say which jobs, or of which name")
    async with acting(by, Deed.JOB_DROP, on=_target(job_ids, name)):
        return await queues.drop(job_ids, name)


def _target(job_ids: Sequence[int], name: str) -> Target:
    return Target("job", ",".join(map(str, job_ids[:20])) or name or "all", name)
