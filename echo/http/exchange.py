"""One request and its answer, as Quart has them, without the tasks that only bodies and streams need."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import cast

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, HTTPScope
from quart import Response
from quart.asgi import ASGIHTTPConnection
from quart.typing import ResponseTypes
from quart.utils import cancel_tasks, encode_headers, raise_task_exceptions
from quart.wrappers.response import DataBody

# In the scope of a request that ends with its head.
BARE = "echo.bare"
# What says that something follows the head of a request.
_OF_BODIES = frozenset((b"content-length", b"transfer-encoding", b"content-type"))


class Exchange(ASGIHTTPConnection):
    """A bare request is answered in the task of its connection, an answer in memory sent in one piece.

    Quart starts three tasks for every request: to receive, to handle, and to send in time. Only uploads and
    streams need them.
    """

    async def __call__(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        if not _is_bare(self.scope):
            await super().__call__(receive, send)
            return
        cast("dict[str, object]", self.scope)[BARE] = True
        request = self._create_request_from_scope(send)
        request.body.set_complete()
        response = await self.app.handle_request(request)
        if isinstance(response, Response) and isinstance(response.response, DataBody):
            await self._in_time(response, self._send_whole(send, response, response.response))
            return
        # Whoever leaves ends a stream.
        leaving = asyncio.ensure_future(self.handle_messages(request, receive))
        sending = asyncio.ensure_future(self._in_time(response, self._send_response(send, response)))
        done, pending = await asyncio.wait([sending, leaving], return_when=asyncio.FIRST_COMPLETED)
        await cancel_tasks(pending)
        raise_task_exceptions(done)

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


def _is_bare(scope: HTTPScope) -> bool:
    return scope["method"] in ("GET", "HEAD") and not any(name in _OF_BODIES for name, _ in scope["headers"])
