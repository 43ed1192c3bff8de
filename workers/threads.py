"""Threads: what is missing of them is fetched; those that were joined are joined once more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from echo.actions import adopting
from echo.runtime import Runtime
from federation import threads
from workers.later import Later

# Searches of one process that go on at the same time: each asks several servers at once, and deliveries
# go the same way out.
AT_ONCE = 4
WAIT_SECONDS = 2.0
_searching: set[int] = set()


async def join_again(_: Runtime, *, thread_id: int, old_ids: Sequence[int]) -> None:
    """Take along what was being stored in an old thread while it was joined to another."""
    await adopting.join_again(thread_id, old_ids)


async def fetch(_: Runtime, *, fetch_id: int) -> None:
    """Look for more posts of a thread that somebody reads, a while at a time."""
    if len(_searching) >= AT_ONCE:
        raise Later(seconds=WAIT_SECONDS)
    _searching.add(fetch_id)
    try:
        is_done = await threads.fetch_more(fetch_id)
    finally:
        _searching.discard(fetch_id)
    if not is_done:
        raise Later(seconds=0)


async def fetch_parents(_: Runtime, *, post_id: int) -> None:
    """Get what a delivered reply answers."""
    await threads.fetch_parents(post_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "threads.join_again": join_again,
    "threads.fetch": fetch,
    "threads.fetch_parents": fetch_parents,
}
