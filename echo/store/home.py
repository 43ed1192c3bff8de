"""Home timelines in Redis: a sorted set of post ids for each person, filled when people post.

Members are ids with leading zeros and score 0, so that Redis orders them as text and cursors are exact (a
score is a double, too short for an id). A timeline that is missing is made anew from the rows; one that is
behind shows nothing wrong, because rendering checks every post with the eyes of the viewer.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable, Sequence

from echo import cache, settings
from echo.store import timelines
from echo.store.cursor import Cursor

# Marks a timeline as filled even when nobody posted; sorts below every id.
_FILLED = "0" * 20
FILL_TRIES = 5
FILL_SECONDS = 30


def _key(account_id: int) -> str:
    return cache.key("home", account_id)


def _member(post_id: int) -> str:
    return str(post_id).zfill(20)


def _filling_key(account_id: int) -> str:
    return cache.key("home-filling", account_id)


async def page(account_id: int, cursor: Cursor) -> list[int]:
    """Ids of a page, newest first; from the rows when Redis is away."""
    try:
        found = await _read(account_id, cursor)
        if found is None:
            rows = await fill(account_id)
            found = _slice(rows, cursor)
        return found
    except cache.OUTAGES:
        rows = await _from_rows(account_id)
        return _slice(rows, cursor)


async def fill(account_id: int) -> list[int]:
    """Make the timeline anew from the rows. Returns its ids, newest first.

    What happens between reading the rows and writing the timeline must not be lost: whoever pushes or forgets
    meanwhile takes the mark away, and the rows are read again.
    """
    script = cache.client().register_script(_FILL)
    ids: list[int] = []
    for _ in range(FILL_TRIES):
        mark = secrets.token_hex(8)
        await cache.client().set(_filling_key(account_id), mark, ex=FILL_SECONDS)
        ids = await _from_rows(account_id)
        members = [_FILLED, *(_member(post_id) for post_id in ids)]
        if await script(keys=[_key(account_id), _filling_key(account_id)], args=[mark, *members]):
            break
    return ids


async def _from_rows(account_id: int) -> list[int]:
    rows = await timelines.home_candidates(account_id, settings.here().limits.home_entries)
    return [row["id"] for row in rows]


_FILL = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[i]) end
return 1
"""


async def push(post_id: int, account_ids: Sequence[int]) -> None:
    """Put a post on these home timelines, those that exist; the others are filled when they are read."""
    limit = settings.here().limits.home_entries
    script = cache.client().register_script(_PUSH)
    for start in range(0, len(account_ids), 500):
        chunk = account_ids[start : start + 500]
        keys = [_key(account_id) for account_id in chunk]
        keys += [_filling_key(account_id) for account_id in chunk]
        await script(keys=keys, args=[_member(post_id), limit])


_PUSH = """
local n = #KEYS / 2
for i = 1, n do
  local key = KEYS[i]
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', key, 0, ARGV[1])
    local extra = redis.call('ZCARD', key) - ARGV[2] - 1
    if extra > 0 then redis.call('ZREMRANGEBYRANK', key, 1, extra) end
  end
  redis.call('DEL', KEYS[n + i])
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
    await cache.client().delete(_key(account_id), _filling_key(account_id))


async def forget_if_possible(*account_ids: int) -> None:
    """The same for several people, right after a change that a job follows up: never fails."""
    keys = [key for account_id in account_ids for key in (_key(account_id), _filling_key(account_id))]
    with contextlib.suppress(*cache.OUTAGES):
        await cache.client().delete(*keys)


async def _read(account_id: int, cursor: Cursor) -> list[int] | None:
    """A page in one round trip; None when the timeline is missing."""
    lower = cursor.min_id if cursor.min_id is not None else cursor.since_id
    low = f"({_member(lower)}" if lower is not None else f"({_FILLED}"
    high = f"({_member(cursor.max_id)}" if cursor.max_id is not None else "+"
    key = _key(account_id)
    async with cache.client().pipeline(transaction=False) as pipe:
        pipe.exists(key)
        if cursor.is_upward:
            pipe.zrangebylex(key, low, high, start=0, num=cursor.limit)
        else:
            pipe.zrevrangebylex(key, high, low, start=0, num=cursor.limit)
        exists, members = await pipe.execute()
    return cursor.newest_first([int(member) for member in members]) if exists else None


def _slice(ids: list[int], cursor: Cursor) -> list[int]:
    lower = cursor.min_id if cursor.min_id is not None else (cursor.since_id or 0)
    inside = [i for i in ids if i > lower and (cursor.max_id is None or i < cursor.max_id)]
    if cursor.is_upward:
        return inside[-cursor.limit :] if cursor.limit else []
    return inside[: cursor.limit]
