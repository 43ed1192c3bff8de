"""Servers that this one has nothing to do with: remembered by each process for a few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from activitypub import iri
from echo.store import server_blocks

# A block takes this long, in seconds, to reach every process.
REMEMBERED_SECONDS = 10.0


class BlockedServers:
    """The suspended servers."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at: float | None = None
        self._domains: frozenset[str] = frozenset()

    async def have(self, address: str) -> bool:
        """Whether an address is on one of them. Raises Unavailable when that cannot be known."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= REMEMBERED_SECONDS:
            self._domains = await server_blocks.suspended()
            self._read_at = now
        host = iri.host_of(address, allow_http=True)
        return bool(self._domains) and host is not None and self.cover(host)

    def cover(self, host: str) -> bool:
        """Whether a host is one of those that were blocked when they were last read."""
        return not self._domains.isdisjoint(server_blocks.names_of(host))
