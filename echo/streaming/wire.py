"""One connection to Redis on which a process hears the channels that its listeners need, and no others."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from echo import cache

log = logging.getLogger(__name__)
# How long somebody who subscribes waits for Redis to confirm; then they go on and hear what comes later.
CONFIRM_SECONDS = 2.0
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
_PING_SECONDS, _SILENCE_SECONDS = 15.0, 40.0


class Line(Protocol):
    """What we use of a connection to Redis."""

    async def send_command(self, *parts: Any) -> None: ...
    async def read_response(self) -> Any: ...
    async def disconnect(self, nowait: bool = False) -> None: ...


class Wire:
    """Counts who wants which channel, and connects again by itself for as long as `run` runs.

    Shapes:  heard: called with the channel and the payload of each message; must not raise
    """

    def __init__(self, heard: Callable[[str, bytes], None]) -> None:
        self._heard = heard
        self._words = cache.words()
        self._wanted: dict[str, int] = {}
        self._subscribed: set[str] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._line: Line | None = None
        self._heard_at = self._pinged_at = 0.0
        # Set with each new connection: what was said meanwhile was not heard. Whoever cares clears it.
        self.is_new_line = False

    async def want(self, channel: str) -> None:
        """Hear a channel from now on. Returns when Redis has confirmed it, or after a moment without it."""
        self._wanted[channel] = self._wanted.get(channel, 0) + 1
        if channel in self._subscribed:
            return
        confirmed = self._waiting.get(channel)
        if confirmed is None:
            confirmed = self._waiting[channel] = asyncio.get_running_loop().create_future()
        await self._say(self._words.subscribe, channel)
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await asyncio.shield(confirmed)
        except TimeoutError:
            log.warning("Redis does not confirm a subscription")

    def unwant(self, channel: str) -> None:
        """One listener less. The channel is left only by `sweep`: who comes back soon costs nothing."""
        left = self._wanted[channel] - 1
        if left:
            self._wanted[channel] = left
        else:
            del self._wanted[channel]

    async def sweep(self) -> None:
        """Leave the channels that nobody wants any more, and notice when Redis has gone silent."""
        unwanted = [channel for channel in self._subscribed if channel not in self._wanted]
        if unwanted:
            self._subscribed.difference_update(unwanted)
            await self._leave(unwanted)
        now = asyncio.get_running_loop().time()
        if self._line is not None and now - max(self._heard_at, self._pinged_at) > _PING_SECONDS:
            self._pinged_at = now
            await self._say("PING")
        if self._line is not None and now - self._heard_at > _SILENCE_SECONDS:
            await self._line.disconnect(nowait=True)

    async def run(self) -> None:
        """Listen until cancelled."""
        pause = _FIRST_PAUSE_SECONDS
        while True:
            started = asyncio.get_running_loop().time()
            try:
                await self._listen()
            except Exception as error:
                log.warning("live messages are not heard: %r", error)
            self._lost()
            if asyncio.get_running_loop().time() - started > _LONGEST_PAUSE_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _listen(self) -> None:
        line = await self._connect()
        self._line = line
        self._heard_at = asyncio.get_running_loop().time()
        try:
            await self._enter(list(self._wanted))
            self.is_new_line = True
            while True:
                self._take(await self._read(line))
        finally:
            self._line = None
            self._subscribed.clear()
            await line.disconnect(nowait=True)

    def _take(self, response: list[Any]) -> None:
        """Source:  Redis pub/sub, RESP2: [kind, channel, payload or count]"""
        self._heard_at = asyncio.get_running_loop().time()
        kind = response[0]
        if kind == self._words.message:
            self._heard(response[1].decode(), response[2])
        elif kind == self._words.subscribed:
            self._confirmed(response[1].decode())

    def _confirmed(self, channel: str) -> None:
        self._subscribed.add(channel)
        waiting = self._waiting.pop(channel, None)
        if waiting is not None:
            waiting.set_result(None)

    async def _connect(self) -> Line:
        return await cache.connect_apart()

    async def _read(self, line: Line) -> Any:
        return await line.read_response()

    def _lost(self) -> None:
        """The connection is over, or there is none; another one is tried in a moment."""

    async def _enter(self, channels: Sequence[str]) -> None:
        if channels:
            await self._say(self._words.subscribe, *channels)

    async def _leave(self, channels: Sequence[str]) -> None:
        await self._say(self._words.unsubscribe, *channels)

    async def _say(self, *parts: str) -> None:
        """Send a command; when that fails `run` connects again and subscribes to all that is wanted."""
        if self._line is not None:
            try:
                await self._line.send_command(*parts)
            except cache.OUTAGES as error:
                log.info("Redis cannot be told %s: %s", parts[0], error)
