"""Counters of accounts and posts: exact, and never in each other's way in a circle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from echo import db
from echo.actions import avoided_domains, follows, likes, posts
from echo.models import AccountStats, PostStats
from echo.store import counters, erasing
from tests import make
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("runtime")
POSTS, ACCOUNTS = ("post_stats", "post_id"), ("account_stats", "account_id")


async def is_waiting() -> bool:
    """Whether a statement waits for somebody who holds a row."""
    return bool(
        await db.fetch_value(
            "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
            " WHERE NOT l.granted AND a.datname = current_database()"
        )
    )


async def counts_in_order(act: Callable[[], Awaitable[object]], of: tuple[str, str], ids: list[int]) -> None:
    """Hold the first of two rows until the act waits for it: it must not hold the second one then."""
    first, second = sorted(ids)
    is_held = asyncio.Event()

    async def go() -> None:
        await is_held.wait()
        await act()

    acting = asyncio.create_task(go())  # before the unit of work, which would be its own otherwise
    lock = f"SELECT 1 FROM {of[0]} WHERE {of[1]} = $1 FOR UPDATE"
    async with db.unit_of_work():
        assert await db.execute(lock, first) == 1
        is_held.set()
        await eventually(is_waiting)
        assert await db.execute(f"{lock} NOWAIT", second) == 1
    await acting


async def test_an_answer_that_quotes_counts_both_in_order_when_it_comes_and_when_it_goes() -> None:
    alice, bob = await make.person(), await make.person()
    quoted, answered = await make.post(bob), await make.post(bob)
    for post in (quoted, answered):
        await likes.like(alice.id, post.id)
    made: list[int] = []

    async def write() -> None:
        made.append((await make.post(alice, reply_to=answered.id, quote_of_id=quoted.id)).id)

    async def counted() -> list[tuple[int, int]]:
        rows = await PostStats.filter(post_id__in=both).order_by("post_id")
        return [(row.replies, row.quotes) for row in rows]

    both = [quoted.id, answered.id]
    await counts_in_order(write, POSTS, both)
    assert await counted() == [(0, 1), (1, 0)]
    await counts_in_order(lambda: posts.remove(alice.id, made[0]), POSTS, both)
    assert await counted() == [(0, 0), (0, 0)]


async def test_many_follows_that_end_at_once_are_counted_in_order() -> None:
    alice, (early, late) = await make.person(), [await make.stranger() for _ in range(2)]
    for followee in (late, early):
        await make.follow(alice, followee)
    await avoided_domains.avoid(alice.id, "peer.test")
    await counts_in_order(lambda: avoided_domains.leave(alice.id, "peer.test"), ACCOUNTS, [early.id, late.id])
    assert (await AccountStats.get(account_id=alice.id)).following == 0


async def test_what_a_deleted_account_liked_is_counted_back_in_order() -> None:
    alice, bob = await make.person(), await make.person()
    early, late = await make.post(bob), await make.post(bob)
    for post in (late, early):
        await likes.like(alice.id, post.id)

    async def erase() -> None:
        async with db.unit_of_work():
            assert await erasing.likes(alice.id, 10) == 2

    await counts_in_order(erase, POSTS, [early.id, late.id])
    assert [(await PostStats.get(post_id=post.id)).likes for post in (early, late)] == [0, 0]


async def test_a_unit_of_work_counts_all_that_it_did_and_nothing_when_it_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also more rows than one statement takes, rows that are not there yet, and none of what is gone."""
    monkeypatch.setattr(counters, "_ROWS", 2)
    bob = await make.person()
    written = [(await make.post(bob)).id for _ in range(3)]
    people = [await make.stranger() for _ in range(2)]

    async def fail() -> None:
        async with db.unit_of_work():
            await counters.count_post_use("likes", written[0], 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert not await PostStats.exists(post_id=written[0])
    async with db.unit_of_work():
        for post_id in written:
            await counters.count_post_use("likes", post_id, 2)
            await counters.count_post_use("boosts", post_id, 1)
            await counters.count_post_use("likes", post_id, -1)
        await counters.count_post_use("replies", written[0], -1)
        await counters.count_post_use("likes", 1, 1)
        await follows.follow(bob.id, people[0].id)
        await counters.count_follow(bob.id, people[1].id, 1)
    of_first = await PostStats.get(post_id=written[0])
    assert (of_first.likes, of_first.boosts, of_first.replies) == (1, 1, 0)
    assert not await PostStats.exists(post_id=1)
    assert (await AccountStats.get(account_id=bob.id)).following == 1
    await counters.count_post_use("likes", written[1], -1)
    assert (await PostStats.get(post_id=written[1])).likes == 0
