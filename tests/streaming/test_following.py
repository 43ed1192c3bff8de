"""Event logs: what was missed is said again with today's eyes, each once, or a gap is said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest

from echo import bus, cache, clock, event_log
from echo.actions import editing, follows, likes, posts
from echo.actions.drafts import EditDraft
from echo.models import Notification
from echo.runtime import Runtime
from echo.streaming import following, hub
from echo.streaming.kinds import KINDS
from tests import make
from tests.make import Person
from tests.streaming.conftest import Ear, LiveServer
from workers import timelines
from workers.missed import Sweep


async def events_until(ear: Ear, last: str) -> list[dict[str, Any]]:
    """Events, up to a frame of this type, which is thrown away."""
    found = []
    while (frame := await ear.next())["type"] != last:
        assert frame["type"] == "echo:event", frame
        found.append(frame)
    return found


async def two_people() -> tuple[Person, Person]:
    alice, bob = await make.person("alice"), await make.person("bob")
    await follows.follow(bob.id, alice.id, boosts=True, notify=False, languages=None)
    return alice, bob


async def say(runtime: Runtime, author: Person, text: str) -> int:
    post = await make.post(author, text)
    await timelines.add_post(runtime, post_id=post.id)
    return post.id


async def test_events_come_once_with_cursors_and_what_was_missed_comes_as_it_is_now(
    live: LiveServer, runtime: Runtime
) -> None:
    alice, bob = await two_people()
    ear, plain = await live.listen(bob, "?stream=user"), await live.listen(bob, "?stream=user")
    welcome = await ear.hello()
    assert (welcome["resumed"], welcome["missed"]) == (False, 0)
    await ear.say(type="subscribe", stream="user")
    await ear.say(type="subscribe", stream="public")
    await ear.settle()

    first = await say(runtime, alice, "heard live")
    told = await ear.next()
    assert {key: told[key] for key in ("type", "stream", "event", "origin")} == {
        "type": "echo:event",
        "stream": ["user"],
        "event": "update",
        "origin": "live",
    }
    assert (told["data"]["id"], told["data"]["favourited"]) == (str(first), False)
    in_public = await ear.next()
    assert (in_public["stream"], "cursor" in in_public) == (["public"], False)
    assert await ear.hears_nothing()
    assert list(await plain.next()) == ["stream", "event", "payload"]

    await ear.socket.close()
    gone, edited = await say(runtime, alice, "soon gone"), await say(runtime, alice, "with a mistake")
    await editing.edit(alice.id, edited, EditDraft(text="without"))
    for _ in range(2):
        await timelines.show_edit(runtime, post_id=edited)
    await posts.remove(alice.id, gone)
    await timelines.remove_post(runtime, post_id=gone)
    mine = await make.post(bob, "like this")
    await likes.like(alice.id, mine.id)

    back = await live.listen(bob)
    resume = {"epoch": welcome["epoch"], "cursor": told["cursor"]}
    again = await back.hello(resume=resume)
    assert (again["resumed"], again["epoch"], again["missed"]) == (True, welcome["epoch"], 6)
    missed = await events_until(back, "echo:caught_up")
    assert [(event["event"], event["data"]["id"]) for event in missed[:3]] == [
        ("update", str(edited)),
        ("status.update", str(edited)),
        ("delete", str(gone)),
    ]
    assert (missed[0]["data"]["content"], missed[3]["event"]) == ("<p>without</p>", "notification")
    assert [event["origin"] for event in missed] == ["replay"] * 4
    cursors = [event_log.order(event["cursor"]) for event in (told, *missed)]
    assert cursors == sorted(set(cursors))

    # Without a socket the same is told.
    answer = await live.ask(f"/api/echo/events?after={told['cursor']}&epoch={welcome['epoch']}", bob)
    assert [(event["event"], event["cursor"]) for event in answer["events"]] == [
        (event["event"], event["cursor"]) for event in missed
    ]
    assert (answer["gap"], answer["more"]) == (None, False)
    assert (await live.ask(f"/api/echo/events?after={answer['cursor']}", bob))["events"] == []


async def test_what_cannot_be_said_any_more_is_a_gap(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await two_people()
    ear = await live.listen(bob)
    welcome = await ear.hello()
    await say(runtime, alice, "lost")
    for resume in (
        {"epoch": "another", "cursor": welcome["cursor"]},
        {"epoch": welcome["epoch"], "cursor": "1-1"},
        {"epoch": welcome["epoch"], "cursor": "nonsense"},
        {"epoch": welcome["epoch"], "cursor": "9999999999999-0"},
    ):
        back = await live.listen(bob)
        again = await back.hello(resume=resume)
        said = await back.next()
        assert (again["resumed"], said["type"]) == (False, "echo:gap")
        assert said["last_safe"] == (resume["cursor"] if resume["cursor"] == "1-1" else "")
        assert said["streams"] == list(following.STREAMS)
        assert said["cursor"] == again["cursor"]
        assert (await back.next())["type"] == "echo:caught_up"
    answer = await live.ask("/api/echo/events?after=1-1", bob)
    assert (answer["gap"]["streams"], answer["events"]) == (list(following.STREAMS), [])
    assert {"user", "direct"} <= set(following.STREAMS) == {kind.stream for kind in KINDS.values()}
    assert answer["cursor"] != "1-1"


async def test_up_to_where_nothing_is_missing_when_a_log_was_cut(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await two_people()
    ear = await live.listen(bob)
    welcome = await ear.hello()
    posts_of_hers = [await say(runtime, alice, f"number {number}") for number in range(6)]
    cursors = [(await ear.next())["cursor"] for _ in posts_of_hers]
    await ear.socket.close()
    redis: Any = cache.client()
    await redis.xtrim(event_log.stream_key(bob.id), maxlen=3, approximate=False)

    # Number 2 was cut off, so of what came after number 1 something is missing, and nothing before.
    lost = await live.listen(bob)
    again = await lost.hello(resume={"epoch": welcome["epoch"], "cursor": cursors[1]})
    gap = await lost.next()
    assert (again["resumed"], gap["type"]) == (False, "echo:gap")
    assert (gap["last_safe"], gap["cursor"]) == (cursors[1], cursors[5])
    after = f"/api/echo/events?after={cursors[1]}&epoch={welcome['epoch']}"
    assert (await live.ask(after, bob))["gap"]["last_safe"] == cursors[1]
    heard = set(posts_of_hers[:2])
    since = int(gap["last_safe"].partition("-")[0])
    page = await live.ask("/api/v1/timelines/home", bob)
    missing = {int(post["id"]) for post in page} - heard
    assert missing == set(posts_of_hers[2:])
    assert all(number >> 16 <= since for number in heard), "what is older than that was heard"

    # From what is still there on, everything is said, and there is no gap.
    whole = await live.listen(bob)
    assert (await whole.hello(resume={"epoch": welcome["epoch"], "cursor": cursors[3]}))["resumed"] is True
    replayed = await events_until(whole, "echo:caught_up")
    assert [event["cursor"] for event in replayed] == cursors[4:]


async def test_an_emptied_redis_and_a_lost_message_leave_no_hole(
    live: LiveServer, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RECHECK_SECONDS", 0.1)
    monkeypatch.setattr(following, "SWEEP_SECONDS", 0.2)
    alice, bob = await two_people()
    ear = await live.listen(bob)
    welcome = await ear.hello()

    # Written in the log, said to nobody: found when the log is looked at.
    post = await make.post(alice, "not said")
    pointer = event_log.Pointer("update", (post.id,))
    arguments = event_log.append_arguments(pointer, [bob.id], None)
    redis: Any = cache.client()
    await redis.eval(event_log.APPEND, *arguments)
    assert (await ear.next())["data"]["id"] == str(post.id)

    # A job that is done twice says it once, and says it if it did not.
    bus.may_be_said_since.set(0)
    await redis.delete(event_log.stream_key(alice.id))
    await timelines.add_post(runtime, post_id=post.id)
    assert await ear.hears_nothing()
    bus.may_be_said_since.set(None)

    # A notification of a process that died after its commit, which has said one before.
    mine = await make.post(bob, "like this")
    await likes.like(alice.id, mine.id)
    assert (await ear.next())["event"] == "notification"
    carol = await make.person("carol")
    with monkeypatch.context() as dead:
        dead.setattr(bus, "publish", AsyncMock())
        await likes.like(carol.id, mine.id)
    clock.shift(timedelta(seconds=10))
    await Sweep().step()
    assert (await ear.next())["data"]["account"]["username"] == "carol"
    await Sweep().step()
    assert await ear.hears_nothing()

    await cache.forget_everything()
    gap = await ear.next()
    assert (gap["type"], gap["epoch"] != welcome["epoch"]) == ("echo:gap", True)
    after = await say(runtime, alice, "after")
    assert (await ear.next())["data"]["id"] == str(after)

    # A job that could not write then, and is done again: home lacked its post when the log was begun anew.
    late = await make.post(alice, "late")
    bus.may_be_said_since.set(int(clock.now().timestamp() * 1000) - 60_000)
    await timelines.add_post(runtime, post_id=late.id)
    bus.may_be_said_since.set(None)
    assert (await ear.next())["data"]["id"] == str(late.id)


async def test_a_token_hears_only_what_it_may_and_an_ack_says_what_arrived(
    live: LiveServer, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrived: list[tuple[int, ...]] = []

    async def acked(_: int, rows: list[tuple[int, ...]]) -> None:
        arrived.extend(rows)

    kind = KINDS["update"]
    changed = type(kind)(kind.stream, kind.event, kind.scope, kind.overflow, kind.render, acked=acked)
    monkeypatch.setitem(KINDS, "update", changed)
    alice, bob = await two_people()
    ear = await live.listen(await make.with_scopes(bob, "read:statuses"))
    await ear.hello()
    mine = await make.post(bob, "like this")
    await likes.like(alice.id, mine.id)
    heard = [await say(runtime, alice, "one"), await say(runtime, alice, "two")]
    events = [await ear.next(), await ear.next()]
    assert [int(event["data"]["id"]) for event in events] == heard
    await ear.say(type="echo:ack", cursor="9999999999999-0")
    assert (await ear.next())["type"] == "echo:error"
    await ear.say(type="echo:ack", cursor=events[1]["cursor"])
    await ear.settle()
    assert arrived == [(post_id,) for post_id in heard]
    assert await Notification.filter(account_id=bob.id).count() == 1
