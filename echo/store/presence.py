"""Who is here. Connections are leases in Redis, which whoever holds the connection renews:

    presence:here:<account>    sorted set: connection -> when its lease ends (seconds since 1970)
    presence:idle:<account>    the same, of connections that said that nobody looks
    presence:told:<account>    what others were last told
    presence:ends              sorted set: account -> when the newest of their leases ends

Whether somebody wants to be seen is a row: `echo.models.ChatPreference`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from echo import cache, db
from echo.db import Row
from echo.policy.presence import Presence, seen_by, state_of
from echo.policy.viewer import Viewer

LEASE_SECONDS = 60
IDLE_SECONDS = 12 * 3600
_TOLD_SECONDS = 24 * 3600
# How often it is written down when somebody was last seen.
SEEN_SECONDS = 300
# Whom changes are told at most, and of whom one page of friends is made.
MOST_TOLD = 2000

# Nobody can tell who is invisible, or does not share it, from who is away.
_SHARING = """
    SELECT u.id, u.seen_at,
        coalesce(p.share_last_seen AND p.share_presence, false) AS with_last_seen,
        coalesce(p.share_presence, true) AND NOT coalesce(p.invisible, false) AS is_shared
    FROM users u JOIN accounts a ON a.id = u.id LEFT JOIN chat_preferences p ON p.account_id = u.id
    WHERE u.id = ANY($1) AND a.suspended_at IS NULL AND a.deleted_at IS NULL
"""

# Of who was suspended nothing is shared, and others are told that they are gone.
_OTHERS_SEE = """
    SELECT u.id, u.seen_at,
        coalesce(p.share_last_seen AND p.share_presence, false) AND w.is_well AS with_last_seen,
        coalesce(p.share_presence, true) AND NOT coalesce(p.invisible, false) AND w.is_well AS is_shared
    FROM users u JOIN accounts a ON a.id = u.id LEFT JOIN chat_preferences p ON p.account_id = u.id
    CROSS JOIN LATERAL (SELECT a.suspended_at IS NULL AND a.deleted_at IS NULL AS is_well) w
    WHERE u.id = ANY($1)
"""

_SHOWN = f"{_SHARING} AND (u.id = $2 OR {seen_by('$2', 'u.id')})"

_WATCHERS = f"""
    SELECT w.id AS account_id, seen.id FROM unnest($1::bigint[]) AS w(id) JOIN LATERAL (
        SELECT u.id FROM users u WHERE u.id <> w.id AND u.id IN (
            SELECT f.follower_id FROM follows f WHERE f.followee_id = w.id AND f.state = 'accepted'
            UNION SELECT n.account_id FROM chat_members m JOIN chat_members n ON n.chat_id = m.chat_id
                WHERE m.account_id = w.id AND m.state = 'active' AND n.state = 'active')
          AND {seen_by("u.id", "w.id")} ORDER BY u.id LIMIT {MOST_TOLD}) seen ON true
