"""Home timelines in Redis, and what happens while one is being filled."""

from __future__ import annotations

import pytest

from echo import cache
from echo.actions import follows
from echo.db import Row
from echo.runtime import Runtime
from echo.store import home, timelines
from echo.store.cursor import Cursor
from tests import make

PAGE = Cursor(limit=20)


async def test_a_missing_timeline_is_filled(runtime: Runtime) -> None:
    alice, bob = await make.person(), await make.person()
    await follows.follow(alice.id, bob.id)
    posts = [await make.post(bob) for _ in range(3)]
    assert await home.page(alice.id, PAGE) == [post.id for post in reversed(posts)]
    await cache.forget_everything()
    assert await home.page(alice.id, PAGE) == [post.id for post in reversed(posts)]


async def test_an_empty_timeline_stays_filled(runtime: Runtime) -> None:
    alice = await make.person()
    assert await home.page(alice.id, PAGE) == []
    await cache.send(home.pushing(5, [alice.id]))
    assert await home.page(alice.id, PAGE) == [5]


@pytest.mark.parametrize("upward", [True, False])
async def test_cursors_are_exclusive(runtime: Runtime, *, upward: bool) -> None:
    alice = await make.person()
    await home.page(alice.id, PAGE)
    for post_id in range(1, 10):
        await cache.send(home.pushing(post_id, [alice.id]))
    cursor = Cursor(limit=2, min_id=4) if upward else Cursor(limit=2, max_id=7, since_id=4)
    assert await home.page(alice.id, cursor) == [6, 5]


async def test_a_post_that_arrives_while_filling_is_not_lost(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    read = timelines.home_candidates
    arrived: list[int] = []

    async def slow(account_id: int, limit: int) -> list[Row]:
        rows = await read(account_id, limit)
        if not arrived:
            post = await make.post(alice)
            arrived.append(post.id)
            await cache.send(home.pushing(post.id, [alice.id]))
        return rows

    monkeypatch.setattr(timelines, "home_candidates", slow)
    assert await home.page(alice.id, PAGE) == arrived
    assert await home.page(alice.id, PAGE) == arrived


async def test_what_is_forgotten_while_filling_does_not_come_back(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.person(), await make.person()
    await follows.follow(alice.id, bob.id)
    await make.post(bob)
    read = timelines.home_candidates
    unfollowed: list[bool] = []

    async def slow(account_id: int, limit: int) -> list[Row]:
        rows = await read(account_id, limit)
        if not unfollowed:
            unfollowed.append(True)
            await follows.unfollow(alice.id, bob.id)
            await home.forget(alice.id)
        return rows

    monkeypatch.setattr(timelines, "home_candidates", slow)
    assert await home.page(alice.id, PAGE) == []
