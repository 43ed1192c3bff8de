"""The last step of what leaves: an activity as it will be sent, with its deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from echo import db, jobs, settings
from echo.jobs import Queue
from echo.store import hosts, outbound
from echo.store.outbound import Inbox, Outgoing
from federation.network import network

# So many deliveries are written sooner than it is asked which hosts are well.
FEW = 200
# Whoever is followed from everywhere shall not keep everything else waiting: beyond so many deliveries, each
# thousand is due so much later than the one before, up to so much.
AT_ONCE = 2000
SPREAD, MOST = timedelta(seconds=15), timedelta(seconds=120)
# How much later those are due then that are not known to be well.
HEAD_START = timedelta(seconds=2)
# Before that, those who are well have the machine to themselves for so long: to write down two thousand
# deliveries takes as much of it as to make a hundred.
FIRST_SECONDS = 0.1


async def write_down(activity: Outgoing, inboxes: Sequence[Inbox], *, again: bool = False) -> None:
    """Write what leaves, as it is. Done twice (a job may run twice) it is written once."""
    if not settings.here().federation.enabled:
        return
    barred = await network().blocked.barred([inbox.host for inbox in inboxes])
    inboxes = [inbox for inbox in inboxes if inbox.host not in barred]
    before, is_first = 0, False
    for chunk, delay in await _portions(inboxes):
        if is_first and delay:
            await asyncio.sleep(FIRST_SECONDS)
        is_first = not delay
        async with db.unit_of_work():
            activity_id = await outbound.insert(activity)
            written = await outbound.address(
                activity_id,
                activity.object_key,
                chunk,
                kind=activity.kind,
                again=again,
                delay=max(delay, _delay(before)),
            )
        before += len(chunk)
        if written:
            await jobs.wake(Queue.DELIVERIES)


async def _portions(inboxes: Sequence[Inbox]) -> list[tuple[Sequence[Inbox], timedelta]]:
    """What is written at once, and how much later it is due; first where all is well: nobody there waits for
    those who may not answer.
    """
    if len(inboxes) <= FEW:
        return [(chunk, outbound.NOW) for chunk in outbound.chunks(inboxes)]
    well = await hosts.well_among([inbox.host for inbox in inboxes])
    first = [inbox for inbox in inboxes if inbox.host in well]
    others = [inbox for inbox in inboxes if inbox.host not in well]
    later = HEAD_START if first else outbound.NOW
    return [
        *((chunk, outbound.NOW) for chunk in outbound.chunks(first)),
        *((chunk, later) for chunk in outbound.chunks(others)),
    ]


def _delay(before: int) -> timedelta:
    """How long deliveries wait of which so many are written before them."""
    if before < AT_ONCE:
        return outbound.NOW
    return min(SPREAD * (1 + (before - AT_ONCE) // outbound.CHUNK), MOST)
