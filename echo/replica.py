"""A read replica: a second PostgreSQL that follows the first, for reads that may be a little late.

What may be read from it is declared in `LATE`, and nowhere else. Only requests read from it that change
nothing, of nobody in particular or of somebody who has not changed anything lately: who has just written
finds it.
A replica that is away, or further behind than is allowed, is left out: the first one answers.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

import asyncpg

from echo import cache
from echo.config.engines import DatabaseConfig
from echo.connecting import tortoise_config
from echo.ending import end
from echo.pool import Pool

log = logging.getLogger(__name__)
P = ParamSpec("P")
R = TypeVar("R")
# The functions of `echo.store` that may answer from it. None of them decides what somebody may read: what
# they find is looked at again, row by row, with the eyes of the viewer.
LATE = frozenset(
    {
        "echo.store.timelines.public",
        "echo.store.timelines.hashtag",
        "echo.store.timelines.link",
        "echo.store.timelines.account",
        "echo.store.trends.hashtags",
        "echo.store.trends.post_ids",
        "echo.store.trends.links",
        "echo.store.trends.link_days",
        "echo.store.discovery.directory",
        "echo.store.search_accounts.search",
        "echo.store.search_posts.find",
        "echo.store.instance.hashtags_like",
        "echo.store.instance.hashtag_days",
        "echo.store.house.peers_like",
        "echo.store.house.weeks",
    }
)
# How often it is looked how far behind it is.
LOOK_SECONDS = 1.0
# How long such a look, or a statement, may take until the first one is asked.
ANSWER_SECONDS = 10.0
# A commit that does not wait for the disk is in the log a moment later, and the last look is a moment old.
_MARGIN_SECONDS = 3
_MOST_POSITIONS = 600
# What says that it is gone, and whatever else it fails with: in both cases the first one is asked.
_GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)
_FAILURES = (*_GONE, asyncpg.PostgresError)

# Where a replica is in the log of the first one (bytes); nothing for a server that follows nobody.
_REACHED = "SELECT (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint WHERE pg_is_in_recovery()"
# Says whose request this is, when it changes nothing: an account, 0 for nobody's, None when nobody knows.
_reader: ContextVar[Callable[[], int | None] | None] = ContextVar("echo_late_reader", default=None)
_is_late: ContextVar[bool] = ContextVar("echo_is_late", default=False)
_current: ContextVar[Replica | None] = ContextVar("echo_replica", default=None)


class Replica:
    """The pool of a process to the replica, and how far behind that is.

    Shapes:  most_lag_seconds: how far behind it may be
    """

    def __init__(
        self, url: str, *, pool_size: int, statement_timeout_seconds: int, most_lag_seconds: int
    ) -> None:
        config = cast("dict[str, Any]", tortoise_config(url, pool_size, statement_timeout_seconds))
        how = dict(config["connections"]["default"]["credentials"])
        for name in ("minsize", "maxsize", "local_settings"):
            how.pop(name)
        idle_seconds = how.pop("max_inactive_connection_lifetime")
        self.most_lag_seconds = most_lag_seconds
        self._pool = Pool(how, most=pool_size, idle_seconds=idle_seconds)
        # Where the first one was, and when: (moment of the loop, position in its log).
        self._positions: deque[tuple[float, int]] = deque()
        self._lag_seconds: float | None = None
        self._watch: asyncio.Task[None] | None = None

    def bind(self) -> None:
        """Make this the replica of the current task and of the tasks it starts."""
        _current.set(self)

    @property
    def lag_seconds(self) -> float | None:
        """How far behind it was at the last look; None while it is left out because it is away."""
        return self._lag_seconds

    @property
    def is_fit(self) -> bool:
        """Whether it may be read from now."""
        return self._lag_seconds is not None and self._lag_seconds <= self.most_lag_seconds

    def begin(self, position: Callable[[], Awaitable[int]]) -> None:
        """Watch how far behind it is.

        Shapes:  position: asks the first one where it is in its log (bytes)
        """
        self._watch = asyncio.create_task(self._look_for_ever(position))

    async def _look_for_ever(self, position: Callable[[], Awaitable[int]]) -> None:
        was_fit = False
        while True:
            await self.look(position)
            if self.is_fit != was_fit:
                was_fit = self.is_fit
                log.warning("the read replica is %s", "used" if was_fit else "away or too late, and left out")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, position: Callable[[], Awaitable[int]]) -> None:
        """See how far behind it is: since when the first one has been further than it is."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                now = loop.time()
                self._positions.append((now, await position()))
                reached = await self._ask(_REACHED)
        except Exception as error:
            # Whatever it is, also that the first one is away: nobody knows how late this one is.
            log.debug("the read replica cannot be judged: %r", error)
            self._lag_seconds = None
            return
        self._lag_seconds = self._lag(now, reached[0][0]) if reached else None

    def _lag(self, now: float, reached: int | None) -> float | None:
        """Since when the first one has been further than it is; None when that is not known."""
        while len(self._positions) > 1 and self._positions[1][1] <= (reached or 0):
            self._positions.popleft()
        while len(self._positions) > _MOST_POSITIONS:
            self._positions.popleft()
        moment, known = self._positions[0]
        return None if reached is None or known > reached else now - moment

    async def fetch(self, sql: str, *arguments: object) -> list[Any] | None:
        """The rows of a statement; None when this one cannot be asked now."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await self._ask(sql, *arguments)
        except _FAILURES as error:
            log.info("the read replica does not answer: %r", error)
            # A statement that fails may be its own fault; a server that is gone is left out for a moment.
            if isinstance(error, _GONE) and not isinstance(error, asyncpg.QueryCanceledError):
                self._lag_seconds = None
            return None

    async def _ask(self, sql: str, *arguments: object) -> list[Any]:
        connection = await self._pool.acquire()
        is_done = False
        try:
            rows: list[Any] = await connection.fetch(sql, *arguments)
            is_done = True
            return rows
        finally:
            self._pool.give_back(connection, is_broken_off=not is_done)

    async def close(self) -> None:
        """Close every connection."""
        if self._watch is not None:
            await end([self._watch])
        await self._pool.close()


def open_replica(how: DatabaseConfig, position: Callable[[], Awaitable[int]]) -> Replica | None:
    """The replica that the configuration names, if it names one, watched from now on; see `Replica.begin`."""
    if not how.replica_url:
        return None
    replica = Replica(
        how.replica_url,
        pool_size=how.pool_size,
        statement_timeout_seconds=how.statement_timeout_seconds,
        most_lag_seconds=how.replica_lag_seconds,
    )
    replica.begin(position)
    return replica


def is_asked() -> bool:
    """Whether the statement that is about to be run may be one for the replica."""
    return _is_late.get()


async def fetch(sql: str, *arguments: object) -> list[Any] | None:
    """The rows of a statement from the replica; None when it cannot be asked."""
    replica = _current.get()
    return None if replica is None else await replica.fetch(sql, *arguments)


def reading(who: Callable[[], int | None]) -> None:
    """The current request changes nothing: what is in `LATE` may be late.

    Shapes:  who: says whose request it is: an account, 0 for nobody's, None when that is not known
    """
    if _current.get() is not None:
        _reader.set(who)


async def note_write(account_id: int) -> None:
    """Somebody has changed something: until the replica surely has it, they do not read from it."""
    replica = _current.get()
    if replica is not None:
        seconds = replica.most_lag_seconds + _MARGIN_SECONDS
        with contextlib.suppress(*cache.OUTAGES):
            await cache.client().set(_mark(account_id), b"1", ex=seconds)


def late(function: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let a function of `LATE` read from the replica, where one is fit and the request allows it."""
    assert f"{function.__module__}.{function.__qualname__}" in LATE, function

    @wraps(function)
    async def read(*args: P.args, **kwargs: P.kwargs) -> R:
        if not await _may_be_late():
            return await function(*args, **kwargs)
        token = _is_late.set(True)
        try:
            return await function(*args, **kwargs)
        finally:
            _is_late.reset(token)

    return read


async def _may_be_late() -> bool:
    replica, reader = _current.get(), _reader.get()
    if replica is None or reader is None or not replica.is_fit:
        return False
    account_id = reader()
    if not account_id:
        return account_id == 0
    try:
        return not await cache.client().exists(_mark(account_id))
    except cache.OUTAGES:
        return False


def _mark(account_id: int) -> str:
    return cache.key("wrote", account_id)
