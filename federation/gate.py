"""How much is asked at once: a few requests to each host, and a lid on all of them together.

A request waits for its host first and for the common lid second, so that those who wait for a slow host
take no room from the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Shapes:  per_host, in_all: most requests under way"""

    def __init__(self, *, per_host: int, in_all: int) -> None:
        self._per_host = per_host
        self._all = asyncio.Semaphore(in_all)
        # host: [its semaphore, how many use or wait for it]; removed with the last one
        self._hosts: dict[str, tuple[asyncio.Semaphore, list[int]]] = {}

    @property
    def hosts(self) -> int:
        """How many hosts are being asked or waited for."""
        return len(self._hosts)

    @asynccontextmanager
    async def enter(self, host: str) -> AsyncIterator[None]:
        """Wait for room, and hold it."""
        semaphore, users = self._hosts.setdefault(host, (asyncio.Semaphore(self._per_host), [0]))
        users[0] += 1
        try:
            async with semaphore, self._all:
                yield
        finally:
            users[0] -= 1
            if users[0] == 0:
                del self._hosts[host]
