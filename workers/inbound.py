"""The drain of activities that others delivered: those of one actor in their order, many actors at a time.

What a worker died with may be the reason why it died: it is tried again alone.
"""

from __future__ import annotations

import asyncio
import logging
from itertools import groupby

from echo.ending import end
from echo.errors import Unavailable
from echo.jobs import Queue
from echo.runtime import Runtime
from echo.store import inbound
from echo.store.inbound import Stored
from federation.processing import PROCESS_SECONDS, settle
from workers.bells import Bells

log = logging.getLogger(__name__)

ROWS_AT_ONCE = 64
ACTORS_AT_ONCE = 8
# Longer than the rows of one actor can take.
LEASE_SECONDS = 10 * PROCESS_SECONDS
SUSPECT_SECONDS = 30.0
# While some are under way others gather for so long: to claim one row costs as much as to claim many.
GATHER_SECONDS = 0.02


async def drain(runtime: Runtime, bells: Bells, owner: str) -> None:
    """Process due activities for ever. When it is cancelled, what is under way is given back."""
    runtime.bind()
    await inbound.release_leases(owner, died=True)
    work = _Work(owner)
    bell = asyncio.create_task(bells.wait(Queue.INBOUND))
    try:
        while True:
            has_more = True
            while has_more:
                has_more = await work.take()
            if bell.done():
                bell = asyncio.create_task(bells.wait(Queue.INBOUND))
            if work.running:
                await asyncio.sleep(GATHER_SECONDS)
            await asyncio.wait({bell, *work.running}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        bell.cancel()
        await work.stop()


class _Work:
    """What is under way."""

    def __init__(self, owner: str) -> None:
        self._owner = owner
        self._rows = 0
        self._dropped: list[int] = []  # still leased to us, though nobody works on them
        self._turns = asyncio.Semaphore(ACTORS_AT_ONCE)
        self._is_clearing = False  # whether suspects are tried, one after the other
        self._looked_at = float("-inf")
        self.running: set[asyncio.Task[None]] = set()

    async def take(self) -> bool:
        """Claim what there is room for and start on it. Returns whether there may be more."""
        room = ROWS_AT_ONCE - self._rows
        if room <= 0:
            return False
        try:
            if self._dropped:
                await inbound.give_back(self._dropped, self._owner)
                self._dropped.clear()
            if await self._must_wait():
                return False
            claimed = await inbound.claim(owner=self._owner, limit=room, lease_seconds=LEASE_SECONDS)
        except Unavailable as error:
            log.warning("inbound activities wait for the database: %s", error)
            return False
        self._start(claimed)
        return bool(claimed) and claimed[0].seen > len(claimed)

    async def _must_wait(self) -> bool:
        """Whether suspects come first; when nothing else is under way, the next of them is begun."""
        now = asyncio.get_running_loop().time()
        if not self._is_clearing and now - self._looked_at > SUSPECT_SECONDS:
            self._looked_at = now
            self._is_clearing = await inbound.has_suspects()
        if self._is_clearing and not self._rows:
            suspect = await inbound.claim_suspect(owner=self._owner, lease_seconds=LEASE_SECONDS)
            self._is_clearing = suspect is not None
            self._start([] if suspect is None else [suspect])
        return self._is_clearing

    def _start(self, claimed: list[Stored]) -> None:
        claimed.sort(key=lambda stored: (stored.actor_uri, stored.id))
        for _, group in groupby(claimed, key=lambda stored: stored.actor_uri):
            task = asyncio.create_task(self._actor(list(group)))
            self.running.add(task)
            task.add_done_callback(self.running.discard)
        self._rows += len(claimed)

    async def stop(self) -> None:
        """Let go of everything: another worker, or this one after its start, takes it."""
        await end(self.running, again_seconds=5.0)
        try:
            await inbound.release_leases(self._owner)
        except Unavailable as error:
            log.warning("leases are left to end by themselves: %s", error)

    async def _actor(self, rows: list[Stored]) -> None:
        """The activities of one actor, one after the other."""
        try:
            async with self._turns:
                for stored in rows:
                    await settle(stored, self._owner)
        except Unavailable as error:
            log.warning("inbound activities wait for the database: %s", error)
            self._dropped += [stored.id for stored in rows]
        finally:
            self._rows -= len(rows)
