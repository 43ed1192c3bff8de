"""One accepted connection: bytes in, Hypercorn's HTTP/1.1 and the application, bytes out, and every deadline.

It stands where Hypercorn has its TCPServer, because that one never gives up on a peer that stops reading,
closes without letting the peer finish (which destroys the answer on its way), and has no pong deadline.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config as HypercornConfig
from hypercorn.events import Closed, Event, RawData, Updated
from hypercorn.typing import ConnectionState
from hypercorn.utils import parse_socket_addr

from echo.ending import end
from echo.server.http11 import CLOSE_FRAME, PING_FRAME, Http11
from echo.server.rules import Rules
from echo.server.tasks import Tasks

log = logging.getLogger(__name__)
# Reading pauses when so much has arrived that the application has not taken.
_UNREAD_BYTES = 128 * 1024
# A part of an answer that is larger, or that many parts, do not wait for more.
_HELD_BYTES, _HELD_PARTS = 16 * 1024, 16
# What the kernel keeps for a WebSocket or an event stream (it doubles this). By itself it takes megabytes for
# a peer that reads nothing, all of which is written before we see that this one is behind.
_KEPT_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Site:
    """What the connections of a process share."""

    app: ASGIWrapper
    config: HypercornConfig
    context: WorkerContext
    rules: Rules


class Connection(asyncio.Protocol):
    """Serves requests, one after another, or a WebSocket, until either side ends it."""

    def __init__(self, site: Site, forget: Callable[[Connection], None]) -> None:
        self._site = site
        self._forget = forget
        self._loop = asyncio.get_running_loop()
        self._received = bytearray()
        self._held: list[bytes] = []
        self._arrival: asyncio.Future[None] | None = None  # set while the reading task waits for bytes
        self._room: asyncio.Future[None] | None = None  # set while the peer does not take what we write
        self._timer: asyncio.TimerHandle | None = None  # idle, heartbeat or linger; never two at once
        self._heard_at = self._pinged_at = self._ended_at = self._loop.time()
        self._at_eof = self._is_ending = self._is_lost = self._is_idle = False
        self._is_websocket = self._is_bounded = self._is_served = self._has_begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._task = self._loop.create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        if self._is_ending:
            return
        self._received += data
        if self._is_idle and not self._has_begun:
            self._has_begun = True
            self._start_timer(self._site.rules.head_seconds, self._end)
        if len(self._received) > _UNREAD_BYTES:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._at_eof = True
        self._wake()
        return True  # what was written before may still be on its way

    def connection_lost(self, error: Exception | None) -> None:
        # The task ends by itself, unless it waits for an application that takes nothing any more.
        if self._is_served:
            self._forget(self)
            return
        self._start_timer(self._site.rules.stall_seconds, self._task.cancel)
        self._at_eof = self._is_lost = True
        self._wake()
        self.resume_writing()

    def pause_writing(self) -> None:
        self._room = self._loop.create_future()

    def resume_writing(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    def stop_when_idle(self) -> None:
        """The process stops: end now, or when the request under way, or just arrived, is answered."""
        if self._is_idle and not self._received:
            self._end()

    async def cut(self) -> None:
        """End at once, whatever is under way."""
        self._transport.abort()
        await end([self._task])

    def write_frame(self, frame: bytes) -> bool:
        """Write a whole frame of an open WebSocket now, without a task or the layers between.

        Returns: False, with nothing written, when it is not open or the peer is behind: whoever sends
        waits then, by the application's own way
        """
        if not self._is_websocket or self._is_ending or self._is_lost or self._room is not None:
            return False
        self._transport.write(frame)
        return True

    async def _serve(self) -> None:
        sock: socket.socket = self._transport.get_extra_info("socket")
        try:
            client = parse_socket_addr(sock.family, sock.getpeername())
            server = parse_socket_addr(sock.family, sock.getsockname())
            site = self._site
            async with Tasks(self._loop, self.write_frame) as group:
                self._http = Http11(
                    site.app,
                    site.config,
                    site.context,
                    group,
                    ConnectionState({}),
                    False,
                    client,
                    server,
                    self._send,
                )
                self._rest()
                while data := await self._next():
                    await self._http.handle(RawData(data))
                await self._http.handle(Closed())
        except OSError:
            pass  # gone before we could ask who it was
        except Exception:
            log.exception("a connection failed")
        finally:
            self._stop_timer()
            self._release()
            self._transport.close()
            self._is_served = True
            if self._is_lost:
                self._forget(self)
            elif self._transport.get_write_buffer_size():
                self._loop.call_later(self._site.rules.stall_seconds, self._transport.abort)

    async def _next(self) -> bytes:
        """What has arrived; empty at the end."""
        while not self._received and not self._at_eof:
            self._arrival = self._loop.create_future()
            await self._arrival
        data = bytes(self._received)
        self._received.clear()
        if len(data) > _UNREAD_BYTES and not self._is_lost:
            self._transport.resume_reading()
        return data

    def _wake(self) -> None:
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def _send(self, event: Event) -> None:
        """What the protocol wants done."""
        if isinstance(event, RawData):
            await self._write(event.data)
        elif isinstance(event, Closed):
            self._end()
        elif isinstance(event, Updated):
            if event.idle:
                self._rest()
            else:
                self._is_idle = False
                self._stop_timer()

    async def _write(self, data: bytes) -> None:
        """Write, and wait while the peer is behind; cut it off when it takes nothing for too long."""
        if self._is_ending or self._is_lost:
            return
        if self._is_websocket:
            self._transport.write(data)
            if data[:1] == CLOSE_FRAME:
                self._end()
                return
        else:
            self._hold(data)
            if self._http.is_open_websocket:
                self._begin_heartbeat()
            elif self._http.is_event_stream and not self._is_bounded:
                self._bound()
        if self._room is not None:
            try:
                async with asyncio.timeout(self._site.rules.stall_seconds):
                    await asyncio.shield(self._room)
            except TimeoutError:
                self._transport.abort()

    def _hold(self, data: bytes) -> None:
        """Put the parts of an answer together, so that head and body leave in one packet."""
        if not self._held:
            self._loop.call_soon(self._release)
        self._held.append(data)
        if len(data) > _HELD_BYTES or len(self._held) > _HELD_PARTS:
            self._release()

    def _release(self) -> None:
        if self._held and not self._is_lost:
            self._transport.writelines(self._held)
            self._held = []

    def _rest(self) -> None:
        """Wait for a request, but not for ever."""
        self._is_idle, self._has_begun = True, False
        if self._site.context.terminated.is_set():
            self._end()
        else:
            self._start_timer(self._site.rules.keep_alive_seconds, self._end)

    def _begin_heartbeat(self) -> None:
        self._is_websocket = True
        self._bound()
        self._release()
        # spread, so that sockets that came together are not all served in the same moment for ever
        self._start_timer(random.uniform(0.5, 1.0) * self._site.rules.ping_seconds, self._beat)  # noqa: S311

    def _bound(self) -> None:
        self._is_bounded = True
        kernel: socket.socket = self._transport.get_extra_info("socket")
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KEPT_BYTES)

    def _beat(self) -> None:
        """Ask whether the peer is still there. Whatever it has sent since the last time is an answer."""
        if self._heard_at < self._pinged_at:
            self._transport.abort()
            return
        self._pinged_at = self._loop.time()
        self._transport.write(PING_FRAME)
        self._start_timer(self._site.rules.ping_seconds, self._beat)

    def _end(self) -> None:
        """No more from us. What the peer still sends is thrown away until it ends too, or for a moment only:
        closing under it would make the kernel destroy the answer that is still on its way.
        """
        if self._is_ending or self._is_lost:
            return
        self._is_ending, self._ended_at = True, self._loop.time()
        if len(self._received) > _UNREAD_BYTES:
            self._transport.resume_reading()
        self._received.clear()
        try:
            self._release()
            self._transport.write_eof()
        except (OSError, RuntimeError):
            self._transport.abort()
        self._start_timer(self._site.rules.linger_seconds, self._part)

    def _part(self) -> None:
        """The moment is over, unless the peer is still busy taking what we wrote."""
        is_patient = self._loop.time() - self._ended_at < self._site.rules.stall_seconds
        if is_patient and self._transport.get_write_buffer_size():
            self._start_timer(self._site.rules.linger_seconds, self._part)
        else:
            self._transport.abort()

    def _start_timer(self, seconds: float, then: Callable[[], object]) -> None:
        if not self._is_lost:
            self._stop_timer()
            self._timer = self._loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
