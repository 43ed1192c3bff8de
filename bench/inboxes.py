"""Inboxes of other servers: each address of 127.0.0.0/8 is a host of its own. They take everything."""

from __future__ import annotations

import asyncio
from typing import cast

ANSWER = b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n"


class Inboxes:
    """All of them, and how much has come."""

    def __init__(self) -> None:
        self.arrived = 0
        self._servers: list[asyncio.Server] = []

    async def open(self, *, port: int, hosts: list[str]) -> None:
        """Answers `Outside.open_inboxes`."""
        loop = asyncio.get_running_loop()
        self._servers.append(await loop.create_server(lambda: Inbox(self), hosts, port))

    async def arrivals(self) -> int:
        """Answers `Outside.arrivals`."""
        arrived, self.arrived = self.arrived, 0
        return arrived


class Inbox(asyncio.Protocol):
    """One connection to an inbox."""

    def __init__(self, inboxes: Inboxes) -> None:
        self._inboxes = inboxes
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        length = int(head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
        if len(self._buffer) >= end + 4 + length:
            self._buffer = self._buffer[end + 4 + length :]
            self._inboxes.arrived += head.startswith(b"post ")
            self._transport.write(ANSWER)
