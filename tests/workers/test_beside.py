"""A worker within the process that answers requests."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from echo import clock
from echo.actions import schedules
from echo.actions.drafts import PostDraft
from echo.kinds import Visibility
from echo.models import Post
from echo.runtime import Runtime
from echo.server import roles as server_roles
from tests import make
from tests.waiting import eventually
from workers import roles
from workers.roles import Beside


async def schedule_one(text: str) -> None:
    alice = await make.person()
    draft = PostDraft(text=text, visibility=Visibility.PUBLIC)
    await schedules.schedule(alice.id, draft, clock.now() + timedelta(hours=1))
    clock.shift(timedelta(hours=2))


async def is_published(text: str) -> bool:
    return await Post.filter(text=text).exists()


async def test_it_works_until_it_is_told_to_stop_and_reads_the_figures(
    runtime: Runtime, tmp_path: Path
) -> None:
    beside, stop = Beside(runtime.config, tmp_path), asyncio.Event()
    working = asyncio.create_task(beside.run(stop))
    await schedule_one("done beside")
    await eventually(lambda: is_published("done beside"))
    await beside.look()
    assert not working.done()
    stop.set()
    await working


async def test_one_works_at_a_time_and_the_next_begins_when_the_first_has_ended(
    runtime: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roles, "ALONE_LOOK_SECONDS", 0.01)
    first_stop, stop = asyncio.Event(), asyncio.Event()
    begun: list[str] = []

    async def take_part(name: str, until: asyncio.Event) -> None:
        async with roles._alone(tmp_path / roles.BESIDE_LOCK, until):
            begun.append(name)
            await until.wait()

    first = asyncio.create_task(take_part("first", first_stop))
    await eventually(lambda: begun)
    second = asyncio.create_task(Beside(runtime.config, tmp_path).run(stop))
    await schedule_one("waits for the first")
    await asyncio.sleep(0.1)  # it looks again and again meanwhile
    assert not await is_published("waits for the first")
    first_stop.set()
    await first
    await eventually(lambda: is_published("waits for the first"))
    stop.set()
    await second


async def test_who_waits_for_the_other_can_be_stopped(runtime: Runtime, tmp_path: Path) -> None:
    stop = asyncio.Event()
    async with roles._alone(tmp_path / roles.BESIDE_LOCK, stop):
        other_stop = asyncio.Event()
        waiting = asyncio.create_task(Beside(runtime.config, tmp_path).run(other_stop))
        await asyncio.sleep(0)
        other_stop.set()
        await waiting


async def test_work_that_fails_ends_the_process_that_it_stands_beside() -> None:
    class Broken:
        async def run(self, stop: asyncio.Event) -> None:
            raise OSError("no room for a lock")

        async def look(self) -> None: ...

    stop, leave = asyncio.Event(), asyncio.Event()
    working = asyncio.create_task(server_roles._work_beside(Broken(), stop, leave))
    with suppress(OSError):
        await working
    assert (stop.is_set(), leave.is_set()) == (True, True)
    with pytest.raises(OSError, match="no room"):
        working.result()
