"""What is due by the clock, to the second: posts that waited for their time, polls that end."""

from __future__ import annotations

import asyncio
import logging

from echo import clock
from echo.actions import polls, schedules
from echo.errors import Unavailable
from echo.store import polls as poll_store
from echo.store import schedules as schedule_store

log = logging.getLogger(__name__)
AT_ONCE = 16
# Something may be written down meanwhile that is due before what is known of.
SWEEP_SECONDS = 5.0


async def drain(owner: str) -> None:
    """Do what is due for ever; what was missed is caught up."""
    await schedule_store.release(owner)
    while True:
        wait_seconds = SWEEP_SECONDS
        try:
            while await step(owner):
                continue
            wait_seconds = await until_next()
        except Unavailable as error:
            log.warning("what is due waits for the database: %s", error)
        await asyncio.sleep(wait_seconds)


async def step(owner: str) -> int:
    """Do some of what is due now. Returns how much it was."""
    return await schedules.publish_due(owner, AT_ONCE) + await polls.do_due(AT_ONCE)


async def until_next() -> float:
    """How long nothing is due, in seconds."""
    moments = (await schedule_store.next_due(), await poll_store.next_due())
    waits = [(moment - clock.now()).total_seconds() for moment in moments if moment is not None]
    return min(max(min(waits, default=SWEEP_SECONDS), 0.2), SWEEP_SECONDS)
