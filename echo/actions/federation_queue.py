"""What an operator does with deliveries that wait or were given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from echo import jobs
from echo.actions.staff import Target, acting
from echo.errors import Invalid
from echo.jobs import Queue
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import deliveries, hosts, inbound


@dataclass(frozen=True, slots=True)
class Which:
    """One delivery, those of a host, or with neither all of them."""

    delivery_id: int | None = None
    host: str = ""


async def retry(by: Staff, which: Which) -> int:
    """Try what waits at once, whatever is known of the host. Returns how many deliveries became due."""
    async with acting(by, Deed.QUEUE_RETRY, on=_target(which)):
        names = await deliveries.hosts_of(delivery_id=which.delivery_id, host=which.host)
        await hosts.revive(names)
        due = await deliveries.hurry(names) if which.delivery_id is None else 0
        if which.delivery_id is not None:
            due = await deliveries.hurry_one(which.delivery_id)
    await jobs.wake(Queue.DELIVERIES)
    return due


async def requeue(by: Staff, which: Which) -> int:
    """Try again what was given up. Returns how many deliveries."""
    async with acting(by, Deed.QUEUE_REQUEUE, on=_target(which)):
        revived = await deliveries.requeue(delivery_id=which.delivery_id, host=which.host)
        await hosts.revive(await deliveries.hosts_of(delivery_id=which.delivery_id, host=which.host))
    await jobs.wake(Queue.DELIVERIES)
    return revived


async def process_again(by: Staff, inbound_ids: Sequence[int]) -> int:
    """Process activities of others again that were given up: these, or all. Returns how many."""
    async with acting(
        by, Deed.QUEUE_REQUEUE, on=Target("activity", ",".join(map(str, inbound_ids)) or "all")
    ):
        revived = await inbound.requeue(inbound_ids)
    await jobs.wake(Queue.INBOUND)
    return revived


async def drop(by: Staff, which: Which) -> int:
    """Take away what waits or was given up, for good. Returns how many deliveries.

    Raises:  Invalid when it is not said which
    """
    if which.delivery_id is None and not which.host:
        raise Invalid("Say which delivery, or of which host")
    async with acting(by, Deed.QUEUE_DROP, on=_target(which)):
        return await deliveries.drop(delivery_id=which.delivery_id, host=which.host)


def _target(which: Which) -> Target:
    if which.delivery_id is not None:
        return Target("delivery", which.delivery_id)
    return Target("domain", which.host or "all", which.host)