"""

_FRIENDS = f"""
    SELECT f.followee_id AS id FROM follows f JOIN follows g ON g.follower_id = f.followee_id
        AND g.followee_id = f.follower_id AND g.state = 'accepted' JOIN users u ON u.id = f.followee_id
    WHERE f.follower_id = $1 AND f.state = 'accepted' ORDER BY f.id DESC LIMIT {MOST_TOLD}
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a viewer is told of somebody. Shapes:  last_seen_at: None unless they share it and are offline"""

    account_id: int
    state: Presence
    last_seen_at: datetime | None


def _here(account_id: int) -> str:
    return cache.key("presence", "here", account_id)


def _ends() -> str:
    return cache.key("presence", "ends")


def _idle(account_id: int) -> str:
    return cache.key("presence", "idle", account_id)


async def renew(connections: Iterable[tuple[int, str]]) -> None:
    """These connections are open.

    Shapes:  connections: (account id, name of the connection)
    """
    now = time.time()
    async with cache.client().pipeline(transaction=False) as pipe:
        for account_id, name in connections:
            pipe.zadd(_here(account_id), {name: now + LEASE_SECONDS})
            pipe.expire(_here(account_id), LEASE_SECONDS)
            pipe.zadd(_ends(), {str(account_id): now + LEASE_SECONDS})
        await pipe.execute()


async def drop(connections: Iterable[tuple[int, str]]) -> None:
    """These connections are over."""
    async with cache.client().pipeline(transaction=False) as pipe:
        for account_id, name in connections:
            pipe.zrem(_here(account_id), name)
            pipe.zrem(_idle(account_id), name)
        await pipe.execute()


async def take_ended(limit: int) -> list[int]:
    """People whose leases have ended, each given to one who asks: who renewed them may be dead."""
    client, now = cache.client(), time.time()
    found = [int(name) for name in await client.zrangebyscore(_ends(), "-inf", now, start=0, num=limit)]
    async with client.pipeline(transaction=False) as pipe:
        for account_id in found:
            pipe.zrem(_ends(), str(account_id))
        taken = await pipe.execute()
    return [account_id for account_id, is_mine in zip(found, taken, strict=True) if is_mine]


async def set_idle(account_id: int, name: str, *, idle: bool) -> None:
    """Whether somebody looks at what is shown on a connection."""
    client = cache.client()
    if idle:
        await client.zadd(_idle(account_id), {name: time.time() + IDLE_SECONDS})
        await client.expire(_idle(account_id), IDLE_SECONDS)
    else:
        await client.zrem(_idle(account_id), name)


async def states(account_ids: Sequence[int]) -> dict[int, Presence]:
    """What these people are, whoever may know it; offline while Redis is away."""
    found = dict.fromkeys(account_ids, Presence.OFFLINE)
    now = time.time()
    with contextlib.suppress(*cache.OUTAGES):
        async with cache.client().pipeline(transaction=False) as pipe:
            for account_id in found:
                pipe.zrangebyscore(_here(account_id), now, "+inf")
                pipe.zrangebyscore(_idle(account_id), now, "+inf")
            answers = await pipe.execute()
        for account_id, here, idle in zip(found, answers[::2], answers[1::2], strict=True):
            found[account_id] = state_of(len(here), len({*here} & {*idle}))
    return found


async def news(now: Mapping[int, Presence]) -> list[int]:
    """Of whom others were told something else before; from now on they were told this."""
    async with cache.client().pipeline(transaction=False) as pipe:
        for account_id, state in now.items():
            key = cache.key("presence", "told", account_id)
            pipe.set(key, state.value, ex=_TOLD_SECONDS, get=True)
        before = await pipe.execute()
    return [
        account_id
        for (account_id, state), told in zip(now.items(), before, strict=True)
        if (told or Presence.OFFLINE.value.encode()) != state.value.encode()
    ]


async def seen(viewer: Viewer, account_ids: Collection[int]) -> list[Seen]:
    """What a viewer may know of these people; of others, nothing."""
    return await _seen(await db.fetch(_SHOWN, list(account_ids), viewer.account_id))


async def _seen(rows: Sequence[Row]) -> list[Seen]:
    known = await states([row["id"] for row in rows if row["is_shared"]])
    found = []
    for row in rows:
        state = known.get(row["id"], Presence.OFFLINE)
        shows_last = row["with_last_seen"] and state is Presence.OFFLINE
        found.append(Seen(row["id"], state, row["seen_at"] if shows_last else None))
    return found


async def as_others_see(account_ids: Collection[int]) -> list[Seen]:
    """What those are told of these people who may know it: who does not want to be seen is offline."""
    return await _seen(await db.fetch(_OTHERS_SEE, list(account_ids)))


async def watchers(account_ids: Collection[int]) -> dict[int, list[int]]:
    """People who are here now and may see the presence of these, by the account that they may see."""
    if not account_ids:
        return {}
    rows = await db.fetch(_WATCHERS, list(account_ids))
    here = await states(list({row["id"] for row in rows}))
    found: dict[int, list[int]] = {}
    for row in rows:
        if here[row["id"]] is not Presence.OFFLINE:
            found.setdefault(row["account_id"], []).append(row["id"])
    return found


async def available_friends(viewer: Viewer, *, limit: int) -> list[Seen]:
    """People whom the viewer follows and who follow back, and who are here now: the online ones first."""
    friends = [row["id"] for row in await db.fetch(_FRIENDS, viewer.account_id)]
    here = [one for one, state in (await states(friends)).items() if state is not Presence.OFFLINE]
    shown = [one for one in await seen(viewer, here) if one.state is not Presence.OFFLINE]
    return sorted(shown, key=lambda one: (one.state is not Presence.ONLINE, here.index(one.account_id)))[
        :limit
    ]


async def note_seen(account_ids: Collection[int], moment: datetime) -> None:
    """Write down that these people were seen, those who want that to be known; at most every few minutes."""
    await db.execute(
        "UPDATE users u SET seen_at = $2::timestamptz FROM chat_preferences p"
        " WHERE p.account_id = u.id AND u.id = ANY($1)"
        " AND p.share_last_seen AND p.share_presence AND NOT p.invisible"
        " AND (u.seen_at IS NULL OR u.seen_at < $2::timestamptz - make_interval(secs => $3))",
        list(account_ids),
        moment,
        SEEN_SECONDS,
    )
