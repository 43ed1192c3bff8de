"""A Redis that hangs: it was stopped, and takes connections and commands, but says nothing."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prometheus_client import Counter
from quart.typing import TestClientProtocol as Client

from echo import cache, metrics
from echo.cache import Cache
from echo.embedded import Engines
from echo.redis_pool import Pool, RedisSilent
from echo.runtime import Runtime
from tests import make
from tests.conftest import changed
from tests.waiting import eventually


@contextmanager
def stopped(engines: Engines) -> Iterator[None]:
    """While this lasts Valkey does nothing."""
    os.kill(engines.pids["Valkey"], signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(engines.pids["Valkey"], signal.SIGCONT)


def count(counter: Counter) -> float:
    return float(counter._value.get())


def pool_of(opened: Cache) -> Pool:
    pool = opened.redis.connection_pool
    assert isinstance(pool, Pool)
    return pool


async def test_who_hangs_is_waited_for_once_and_found_again(
    client: Client, runtime: Runtime, engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.config = changed(runtime.config, rate_limits={"enabled": True})
    alice, here = await make.person(), runtime.cache
    monkeypatch.setattr("echo.cache.SILENCE_SECONDS", 1.0)
    hanging = Cache(here.url, here.prefix)
    hanging.bind()
    await eventually(cache.ping)
    runtime.cache, pool = hanging, pool_of(hanging)
    silences, refused = count(metrics.REDIS_SILENCES), count(metrics.REDIS_REFUSED)
    with stopped(engines):
        with pytest.raises(cache.OUTAGES) as met:
            await cache.client().set("test:first", b"1")
        assert not isinstance(met.value, RedisSilent)
        assert pool.is_silent
        with pytest.raises(RedisSilent):
            await cache.client().set("test:second", b"1")
        read = await client.get("/api/v1/timelines/home", headers=alice.headers)
        wrote = await client.post("/api/v1/statuses", headers=alice.headers, json={"status": "still here"})
        guessed = await client.post(
            "/api/v1/apps", json={"client_name": "a", "redirect_uris": "https://a.test/"}
        )
        assert [read.status_code, wrote.status_code, guessed.status_code] == [200, 200, 503]
        # One command waited; the pool itself has asked since, and no request did.
        assert count(metrics.REDIS_SILENCES) == silences + 1
        assert count(metrics.REDIS_REFUSED) > refused + 3
    await eventually(lambda: not pool.is_silent)
    here.bind()
    runtime.cache = here
    assert await cache.client().exists("test:second") == 0
    read = await client.get("/api/v1/timelines/home", headers=alice.headers)
    assert [post["content"] for post in await read.get_json()] == ["<p>still here</p>"]
    await hanging.close()


async def test_an_answer_that_is_late_and_a_listener_that_hears_nothing_are_no_silence(
    runtime: Runtime, engines: Engines
) -> None:
    assert await cache.client().set("test:here", b"1")
    line = await cache.connect_apart()
    with stopped(engines):
        asked = asyncio.ensure_future(cache.client().get("test:here"))
        heard = asyncio.create_task(line.read_response())
        await asyncio.sleep(0.2)
        assert not asked.done()
    assert await asked == b"1"
    heard.cancel()
    await asyncio.gather(heard, return_exceptions=True)
    assert not pool_of(runtime.cache).is_silent
    await line.disconnect(nowait=True)
