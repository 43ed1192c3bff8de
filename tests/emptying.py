"""An empty server for the next test."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import asyncpg

from echo import cache, settings
from echo.policy.roles import BUILT_IN

Result = TypeVar("Result")

_TABLES = """
SELECT format('%I', tablename) FROM pg_tables
WHERE schemaname = current_schema() AND tablename NOT LIKE '%migration%' AND tablename <> 'roles' ORDER BY 1
"""
_SEQUENCES = """
SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL
"""
# As every server has them at first.
_ROLES = "DELETE FROM roles WHERE id NOT IN (-99, 1, 2, 3);" + "".join(
    f"UPDATE roles SET name = '{one.name}', color = '', permissions = {int(one.permissions)},"
    f" position = {one.position}, highlighted = {one.highlighted}, require_2fa = false"
    f" WHERE id = {int(one.id)} AND (updated_at > created_at);"
    for one in BUILT_IN
)


class _Broom:
    """Connections that stay open from test to test, one for each database, in a thread of their own.

    A new connection knows no table yet, and learning all of them takes longer than most tests.
    """

    def __init__(self) -> None:
        self._open: dict[str, tuple[asyncpg.Connection, list[str], str]] = {}
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True, name="emptying").start()

    def ask(self, work: Coroutine[Any, Any, Result]) -> asyncio.Future[Result]:
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def close(self) -> None:
        """Close every connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()

    async def sweep(self, url: str) -> None:
        """Delete where there is something to delete: truncating every table takes far longer."""
        if url not in self._open:
            self._open[url] = await self._connect(url)
        connection, tables, question = self._open[url]
        used = await connection.fetchrow(question)
        assert used is not None
        dirty = [f"DELETE FROM {table};" for table, is_used in zip(tables, used, strict=True) if is_used]
        await connection.execute("".join(dirty) + _ROLES + _SEQUENCES)

    async def _connect(self, url: str) -> tuple[asyncpg.Connection, list[str], str]:
        connection = await asyncpg.connect(url)
        tables = [row[0] for row in await connection.fetch(_TABLES)]
        question = ", ".join(f"EXISTS (SELECT FROM {table})" for table in tables)
        return connection, tables, f"SELECT {question}"

    async def _close(self) -> None:
        for connection, *_ in self._open.values():
            await connection.close()
        self._open.clear()


_brooms: list[_Broom] = []


async def empty() -> None:
    """Forget every row and everything in the cache of the server that is bound."""
    if not _brooms:
        _brooms.append(_Broom())
    broom = _brooms[0]
    await broom.ask(broom.sweep(settings.here().database.url))
    await cache.forget_everything()


def leave() -> None:
    """Let go of every database, so that it can be copied or closed."""
    for broom in _brooms:
        broom.close()
