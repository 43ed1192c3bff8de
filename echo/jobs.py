"""Wakes the workers. What there is to do stands in rows; a lost wake-up costs seconds, never work."""

from __future__ import annotations

import logging
from enum import StrEnum

from echo import cache

log = logging.getLogger(__name__)
# arq looks at its queue this often; more hints than that say nothing new.
HINT_SECONDS = 1.0


class Queue(StrEnum):
    """The kinds of rows that workers drain."""

    JOBS = "jobs"
    SLOW_JOBS = "slow_jobs"
    OUTSIDE_JOBS = "outside_jobs"
    DELIVERIES = "deliveries"
    INBOUND = "inbound"


def bell_channel() -> str:
    """Where workers listen for wake-ups, so that they need not look at the queue many times a second."""
    return cache.key("bell")


def ringing(queue: Queue) -> tuple[object, ...]:
    """The command that rings the bell of a queue, for whoever has others to send."""
    return cache.words().publish, bell_channel(), queue.value


async def wake(queue: Queue, *, is_rung: bool = False) -> None:
    """Tell a worker that rows of this kind are due. Never fails: without Redis the sweepers find them.

    Shapes:  is_rung: whether `ringing` was sent already
    """
    try:
        if not is_rung:
            await cache.send([ringing(queue)])
        if cache.is_first_within(f"hint:{queue}", HINT_SECONDS):
            # One hint waits for each queue, however many ask for it.
            hint = cache.key("wake", cache.QUEUE_TAG, queue.value)
            await (await cache.queue()).enqueue_job("wake", queue.value, _job_id=hint, _expires=30)
    except cache.OUTAGES as error:
        log.warning("wake-up lost, a sweep will find the work: %s", error)
