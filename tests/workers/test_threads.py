"""Searches for more of threads: a few at once, a while at a time; what is found late is not said live."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, cast

import pytest

from echo import bus, clock
from echo.runtime import Runtime
from federation import threads as searches
from tests import make
from workers import threads, timelines
from workers.later import Later

NOTHING = cast(Any, None)


async def test_only_a_few_searches_go_on_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end = asyncio.Event()

    async def search(fetch_id: int) -> bool:
        await may_end.wait()
        return fetch_id != 0

    monkeypatch.setattr(searches, "fetch_more", search)
    running = [
        asyncio.create_task(threads.fetch(NOTHING, fetch_id=number)) for number in range(threads.AT_ONCE)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Later) as caught:
        await threads.fetch(NOTHING, fetch_id=99)
    assert caught.value.seconds == threads.WAIT_SECONDS
    may_end.set()
    ends = await asyncio.gather(*running, return_exceptions=True)
    assert [type(end) for end in ends] == [Later, *[type(None)] * (threads.AT_ONCE - 1)]
    await threads.fetch(NOTHING, fetch_id=99)


async def test_old_posts_are_not_said_live(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int] = []

    async def publish(
        messages: list[tuple[str, bus.Live]], *, must: bool = False, first: object = ()
    ) -> None:
        said.extend(live.post for _, live in messages if live.post)

    monkeypatch.setattr(bus, "publish", publish)
    author = await make.stranger()
    await make.follow(await make.person(), author)
    new, old = await make.remote_post(author), await make.remote_post(author)
    old.created_at = clock.now() - timelines.NEWS - timedelta(minutes=1)
    await old.save(update_fields=["created_at"])
    for post in (new, old):
        await timelines.add_post(runtime, post_id=post.id)
    assert set(said) == {new.id}
