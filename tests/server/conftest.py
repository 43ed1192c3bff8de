"""A server in this process, on a real port, with short deadlines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import pytest
import uvloop

from echo.server.door import Door, open_listener
from echo.server.rules import Rules
from echo.server.serving import Serving
from tests.server.small import SmallApp

SHORT = Rules(
    first_byte_seconds=1.0,
    head_seconds=1.0,
    keep_alive_seconds=1.2,
    stall_seconds=1.0,
    linger_seconds=0.2,
    ping_seconds=0.8,
    shutdown_seconds=20.0,
    connections=20,
)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the processes use, too."""
    return {"uvloop": uvloop.new_event_loop}


@dataclass
class Running:
    """A server under test."""

    serving: Serving
    app: SmallApp
    port: int
    door: Door
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection that is closed at the end of the test."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writers.append(writer)
        return reader, writer


@pytest.fixture
async def server() -> AsyncIterator[Running]:
    """A running server; stopped at the end."""
    app = SmallApp("small")
    serving = Serving(app, SHORT)
    await serving.start()
    with open_listener("127.0.0.1", 0) as listener:
        door = Door(listener, serving.welcome)
        door.open()
        running = Running(serving, app, listener.getsockname()[1], door)
        yield running
        door.close()
        await serving.stop()
        for writer in running.writers:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
