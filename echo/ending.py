"""How tasks end that would run for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

# A task that was told to end and has not ended after so long is told again.
AGAIN_SECONDS = 1.0


async def end(tasks: Iterable[asyncio.Future[Any]], *, again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel tasks, and wait until they have ended. What they raised is nobody's concern any more.

    Once is not always enough: before Python 3.12 a library that waits with `asyncio.wait_for` may take the
    cancellation for the end of its own waiting.

    Shapes:  again_seconds: how long they may need to clear up
    """
    every = set(tasks)
    left = {task for task in every if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_seconds)
    for task in every:
        if not task.cancelled():
            task.exception()  # else the loop complains that nobody looked
