"""Redis: timelines, caches, live messages. It may be emptied or away at any moment; rows are the truth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, cast

import msgspec
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

OUTAGES = (RedisConnectionError, RedisTimeoutError, RedisError, OSError)
QUEUE = "arq:queue"
ANSWER_SECONDS = 2.0
# A server that says nothing for so long is away: whoever waits goes on without it.
SILENCE_SECONDS = 5.0


class Memory:
    """A few things that this process read a moment ago. Bounded: when full it starts anew."""

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._known: dict[tuple[str, object], tuple[float, object]] = {}

    def recall(self, kind: str, key: object) -> object | None:
        """What was kept, or None when it was not, or too long ago."""
        known = self._known.get((kind, key))
        return known[1] if known is not None and time.monotonic() < known[0] else None

    def keep(self, kind: str, key: object, value: object, *, seconds: float) -> None:
        """Keep something for so long."""
        if len(self._known) >= self._most:
            self._known.clear()
        self._known[kind, key] = (time.monotonic() + seconds, value)

    def forget(self, kind: str, is_stale: Callable[[Any], bool]) -> None:
        """Forget those of a kind whose values are stale."""
        stale = [place for place, (_, value) in self._known.items() if place[0] == kind and is_stale(value)]
        for place in stale:
            del self._known[place]


class Cache:
    """The connection pool of a process. `bind()` makes it the one that `client()` and `key()` use."""

    def __init__(self, url: str, prefix: str) -> None:
        self.prefix = prefix
        self.url = url
        self._last_at: dict[str, float] = {}
        self.memory = Memory()
        pool = ConnectionPool.from_url(
            url, max_connections=64, socket_connect_timeout=2.0, socket_timeout=SILENCE_SECONDS
        )
        # arq's client is a Redis client that can also enqueue; MessagePack, because the default is pickle.
        self.redis: Any = ArqRedis(
            pool_or_conn=pool,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
            default_queue_name=prefix + QUEUE,
        )

    def bind(self) -> None:
        """Make this the cache of the current task and of the tasks it starts."""
        _current.set(self)

    def is_first_within(self, name: str, seconds: float) -> bool:
        """Whether this process did not ask the same within the last `seconds`. For a few names only."""
        now = time.monotonic()
        if now - self._last_at.get(name, -seconds) < seconds:
            return False
        self._last_at[name] = now
        return True

    async def close(self) -> None:
        """Close every connection."""
        await self.redis.aclose(close_connection_pool=True)


_current: ContextVar[Cache] = ContextVar("echo_cache")


def memory() -> Memory:
    """What this process read a moment ago."""
    return _current.get().memory


def client() -> Redis:
    """The Redis client of the current task."""
    return cast(Redis, _current.get().redis)


def queue() -> ArqRedis:
    """The same client, as the one that can enqueue."""
    return cast(ArqRedis, _current.get().redis)


def is_first_within(name: str, seconds: float) -> bool:
    """Whether this process did not ask the same within the last `seconds`. For a few names only."""
    return _current.get().is_first_within(name, seconds)


def key(*parts: object) -> str:
    """A key: the configured prefix, then the parts with colons between them."""
    return _current.get().prefix + ":".join(str(part) for part in parts)


async def connect_apart() -> AbstractConnection:
    """A connection outside the pool, for whoever stays on it to listen. The caller disconnects it."""
    pool: Any = client().connection_pool
    connection: Any = pool.make_connection()
    connection.socket_timeout = None
    try:
        await connection.connect()
    except BaseException:
        # Cancelled between the socket and its first answer: nobody else knows of this connection.
        await connection.disconnect(nowait=True)
        raise
    return cast(AbstractConnection, connection)


async def ping() -> bool:
    """Whether Redis answers."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return bool(await cast(Awaitable[bool], client().ping()))
    except (TimeoutError, *OUTAGES):
        return False


async def forget_everything() -> None:
    """Delete every key of this server, and nothing of others that share the Redis."""
    _current.get().memory = Memory()
    async for found in client().scan_iter(match=_current.get().prefix + "*", count=1000):
        await cast(Awaitable[int], client().unlink(found))
