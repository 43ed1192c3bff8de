"""Wake-ups inside a worker process: one bell for each queue, rung through Redis or by a sweep."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from echo import cache, jobs
from echo.jobs import Queue

log = logging.getLogger(__name__)
# Without a wake-up every queue is looked at this often, in seconds: losing all hints costs no more than that.
SWEEP_SECONDS = 5.0


class Bells:
    """An event for each queue."""

    def __init__(self) -> None:
        self._events = {queue: asyncio.Event() for queue in Queue}

    def ring(self, queue: str) -> None:
        """Rows of this queue may be due. An unknown queue is one of a newer release: not for us."""
        with contextlib.suppress(ValueError):
            self._events[Queue(queue)].set()

    def ring_all(self) -> None:
        for event in self._events.values():
            event.set()

    async def wait(self, queue: Queue, seconds: float = SWEEP_SECONDS) -> None:
        """Until the bell rings or the time is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._events[queue].wait(), seconds)
        self._events[queue].clear()

    async def listen(self) -> None:
        """Ring on every message of the bell channel; comes back by itself when Redis was away."""
        while True:
            try:
                async with cache.client().pubsub() as channel:
                    await channel.subscribe(jobs.bell_channel())
                    while True:
                        # With a time of its own: silence is no outage here.
                        message = await channel.get_message(True, timeout=SWEEP_SECONDS)
                        if message is not None:
                            self.ring(bytes(message["data"]).decode(errors="replace"))
            except cache.OUTAGES as error:
                log.warning("Redis is away, work goes on by sweeps: %s", error)
                await asyncio.sleep(1.0)
