"""The index of posts follows what happens to posts and to those who wrote them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from echo import ports
from echo.runtime import Runtime
from echo.search import entries, filling
from echo.store.together import Together
from workers.later import Later


async def keep_post(_: Runtime, *, post_id: int) -> None:
    """Put a new or changed post into the index; a boost is no post to find."""
    await _KEPT.ask(post_id)


async def _keep(post_ids: Sequence[int]) -> dict[int, None]:
    await entries.put(post_ids)
    return {}


_KEPT = Together(_keep)


async def remove_post(_: Runtime, *, post_id: int) -> None:
    """Take a deleted post out."""
    await ports.search_index().remove([post_id])


async def change_author(_: Runtime, *, account_id: int) -> None:
    """Whoever has begun or ceased to be indexable: their posts are put in anew, a stretch at a time."""
    if not await filling.reopen(account_id):
        raise Later(seconds=0.0)


async def remove_author(_: Runtime, *, account_id: int) -> None:
    """Take everything of a deleted account out."""
    await ports.search_index().remove_author(account_id)


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "search.keep_post": keep_post,
    "search.remove_post": remove_post,
    "search.change_author": change_author,
    "search.remove_author": remove_author,
}
