"""Statements that may take long and can wait: searches. They get half of the connections, never all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from echo import settings
from echo.errors import Unavailable

WAIT_SECONDS, WORK_SECONDS = 2.0, 5.0
# A loop is a process with a pool.
_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@asynccontextmanager
async def costly() -> AsyncIterator[None]:
    """A place among those who search; what is done in it has an end. Everything else goes on beside it.

    Raises:  Unavailable when no place gets free, and when it takes too long
    """
    here = asyncio.get_running_loop()
    half = (settings.here().database.pool_size + 1) // 2
    places = _places.setdefault(here, asyncio.Semaphore(half))
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            await places.acquire()
    except TimeoutError as error:
        raise Unavailable(retry_after_seconds=5, detail="too many searches at once") from error
    try:
        async with asyncio.timeout(WORK_SECONDS):
            yield
    except TimeoutError as error:
        raise Unavailable(retry_after_seconds=5, detail="a search took too long") from error
    finally:
        places.release()
