"""The loops of a worker: what ends one of them, and what is logged of it."""

from __future__ import annotations

import asyncio
import logging

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from echo.ending import end
from echo.errors import Unavailable
from workers import main


@pytest.mark.parametrize(
    ("error", "is_known"),
    [
        (Unavailable(retry_after_seconds=2, detail="database: gone"), True),
        (RedisConnectionError("reset by peer"), True),
        (ConnectionResetError("reset by peer"), True),
        (ValueError("a mistake of ours"), False),
        (FileNotFoundError("a file"), False),
    ],
)
async def test_a_loop_comes_back_and_says_in_a_line_that_an_engine_is_away(
    error: Exception, is_known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    is_back, begun = asyncio.Event(), 0

    async def loop() -> None:
        nonlocal begun
        begun += 1
        if begun == 1:
            raise error
        is_back.set()
        await asyncio.Event().wait()

    with caplog.at_level(logging.WARNING, logger=main.__name__):
        running = asyncio.create_task(main._kept_alive("bell", loop))
        await is_back.wait()
        await end([running])
    [record] = caplog.records
    assert record.levelno == (logging.WARNING if is_known else logging.ERROR)
    assert bool(record.exc_info) is not is_known
    assert "bell" in record.getMessage()
