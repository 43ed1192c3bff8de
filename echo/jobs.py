"""Wakes the workers. What there is to do stands in rows; a lost wake-up costs seconds, never work."""

from __future__ import annotations

import logging
from enum import StrEnum

from echo import cache

log = logging.getLogger(__name__)


class Queue(StrEnum):
    """The kinds of rows that workers drain."""

    JOBS = "jobs"
    DELIVERIES = "deliveries"
    INBOUND = "inbound"


def bell_channel() -> str:
    """Where workers listen for wake-ups, so that they need not look at the queue many times a second."""
    return cache.key("bell")


async def wake(queue: Queue) -> None:
    """Tell a worker that rows of this kind are due. Never fails: without Redis the sweepers find them."""
    try:
        await cache.queue().enqueue_job("wake", queue.value, _expires=30)
        await cache.client().publish(bell_channel(), queue.value)
    except cache.OUTAGES as error:
        log.warning("wake-up lost, a sweep will find the work: %s", error)
