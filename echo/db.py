"""PostgreSQL: one pool for a process, statements, and the unit of work in which every change is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import asyncpg
from tortoise.backends.asyncpg.client import TransactionWrapper
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.context import TortoiseContext
from tortoise.exceptions import (
    BaseORMException,
    DBConnectionError,
    IntegrityError,
    OperationalError,
    ValidationError,
)

from echo import job_rows, replica
from echo.connecting import tortoise_config
from echo.errors import Unavailable
from echo.events import Event
from echo.pool import Client, introduce

# How long a request may wait for a free connection before it is told to come back, in seconds.
WAIT_SECONDS = 10.0
OUTAGES = (
    OSError,
    DBConnectionError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that broke between two messages of the protocol
    asyncpg.QueryCanceledError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    TimeoutError,
)
# A null character in a text, and in a document (`\\u0000`).
NULLS = (asyncpg.CharacterNotInRepertoireError, asyncpg.UntranslatableCharacterError)
# A value that is longer or greater than its column holds, also where it is only looked for.
BEYOND = (ValidationError, asyncpg.StringDataRightTruncationError)
DISK_FULL = (asyncpg.DiskFullError,)
# A row that may be there once was there already.
TAKEN = (IntegrityError, asyncpg.UniqueViolationError)
# Whatever a statement can fail with.
ERRORS = (*OUTAGES, asyncpg.PostgresError, BaseORMException)


class Row(Protocol):
    """A row, read by column name (or position)."""

    def __getitem__(self, key: str | int) -> Any: ...

    def get(self, key: str, default: Any = None) -> Any: ...

    def keys(self) -> Iterable[str]: ...


class Ending(Protocol):
    """What a unit of work writes when all else is written."""

    async def write(self) -> None: ...


@dataclass(slots=True)
class UnitOfWork:
    """One transaction and the events that it records; `ending`: rows that many change are held briefly so."""

    events: list[Event] = field(default_factory=list)
    ending: Ending | None = None

    def emit(self, event: Event) -> None:
        """Record what has happened; what follows from it is in `echo.effects`."""
        self.events.append(event)


AfterCommit = Callable[[Sequence[Event]], Awaitable[None]]


class Database:
    """The pool of a process. `bind()` makes it the one that the functions of this module use."""

    def __init__(self) -> None:
        self._context = TortoiseContext()
        self.after_commit: AfterCommit | None = None

    async def open(
        self,
        url: str,
        *,
        pool_size: int,
        statement_timeout_seconds: int,
        can_repeat: bool = False,
        is_pooled: bool = False,
    ) -> None:
        """Connect. Raises Unavailable when the engine cannot be reached.

        Shapes:  can_repeat: whether what is done here is done again if a crash of PostgreSQL undoes it: then
                 a commit need not wait for the disk; is_pooled: see `tortoise_config`
        """
        # Bound first: from the second database of a process on, `init` asks for the current context.
        self.bind()
        config = tortoise_config(
            url, pool_size, statement_timeout_seconds, can_repeat=can_repeat, is_pooled=is_pooled
        )
        await introduce(self._context, config)
        await fetch("SELECT 1")

    async def close(self) -> None:
        """Close every connection."""
        await self._context.close_connections()

    def bind(self) -> None:
        """Make this the database of the current task and of the tasks it starts."""
        self._context.__enter__()
        _current.set(self)

    @property
    def client(self) -> BaseDBAsyncClient:
        return self._context.db()

    def pool_counts(self) -> dict[str, int]:
        """Connections of this process: used, idle, most, and how many wait for one."""
        pool = cast(Client, self._context.db()).ready_pool
        return {} if pool is None else pool.counts()

    @property
    def context(self) -> TortoiseContext:
        return self._context


_current: ContextVar[Database] = ContextVar("echo_database")
_unit: ContextVar[UnitOfWork | None] = ContextVar("echo_unit_of_work", default=None)


def outside_of_units() -> Database | None:
    """The database of the current task; None in a unit of work, whose statements are its own."""
    return _current.get() if _unit.get() is None else None


def current_unit() -> UnitOfWork | None:
    """The unit of work of the current task, if it is in one."""
    return _unit.get()


async def fetch(sql: str, *arguments: object) -> list[Row]:
    """The rows of a statement, inside the current unit of work when there is one."""
    if replica.is_asked() and _unit.get() is None:
        late: list[Row] | None = await replica.fetch(sql, *arguments)
        if late is not None:
            return late
    try:
        async with asyncio.timeout(WAIT_SECONDS), _current.get().client.acquire_connection() as connection:
            rows: list[Row] = await connection.fetch(sql, *arguments)
            return rows
    except OUTAGES as error:
        raise outage(error) from error


async def fetch_one(sql: str, *arguments: object) -> Row | None:
    """The first row, or None."""
    rows = await fetch(sql, *arguments)
    return rows[0] if rows else None


async def fetch_value(sql: str, *arguments: object) -> Any:
    """The first column of the first row, or None."""
    rows = await fetch(sql, *arguments)
    return rows[0][0] if rows else None


async def execute(sql: str, *arguments: object) -> int:
    """Run a statement; the number of rows it touched."""
    try:
        async with asyncio.timeout(WAIT_SECONDS), _current.get().client.acquire_connection() as connection:
            status: str = await connection.execute(sql, *arguments)
    except OUTAGES as error:
        raise outage(error) from error
    last = status.rsplit(" ", 1)[-1]
    return int(last) if last.isdigit() else 0


async def execute_long(sql: str) -> None:
    """Run a statement that may take hours, outside of any unit of work; no time limit holds for it."""
    async with _current.get().client.acquire_connection() as connection:
        await connection.execute("SET statement_timeout TO 0")
        try:
            await connection.execute(sql)
        finally:
            await connection.execute("RESET statement_timeout")


async def log_position() -> int:
    """How far PostgreSQL has written its log, in bytes: what a replica has to reach."""
    return int(await fetch_value("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"))


async def wait_for_disk() -> None:
    """Let this unit of work end when it is on the disk, in workers too: something outside follows from it."""
    await execute("SET LOCAL synchronous_commit TO on")


def outage(error: BaseException) -> Unavailable:
    """The error that says: the database is away or too busy, come back in a moment."""
    return Unavailable(retry_after_seconds=2, detail=f"database: {type(error).__name__}: {error}")


def behind(error: BaseException, kinds: tuple[type[BaseException], ...] = OUTAGES) -> BaseException | None:
    """The error of these kinds that an error comes from, if one does: a connection that dies in the middle of
    a transaction makes the driver and the ORM stumble in many ways while they roll back.
    """
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None or isinstance(seen, kinds):
            return seen
        seen = seen.__cause__ or seen.__context__
    return None


@asynccontextmanager
async def unit_of_work() -> AsyncIterator[UnitOfWork]:
    """A transaction. Its events become job rows inside it, and are handed on after the commit.

    A unit inside another one joins it: the outermost commits. An exception rolls everything back, the events
    included. Raises Unavailable when the database is away.
    """
    outer = _unit.get()
    if outer is not None:
        yield outer
        return
    unit = UnitOfWork()
    try:
        async with _transaction():
            token = _unit.set(unit)
            try:
                yield unit
                if unit.ending is not None:
                    await unit.ending.write()
                jobs = job_rows.values(unit.events)
                if jobs is not None:
                    await fetch(job_rows.INSERT, *jobs)
            finally:
                _unit.reset(token)
    except OUTAGES as error:
        raise outage(error) from error
    except OperationalError as error:
        if isinstance(error.__cause__, OUTAGES):
            raise outage(error) from error
        raise
    after = _current.get().after_commit
    if unit.events and after is not None:
        await after(unit.events)


@asynccontextmanager
async def _transaction() -> AsyncIterator[None]:
    """A transaction on a connection of its own; whoever is cancelled in it gives the connection back.

    Tortoise's own keeps the connection for ever, and leaves the task with it, when it is cancelled while it
    begins or ends: a client that hangs up at the wrong moment would cost one of few connections.
    """
    context = _current.get().context
    client = cast(Client, context.db())
    pool = await client.pool()
    async with asyncio.timeout(WAIT_SECONDS):
        connection = await pool.acquire()
    wrapper = TransactionWrapper(client)
    wrapper._connection = connection
    is_at_rest = False
    token = context.connections.set(client.connection_name, wrapper)
    try:
        await wrapper.begin()
        try:
            if pool.local_settings:
                await connection.execute(pool.local_settings)
            yield
        except BaseException:
            await wrapper.rollback()
            is_at_rest = True
            raise
        await wrapper.commit()
        is_at_rest = True
    finally:
        context.connections.reset(token)
        pool.give_back(connection, is_broken_off=not is_at_rest)
