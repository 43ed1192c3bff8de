"""Redis: timelines, caches, live messages. It may be emptied or away at any moment; rows are the truth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
from arq.connections import ArqRedis
from redis.asyncio import ConnectionPool, Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from echo.cluster import ClusterRedis, connect_outside, is_cluster
from echo.config.engines import RedisConfig
from echo.config.load import ConfigError
from echo.redis_pool import open_pool
from echo.slots import Address, by_slot

T = TypeVar("T")
OUTAGES = (RedisConnectionError, RedisTimeoutError, RedisError, OSError)
# It is not there at all.
AWAY = (RedisConnectionError, RedisTimeoutError, ConnectionError)
# What a server that is there says of a single command.
ANSWERED = ResponseError
# arq uses the key `arq:abort` together with those of its queue and its jobs. With its name as a tag in all
# of them, a cluster keeps them together.
QUEUE_TAG = "{arq:abort}"
QUEUE = f"{QUEUE_TAG}:queue"
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


@dataclass(frozen=True, slots=True)
class Words:
    """How live messages are sent and heard: commands, and the kinds of what is heard."""

    publish: str
    subscribe: str
    unsubscribe: str
    message: bytes
    subscribed: bytes
    unsubscribed: bytes


_PLAIN = Words("PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", b"message", b"subscribe", b"unsubscribe")
# On a cluster a channel is on one server, as a key is.
_SHARDED = Words("SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE", b"smessage", b"ssubscribe", b"sunsubscribe")


class Cache:
    """The connection pool of a process. `bind()` makes it the one that `client()` and `key()` use."""

    def __init__(
        self, url: str, prefix: str, *, cluster: bool = False, cluster_hosts: Sequence[str] = ()
    ) -> None:
        self.prefix = prefix
        self.url = url
        self._last_at: dict[str, float] = {}
        self.memory = Memory()
        settings: dict[str, Any] = {
            "max_connections": 64,
            "socket_connect_timeout": 2.0,
            "socket_timeout": SILENCE_SECONDS,
        }
        self.cluster = ClusterRedis(url, cluster_hosts, self._opened, **settings) if cluster else None
        self.redis: Any = self.cluster or self._opened(open_pool(url, **settings))

    def _opened(self, pool: ConnectionPool) -> ArqRedis:
        # arq's client is a Redis client that can also enqueue; MessagePack, because the default is pickle.
        return ArqRedis(
            pool_or_conn=pool,
            job_serializer=msgspec.msgpack.encode,
            job_deserializer=msgspec.msgpack.decode,
            default_queue_name=self.prefix + QUEUE,
        )

    async def check(self) -> None:
        """See whether Redis is what the configuration says: one server, or a cluster; not while it is away.

        Raises:  ConfigError
        """
        server = self._opened(open_pool(self.url, max_connections=1, socket_connect_timeout=2.0))
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await is_cluster(server)
        except (TimeoutError, *OUTAGES):
            return
        finally:
            await server.aclose(close_connection_pool=True)
        if found and self.cluster is None:
            raise ConfigError("redis.url leads to a Redis Cluster: set redis.cluster = true")
        if not found and self.cluster is not None:
            raise ConfigError(
                "redis.cluster is true, but redis.url leads to a Redis that is no cluster "
                "(cluster-enabled no): set it to false, or name a server of the cluster"
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


def open_cache(how: RedisConfig) -> Cache:
    """What the configuration says of Redis; nothing is connected yet."""
    return Cache(how.url, how.prefix, cluster=how.cluster, cluster_hosts=how.cluster_hosts)


_current: ContextVar[Cache] = ContextVar("echo_cache")


def memory() -> Memory:
    """What this process read a moment ago."""
    return _current.get().memory


def client() -> Redis:
    """The Redis client of the current task."""
    return cast(Redis, _current.get().redis)


async def queue() -> ArqRedis:
    """A client that can enqueue, on the server that has the queue.

    Raises:  what Redis raises when it is away and a cluster
    """
    own = _current.get()
    if own.cluster is not None:
        return await own.cluster.server_of(QUEUE)
    return cast(ArqRedis, own.redis)


def on_cluster() -> bool:
    """Whether Redis is a cluster: what belongs together may then be on several servers."""
    return _current.get().cluster is not None


def words() -> Words:
    """How live messages are sent and heard here."""
    return _SHARDED if on_cluster() else _PLAIN


def parts(items: Iterable[T], key_of: Callable[[T], str]) -> list[list[T]]:
    """Items whose keys one command or script may use together: all of them, on a cluster those of a slot."""
    if on_cluster():
        return by_slot(items, key_of)
    together = list(items)
    return [together] if together else []


async def send(commands: Sequence[Sequence[object]], *, must: bool = True) -> list[Any]:
    """The answers to these commands, in one round trip (on a cluster one to each server, all at once).

    Shapes:  must: raise the first error; otherwise errors are answers
    """
    if not commands:
        return []
    async with client().pipeline(transaction=False) as pipe:
        for command in commands:
            cast(Any, pipe).execute_command(*command)
        return await pipe.execute(raise_on_error=must)


async def servers() -> list[Redis]:
    """A client of each server that has keys."""
    own = _current.get()
    return [cast(Redis, own.redis)] if own.cluster is None else list(await own.cluster.servers())


def is_first_within(name: str, seconds: float) -> bool:
    """Whether this process did not ask the same within the last `seconds`. For a few names only."""
    return _current.get().is_first_within(name, seconds)


def key(*parts: object) -> str:
    """A key: the configured prefix, then the parts with colons between them."""
    return _current.get().prefix + ":".join(str(part) for part in parts)


def tagged(part: object) -> str:
    """A part of a key that alone decides where on a cluster the key is."""
    return f"{{{part}}}"


async def connect_apart(channel: str | None = None) -> AbstractConnection:
    """A connection outside the pool, for whoever stays on it to listen. The caller disconnects it.

    Shapes:  channel: what is to be heard, on a cluster
    """
    cluster = _current.get().cluster
    if cluster is not None:
        return await connect_to(await address_of(channel or ""))
    return await connect_outside(client().connection_pool)


async def connect_to(address: Address) -> AbstractConnection:
    """The same, to one of the servers of the cluster."""
    return await _cluster().connect_to(address)


async def address_of(key: str) -> Address:
    """Which server of the cluster has a key or channel. Raises what Redis raises when nobody knows."""
    return await _cluster().address_of(key)


def look_again() -> None:
    """What is known of a cluster may be wrong: somebody was sent away, or a server is gone."""
    cluster = _current.get().cluster
    if cluster is not None:
        cluster.look_again()


def _cluster() -> ClusterRedis:
    cluster = _current.get().cluster
    assert cluster is not None, "redis.cluster is not set"
    return cluster


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
    for server in await servers():
        async for found in server.scan_iter(match=_current.get().prefix + "*", count=1000):
            await cast(Awaitable[int], client().unlink(found))
