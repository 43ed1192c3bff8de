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
            async with asyncio.timeout(seconds):
                await self._events[queue].wait()
        self._events[queue].clear()

    async def listen(self) -> None:
        """Ring on every message of the bell channel; comes back by itself when Redis was away."""
        while True:
            try:
                await self._hear(jobs.bell_channel())
                cache.look_again()
            except cache.OUTAGES as error:
                cache.look_again()
                log.warning("Redis is away, work goes on by sweeps: %s", error)
                await asyncio.sleep(1.0)

    async def _hear(self, channel: str) -> None:
        """Until the connection is lost, or the channel is on another server of the cluster."""
        words = cache.words()
        line = await cache.connect_apart(channel)
        try:
            await line.send_command(words.subscribe, channel)
            while True:
                # With a time of its own: silence is no outage here.
                said = await line.read_response(timeout=SWEEP_SECONDS)
                if said and said[0] == words.message:
                    self.ring(bytes(said[2]).decode(errors="replace"))
                elif said and said[0] == words.unsubscribed:
                    return
        finally:
            await line.disconnect(nowait=True)
