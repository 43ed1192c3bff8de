"""Connections to Redis whose commands can be broken off.

The library sends with `asyncio.wait_for`, which before Python 3.12 takes a cancellation for the end of its
own waiting when both come together: a task that was told to end then goes on, and whoever waits for its end
waits for ever. Here commands are sent under a plain deadline, which also costs no task for each of them.

Source:  https://github.com/python/cpython/issues/86296
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError


class _Breakable(AbstractConnection):
    """How commands leave, for connections of every kind."""

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
                raise RedisTimeoutError("Timeout writing to socket") from None
            if isinstance(error, OSError):
                raise RedisConnectionError(f"Error while writing to socket: {error}") from error
            raise


_made: dict[type[AbstractConnection], type[AbstractConnection]] = {}


def open_pool(url: str, **settings: Any) -> ConnectionPool:
    """A pool of such connections, to a socket, a host, or a host behind TLS, as the address says."""
    pool = ConnectionPool.from_url(url, **settings)
    kind = pool.connection_class
    if kind not in _made:
        _made[kind] = type(kind.__name__, (_Breakable, kind), {})
    pool.connection_class = _made[kind]
    return pool
