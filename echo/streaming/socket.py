"""Streams over a WebSocket: one socket carries any number of them.

After `echo:hello` it carries more (`echo.streaming.session`); without, it is Mastodon's and nothing else.

Source:  mastodon-api.md 4.2; ecosystem.md 3.2
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

import msgspec
from quart import Blueprint, Websocket, websocket

from echo.bus import Live
from echo.errors import EchoError, Unavailable
from echo.http.access import MARK
from echo.policy.access import Access
from echo.streaming import callers, frames, greeting, protocol, topics
from echo.streaming.frames import ClientFrame, Told
from echo.streaming.greeting import FRAMES_A_SECOND, FRAMES_AT_ONCE
from echo.streaming.hub import Hub
from echo.streaming.hubs import hub
from echo.streaming.kinds import Overflow
from echo.streaming.outlet import Backlog, Ending
from echo.streaming.protocol import Said
from echo.streaming.queue import Queue
from echo.streaming.session import Session
from echo.streaming.topics import Label, Topic

blueprint = Blueprint("streaming_socket", __name__)


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
        if self._queue is not None and not self._is_over:
            self._sent(is_taken=self._queue.add(frame, overflow, key=key, stream=stream))

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
        with suppress(RuntimeError):  # closed by the client in the same moment
            await self._socket.close(int(why))


@blueprint.websocket("/api/v1/streaming")
async def socket() -> None:
    """Subscribe and unsubscribe by frames; `stream` in the query is the first subscription."""
    connection: Websocket = websocket._get_current_object()  # type: ignore[attr-defined]
    own_hub = hub()
    caller = await callers.identify(connection, own_hub.turns)
    own_hub.require_room(caller.user_id, caller.address)
    opened = Socket(connection, caller.access, caller.address)
    own_hub.enter(opened)
    try:
        query = connection.args
        if query.get("stream"):
            first = ClientFrame("subscribe", query.get("stream"), query.get("tag"), query.get("list"))
            await _subscribe(own_hub, opened, first)
        await opened.open(callers.first_protocol(connection))
        await _read(own_hub, opened, connection)
    finally:
        own_hub.leave(opened)


async def _read(own_hub: Hub, opened: Socket, connection: Websocket) -> None:
    """Do what the client says, until either side closes."""
    clock = asyncio.get_running_loop().time
    allowance, counted_at = FRAMES_AT_ONCE, clock()
    orders = _Orders(own_hub, opened)
    try:
        while True:
            data = await connection.receive()
            now = clock()
            allowance = min(FRAMES_AT_ONCE, allowance + (now - counted_at) * FRAMES_A_SECOND) - 1
            counted_at = now
            if not isinstance(data, str):
                opened.end(Ending.BINARY)
            elif allowance < 0:
                opened.end(Ending.FLOOD)
            elif (frame := frames.decode(data)) is not None:
                if frame.type.startswith("echo:"):
                    orders.add_said(data)
                else:
                    orders.add(frame)
    finally:
        orders.close()


class _Orders:
    """What a client has asked for, done one after another beside the reading: a subscription may have to wait
    for Redis, and what a client sends meanwhile must still be counted.
    """

    def __init__(self, own_hub: Hub, opened: Socket) -> None:
        self._hub = own_hub
        self._opened = opened
        self._frames: deque[ClientFrame | Said] = deque()
        self._busy: asyncio.Task[None] | None = None

    def add_said(self, data: str) -> None:
        """Take a frame of our own protocol; what is none is refused, but only after hello."""
        try:
            self.add(greeting.read(data))
        except EchoError as error:
            if self._opened.session is not None:
                self._opened.say(greeting.refusal(error))

    def add(self, frame: ClientFrame | Said) -> None:
        self._frames.append(frame)
        if self._busy is None:
            self._busy = asyncio.create_task(self._obey_all())

    def close(self) -> None:
        if self._busy is not None:
            self._busy.cancel()

    async def _obey_all(self) -> None:
        while self._frames:
            await _obey(self._hub, self._opened, self._frames.popleft())
        self._busy = None


async def _obey(own_hub: Hub, opened: Socket, frame: ClientFrame | Said) -> None:
    if not isinstance(frame, ClientFrame):
        await _obey_said(own_hub, opened, frame)
    elif frame.type == "subscribe":
        await _subscribe(own_hub, opened, frame)
    elif frame.type == "unsubscribe":
        try:
            own_hub.unsubscribe(opened, (await _read_topic(opened, frame)).topic)
        except EchoError as refusal:
            opened.refuse(refusal)


async def _obey_said(own_hub: Hub, opened: Socket, said: Said) -> None:
    if opened.session is not None:
        await greeting.obey(opened, opened.session, said)
    elif isinstance(said, protocol.Hello):
        for topic in list(opened.topics):
            if topic.stream in topics.PERSONAL:
                own_hub.unsubscribe(opened, topic)
        try:
            await greeting.greet(own_hub, opened, said)
        except EchoError as error:
            opened.say(greeting.refusal(error))


async def _subscribe(own_hub: Hub, opened: Socket, frame: ClientFrame) -> None:
    try:
        subscription = await _read_topic(opened, frame)
        if opened.session is None or subscription.topic.stream not in topics.PERSONAL:
            await own_hub.subscribe(opened, subscription)
    except EchoError as refusal:
        opened.refuse(refusal)


async def _read_topic(opened: Socket, frame: ClientFrame) -> topics.Subscription:
    return await topics.open(
        frames.text(frame.stream),
        opened.access,
        tag=frames.text(frame.tag),
        list_id=frames.text(frame.list),
    )


setattr(socket, MARK, "needs read:statuses read:notifications")
