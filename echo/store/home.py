"""Home timelines in Redis: a sorted set of post ids for each person, filled when people post.

Members are ids with leading zeros and score 0, so that Redis orders them as text and cursors are exact (a
score is a double, too short for an id). A timeline that is missing is made anew from the rows; one that is
behind shows nothing wrong, because rendering checks every post with the eyes of the viewer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from echo import cache, settings
from echo.store import timelines
from echo.store.cursor import Cursor

# Marks a timeline as filled even when nobody posted; sorts below every id.
_FILLED = "0" * 20


def _key(account_id: int) -> str:
    return cache.key("home", account_id)


def _member(post_id: int) -> str:
    return str(post_id).zfill(20)


async def page(account_id: int, cursor: Cursor) -> list[int]:
    """Ids of a page, newest first; from the rows when Redis is away."""
    try:
        if not await cache.client().exists(_key(account_id)):
            await fill(account_id)
        return await _read(account_id, cursor)
    except cache.OUTAGES:
        rows = await timelines.home_candidates(account_id, settings.here().limits.home_entries)
        return _slice([row["id"] for row in rows], cursor)


async def fill(account_id: int) -> None:
    """Make the timeline anew from the rows."""
    limit = settings.here().limits.home_entries
    rows = await timelines.home_candidates(account_id, limit)
    members: dict[str, float] = {_member(row["id"]): 0.0 for row in rows}
    members[_FILLED] = 0.0
    await cache.client().zadd(_key(account_id), members)


async def push(post_id: int, account_ids: Sequence[int]) -> None:
    """Put a post on these home timelines, those that exist; the others are filled when they are read."""
    limit = settings.here().limits.home_entries
    script = cache.client().register_script(_PUSH)
    for start in range(0, len(account_ids), 500):
        chunk = account_ids[start : start + 500]
        await script(keys=[_key(account_id) for account_id in chunk], args=[_member(post_id), limit])


_PUSH = """
for i, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', key, 0, ARGV[1])
    local extra = redis.call('ZCARD', key) - ARGV[2] - 1
    if extra > 0 then redis.call('ZREMRANGEBYRANK', key, 1, extra) end
  end
end
return 1
"""


async def remove(post_ids: Iterable[int], account_ids: Sequence[int]) -> None:
    """Take posts off these home timelines."""
    members = [_member(post_id) for post_id in post_ids]
    if not members:
        return
    async with cache.client().pipeline(transaction=False) as pipe:
        for account_id in account_ids:
            pipe.zrem(_key(account_id), *members)
        await pipe.execute()


async def forget(account_id: int) -> None:
    """Throw the timeline away: the next reader fills it from the rows."""
    await cache.client().delete(_key(account_id))


async def forget_if_possible(*account_ids: int) -> None:
    """The same for several people, right after a change that a job follows up: never fails."""
    with contextlib.suppress(*cache.OUTAGES):
        await cache.client().delete(*(_key(account_id) for account_id in account_ids))


async def _read(account_id: int, cursor: Cursor) -> list[int]:
    lower = cursor.min_id if cursor.min_id is not None else cursor.since_id
    low = f"({_member(lower)}" if lower is not None else f"({_FILLED}"
    high = f"({_member(cursor.max_id)}" if cursor.max_id is not None else "+"
    client, key = cache.client(), _key(account_id)
    if cursor.is_upward:
        found = await client.zrangebylex(key, low, high, start=0, num=cursor.limit)
        found = list(reversed(found))
    else:
        found = await client.zrevrangebylex(key, high, low, start=0, num=cursor.limit)
    return [int(member) for member in found]


def _slice(ids: list[int], cursor: Cursor) -> list[int]:
    lower = cursor.min_id if cursor.min_id is not None else (cursor.since_id or 0)
    inside = [i for i in ids if i > lower and (cursor.max_id is None or i < cursor.max_id)]
    if cursor.is_upward:
        return inside[-cursor.limit :] if cursor.limit else []
    return inside[: cursor.limit]
