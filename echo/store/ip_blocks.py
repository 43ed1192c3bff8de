"""Networks that may do less here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from echo import clock, db
from echo.errors import EchoError
from echo.kinds_of_fences import IpSeverity
from echo.models import IpBlock
from echo.store import loading
from echo.store.cursor import Cursor

log = logging.getLogger(__name__)
# A block takes this long, in seconds, to reach every process.
REMEMBERED_SECONDS = 10.0
Key = tuple[int, int, int]  # version, length of the prefix, network


class Networks:
    """Many networks, found by an address with one look for each length of prefix that occurs."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._known: set[Key] = set()
        for text in texts:
            network = ip_network(text)
            self._known.add((network.version, network.prefixlen, int(network.network_address)))
        self._lengths = sorted({(version, length) for version, length, _ in self._known})

    def cover(self, text: str) -> bool:
        """Whether an address is in one of them; a text that is none is not."""
        if not self._known or (address := read_address(text)) is None:
            return False
        number, bits = int(address), address.max_prefixlen
        return any(
            version == address.version
            and (version, length, number >> (bits - length) << (bits - length)) in self._known
            for version, length in self._lengths
        )


class Fence:
    """The networks that get nothing at all, remembered by a process for a few seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._read_at: float | None = None
        self._shut = Networks(())

    async def shuts_out(self, address: str) -> bool:
        """Whether an address gets nothing here. While the database is away, as it was known last."""
        now = self._clock()
        if self._read_at is None or now - self._read_at >= REMEMBERED_SECONDS:
            self._read_at = now
            try:
                self._shut = Networks(await networks_of(IpSeverity.ACCESS, clock.now()))
            except EchoError as error:
                log.warning("blocked networks: %s", error)
        return self._shut.cover(address)


async def networks_of(severity: IpSeverity, at: datetime) -> list[str]:
    """The networks of a severity that are blocked now."""
    rows = await db.fetch(
        "SELECT network FROM ip_blocks WHERE severity = $1 AND (expires_at IS NULL OR expires_at > $2)",
        severity.value,
        at,
    )
    return [row["network"] for row in rows]


async def severities_for(address: str, at: datetime) -> set[IpSeverity]:
    """What holds for an address at sign-up."""
    rows = await db.fetch(
        "SELECT network, severity FROM ip_blocks WHERE expires_at IS NULL OR expires_at > $1", at
    )
    by_severity: dict[str, list[str]] = {}
    for row in rows:
        by_severity.setdefault(row["severity"], []).append(row["network"])
    return {IpSeverity(severity) for severity, texts in by_severity.items() if Networks(texts).cover(address)}


async def find(block_id: int) -> IpBlock | None:
    """A block by its id."""
    return await IpBlock.get_or_none(id=block_id)


async def page(cursor: Cursor) -> list[IpBlock]:
    """Blocks, the newest first."""
    rows = await db.fetch(
        f"SELECT {loading.columns(IpBlock, 'b')} FROM ip_blocks b"
        f" WHERE {cursor.condition('b.id')} {cursor.order('b.id')}"
    )
    return [loading.read(IpBlock, row) for row in cursor.newest_first(rows)]


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """An address; IPv4 that comes as IPv6 is IPv4."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
