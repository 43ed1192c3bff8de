"""Connections to PostgreSQL for one process, and the client through which Tortoise uses them.

asyncpg's own pool wraps each connection anew for each use and starts tasks around its hand-over, which costs
as much as a small statement. Here a connection is taken from a stack and put back. `tortoise_config` in
`echo.connecting` names this module as Tortoise's engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.context import TortoiseContext

from echo.connecting import ARRAYS

# How long a connection that somebody left in the middle of something may take to come to rest.
MEND_SECONDS = 5.0
_LOOK_SECONDS = 0.01

# Whether tables and lookups of the models were built: 10 MB, the same for every database, which Tortoise
# writes anew whenever it makes a connection.
_are_models_built = False

# Who waits for a connection: they get it, or None when there may be one to make.
_Waiter = asyncio.Future[asyncpg.Connection | None]


class Pool:
    """At most `most` connections, made when they are needed, closed when they were idle for long.

    Who waits is served in turn. All methods belong to the event loop of the process.

    Shapes:  local_settings: statements for the beginning of each transaction, and then each statement has a
             transaction: behind PgBouncer nothing lasts longer. Empty: nothing of that
    """

    def __init__(
        self, how: dict[str, Any], *, most: int, idle_seconds: float, local_settings: str = ""
    ) -> None:
        self.local_settings = local_settings
        self._how = how
        self._most = most
        self._idle_seconds = idle_seconds
        self._idle: list[tuple[asyncpg.Connection, float]] = []
        self._waiting: deque[_Waiter] = deque()
        self._all: set[asyncpg.Connection] = set()
        self._opening = 0
        self._mending: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._is_closed = False

    async def acquire(self) -> asyncpg.Connection:
        """A connection of one's own until `release`. Waits for its turn when all are in use."""
        while True:
            connection = self.take()
            if connection is not None:
                return connection
            if len(self._all) + self._opening < self._most:
                return await self._open()
            turn: _Waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                given = await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and turn.exception() is None:
                    self._pass_on(turn.result())  # it was this one's turn: let the next have it
                raise
            if given is not None and not given.is_closed():
                return given
            if given is not None:
                self._drop(given)

    def give_back(self, connection: asyncpg.Connection, *, is_broken_off: bool = False) -> None:
        """Put a connection back. `is_broken_off`: whether somebody stopped in the middle of a statement."""
        if connection not in self._all:
            return
        if connection.is_closed() or self._is_closed:
            self._drop(connection)
        elif is_broken_off or connection.is_in_transaction():
            task = asyncio.get_running_loop().create_task(self._mend(connection))
            self._mending.add(task)
            task.add_done_callback(self._mending.discard)
        elif not self._wake(connection):
            self._idle.append((connection, asyncio.get_running_loop().time()))

    def counts(self) -> dict[str, int]:
        """How many connections are used, idle and allowed, and how many wait for one."""
        used = len(self._all) - len(self._idle)
        return {"used": used, "idle": len(self._idle), "most": self._most, "waiting": len(self._waiting)}

    async def release(self, connection: asyncpg.Connection) -> None:
        """The same, as Tortoise calls it."""
        self.give_back(connection)

    async def expire_connections(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._drop(self._idle.pop()[0])

    async def close(self) -> None:
        """Close every connection, those in use included."""
        self._is_closed = True
        if self._sweep is not None:
            self._sweep.cancel()
        for task in self._mending:
            task.cancel()
        for turn in self._waiting:
            if not turn.done():
                turn.set_exception(asyncpg.InterfaceError("the pool is closed"))
        closing = [connection.close(timeout=2) for connection in self._all]
        self._idle.clear()
        self._all.clear()
        await asyncio.gather(*closing, return_exceptions=True)

    def terminate(self) -> None:
        """Close every connection without a farewell."""
        self._is_closed = True
        for connection in self._all:
            connection.terminate()
        self._all.clear()
        self._idle.clear()

    def take(self) -> asyncpg.Connection | None:
        """A connection that is idle, if there is one."""
        while self._idle:
            connection, _ = self._idle.pop()  # the one that was used last is the warmest
            if not connection.is_closed():
                return connection
            self._drop(connection)
        return None

    async def _open(self) -> asyncpg.Connection:
        if self._is_closed:
            raise asyncpg.InterfaceError("the pool is closed")
        self._opening += 1
        try:
            connection = cast(asyncpg.Connection, await asyncpg.connect(**self._how))
        except BaseException:
            self._opening -= 1
            self._wake()
            raise
        self._opening -= 1
        self._all.add(connection)
        connection.get_settings().register_data_types(ARRAYS)
        if str(self._how.get("host", "")).startswith("/") and not self.local_settings:
            stand_back(connection.get_server_pid())
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._idle_seconds, self._close_idle)
        return connection

    def _wake(self, connection: asyncpg.Connection | None = None) -> bool:
        """Give the first who waits a connection, or let them try again. Returns whether anybody waited.

        Were it put down for them to take, whoever comes by before they look would take it, and some would
        wait for very long.
        """
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _pass_on(self, connection: asyncpg.Connection | None) -> None:
        if connection is None:
            self._wake()
        else:
            self.give_back(connection)

    def _drop(self, connection: asyncpg.Connection) -> None:
        self._all.discard(connection)
        connection.terminate()
        self._wake()

    async def _mend(self, connection: asyncpg.Connection) -> None:
        """Bring a connection to rest: roll back what is open, once the statement broken off has ended."""
        with contextlib.suppress(TimeoutError, asyncpg.PostgresError, OSError):
            async with asyncio.timeout(MEND_SECONDS):
                while not connection.is_closed():
                    try:
                        await connection.reset()
                    except asyncpg.InterfaceError:  # still ending
                        await asyncio.sleep(_LOOK_SECONDS)
                    else:
                        self.give_back(connection)
                        return
        self._drop(connection)

    def _close_idle(self) -> None:
        """Close what nobody has used for long, all but one."""
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._idle_seconds
        stale = [one for one, since in self._idle if since < oldest][: max(0, len(self._all) - 1)]
        self._idle = [(one, since) for one, since in self._idle if one not in stale]
        for connection in stale:
            self._drop(connection)
        self._sweep = loop.call_later(self._idle_seconds, self._close_idle) if self._all else None


