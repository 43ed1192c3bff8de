"""The last step of what leaves: an activity as it will be sent, with its deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db, jobs, settings
from echo.jobs import Queue
from echo.store import hosts, outbound
from echo.store.outbound import Inbox, Outgoing
from federation.network import network

# So many deliveries are written sooner than it is asked which hosts are well.
FEW = 200


async def write_down(activity: Outgoing, inboxes: Sequence[Inbox], *, again: bool = False) -> None:
    """Write what leaves, as it is. Done twice (a job may run twice) it is written once."""
    if not settings.here().federation.enabled:
        return
    inboxes = [inbox for inbox in inboxes if not await network().blocked.bars(inbox.url)]
    for chunk in await _portions(inboxes):
        async with db.unit_of_work():
            activity_id = await outbound.insert(activity)
            written = await outbound.address(
                activity_id, activity.object_key, chunk, kind=activity.kind, again=again
            )
        if written:
            await jobs.wake(Queue.DELIVERIES)


async def _portions(inboxes: Sequence[Inbox]) -> list[Sequence[Inbox]]:
    """What is written at once, first where all is well: nobody there waits until all are written."""
    if len(inboxes) <= FEW:
        return outbound.chunks(inboxes)
    well = await hosts.well_among([inbox.host for inbox in inboxes])
    first = [inbox for inbox in inboxes if inbox.host in well]
    return outbound.chunks(first) + outbound.chunks([inbox for inbox in inboxes if inbox.host not in well])
