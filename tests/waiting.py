"""Waiting for what must come about, however slow the machine is."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0


async def eventually(condition: Callable[[], object]) -> None:
    """Wait until something is so, or fail. The condition may be a coroutine function."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < deadline, "this did not come about"
        await asyncio.sleep(0.01)
