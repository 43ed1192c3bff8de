"""The wires of a process to a Redis Cluster: each channel is heard on the server that has its slot.

Slots move, and servers are replaced. Then the channel is heard on the other server from then on, and
`is_new_line` says that something was missed: whoever follows a log looks whether it is still the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Any

from echo import cache
from echo.ending import end
from echo.streaming.wire import Line, Wire

log = logging.getLogger(__name__)
Address = tuple[str, int]
# Where channels are for as long as nobody knows which server has them.
NOWHERE: Address = ("", 0)
# So often it is looked whether channels are where they are heard, and at the soonest again.
SETTLE_SECONDS, _SOONEST_SECONDS = 15.0, 0.2


class Shards:
    """The same as a `Wire`, over the servers of a cluster."""

    def __init__(self, heard: Callable[[str, bytes], None]) -> None:
        self._heard = heard
        self._wires: dict[Address, Shard] = {}
        self._running: dict[Address, asyncio.Task[None]] = {}
        # On which wire each channel is that somebody wants.
        self._homes: dict[str, Shard] = {}
        self._moved = asyncio.Event()
        # See `Wire`; `sweep` finds it out.
        self.is_new_line = False

    async def want(self, channel: str) -> None:
        """See `Wire.want`."""
        home = self._homes.get(channel)
        if home is None:
            found = await _address_of(channel)
            # Another one may have come meanwhile.
            home = self._homes.setdefault(channel, self._wire(found or NOWHERE))
        await home.want(channel)

    def unwant(self, channel: str) -> None:
        """See `Wire.unwant`."""
        home = self._homes[channel]
        home.unwant(channel)
        if not home.wants(channel):
            del self._homes[channel]

    async def sweep(self) -> None:
        """See `Wire.sweep`."""
        for wire in list(self._wires.values()):
            await wire.sweep()
            self.is_new_line |= wire.is_new_line
            wire.is_new_line = False

    async def run(self) -> None:
        """Listen until cancelled."""
        try:
            while True:
                await self._settle()
                await asyncio.sleep(_SOONEST_SECONDS)
                try:
                    async with asyncio.timeout(SETTLE_SECONDS):
                        await self._moved.wait()
                except TimeoutError:
                    pass
        finally:
            await end(self._running.values())

    async def _settle(self) -> None:
        """Hear every channel where it is, and nowhere else."""
        self._moved.clear()
        for address, wire in list(self._wires.items()):
            if address != NOWHERE and address not in self._running:
                self._running[address] = asyncio.create_task(wire.run())
        for channel, home in list(self._homes.items()):
            found = await _address_of(channel)
            if self._homes.get(channel) is not home:
                continue
            if found is None:
                self._moved.set()
                return
            if found != home.address:
                self._homes[channel] = self._wire(found)
                await self._homes[channel].take_over(channel, home)
            elif home.has_lost(channel):
                await home.ask_again(channel)
        wanted = set(self._homes.values())
        for address, wire in list(self._wires.items()):
            if wire not in wanted and not wire.is_needed:
                del self._wires[address]
                running = self._running.pop(address, None)
                if running is not None:
                    running.cancel()

    def _wire(self, address: Address) -> Shard:
        wire = self._wires.get(address)
        if wire is None:
            wire = self._wires[address] = Shard(self._heard, address, self._moved.set)
            self._moved.set()
        return wire


class Shard(Wire):
    """The wire to one server of a cluster.

    Shapes:  moved: called when it is not, or no more, the one that has a channel
    """

    def __init__(
        self, heard: Callable[[str, bytes], None], address: Address, moved: Callable[[], None]
    ) -> None:
        super().__init__(heard)
        self.address = address
        self._on_move = moved
        self._late: set[str] = set()

    @property
    def is_needed(self) -> bool:
        """Whether somebody wants something of it."""
        return bool(self._wanted)

    def wants(self, channel: str) -> bool:
        """Whether somebody wants this channel."""
        return channel in self._wanted

    def has_lost(self, channel: str) -> bool:
        """Whether a channel is wanted that the server does not say here."""
        return self._line is not None and channel in self._wanted and channel not in self._subscribed

    async def take_over(self, channel: str, other: Shard) -> None:
        """Hear a channel in place of another wire, for all who want it there."""
        self._wanted[channel] = self._wanted.get(channel, 0) + other._wanted.pop(channel, 0)
        waiting = other._waiting.pop(channel, None)
        if waiting is not None:
            self._waiting[channel] = waiting
        await self.ask_again(channel)

    async def ask_again(self, channel: str) -> None:
        """Subscribe to a channel that was lost: something of it may have been missed."""
        self._late.add(channel)
        await self._enter([channel])

    def _confirmed(self, channel: str) -> None:
        super()._confirmed(channel)
        if channel in self._late:
            self._late.discard(channel)
            self.is_new_line = True

    def _take(self, response: Any) -> None:
        if isinstance(response, list) and response[0] == self._words.unsubscribed:
            channel = response[1].decode()
            self._subscribed.discard(channel)
            if channel in self._wanted:
                # Nobody here asked for that: the slot is on another server now.
                self._lost()
        elif isinstance(response, list):
            super()._take(response)

    async def _read(self, line: Any) -> Any:
        try:
            return await line.read_response()
        except cache.ANSWERED as error:
            # MOVED, and whatever else a server says of one channel: the others are still heard.
            log.info("a channel is not here: %s", error)
            self._lost()
            return None

    async def _connect(self) -> Line:
        return await cache.connect_to(self.address)

    def _lost(self) -> None:
        cache.look_again()
        self._on_move()

    async def _enter(self, channels: Sequence[str]) -> None:
        for channel in channels:
            await self._say(self._words.subscribe, channel)

    async def _leave(self, channels: Sequence[str]) -> None:
        for channel in channels:
            await self._say(self._words.unsubscribe, channel)


async def _address_of(channel: str) -> Address | None:
    try:
        return await cache.address_of(channel)
    except cache.OUTAGES:
        return None
