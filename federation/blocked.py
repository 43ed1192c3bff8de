"""Servers that this one has nothing to do with: remembered by each process for a few seconds.

Those that are suspended; in allow-list mode also all that were not allowed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from activitypub import iri
from echo import settings
from echo.store import server_allows, server_blocks

# A block takes this long, in seconds, to reach every process.
REMEMBERED_SECONDS = 10.0


class BlockedServers:
    """The suspended servers, and those that are allowed."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at: float | None = None
        self._domains: frozenset[str] = frozenset()
        self._allowed: frozenset[str] = frozenset()
        self._without_files: frozenset[str] = frozenset()

    async def have(self, address: str) -> bool:
        """Whether an address is on a suspended server. Raises Unavailable when that cannot be known."""
        await self._read()
        host = iri.host_of(address, allow_http=True)
        return bool(self._domains) and host is not None and self.cover(host)

    async def bars(self, address: str) -> bool:
        """Whether nothing is exchanged with the server of an address: suspended, or not allowed where only
        allowed ones are. Subdomains are allowed one by one, as in Mastodon."""
        host = iri.host_of(address, allow_http=True)
        return host is not None and bool(await self.barred([host]))

    async def barred(self, hosts: Collection[str]) -> set[str]:
        """Those of these hosts, as `iri.host_of` spells them, that `bars` says yes to."""
        await self._read()
        barred = {host for host in hosts if self._domains and self.cover(host)}
        if settings.here().federation.only_allowed:
            barred |= {host for host in hosts if host.partition(":")[0].lower() not in self._allowed}
        return barred

    async def withhold_files(self, address: str) -> bool:
        """Whether no files are taken from the server of an address."""
        await self._read()
        host = iri.host_of(address, allow_http=True)
        return host is not None and not self._without_files.isdisjoint(server_blocks.names_of(host))

    async def _read(self) -> None:
        now = self._clock()
        if self._read_at is None or now - self._read_at >= REMEMBERED_SECONDS:
            self._domains = await server_blocks.suspended()
            self._without_files = await server_blocks.without_files()
            if settings.here().federation.only_allowed:
                self._allowed = await server_allows.allowed()
            self._read_at = now

    def cover(self, host: str) -> bool:
        """Whether a host is one of those that were blocked when they were last read."""
        return not self._domains.isdisjoint(server_blocks.names_of(host))