def stand_back(pid: int) -> None:
    """Where we stand back ourselves, let a process of PostgreSQL on this machine that works for us do so too.

    Else the half of a worker's work that PostgreSQL does would be done before anybody's request.
    """
    own = os.getpriority(os.PRIO_PROCESS, 0)
    if own <= 0:
        return
    with contextlib.suppress(OSError):  # it is another user's, or on no machine like ours
        if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres":
            os.setpriority(os.PRIO_PROCESS, pid, max(own, os.getpriority(os.PRIO_PROCESS, pid)))


class Turn:
    """A connection for a while: `async with`. Whoever breaks off leaves it to be mended."""

    __slots__ = ("_client", "_connection")

    def __init__(self, client: Client) -> None:
        self._client = client

    async def __aenter__(self) -> asyncpg.Connection:
        pool = self._client.ready_pool or await self._client.pool()
        self._connection = pool.take() or await pool.acquire()
        if pool.local_settings:
            try:
                await self._connection.execute(f"BEGIN; {pool.local_settings}")
            except BaseException:
                pool.give_back(self._connection, is_broken_off=True)
                raise
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool = self._client.ready_pool
        if pool is not None:  # else it was closed meanwhile, and the connection with it
            is_broken_off = isinstance(error, asyncio.CancelledError | TimeoutError)
            try:
                if pool.local_settings and not is_broken_off and not self._connection.is_closed():
                    await self._connection.execute("COMMIT" if error is None else "ROLLBACK")
            except BaseException:
                is_broken_off = True
                raise
            finally:
                pool.give_back(self._connection, is_broken_off=is_broken_off)


class Client(AsyncpgDBClient):
    """Tortoise's client over `Pool`."""

    @property
    def ready_pool(self) -> Pool | None:
        """The pool, once there is one."""
        return cast("Pool | None", self._pool)

    async def pool(self) -> Pool:
        """The pool, made at its first use."""
        if self._pool is None:
            async with self._pool_init_lock:
                if self._pool is None:
                    await self.create_connection(with_db=True)
        return cast(Pool, self._pool)

    async def create_pool(self, **options: Any) -> asyncpg.Pool:
        for name in ("min_size", "connection_class", "loop"):
            options.pop(name)
        most = options.pop("max_size")
        idle_seconds = options.pop("max_inactive_connection_lifetime")
        local = options.pop("local_settings")
        return cast(asyncpg.Pool, Pool(options, most=most, idle_seconds=idle_seconds, local_settings=local))

    def acquire_connection(self) -> Any:
        return Turn(self)


client_class = Client


async def introduce(context: TortoiseContext, config: dict[str, object]) -> None:
    """Tell Tortoise how to connect, and of the models if it does not know them yet.

    Shapes:  config: as `tortoise_config` makes it
    """
    global _are_models_built
    await context.init(config=config, init_connections=not _are_models_built)
    _are_models_built = True
