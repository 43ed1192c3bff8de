"""The application on a real port, and clients that listen to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
import uvloop
import websockets

from echo import streaming
from echo.runtime import Runtime
from echo.server.door import Door, open_listener
from echo.server.rules import Rules
from echo.server.serving import Serving
from echo.streaming.hub import Hub
from tests import live_schema
from tests.applications import application
from tests.make import Person

PATIENCE_SECONDS = 60.0
# So long nothing must come where nothing may come.
SILENCE_SECONDS = 0.3


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the processes use, too."""
    return {"uvloop": uvloop.new_event_loop}


@dataclass
class Ear:
    """A client that listens on a WebSocket."""

    socket: websockets.ClientConnection

    async def next(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame: dict[str, Any] = msgspec.json.decode(await self.socket.recv())
        if "type" in frame:
            live_schema.check(frame)
        return frame

    async def hears_nothing(self) -> bool:
        """Whether nothing comes for a while."""
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                await self.socket.recv()
        except TimeoutError:
            return True
        return False

    async def say(self, **frame: object) -> None:
        await self.socket.send(msgspec.json.encode(frame).decode())

    async def subscribe(self, stream: str, **more: object) -> None:
        """Subscribe, and wait until that is done: an unknown stream is answered after it."""
        await self.say(type="subscribe", stream=stream, **more)
        await self.settle()

    async def hello(self, **more: object) -> dict[str, Any]:
        """Begin our own protocol."""
        await self.say(type="echo:hello", version=1, **more)
        welcome = await self.next()
        assert welcome["type"] == "echo:welcome", welcome
        return welcome

    async def settle(self) -> None:
        """Wait until all that was said is done."""
        await self.say(type="subscribe", stream="marker")
        assert await self.next() == {"error": "Unknown stream type", "status": 400}

    async def closed(self) -> int:
        """The code with which the server closes; what comes before is thrown away."""
        with suppress(websockets.ConnectionClosed):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.socket.recv()
        assert self.socket.close_code is not None
        return self.socket.close_code


@dataclass
class LiveServer:
    """A server under test."""

    serving: Serving
    hub: Hub
    port: int
    sockets: list[websockets.ClientConnection] = field(default_factory=list)
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def listen(self, person: Person, query: str = "", **options: Any) -> Ear:
        """A socket of this person."""
        return await self.connect(query, additional_headers=person.headers, **options)

    async def connect(self, query: str = "", **options: Any) -> Ear:
        """A socket, with whatever the options say."""
        options.setdefault("ping_interval", None)
        uri = f"ws://127.0.0.1:{self.port}/api/v1/streaming{query}"
        socket = await websockets.connect(uri, proxy=None, **options)
        self.sockets.append(socket)
        return Ear(socket)

    async def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, Any]:
        """The status and head of an answer, and a reader of what follows."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        writer.write(f"GET {path} HTTP/1.1\r\nhost: echo.test\r\n{lines}\r\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        return int(head.split()[1]), head.lower(), reader

    async def ask(self, path: str, person: Person) -> dict[str, Any]:
        """What a request over HTTP is answered."""
        code, _, reader = await self.get(path, {**person.headers, "connection": "close"})
        body = await reader.read()
        assert code == 200, body
        answer: dict[str, Any] = msgspec.json.decode(body)
        return answer


@pytest.fixture
async def live(runtime: Runtime, caplog: pytest.LogCaptureFixture) -> AsyncIterator[LiveServer]:
    """A running server; everything is closed at the end."""
    app = application(runtime)
    serving = Serving(app, Rules(shutdown_seconds=30, linger_seconds=0.2, stall_seconds=1))
    await serving.start()
    with open_listener("127.0.0.1", 0) as listener:
        door = Door(listener, serving.welcome)
        door.open()
        running = LiveServer(serving, streaming.hub_of(app), listener.getsockname()[1])
        yield running
        door.close()
        await asyncio.gather(running.hub.close(within_seconds=10), serving.stop())
        assert "cut off" not in caplog.text
        for socket in running.sockets:
            await socket.close()
        for writer in running.writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
