"""The last warnings and errors of all processes, in Redis: bounded, and gone with it; collectors keep
more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast

import msgspec

from echo import cache, logs
from echo.logs import Line

MOST = 500
EVERY_SECONDS = 2.0


def _key() -> str:
    return cache.key("logs")


async def keep_for_ever() -> None:
    """Hand on what this process logs, every two seconds; what Redis does not take is lost."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        await keep()


async def keep() -> None:
    """Hand on what this process has logged since the last time."""
    lines = logs.RECENT.take()
    if not lines:
        return
    try:
        async with cache.client().pipeline(transaction=False) as pipe:
            pipe.lpush(_key(), *(msgspec.json.encode(line) for line in lines))
            pipe.ltrim(_key(), 0, MOST - 1)
            await pipe.execute()
    except cache.OUTAGES:
        return


async def listing() -> list[Line]:
    """The last lines, the newest first; none while Redis is away."""
    try:
        found = await cast("Awaitable[list[bytes]]", cache.client().lrange(_key(), 0, MOST - 1))
    except cache.OUTAGES:
        return []
    return [msgspec.json.decode(line, type=Line) for line in found]
