"""Home timelines, and throwing away what somebody reads: their home and their lists (`echo.store.feeds`)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from echo import cache
from echo.db import Row
from echo.errors import Unavailable
from echo.store import lists, timelines
from echo.store.cursor import Cursor
from echo.store.feeds import Feed


async def _rows(account_id: int, limit: int) -> list[Row]:
    return await timelines.home_candidates(account_id, limit)


_FEED = Feed("home", _rows)


async def page(account_id: int, cursor: Cursor) -> list[int]:
    """Ids of a page, newest first; from the rows when Redis is away."""
    return await _FEED.page(account_id, cursor)


async def fill(account_id: int) -> list[int]:
    """Make the timeline anew from the rows. Returns its ids, newest first."""
    return await _FEED.fill(account_id)


def pushing(post_id: int, account_ids: Sequence[int]) -> list[tuple[object, ...]]:
    """The commands of Redis that put a post on these home timelines, those that exist; the others are filled
    when they are read.
    """
    return _FEED.pushing(post_id, account_ids)


async def remove(post_ids: Iterable[int], account_ids: Sequence[int]) -> None:
    """Take posts off these home timelines."""
    await _FEED.remove(post_ids, account_ids)


async def forget_home(account_id: int) -> None:
    """Throw the home timeline away: the next reader fills it from the rows."""
    await cache.client().delete(*_FEED.keys([account_id]))


async def forget(account_id: int) -> None:
    """Throw the home timeline away, and the lists of the same person: what they want to see has changed."""
    list_ids = await lists.ids_of([account_id])
    await cache.client().delete(*_FEED.keys([account_id]), *lists.FEED.keys(list_ids))


async def forget_if_possible(*account_ids: int) -> None:
    """The same for several people, right after a change that a job follows up: never fails."""
    with contextlib.suppress(*cache.OUTAGES, Unavailable):
        list_ids = await lists.ids_of(account_ids)
        await cache.client().delete(*_FEED.keys(account_ids), *lists.FEED.keys(list_ids))
