"""Connections to Redis whose commands can be broken off, and that nobody waits for while it says nothing.

The library sends with `asyncio.wait_for`, which before Python 3.12 takes a cancellation for the end of its
own waiting when both come together: a task that was told to end then goes on, and whoever waits for its end
waits for ever. Here commands are sent under a plain deadline, which also costs no task for each of them.

A Redis that is gone refuses at once. One that hangs (stopped, swapping, behind a wall that drops packets)
lets every command wait until its patience ends, and a request sends several. So the first command that meets
silence makes its pool refuse all that come later, unsent, and the pool itself asks PING until there is an
answer: no request is used to find out. It asks at once, so when this machine was too busy to read an answer
in time and Redis is well, commands are refused for one round trip only. Silence is patience that ended
(`socket_timeout`, or the one for connecting). An answer that is late, an error or a refused connection is
none, nor is anything that listeners do: their connections have no patience that could end.

Source:  https://github.com/python/cpython/issues/86296
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from contextvars import Context
from typing import Any, cast

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from echo import metrics

log = logging.getLogger(__name__)
# Between two questions whether a silent Redis answers again.
ASK_AGAIN_SECONDS = 2.0


class RedisSilent(RedisConnectionError):
    """Nothing was sent: Redis is known to say nothing."""


class _Breakable(AbstractConnection):
    """How commands leave and answers come, for connections of every kind."""

    # Told when Redis let a patience end; set by the pool that the connection is of.
    when_silent: Callable[[], None] | None = None

    async def connect(self) -> None:
        """Raises:  what the library raises"""
        try:
            await cast(Any, super()).connect()
        except RedisTimeoutError:
            self._met_silence()
            raise

    async def read_response(self, *how: Any, **options: Any) -> Any:
        """Raises:  what the library raises"""
        try:
            return await super().read_response(*how, **options)
        except RedisTimeoutError:
            self._met_silence()
            raise

    async def send_packed_command(
        self, command: bytes | str | Iterable[bytes], check_health: bool = True
    ) -> None:
        """Raises:  what the library raises: Redis' own TimeoutError and ConnectionError"""
        if not self.is_connected:
            await cast(Any, self).connect()
        elif check_health:
            await cast(Any, self).check_health()
        whole = command.encode() if isinstance(command, str) else command
        writer = cast(asyncio.StreamWriter, self._writer)
        try:
            async with asyncio.timeout(self.socket_timeout):
                writer.writelines([whole] if isinstance(whole, bytes) else whole)
                await writer.drain()
        except BaseException as error:
            # What was sent in part cannot be answered: the connection is of no more use.
            await self.disconnect(nowait=True)
            if isinstance(error, TimeoutError):
                self._met_silence()
                raise RedisTimeoutError("Timeout writing to socket") from None
            if isinstance(error, OSError):
                raise RedisConnectionError(f"Error while writing to socket: {error}") from error
            raise

    def _met_silence(self) -> None:
        if self.when_silent is not None:
            self.when_silent()


class Pool(ConnectionPool):
    """Connections to one server, and whether it is silent."""

    def __init__(self, *how: Any, **settings: Any) -> None:
        super().__init__(*how, **settings)
        # Runs for as long as the server is silent.
        self._asking: asyncio.Task[None] | None = None

    @property
    def is_silent(self) -> bool:
        """Whether commands are refused."""
        return self._asking is not None and not self._asking.done()

    def make_connection(self) -> AbstractConnection:
        """A connection that tells when it meets silence."""
        connection = self._new_line()
        connection.when_silent = self._fall_silent
        return connection

    async def ensure_connection(self, connection: AbstractConnection) -> None:
        """Make a connection ready to send.

        Raises:  RedisSilent; what the library raises
        """
        # The library comes here one by one: those who waited for who met silence are refused as well.
        if self.is_silent:
            metrics.REDIS_REFUSED.inc()
            raise RedisSilent("Redis is silent: nothing was sent")
        await super().ensure_connection(connection)

    async def disconnect(self, inuse_connections: bool = True) -> None:
        """Close the connections, and ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)
        await super().disconnect(inuse_connections)

    def _new_line(self) -> _Breakable:
        return cast(_Breakable, cast(Any, super()).make_connection())

    def _fall_silent(self) -> None:
        if self.is_silent:
            return
        metrics.REDIS_SILENCES.inc()
        log.warning("Redis says nothing: going on without it until it answers")
        # It belongs to no request, whose names would stand in its lines of the log.
        self._asking = asyncio.get_running_loop().create_task(self._ask(), context=Context())

    async def _ask(self) -> None:
        """PING on a connection of its own, until there is an answer of any kind."""
        begun = asyncio.get_running_loop().time()
        line = self._new_line()
        while True:
            try:
                await line.connect()
                await line.send_command("PING")
                await line.read_response()
            except RedisTimeoutError:
                await asyncio.sleep(ASK_AGAIN_SECONDS)
            except (RedisError, OSError) as error:
                log.warning("Redis is not silent any more: %s", error)
                return
            else:
                silent_seconds = asyncio.get_running_loop().time() - begun
                log.warning("Redis answers again, after %.1f s", silent_seconds)
                return
            finally:
                await line.disconnect(nowait=True)


_made: dict[type[AbstractConnection], type[AbstractConnection]] = {}


def open_pool(url: str, **settings: Any) -> Pool:
    """A pool of such connections, to a socket, a host, or a host behind TLS, as the address says."""
    pool = Pool.from_url(url, **settings)
    kind = pool.connection_class
    if kind not in _made:
        _made[kind] = type(kind.__name__, (_Breakable, kind), {})
    pool.connection_class = _made[kind]
    return pool
