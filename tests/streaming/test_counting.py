"""Counters that are watched, and what a socket hears when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
import websockets

from echo import db
from echo.actions import boosts, follows, likes, posts, reactions
from echo.kinds import Visibility
from echo.models import Post
from echo.policy.access import Access
from echo.store import counters
from echo.streaming import counting, lifecycle
from tests import make
from tests.streaming.conftest import Ear, LiveServer
from tests.waiting import eventually

TEA, CAKE = "\N{HOT BEVERAGE}", "\N{SHORTCAKE}"


async def watch(ear: Ear, *ids: int) -> list[dict[str, Any]]:
    await ear.say(type="echo:req", id=1, method="posts.watch", params={"ids": [str(id_) for id_ in ids]})
    counts: list[dict[str, Any]] = (await ear.next())["result"]
    return counts


async def test_counters_that_are_watched_are_said_once_for_many_changes(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "SECONDS", 0.2)
    alice, bob = await make.person("alice"), await make.person("bob")
    await follows.follow(bob.id, alice.id, boosts=True, notify=False, languages=None)
    open_post = await make.post(alice, "open")
    closed = await make.post(alice, "for followers", visibility=Visibility.FOLLOWERS)
    secret = await make.post(alice, "secret", visibility=Visibility.DIRECT)
    ear = await live.listen(bob)
    await ear.hello()
    assert [shown["id"] for shown in await watch(ear, open_post.id, closed.id, secret.id)] == [
        str(open_post.id),
        str(closed.id),
    ]
    many = [await make.person() for _ in range(3)]
    async with db.unit_of_work():
        for person in many:
            await likes.like(person.id, open_post.id)
        await boosts.boost(many[0].id, open_post.id, Visibility.PUBLIC)
        await make.post(many[1], "an answer", reply_to=open_post.id)
    heard = await ear.next()
    assert (heard["stream"], heard["event"]) == (["posts"], "counters")
    assert heard["data"] == {
        "id": str(open_post.id),
        "replies_count": 1,
        "reblogs_count": 1,
        "favourites_count": 3,
        "reactions_count": 0,
        "reactions_mark": "0",
        "quotes_count": 0,
        "poll": None,
    }
    await reactions.react(alice.id, open_post.id, TEA)
    told = (await ear.next())["data"]
    async with db.unit_of_work():  # the same number, other emojis
        await reactions.unreact(alice.id, open_post.id, TEA)
        await reactions.react(alice.id, open_post.id, CAKE)
    changed = (await ear.next())["data"]
    assert (told["reactions_count"], changed["reactions_count"]) == (1, 1)
    assert told["reactions_mark"] != changed["reactions_mark"]
    await likes.like(bob.id, closed.id)
    both = [await ear.next() for _ in range(2)]  # as his other devices hear it, and as one who watches
    assert {told["event"] for told in both} == {"status.update", "counters"}
    assert {told["data"]["favourites_count"] for told in both} == {1}
    await follows.unfollow(bob.id, alice.id)
    assert (await ear.next())["event"] == "relationship"
    await likes.like(alice.id, closed.id)
    await posts.remove(alice.id, open_post.id)
    assert await ear.hears_nothing()
    assert await watch(ear) == []


async def counts(written: list[Post]) -> dict[int, tuple[int, int, int]]:
    rows = await counters.of_posts([post.id for post in written])
    return {row["post_id"]: (row["replies"], row["boosts"], row["likes"]) for row in rows}


async def test_wrong_counters_are_found_and_right_ones_left(live: LiveServer) -> None:
    alice, bob = await make.person(), await make.person()
    written = [await make.post(alice) for _ in range(5)]
    for post in written:
        await likes.like(bob.id, post.id)
    await make.post(bob, "an answer", reply_to=written[0].id)
    before = await counts(written)
    await db.execute("UPDATE post_stats SET likes = 7, replies = 0 WHERE post_id = $1", written[0].id)
    await db.execute("UPDATE post_stats SET boosts = 1 WHERE post_id = $1", written[4].id)
    assert [await counters.recount(2) for _ in range(4)] == [1, 0, 1, 0]
    assert await counts(written) == before
    assert before[written[0].id] == (1, 0, 1)


async def test_how_a_socket_ends_is_said_and_told(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, object]] = []

    async def begun(access: Access, session: str) -> None:
        told.append(("begun", session))

    async def ended(access: Access, session: str) -> None:
        told.append(("ended", session))

    async def lasting(sessions: Sequence[tuple[int, str]]) -> None:
        told.append(("lasting", list(sessions)))

    monkeypatch.setattr(lifecycle, "BEGUN", [begun])
    monkeypatch.setattr(lifecycle, "ENDED", [ended])
    monkeypatch.setattr(lifecycle, "LASTING", [lasting])
    monkeypatch.setattr(lifecycle, "LASTING_SECONDS", 0.1)
    alice, bob = await make.person(), await make.person()
    old, plain, fast = await live.listen(alice), await live.listen(alice), await live.listen(bob)
    first = (await old.hello())["session"]
    await eventually(lambda: ("lasting", [(alice.id, first)]) in told)
    assert told[0] == ("begun", first)

    new = await live.listen(alice)
    await new.hello(replaces=first)
    assert await old.next() == {"type": "echo:bye", "code": 4009, "reconnect_after_seconds": None}
    assert await old.closed() == 4009
    await eventually(lambda: ("ended", first) in told)

    await fast.hello()
    with suppress(websockets.ConnectionClosed):
        for _ in range(3000):
            await fast.say(type="dance")
    assert await fast.closed() == 4029

    closing = asyncio.create_task(live.hub.close(within_seconds=10))
    bye = await new.next()
    assert (bye["code"], 0.5 <= bye["reconnect_after_seconds"] <= 10) == (4000, True)
    assert (await new.closed(), await plain.closed()) == (4000, 1012)
    await closing
