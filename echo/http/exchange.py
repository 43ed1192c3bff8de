"""One request and its answer, as Quart has them, without the tasks that only bodies and streams need."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import cached_property
from typing import cast

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from quart import Request, Response
from quart.asgi import ASGIHTTPConnection
from quart.typing import ResponseTypes
from quart.utils import cancel_tasks, encode_headers, raise_task_exceptions
from quart.wrappers.request import Body
from quart.wrappers.response import DataBody

# In the scope of a request that ends with its head.
BARE = "echo.bare"
# What says that something follows the head of a request.
_OF_BODIES = frozenset((b"content-length", b"transfer-encoding", b"content-type"))

# So much of a body may wait to be read. Quart takes in whatever comes, however long nobody reads it.
UNREAD_BYTES = 256 * 1024


class PacedBody(Body):
    """A body whose sender waits, back to the network, while nobody reads what has come. Read it in parts."""

    def __init__(self, expected_content_length: int | None, max_content_length: int | None) -> None:
        super().__init__(expected_content_length, max_content_length)
        self.room = asyncio.Event()
        self.room.set()

    def append(self, data: bytes) -> None:
        super().append(data)
        if len(self._data) > UNREAD_BYTES:
            self.room.clear()

    async def __anext__(self) -> bytes:
        data = await super().__anext__()
        self.room.set()
        return data


class PacedRequest(Request):
    """A request with such a body."""

    body_class = PacedBody
    body: PacedBody

    @cached_property
    def blueprints(self) -> list[str]:
        """Quart's, which is asked thrice for each request once its route is known."""
        return super().blueprints


class Exchange(ASGIHTTPConnection):
    """A bare request is answered in the task of its connection, an answer in memory sent in one piece: how
    long that may take is the connection's to say.

    Quart starts three tasks for every request: to receive, to handle, and to send in time. Only uploads and
    streams need them.
    """

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if not is_bare(self.scope):
            await super().__call__(receive, send)
            return
        cast("dict[str, object]", self.scope)[BARE] = True
        request = self._create_request_from_scope(send)
        request.body.set_complete()
        response = await self.app.handle_request(request)
        if isinstance(response, Response) and isinstance(response.response, DataBody):
            await self._send_whole(send, response, response.response)
            return
        # Whoever leaves ends a stream.
        leaving = asyncio.ensure_future(self.handle_messages(request, receive))
        sending = asyncio.ensure_future(self._in_time(response, self._send_response(send, response)))
        done, pending = await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        await cancel_tasks(pending)
        raise_task_exceptions(done)

    async def handle_messages(self, request: Request, receive: ASGIReceiveCallable) -> None:
        """Take in what comes, no faster than it is read."""
        body = cast(PacedBody, request.body)
        while (message := await receive())["type"] == "http.request":
            body.append(message.get("body", b""))
            if not message.get("more_body", False):
                body.set_complete()
            await body.room.wait()

    async def _in_time(self, response: ResponseTypes, sending: Coroutine[None, None, None]) -> None:
        """Send, but not for ever: whoever does not read is left by the server."""
        own = getattr(response, "timeout", Ellipsis)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.app.config["RESPONSE_TIMEOUT"] if own is Ellipsis else own):
                await sending

    async def _send_whole(self, send: ASGISendCallable, response: Response, body: DataBody) -> None:
        headers = encode_headers(response.headers)
        status = response.status_code
        await send({"type": "http.response.start", "status": status, "headers": headers, "trailers": False})
        data = body.data[body.begin : body.end]
        await send({"type": "http.response.body", "body": data, "more_body": False})


def is_bare(scope: HTTPScope) -> bool:
    """Whether a request ends with its head."""
    return scope["method"] in ("GET", "HEAD") and not any(name in _OF_BODIES for name, _ in scope["headers"])
