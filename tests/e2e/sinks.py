"""Inboxes that take everything and remember it: other servers, as far as deliveries are concerned."""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Sink:
    """One inbox on a port of its own."""

    port: int = 0
    arrived: Counter[str] = field(default_factory=Counter)

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
        status = "404 Not Found"
        if head.startswith("POST"):
            await asyncio.sleep(self._delay_seconds)
            sink.arrived[json.loads(body)["id"]] += 1
            status = "202 Accepted"
        writer.write(f"HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        return True
