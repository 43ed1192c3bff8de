"""Many WebSockets, and how long it takes from a request to the event on each of them."""

from __future__ import annotations

import asyncio
import re
import socket as plain_socket
import time
from typing import Any, cast

from redis.asyncio import Redis

HOST = "127.0.0.1"
# What a request carries in its text, so that its event can be told from others.
MARK = re.compile(rb"latency-([0-9]+)-")
# The id of the post in a frame, in plain JSON or in JSON inside of JSON.
POST_ID = re.compile(rb'"id\\?":\\?"([0-9]{10,})')
AT_ONCE = 50
PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.2
_TEXT, _PING = 0x1, 0x9
# An empty pong, masked as frames of clients must be, with a mask of zeros.
_PONG = b"\x8a\x80\0\0\0\0"


class Sockets:
    """Those that are open."""

    def __init__(self) -> None:
        self.sent_at: dict[int, float] = {}
        self.latencies: list[float] = []
        self._open: list[Socket] = []
        self._stalled: list[Socket] = []
        self._greeting = b""
        self._only = b""
        self._wanted = 0
        self._mark = MARK
        self._complete = asyncio.Event()

    async def open(self, *, port: int, requests: list[bytes], greeting: bytes = b"") -> int:
        """Answers `Outside.open_sockets`."""
        self._greeting = greeting
        for start in range(0, len(requests), AT_ONCE):
            await asyncio.gather(
                *(self._open_one(port, request) for request in requests[start : start + AT_ONCE])
            )
        return len(self._open)

    async def stall(self, *, port: int, requests: list[bytes], greeting: bytes = b"") -> int:
        """Answers `Outside.stall`."""
        loop, before = asyncio.get_running_loop(), len(self._stalled)
        for request in requests:
            plain = plain_socket.socket()
            plain.setsockopt(plain_socket.SOL_SOCKET, plain_socket.SO_RCVBUF, 4096)
            plain.setblocking(False)
            await loop.sock_connect(plain, (HOST, port))
            _, socket = await loop.create_connection(
                lambda request=request: Socket(self, request), sock=plain
            )  # type: ignore[misc]
            if await socket.granted:
                socket.transport.write(greeting)
                socket.transport.pause_reading()
                self._stalled.append(socket)
        return len(self._stalled) - before

    async def storm(
        self, *, redis: str, channel: str, messages: list[tuple[int, bytes]], rate: int, seconds: float
    ) -> dict[str, Any]:
        """Answers `Outside.storm`."""
        self._mark = POST_ID
        self.latencies.clear()
        self.sent_at.clear()
        client: Redis = Redis(unix_socket_path=redis)
        loop, sent = asyncio.get_running_loop(), 0
        began = loop.time()
        while (now := loop.time() - began) < seconds:
            while sent < now * rate:
                post_id, message = messages[sent % len(messages)]
                self.sent_at[post_id] = time.perf_counter()
                await client.publish(channel, message)
                sent += 1
            await asyncio.sleep(0.005)
        await client.aclose()
        await asyncio.sleep(PATIENCE_SECONDS / 2)
        return {"sent": sent, "latencies": self.latencies, "reading": sum(s.is_open for s in self._open)}

    async def wake(self) -> dict[str, int]:
        """Answers `Outside.wake`."""
        for socket in self._stalled:
            if not socket.transport.is_closing():
                socket.transport.resume_reading()
        await asyncio.sleep(PATIENCE_SECONDS)
        gaps = sum(socket.is_open and socket.has_gap for socket in self._stalled)
        closed = sum(not socket.is_open for socket in self._stalled)
        return {"closed": closed, "gaps": gaps, "neither": len(self._stalled) - closed - gaps}

    async def close(self) -> None:
        """Answers `Outside.close_sockets`."""
        for socket in self._open:
            socket.transport.close()
        for socket in self._stalled:
            socket.transport.abort()
        self._open.clear()
        self._stalled.clear()

    async def events(self, *, port: int, requests: list[bytes], expected: int, only: bytes) -> dict[str, Any]:
        """Answers `Outside.events`: the next request when the events of the last have come."""
        self._only = only
        self.latencies.clear()
        reader, writer = await asyncio.open_connection(HOST, port)
        missing = 0
        for request in requests:
            self._wanted = len(self.latencies) + expected
            self._complete.clear()
            self.sent_at[int(MARK.search(request)[1])] = time.perf_counter()  # type: ignore[index]
            writer.write(request)
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._complete.wait()
            except TimeoutError:
                missing += self._wanted - len(self.latencies)
            await asyncio.sleep(PAUSE_SECONDS)
            await reader.read(2**20)
        writer.close()
        return {"latencies": self.latencies, "missing": missing}

    def heard(self, payload: bytes) -> None:
        """Note the event in a frame, if it is one that is waited for."""
        found = self._mark.search(payload)
        began = self.sent_at.get(int(found[1])) if found else None
        if began is not None and self._only in payload:
            self.latencies.append((time.perf_counter() - began) * 1000)
            if len(self.latencies) >= self._wanted:
                self._complete.set()

    async def _open_one(self, port: int, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        _, socket = await loop.create_connection(lambda: Socket(self, request), HOST, port)
        if await socket.granted:
            self._open.append(socket)
            if self._greeting:
                socket.transport.write(self._greeting)


class Socket(asyncio.Protocol):
    """One WebSocket."""

    def __init__(self, sockets: Sockets, request: bytes) -> None:
        self._sockets = sockets
        self._request = request
        self._buffer = b""
        self.is_open, self.has_gap = True, False
        self.granted: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if not self.granted.done():
            self.granted.set_result(False)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self.granted.done():
            head, end, rest = self._buffer.partition(b"\r\n\r\n")
            if not end:
                return
            self._buffer = rest
            self.granted.set_result(head.startswith(b"HTTP/1.1 101"))
        while (frame := self._take()) is not None:
            kind, payload = frame
            if kind == _TEXT:
                self.has_gap |= payload.startswith(b'{"type":"echo:gap"')
                self._sockets.heard(payload)
            elif kind == _PING:
                self.transport.write(_PONG)

    def _take(self) -> tuple[int, bytes] | None:
        """The first frame, once it is there as a whole. Servers do not mask."""
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        length, at = buffer[1], 2
        if length >= 126:
            at = 4 if length == 126 else 10
            if len(buffer) < at:
                return None
            length = int.from_bytes(buffer[2:at], "big")
        if len(buffer) < at + length:
            return None
        self._buffer = buffer[at + length :]
        return buffer[0] & 0x0F, buffer[at : at + length]
