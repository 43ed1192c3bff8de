"""Inboxes that remember what came: other servers, as deliveries see them, in good and bad moods."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Mood(StrEnum):
    """How an inbox answers."""

    WELL = "well"
    FAILING = "failing"  # 500
    HANGING = "hanging"  # no answer
    DRIPPING = "dripping"  # an answer without end, a byte now and then
    RESETTING = "resetting"  # the connection breaks before anything is taken
    CUTTING = "cutting"  # it breaks after everything is taken: the answer is lost
    BABBLING = "babbling"  # no HTTP


@dataclass(slots=True)
class Sink:
    """One inbox on a port of its own.

    Shapes:  arrived: activity id -> how often it was taken; order: activities as they were taken
    """

    port: int = 0
    arrived: Counter[str] = field(default_factory=Counter)
    order: list[dict[str, Any]] = field(default_factory=list)
    mood: Mood = Mood.WELL
    under_way: int = 0
    most_under_way: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class Sinks:
    """Several inboxes, served by a thread of their own."""

    def __init__(self, count: int, *, delay_seconds: float = 0.0) -> None:
        self.all = [Sink() for _ in range(count)]
        self._delay_seconds = delay_seconds
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._started = threading.Event()

    def __enter__(self) -> Sinks:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def arrivals(self) -> int:
        """How many deliveries came, those that came twice counted twice."""
        return sum(sum(sink.arrived.values()) for sink in self.all)

    def _serve(self) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        servers = [await self._listen(sink) for sink in self.all]
        self._started.set()
        await self._stop.wait()
        for server in servers:
            server.close()
        for writer in list(self._open):
            writer.close()
        await asyncio.sleep(0.1)

    async def _listen(self, sink: Sink) -> asyncio.Server:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            try:
                while await self._answer(sink, reader, writer):
                    continue
            except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                pass
            finally:
                self._open.discard(writer)
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        sink.port = server.sockets[0].getsockname()[1]
        return server

    async def _answer(self, sink: Sink, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        if not head.startswith("POST"):
            return await _say(writer, "404 Not Found")
        sink.under_way += 1
        sink.most_under_way = max(sink.most_under_way, sink.under_way)
        try:
            await asyncio.sleep(self._delay_seconds)
            return await _take(sink, json.loads(body), reader, writer)
        finally:
            sink.under_way -= 1


async def _take(
    sink: Sink, activity: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """What comes of a delivery; whether the connection stays open."""
    mood = sink.mood
    if mood in (Mood.WELL, Mood.CUTTING):
        sink.arrived[activity["id"]] += 1
        sink.order.append(activity)
    if mood == Mood.WELL:
        return await _say(writer, "202 Accepted")
    if mood == Mood.FAILING:
        return await _say(writer, "500 Internal Server Error")
    if mood == Mood.BABBLING:
        writer.write(b"\x00\xff what do you mean\r\n\r\n")
    if mood == Mood.DRIPPING:
        writer.write(b"HTTP/1.1 202 Accepted\r\nx: ")
    # Whoever gives up is under way no more from that moment on.
    left = asyncio.create_task(reader.read(1))
    while sink.mood == mood and mood in (Mood.HANGING, Mood.DRIPPING) and not left.done():
        if mood == Mood.DRIPPING:
            writer.write(b"x")
        await asyncio.wait({left}, timeout=0.2)
    left.cancel()
    await asyncio.gather(left, return_exceptions=True)
    if mood != Mood.BABBLING:
        writer.transport.abort()
    return False


async def _say(writer: asyncio.StreamWriter, status: str) -> bool:
    writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
    await writer.drain()
    return True
