"""The task of a request, which may be answered before its body has come, and of a WebSocket, which may write
frames that are made already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, cast

from hypercorn.asyncio.task_group import TaskGroup, _handle
from hypercorn.config import Config
from hypercorn.typing import AppWrapper, ASGIReceiveEvent, ASGISendEvent, Scope

from echo.streaming.frames import WRITE_FRAME, WriteFrame


class Tasks(TaskGroup):
    """Hypercorn's, but what comes for an application that has answered is thrown away.

    There it would wait for ever to be taken: neither the answer nor the connection would come to an end.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, write_frame: WriteFrame) -> None:
        super().__init__(loop)
        self._write_frame = write_frame

    async def spawn_app(
        self,
        app: AppWrapper,
        config: Config,
        scope: Scope,
        send: Callable[[ASGISendEvent | None], Awaitable[None]],
    ) -> Callable[[ASGIReceiveEvent], Awaitable[None]]:
        if scope["type"] == "websocket":
            extensions = cast(dict[str, object], scope["extensions"])
            extensions[WRITE_FRAME] = self._write_frame
        queue: asyncio.Queue[ASGIReceiveEvent] = asyncio.Queue(config.max_app_queue_size)
        has_ended = False

        async def put(event: ASGIReceiveEvent) -> None:
            if not has_ended:
                await queue.put(event)

        async def sent(event: ASGISendEvent | None) -> None:
            nonlocal has_ended
            if event is None or (event["type"] == "http.response.body" and not event.get("more_body", False)):
                has_ended = True
                while not queue.empty():
                    queue.get_nowait()
            await send(event)

        def call_soon(call: Callable[..., Any], *arguments: object) -> Any:
            return asyncio.run_coroutine_threadsafe(call(*arguments), self._loop).result()

        run_aside = partial(self._loop.run_in_executor, None)
        self.spawn(_handle, app, config, scope, queue.get, sent, run_aside, call_soon)
        return put
