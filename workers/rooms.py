"""Live rooms: tells the server that carries sound and pictures what has changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from echo.actions import room_engines
from echo.runtime import Runtime


async def close(_: Runtime, *, room_id: int) -> None:
    """End what is connected to a room that is over."""
    await room_engines.close(room_id)


async def apply(_: Runtime, *, room_id: int, account_id: int) -> None:
    """Let somebody be heard or not, or end their connection: as their row says now."""
    await room_engines.apply(room_id, account_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {"rooms.close": close, "rooms.apply": apply}
