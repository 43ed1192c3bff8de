"""The process of `bench.outside`: clients on bare sockets, cheap enough not to be in the way."""

from __future__ import annotations

import asyncio
import itertools
import resource
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, cast

import uvloop

from bench.inboxes import Inboxes
from bench.outside import read_message, write_message
from bench.sockets import Sockets
from bench.visitors import Visitors

HOST = "127.0.0.1"


class Run:
    """Many requests over several connections."""

    def __init__(self, requests: list[bytes], count: int, clients: int) -> None:
        self._requests: Iterator[bytes] = itertools.islice(itertools.cycle(requests), count)
        self._open = clients
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.first_failure = ""
        self.done = asyncio.get_running_loop().create_future()

    def take(self) -> bytes | None:
        return next(self._requests, None)

    def record(self, status: int, seconds: float, body: bytes | bytearray) -> None:
        self.latencies.append(seconds * 1000)
        self.statuses[status] += 1
        if not 200 <= status < 300 and not self.first_failure:
            self.first_failure = f"{status} {body[-300:].decode(errors='replace')}"

    def leave(self) -> None:
        self._open -= 1
        if not self._open and not self.done.done():
            self.done.set_result(None)


class Client(asyncio.Protocol):
    """One connection: a request, its answer, the next request. A status of 0 is a connection that broke."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._buffer = bytearray()
        self._is_waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        length = answer_bytes(self._buffer)
        if length is None or len(self._buffer) < length:
            return
        self._is_waiting = False
        self._run.record(int(self._buffer[9:12]), time.perf_counter() - self._began, self._buffer)
        del self._buffer[:length]
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if self._is_waiting:
            self._run.record(0, time.perf_counter() - self._began, b"the connection broke")
        self._run.leave()

    def _next(self) -> None:
        request = self._run.take()
        if request is None:
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._is_waiting = True
        self._transport.write(request)


def answer_bytes(buffer: bytes | bytearray) -> int | None:
    """How long the answer at the beginning is, once that can be told."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = buffer[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        return end + 4 + int(head[at + 17 :].split(b"\r\n", 1)[0])
    if b"\r\ntransfer-encoding: chunked" not in head:
        return end + 4
    last = buffer.find(b"\r\n0\r\n\r\n", end + 2)
    return None if last < 0 else last + 7


async def send_requests(*, port: int, requests: list[bytes], count: int, clients: int) -> dict[str, Any]:
    """Answers `Outside.requests`."""
    run, loop = Run(requests, count, clients), asyncio.get_running_loop()
    began = time.perf_counter()
    await asyncio.gather(*(loop.create_connection(lambda: Client(run), HOST, port) for _ in range(clients)))
    await run.done
    return {
        "seconds": time.perf_counter() - began,
        "latencies": run.latencies,
        "statuses": dict(run.statuses),
        "first_failure": run.first_failure,
    }


async def main() -> None:
    """Do what is asked until standard input ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, sys.stdout.buffer)
    writer = asyncio.StreamWriter(transport, protocol, reader, loop)
    sockets, inboxes, visitors = Sockets(), Inboxes(), Visitors()
    commands: dict[str, Callable[..., Awaitable[object]]] = {
        "requests": send_requests,
        "open_sockets": sockets.open,
        "stall": sockets.stall,
        "storm": sockets.storm,
        "wake": sockets.wake,
        "close_sockets": sockets.close,
        "events": sockets.events,
        "open_inboxes": inboxes.open,
        "arrivals": inboxes.arrivals,
        "log_in": visitors.log_in,
        "live": visitors.live,
        "spend_days": visitors.spend_days,
    }
    while True:
        try:
            command, arguments = await read_message(reader)
        except asyncio.IncompleteReadError:
            return
        write_message(writer, await commands[command](**arguments))
        await writer.drain()


if __name__ == "__main__":
    uvloop.run(main())
