"""An ASGI application on sockets, from the start of its lifespan to a stop that lets requests finish."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.lifespan import Lifespan
from hypercorn.asyncio.worker_context import WorkerContext

from echo.ending import end
from echo.server.connection import Connection, Site
from echo.server.rules import Rules, hypercorn_config

log = logging.getLogger(__name__)
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
Application = Callable[..., Awaitable[Any]]


class Serving:
    """The connections of this process."""

    def __init__(self, app: Application, rules: Rules) -> None:
        self._rules = rules
        config = hypercorn_config(rules)
        self._site = Site(ASGIWrapper(app), config, WorkerContext(None), rules)
        self._connections: set[Connection] = set()
        self._arriving: set[asyncio.Task[None]] = set()
        self._all_gone = asyncio.Event()
        self._lifespan = Lifespan(self._site.app, config, asyncio.get_running_loop(), {})

    async def start(self) -> None:
        """Start the application. Raises what it raises."""
        self._lifespan_task = asyncio.create_task(self._lifespan.handle_lifespan())
        await self._lifespan.wait_for_startup()
        if self._lifespan_task.done():
            self._lifespan_task.result()

    def welcome(self, accepted: socket.socket) -> None:
        """Serve a connection that was accepted here or elsewhere."""
        if len(self._connections) >= self._rules.connections:
            with accepted, suppress(OSError):
                accepted.send(_FULL)
            return
        connection = Connection(self._site, self._forget)
        self._connections.add(connection)
        task = asyncio.create_task(self._connect(connection, accepted))
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)

    @property
    def count(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    def use_no_more(self) -> None:
        """From now on each answer says that it is the last one on its connection."""
        self._site.config.keep_alive_max_requests = 0

    async def wait_for_nobody(self) -> None:
        """Wait until there is no connection."""
        while self._connections:
            self._all_gone.clear()
            await self._all_gone.wait()

    async def stop(self) -> None:
        """Let requests finish for as long as the rules allow, cut off the rest, and stop the application."""
        self.use_no_more()
        await self._site.context.terminated.set()
        if self._arriving:
            await asyncio.wait(self._arriving)
        for connection in list(self._connections):
            connection.stop_when_idle()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rules.shutdown_seconds):
                await self.wait_for_nobody()
        if self._connections:
            log.warning("%d connections are cut off", len(self._connections))
            await asyncio.gather(*(connection.cut() for connection in list(self._connections)))
        await self._lifespan.wait_for_shutdown()
        await end([self._lifespan_task])

    async def _connect(self, connection: Connection, accepted: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: connection, accepted)
        except OSError:
            accepted.close()
            self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self._connections.discard(connection)
        if not self._connections:
            self._all_gone.set()
