"""What stands in Redis is data: nothing that somebody put there is run. Row S-M05."""

from __future__ import annotations

import asyncio
import pickle
import re
from pathlib import Path
from typing import Any

import pytest

from echo import cache
from echo.jobs import Queue
from workers.bells import Bells
from workers.main import _arq

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("echo", "federation", "workers", "activitypub")


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self._path,)


@pytest.mark.usefixtures("runtime")
async def test_s_m05_a_pickle_in_the_queue_is_thrown_away_and_not_run(tmp_path: Path) -> None:
    sprung, redis = tmp_path / "sprung", await cache.queue()
    pickle.loads(pickle.dumps(Trap(tmp_path / "works")))
    assert (tmp_path / "works").exists()
    evil = pickle.dumps({"t": 1, "f": "wake", "a": (Trap(sprung),), "k": {}, "et": 1})
    for number, body in enumerate((evil, pickle.dumps(Trap(sprung)), b"\xc1", b"\x01", b"")):
        await redis.set(f"arq:job:evil{number}", body)
        await redis.zadd(redis.default_queue_name, {f"evil{number}": 1})
    bells = Bells()
    working = asyncio.create_task(_arq(bells))
    await redis.enqueue_job("wake", Queue.DELIVERIES.value)
    await asyncio.wait_for(bells._events[Queue.DELIVERIES].wait(), 60)
    for _ in range(100):
        if not await redis.zcard(redis.default_queue_name) and not await redis.keys("arq:job:evil*"):
            break
        await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert not sprung.exists()
    assert await redis.zcard(redis.default_queue_name) == 0
    assert await redis.keys("arq:job:evil*") == []


async def test_who_waits_for_a_bell_can_be_stopped_in_whatever_moment_it_rings() -> None:
    bells = Bells()

    async def listen() -> None:
        while True:
            await bells.wait(Queue.DELIVERIES)

    for steps in range(6):
        waiting = asyncio.create_task(listen())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        bells.ring(Queue.DELIVERIES.value)
        for _ in range(steps):
            await asyncio.sleep(0)
        waiting.cancel()
        _, pending = await asyncio.wait({waiting}, timeout=30)
        waiting.cancel()
        assert not pending, f"rung {steps} steps before"


def test_s_m05_no_code_of_ours_reads_what_can_run() -> None:
    """Neither pickle nor its relatives are imported, and whoever makes a queue says how it is read."""
    queues = 0
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"^ *(import|from) +(pickle|marshal|shelve|dill)\b", text, re.M), path
            made = len(re.findall(r"\b(?:ArqRedis|Worker)\(\n", text)) if "from arq" in text else 0
            assert text.count("job_deserializer=msgspec.msgpack.decode") == made, path
            queues += made
    assert queues == 2
