"""Units of work that are cancelled: a client hangs up, a deadline passes."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random

import pytest

from echo import db
from echo.runtime import Runtime
from echo.store import posts


async def test_a_cancelled_unit_costs_no_connection(
    runtime: Runtime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="asyncio")  # asyncpg tells of transactions that it rolls back

    async def unit() -> None:
        async with db.unit_of_work():
            await posts.bury("https://peer.test/never", 1)
            await asyncio.sleep(0.002)

    for _ in range(200):
        task = asyncio.create_task(unit())
        await asyncio.sleep(random.uniform(0, 0.004))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(60):
        count = runtime.config.database.pool_size
        await asyncio.gather(*(db.fetch("SELECT pg_sleep(0.01)") for _ in range(count)))
        await posts.bury("https://peer.test/kept", 1)
    assert await posts.is_buried("https://peer.test/kept", 1)


async def test_who_was_cancelled_can_go_on(runtime: Runtime) -> None:
    """After a deadline within a task, the same task uses the database again."""

    async def hurried() -> None:
        async with asyncio.timeout(random.uniform(0, 0.003)):
            async with db.unit_of_work():
                await posts.bury("https://peer.test/x", 1)
                await asyncio.sleep(0.002)

    async def person() -> None:
        for _ in range(50):
            with contextlib.suppress(TimeoutError):
                await hurried()
            await db.fetch("SELECT 1")

    await asyncio.gather(*(person() for _ in range(3)))
