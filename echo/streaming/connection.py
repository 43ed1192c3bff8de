"""An open WebSocket, as the hub sees it."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from typing import cast

import msgspec
from quart import Websocket

from echo.bus import Live
from echo.errors import EchoError, Unavailable
from echo.policy.access import Access
from echo.streaming import frames, protocol
from echo.streaming.frames import WRITE_FRAME, Told, WriteFrame
from echo.streaming.kinds import Overflow
from echo.streaming.outlet import Backlog, Ending
from echo.streaming.queue import Queue
from echo.streaming.session import Session
from echo.streaming.topics import Label, Topic

_IN_OUR_WORDS = {Ending.RESTART: Ending.GOING_AWAY, Ending.FLOOD: Ending.TOO_FAST}
# When a client may be back, in seconds from, to: spread, so that not all come in the same moment.
_PAUSES: dict[Ending, tuple[float, float] | None] = {
    Ending.GOING_AWAY: (0.5, 10.0),
    Ending.TOO_FAST: (5.0, 15.0),
    Ending.ACCESS_ENDED: None,
    Ending.REPLACED: None,
}
_FAREWELL_SECONDS = 1.0


class Socket:
    """An open WebSocket. Nothing runs for it while nothing is to be sent."""

    __slots__ = (
        "_backlog",
        "_busy",
        "_is_open",
        "_is_over",
        "_queue",
        "_room",
        "_socket",
        "_write_frame",
        "access",
        "address",
        "session",
        "topics",
    )

    def __init__(self, socket: Websocket, access: Access, address: str) -> None:
        self.access = access
        self.address = address
        self.topics: dict[Topic, Label] = {}
        self.session: Session | None = None
        self._socket = socket
        # Servers other than ours have no such way.
        extensions = cast(dict[str, object], socket.scope.get("extensions") or {})
        self._write_frame = cast(WriteFrame | None, extensions.get(WRITE_FRAME))
        self._backlog: Backlog[str] = Backlog()
        self._queue: Queue | None = None
        self._busy: asyncio.Task[None] | None = None
        self._is_open = self._is_over = False

    async def wait_for_room(self) -> None:
        """Returns when not much waits to be sent."""
        while self._is_behind:
            self._room.clear()
            await self._room.wait()

    @property
    def _is_behind(self) -> bool:
        return self._queue is not None and self._queue.is_half_full

    def begin(self, session: Session) -> None:
        """From now on the socket hears our own protocol; what waits is sent before it."""
        self.session = session
        self._queue = Queue()
        self._room = asyncio.Event()

    def tell(self, told: Told, label: Label) -> None:
        """Send an event of a stream, after those that wait."""
        if self._queue is None:
            if not self._wrote(told.whole_frame(label)):
                self.say(told.frame(label))
        else:
            self._put(told.own_frame(label), Overflow.DROPPABLE, stream=":".join(label))

    def put(self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "") -> None:
        """Send a frame of our own protocol, after those that wait."""
        self._put(frame, overflow, key=key)

    def signal(self, message: Live) -> None:
        """Send a signal, if this is the session that it is for. With much waiting it is dropped: it is only
        worth something now.
        """
        known = self.session
        if known is None or message.session not in ("", known.id) or self._is_behind:
            return
        signalled = protocol.SignalToClient(kind=message.text, data=msgspec.Raw(message.body))
        self._put(protocol.encode(signalled).decode())

    def refuse(self, refusal: EchoError) -> None:
        """Say why something is not heard; the socket stays open."""
        self.say(frames.error(refusal))

    def say(self, frame: str) -> None:
        """Send a frame, after those that wait."""
        if self._queue is not None:
            self._put(frame)
        elif not self._is_over:
            self._sent(is_taken=self._backlog.add(frame))

    def _put(
        self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "", stream: str = ""
    ) -> None:
        if self._queue is None or self._is_over:
            return
        if self._queue or not self._wrote(frames.whole(frame.encode())):
            self._sent(is_taken=self._queue.add(frame, overflow, key=key, stream=stream))

    def _wrote(self, whole_frame: bytes) -> bool:
        """Whether it could be written at once: nothing waits before it, and the peer is not behind."""
        if self._write_frame is None or not self._is_open or self._is_over:
            return False
        return self._busy is None and not self._backlog and self._write_frame(whole_frame)

    def _sent(self, *, is_taken: bool) -> None:
        if not is_taken:
            self.end(Ending.TOO_SLOW)
        elif self._is_open and self._busy is None:
            self._busy = asyncio.create_task(self._send())

    async def open(self, protocol: str | None) -> None:
        """Accept the connection; what was said before follows. Raises Unavailable when it has ended."""
        if self._is_over:
            raise Unavailable(retry_after_seconds=2)
        await self._socket.accept(subprotocol=protocol)
        self._is_open = True
        if self._backlog and self._busy is None:
            self._busy = asyncio.create_task(self._send())

    def end(self, why: Ending) -> None:
        """Close. The reader of the socket learns of it as it does when the client closes."""
        if self._is_over:
            return
        self._is_over = True
        if self.session is not None:
            why = _IN_OUR_WORDS.get(why, why)
        self._backlog.clear()
        if self._queue is not None:
            self._queue.clear()
            self._room.set()
        if self._busy is not None:
            self._busy.cancel()
        if self._is_open:
            self._busy = asyncio.create_task(self._close(why))

    async def _send(self) -> None:
        try:
            while self._backlog:
                await self._socket.send(self._backlog.take())
            while self._queue:
                await self._socket.send(self._queue.take())
                if not self._queue.is_half_full:
                    self._room.set()
                if not self._queue and (streams := self._queue.dropped()):
                    lost = protocol.Gap(streams=streams, last_safe="", epoch="", cursor="")
                    self._put(protocol.encode(lost).decode())
        finally:
            if not self._is_over:
                self._busy = None

    async def _close(self, why: Ending) -> None:
        with suppress(RuntimeError, TimeoutError):  # closed by the client in the same moment, or stuck
            if self.session is not None and why in _PAUSES:
                pause = _PAUSES[why]
                after = None if pause is None else round(random.uniform(*pause), 1)  # noqa: S311
                farewell = protocol.encode(protocol.Bye(code=int(why), reconnect_after_seconds=after))
                async with asyncio.timeout(_FAREWELL_SECONDS):
                    await self._socket.send(farewell.decode())
        with suppress(RuntimeError):
            await self._socket.close(int(why))
