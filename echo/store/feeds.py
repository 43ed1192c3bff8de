"""Timelines in Redis: a sorted set of post ids for each owner, filled when people post.

Members are ids with leading zeros and score 0, so that Redis orders them as text and cursors are exact (a
score is a double, too short for an id). A timeline that is missing is made anew from the rows; one that is
behind shows nothing wrong, because rendering checks every post with the eyes of the viewer.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, cast

from echo import cache, metrics, settings
from echo.db import Row
from echo.store.cursor import Cursor

# Marks a timeline as filled even when nobody posted; sorts below every id.
_FILLED = "0" * 20
FILL_TRIES = 5
FILL_SECONDS = 30

# The newest posts that belong there, newest first: (owner id, how many) -> rows (id).
Source = Callable[[int, int], Awaitable[list[Row]]]


class Feed:
    """The timelines of one kind: home timelines by account, list timelines by list."""

    def __init__(self, kind: str, source: Source) -> None:
        self._kind = kind
        self._source = source

    async def page(self, owner_id: int, cursor: Cursor) -> list[int]:
        """Ids of a page, newest first; from the rows when Redis is away."""
        try:
            found = await self._read(owner_id, cursor)
            metrics.TIMELINES.labels(self._kind, "miss" if found is None else "hit").inc()
            if found is None:
                found = _slice(await self.fill(owner_id), cursor)
            return found
        except cache.OUTAGES:
            metrics.TIMELINES.labels(self._kind, "rows").inc()
            return _slice(await self._from_rows(owner_id), cursor)

    async def fill(self, owner_id: int) -> list[int]:
        """Make the timeline anew from the rows. Returns its ids, newest first.

        What happens between reading the rows and writing the timeline must not be lost: whoever pushes or
        forgets meanwhile takes the mark away, and the rows are read again.
        """
        script = cache.client().register_script(_FILL)
        key, filling = self._keys(owner_id)
        ids: list[int] = []
        for _ in range(FILL_TRIES):
            mark = secrets.token_hex(8)
            await cache.client().set(filling, mark, ex=FILL_SECONDS)
            ids = await self._from_rows(owner_id)
            members = [_FILLED, *(_member(post_id) for post_id in ids)]
            if await script(keys=[key, filling], args=[mark, *members]):
                break
        return ids

    async def push(self, post_id: int, owner_ids: Sequence[int]) -> None:
        """Put a post on these timelines, those that exist; the others are filled when they are read."""
        await cache.send(self.pushing(post_id, owner_ids))

    def pushing(self, post_id: int, owner_ids: Sequence[int]) -> list[tuple[object, ...]]:
        """The commands that do so, for whoever has others to send."""
        limit = settings.here().limits.home_entries
        commands: list[tuple[object, ...]] = []
        for start in range(0, len(owner_ids), 500):
            for pairs in cache.parts(map(self._keys, owner_ids[start : start + 500]), lambda pair: pair[0]):
                keys = [key for key, _ in pairs] + [filling for _, filling in pairs]
                commands.append(("EVAL", _PUSH, len(keys), *keys, _member(post_id), limit))
        return commands

    async def remove(self, post_ids: Iterable[int], owner_ids: Sequence[int]) -> None:
        """Take posts off these timelines."""
        members = [_member(post_id) for post_id in post_ids]
        if not members or not owner_ids:
            return
        async with cache.client().pipeline(transaction=False) as pipe:
            for owner_id in owner_ids:
                pipe.zrem(self._keys(owner_id)[0], *members)
            await pipe.execute()

    def keys(self, owner_ids: Iterable[int]) -> list[str]:
        """What is to be deleted in Redis to throw these timelines away."""
        return [key for owner_id in owner_ids for key in self._keys(owner_id)]

    def _keys(self, owner_id: int) -> tuple[str, str]:
        """The timeline, and the mark of whoever is filling it."""
        owner = cache.tagged(owner_id)
        return cache.key(self._kind, owner), cache.key(f"{self._kind}-filling", owner)

    async def _from_rows(self, owner_id: int) -> list[int]:
        rows = await self._source(owner_id, settings.here().limits.home_entries)
        return [row["id"] for row in rows]

    async def _read(self, owner_id: int, cursor: Cursor) -> list[int] | None:
        """A page in one round trip, and one more when there is nothing on it; None when the timeline is
        missing.
        """
        lower = cursor.min_id if cursor.min_id is not None else cursor.since_id
        low = f"({_member(lower)}" if lower is not None else f"({_FILLED}"
        high = f"({_member(cursor.max_id)}" if cursor.max_id is not None else "+"
        key, _ = self._keys(owner_id)
        page: tuple[object, ...] = ("ZREVRANGEBYLEX", key, high, low, "LIMIT", 0, cursor.limit)
        if cursor.is_upward:
            page = ("ZRANGEBYLEX", key, low, high, "LIMIT", 0, cursor.limit)
        members = await cast(Any, cache.client()).execute_command(*page)
        if not members:
            # Whether it is there at all, asked together with the page: it may be made at this moment.
            exists, members = await cache.send([("EXISTS", key), page])
            if not exists:
                return None
        return cursor.newest_first([int(member) for member in members])


def _member(post_id: int) -> str:
    return str(post_id).zfill(20)


def _slice(ids: list[int], cursor: Cursor) -> list[int]:
    lower = cursor.min_id if cursor.min_id is not None else (cursor.since_id or 0)
    inside = [i for i in ids if i > lower and (cursor.max_id is None or i < cursor.max_id)]
    if cursor.is_upward:
        return inside[-cursor.limit :] if cursor.limit else []
    return inside[: cursor.limit]


_FILL = """
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
for i = 2, #ARGV do redis.call('ZADD', KEYS[1], 0, ARGV[i]) end
return 1
"""

_PUSH = """
local n = #KEYS / 2
for i = 1, n do
  local key = KEYS[i]
  local has = redis.call('ZCARD', key)
  if has > 0 then
    local extra = has + redis.call('ZADD', key, 0, ARGV[1]) - ARGV[2] - 1
    if extra > 0 then redis.call('ZREMRANGEBYRANK', key, 1, extra) end
  end
  redis.call('DEL', KEYS[n + i])
end
return 1
"""
