"""Jobs that fail: what is logged of them, and that they are done later."""

from __future__ import annotations

import logging

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from echo import clock
from echo.errors import Unavailable
from echo.models import Job
from echo.runtime import Runtime
from workers import jobs


@pytest.mark.parametrize(
    ("error", "is_known"),
    [
        (Unavailable(detail="redis: gone"), True),
        (RedisConnectionError("reset by peer"), True),
        (ValueError("a mistake of ours"), False),
    ],
)
async def test_a_job_waits_in_one_line_while_an_engine_is_away(
    runtime: Runtime, error: Exception, is_known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: Runtime) -> None:
        raise error

    made = await Job.create(name="fails", arguments={}, due_at=clock.now(), created_at=clock.now())
    [row] = await jobs.jobs.claim("test", 10)
    with caplog.at_level(logging.WARNING, logger=jobs.__name__):
        await jobs.run(runtime, {"fails": fail}, "test", row)
    [record] = caplog.records
    assert record.levelno == (logging.WARNING if is_known else logging.ERROR)
    assert bool(record.exc_info) is not is_known
    kept = await Job.get(id=made.id)
    assert (kept.lease_owner, kept.dead) == ("", False)
    assert type(error).__name__ in kept.last_error
