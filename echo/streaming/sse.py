"""Streams as server-sent events: one stream for each connection, named by its path.

Source:  mastodon-api.md 4.3, 4.5
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from quart import Blueprint, Request, Response, request

from echo import farewell
from echo.bus import Live
from echo.errors import BadRequest, EchoError
from echo.http.access import MARK, public
from echo.http.params import merge
from echo.policy.access import Access
from echo.streaming import callers, topics
from echo.streaming.frames import Told
from echo.streaming.hub import Hub
from echo.streaming.hubs import hub
from echo.streaming.kinds import Overflow
from echo.streaming.outlet import Backlog, Ending
from echo.streaming.session import Session
from echo.streaming.topics import Label, Subscription, Topic

blueprint = Blueprint("streaming_events", __name__)
HEARTBEAT_SECONDS = 15.0
_CONTENT_TYPE = "text/event-stream"
PATHS = {
    "user": "user",
    "user/notification": "user:notification",
    "public": "public",
    "public/local": "public:local",
    "public/remote": "public:remote",
    "hashtag": "hashtag",
    "hashtag/local": "hashtag:local",
    "list": "list",
    "direct": "direct",
}


class Channel:
    """An answer that goes on until either side ends it."""

    def __init__(self, access: Access, address: str) -> None:
        self.access = access
        self.address = address
        self.topics: dict[Topic, Label] = {}
        self._backlog: Backlog[bytes] = Backlog()
        self._news = asyncio.Event()
        self._is_over = False

    def tell(self, told: Told, label: Label) -> None:
        """Send an event, after those that wait."""
        if not self._is_over and not self._backlog.add(told.message()):
            self.end(Ending.TOO_SLOW)
        self._news.set()

    @property
    def session(self) -> Session | None:
        """Nobody says hello here."""
        return None

    async def wait_for_room(self) -> None:
        """Nothing waits for it here."""

    def put(self, frame: str, overflow: Overflow = Overflow.DURABLE, *, key: str = "") -> None:
        """There are no frames here."""

    def signal(self, message: Live) -> None:
        """There are no signals here."""

    def refuse(self, refusal: EchoError) -> None:
        """End the answer: there is only one thing to hear on it."""
        self.end(Ending.ACCESS_ENDED)

    def end(self, why: Ending) -> None:
        """End the answer."""
        self._is_over = True
        self._backlog.clear()
        self._news.set()

    async def messages(self) -> AsyncIterator[bytes]:
        """What is to be sent, comments that keep the connection alive included."""
        yield b":)\n"
        while not self._is_over:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._news.wait()
            except TimeoutError:
                yield b":thump\n"
            self._news.clear()
            while self._backlog:
                yield self._backlog.take()


@blueprint.get("/api/v1/streaming/health")
@public
async def health() -> Response:
    """`OK` for whoever watches over this process; 503 once it is about to stop."""
    if farewell.has_begun():
        return Response(b"stopping", status=503, content_type="text/plain; charset=utf-8")
    return Response(b"OK", content_type="text/plain; charset=utf-8")


@blueprint.get("/api/v1/streaming", defaults={"path": ""})
@blueprint.get("/api/v1/streaming/<path:path>")
async def events(path: str) -> Response:
    """One stream."""
    own_hub = hub()
    asked: Request = request._get_current_object()  # type: ignore[attr-defined]
    caller = await callers.identify(asked, own_hub.turns)
    subscription = await _subscription(path, caller.access)
    if request.method == "HEAD":
        return Response(b"", content_type=_CONTENT_TYPE)
    own_hub.require_room(caller.user_id, caller.address)
    channel = Channel(caller.access, caller.address)
    response = Response(_listen(own_hub, channel, subscription), content_type=_CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"  # nginx would hold events back
    response.timeout = None
    return response


async def _listen(own_hub: Hub, channel: Channel, subscription: Subscription) -> AsyncIterator[bytes]:
    """Enters only when the answer has begun: before, nobody would notice that the client is gone."""
    own_hub.enter(channel)
    try:
        await own_hub.subscribe(channel, subscription)
        async for message in channel.messages():
            yield message
    finally:
        own_hub.leave(channel)


async def _subscription(path: str, access: Access) -> Subscription:
    stream = PATHS.get(path.strip("/"))
    if stream is None:
        raise BadRequest("Unknown channel requested")
    given = merge(request.args.items(multi=True), (), None)
    if stream.startswith("public") and given.boolean("only_media", default=False):
        stream += ":media"
    return await topics.open(stream, access, tag=given.text("tag") or "", list_id=given.text("list") or "")


setattr(events, MARK, "needs read:statuses read:notifications")
