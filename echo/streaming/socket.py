"""Streams over a WebSocket: one socket carries any number of them.

After `echo:hello` it carries more (`echo.streaming.session`); without, it is Mastodon's and nothing else.

Source:  mastodon-api.md 4.2; ecosystem.md 3.2
"""

from __future__ import annotations

import asyncio
from collections import deque

from quart import Blueprint, Websocket, websocket

from echo.errors import BadRequest, EchoError
from echo.http.access import MARK
from echo.streaming import callers, frames, greeting, lifecycle, protocol, topics
from echo.streaming.connection import Socket
from echo.streaming.frames import ClientFrame
from echo.streaming.greeting import FRAMES_A_SECOND, FRAMES_AT_ONCE
from echo.streaming.hub import Hub
from echo.streaming.hubs import hub
from echo.streaming.outlet import Ending
from echo.streaming.protocol import Said

blueprint = Blueprint("streaming_socket", __name__)


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
        if opened.session is not None and not own_hub.is_closing:
            lifecycle.ended(opened.access, opened.session.id)


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
            elif (frame := frames.decode(data)) is None:
                orders.refuse(BadRequest("This is no frame"))
            elif frame.type.startswith("echo:"):
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
            self.refuse(error)

    def refuse(self, error: EchoError) -> None:
        """Say that a frame cannot be read. Mastodon's clients know no such answer: to them it is nothing."""
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
        try:
            await greeting.obey(opened, opened.session, said)
        except EchoError as error:
            opened.say(greeting.refusal(error))
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
