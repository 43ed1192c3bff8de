"""Requests for what there is not. No view counts them, so they are counted here: whoever tries addresses out
is stopped like anybody else.
"""

from __future__ import annotations

from quart import Quart, request, websocket

from echo.http.access import count_stranger


def install(app: Quart) -> None:
    """Count each request that no route takes, before it is answered."""

    @app.before_request
    async def _count_request() -> None:
        if request.routing_exception is not None:
            await count_stranger(request)

    @app.before_websocket
    async def _count_socket() -> None:
        if websocket.routing_exception is not None:
            await count_stranger(websocket)
