"""Who is connected to a live room, and with which session: leases in Redis, one for each person in a room.

room:seat:<room>:<account>    the session, for LEASE_SECONDS
room:of:<session>             the rooms in which it sat down
room:watch                    there when Redis was not emptied since the last look
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Sequence
from typing import cast

from echo import cache

LEASE_SECONDS = 60
# A session whose socket ended may come back for so long.
GRACE_SECONDS = 15
# How often a session says that it is still there.
STAY_SECONDS = 20
_WATCH_SECONDS = 600
_KNOWN_SECONDS = 24 * 3600
_LEASE = str(LEASE_SECONDS)

# Renews a lease that is held by the same session or by nobody.
_KEEP = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
"""

# Lets a lease that is held by this session end soon.
_SHORTEN = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[2], 'LT')
return 1
"""


def _key(room_id: int, account_id: int) -> str:
    return cache.key("room", "seat", room_id, account_id)


def _of(session_id: str) -> str:
    return cache.key("room", "of", session_id)


async def take(room_id: int, account_id: int, session_id: str) -> None:
    """Sit down; another session of the same person loses the seat. When Redis is away, `keep` does it."""
    with contextlib.suppress(*cache.OUTAGES):
        async with cache.client().pipeline(transaction=False) as pipe:
            pipe.set(_key(room_id, account_id), session_id, ex=LEASE_SECONDS)
            pipe.sadd(_of(session_id), str(room_id))
            pipe.expire(_of(session_id), _KNOWN_SECONDS)
            await pipe.execute()


async def keep(room_id: int, account_id: int, session_id: str) -> bool:
    """Stay; False when another session has the seat. When Redis is away, nobody loses theirs."""
    key = _key(room_id, account_id)
    try:
        return bool(await cast(Awaitable[int], cache.client().eval(_KEEP, 1, key, session_id, _LEASE)))
    except cache.OUTAGES:
        return True


async def shorten(account_id: int, session_id: str) -> list[int]:
    """The socket of a session ended: it keeps its seats for a moment. The rooms in which it has one."""
    client, grace = cache.client(), str(GRACE_SECONDS)
    found = []
    for name in await cast(Awaitable[set[bytes]], client.smembers(_of(session_id))):
        key = _key(int(name), account_id)
        if await cast(Awaitable[int], client.eval(_SHORTEN, 1, key, session_id, grace)):
            found.append(int(name))
    return found


async def give_up(room_id: int, account_ids: Sequence[int]) -> None:
    """Leave the seats of these people empty."""
    if account_ids:
        with contextlib.suppress(*cache.OUTAGES):
            await cache.client().delete(*(_key(room_id, account_id) for account_id in account_ids))


async def sessions(places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The sessions at these places, those that are taken.

    Shapes:  places: (room id, account id)
    """
    if not places:
        return {}
    held = await cache.client().mget([_key(room_id, account_id) for room_id, account_id in places])
    return {place: cast(bytes, one).decode() for place, one in zip(places, held, strict=True) if one}


async def known_sessions(places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """The same; none when Redis is away."""
    try:
        return await sessions(places)
    except cache.OUTAGES:
        return {}


async def was_watched() -> bool:
    """Whether Redis still knows of the last look; after it was emptied leases come back only with time."""
    before = await cache.client().set(cache.key("room", "watch"), b"1", ex=_WATCH_SECONDS, get=True)
    return before is not None
