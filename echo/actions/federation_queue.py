"""What an operator does with deliveries that wait or were given up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from echo import jobs
from echo.errors import Invalid
from echo.jobs import Queue
from echo.store import deliveries, hosts, inbound

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Which:
    """One delivery, those of a host, or with neither all of them."""

    delivery_id: int | None = None
    host: str = ""


async def retry(which: Which) -> int:
    """Try what waits at once, whatever is known of the host. Returns how many deliveries became due."""
    names = await deliveries.hosts_of(delivery_id=which.delivery_id, host=which.host)
    await hosts.revive(names)
    due = await deliveries.hurry(names) if which.delivery_id is None else 0
    if which.delivery_id is not None:
        due = await deliveries.hurry_one(which.delivery_id)
    await jobs.wake(Queue.DELIVERIES)
    log.info("retried by the operator: %s", which)
    return due


async def requeue(which: Which) -> int:
    """Try again what was given up. Returns how many deliveries."""
    revived = await deliveries.requeue(delivery_id=which.delivery_id, host=which.host)
    await hosts.revive(await deliveries.hosts_of(delivery_id=which.delivery_id, host=which.host))
    await jobs.wake(Queue.DELIVERIES)
    log.info("requeued by the operator: %s", which)
    return revived


async def process_again(inbound_ids: Sequence[int]) -> int:
    """Process activities of others again that were given up: these, or all. Returns how many."""
    revived = await inbound.requeue(inbound_ids)
    await jobs.wake(Queue.INBOUND)
    log.info("processed again by the operator: %s", inbound_ids or "all")
    return revived


async def drop(which: Which) -> int:
    """Take away what waits or was given up, for good. Returns how many deliveries.

    Raises:  Invalid when it is not said which
    """
    if which.delivery_id is None and not which.host:
        raise Invalid("Say which delivery, or of which host")
    dropped = await deliveries.drop(delivery_id=which.delivery_id, host=which.host)
    log.info("dropped by the operator: %s", which)
    return dropped
