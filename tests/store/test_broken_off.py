"""A task that talks to the engines ends when it is told to, whenever that is."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable

import pytest

from echo import cache, db, ending
from tests.waiting import eventually


async def ask_redis() -> None:
    await cache.client().incr(cache.key("talked"))


async def ask_redis_much() -> None:
    await cache.send([("PING",), ("PING",)])


async def ask_the_database() -> None:
    await db.fetch_value("SELECT 1")


async def write() -> None:
    async with db.unit_of_work():
        await db.execute("SELECT 1")


@pytest.mark.parametrize("ask", [ask_redis, ask_redis_much, ask_the_database, write])
@pytest.mark.usefixtures("runtime")
async def test_a_cancellation_is_never_lost(
    ask: Callable[[], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    """Each turn of the loop is tried in which it may come, while something is asked and answered."""
    caplog.set_level(logging.CRITICAL, logger="asyncio")  # asyncpg tells of transactions that it rolls back

    async def go_on() -> None:
        while True:
            await ask()

    for turns in range(60):
        task = asyncio.create_task(go_on())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await eventually(task.done)
        assert task.cancelled()


async def test_who_does_not_hear_at_once_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    told = 0

    async def deaf() -> None:
        nonlocal told
        while told < 3:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told += 1
        raise RuntimeError

    tasks = [asyncio.create_task(deaf())]
    await asyncio.sleep(0)
    await ending.end(tasks, again_seconds=0.01)
    assert (told, tasks[0].done()) == (3, True)
    tasks.clear()
    gc.collect()
    assert "never retrieved" not in caplog.text
