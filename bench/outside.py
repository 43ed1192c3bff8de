"""Everything that is not Echo: clients, sockets and inboxes, in one process that is not measured."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any

import msgspec

LENGTH_BYTES = 4
PATIENCE_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came of many requests; latencies in milliseconds, in no order."""

    seconds: float
    latencies: list[float]
    statuses: dict[int, int]
    first_failure: str

    @property
    def failures(self) -> int:
        """How many were not answered 2xx."""
        return sum(count for status, count in self.statuses.items() if not 200 <= status < 300)


class Outside:
    """The process, while it runs. Each method has it do one thing and waits for the result."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> Outside:
        """Start the process."""
        return cls(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bench.load",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        )

    async def requests(self, port: int, requests: list[bytes], count: int, clients: int) -> Traffic:
        """Send these requests in turn, `count` in all, over so many connections."""
        done = await self._ask("requests", port=port, requests=requests, count=count, clients=clients)
        return Traffic(**done)

    async def open_sockets(self, port: int, requests: list[bytes], greeting: bytes = b"") -> int:
        """Open a WebSocket with each of these requests, and send a frame on it; how many are open."""
        return int(await self._ask("open_sockets", port=port, requests=requests, greeting=greeting))

    async def stall(self, port: int, requests: list[bytes], greeting: bytes = b"") -> int:
        """Open WebSockets, send a frame on each and read nothing from them; how many were granted."""
        return int(await self._ask("stall", port=port, requests=requests, greeting=greeting))

    async def storm(
        self, redis: str, channel: str, messages: list[tuple[int, bytes]], rate: int, seconds: float
    ) -> dict[str, Any]:
        """Say so many messages a second on a channel of Redis; `sent`, `latencies` on the sockets that read,
        and how many of these are open in the end (`reading`).

        Shapes:  redis: the path of its socket; messages: the id of a post, and what is said of it
        """
        told = {"redis": redis, "channel": channel, "messages": messages, "rate": rate, "seconds": seconds}
        return dict(await self._ask("storm", **told))

    async def wake(self) -> dict[str, int]:
        """Have those read that have not; how many are `closed`, how many were told of a gap (`gaps`)."""
        return dict(await self._ask("wake"))

    async def events(
        self, port: int, requests: list[bytes], expected: int, *, only: bytes = b""
    ) -> dict[str, Any]:
        """Send requests that each lead to an event on `expected` sockets; `latencies` and `missing`.

        Shapes:  only: what stands in the frames that count
        """
        return dict(await self._ask("events", port=port, requests=requests, expected=expected, only=only))

    async def close_sockets(self) -> None:
        """Close every WebSocket."""
        await self._ask("close_sockets")

    async def open_inboxes(self, port: int, hosts: list[str]) -> None:
        """Take deliveries at these addresses."""
        await self._ask("open_inboxes", port=port, hosts=hosts)

    async def arrivals(self) -> int:
        """How many deliveries have come since this was last asked."""
        return int(await self._ask("arrivals"))

    async def visitors(self, command: str, **arguments: object) -> dict[str, Any]:
        """Have people do something for a while: a method of `bench.visitors.Visitors`."""
        return dict(await self._ask(command, **arguments))

    async def stop(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def _ask(self, command: str, **arguments: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        write_message(self._process.stdin, [command, arguments])
        await self._process.stdin.drain()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await read_message(self._process.stdout)


def write_message(writer: asyncio.StreamWriter, message: object) -> None:
    """Write a message with its length before it."""
    body = msgspec.msgpack.encode(message)
    writer.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)


async def read_message(reader: asyncio.StreamReader) -> Any:
    """The next message. Raises asyncio.IncompleteReadError at the end."""
    length = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
    return msgspec.msgpack.decode(await reader.readexactly(length))
