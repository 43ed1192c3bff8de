"""The least that an answer can cost here: Echo's server under an application that has its answer ready."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import uvloop

from echo.server.door import Door, open_listener
from echo.server.rules import Rules
from echo.server.serving import Serving

BODY = msgspec.json.encode([{"id": str(number), "content": "<p>bare</p>" * 180} for number in range(20)])
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]


async def app(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[dict[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """40 kB of JSON for every request."""
    if scope["type"] == "lifespan":
        while True:
            kind = (await receive())["type"]
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})


async def main(port: int) -> None:
    """Serve until the process is ended."""
    serving = Serving(app, Rules())
    await serving.start()
    Door(open_listener("127.0.0.1", port), serving.welcome).open()
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
