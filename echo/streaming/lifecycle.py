"""Who wants to know of sockets that said hello: when one begins, that it lasts, when it ends.

A process that is killed says nothing of the end: whoever counts on it lets what it knows of a session expire
when `LASTING` has not named it for a minute.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from echo.ending import end
from echo.policy.access import Access
from echo.streaming import leaving

log = logging.getLogger(__name__)
# So often those that last are named.
LASTING_SECONDS = 20.0
# (access, name of the session)
BEGUN: list[Callable[[Access, str], Awaitable[None]]] = []
ENDED: list[Callable[[Access, str], Awaitable[None]]] = [leaving.leave_rooms]
# All of this process: (account id, name of the session)
LASTING: list[Callable[[Sequence[tuple[int, str]]], Awaitable[None]]] = []
_under_way: set[asyncio.Task[None]] = set()


async def begun(access: Access, session_id: str) -> None:
    """A socket said hello."""
    for tell in BEGUN:
        await _tell(tell(access, session_id))


def ended(access: Access, session_id: str) -> None:
    """It is closed. Nobody waits for what follows."""
    for tell in ENDED:
        task = asyncio.create_task(_tell(tell(access, session_id)))
        _under_way.add(task)
        task.add_done_callback(_under_way.discard)


async def stop() -> None:
    """The process ends: nothing more is waited for, and nothing goes on behind what is closed next."""
    await end(_under_way)


async def last(sessions: Sequence[tuple[int, str]]) -> None:
    """These are still there."""
    for tell in LASTING:
        await _tell(tell(sessions))


async def _tell(telling: Awaitable[None]) -> None:
    try:
        await telling
    except Exception:
        log.exception("the life of a session could not be told")
