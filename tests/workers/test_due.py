"""What is due by the clock: done once, late rather than never, whoever dies meanwhile."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from quart.typing import TestClientProtocol as Client

from echo import clock, db
from echo.actions import blocks, moderation, polls, posts, schedules
from echo.actions.drafts import PollDraft, PostDraft, RemotePoll
from echo.db import Row
from echo.errors import Unavailable
from echo.kinds import Visibility
from echo.models import Notification, Post, ScheduledPost
from echo.policy.roles import Staff
from echo.runtime import Runtime
from echo.store import polls as poll_store
from echo.store import schedules as store
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.workers.test_mail import letters, text_of
from workers import due
from workers.mail import send

ASKED = PollDraft(options=("yes", "no"), duration_seconds=3600)


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)


def in_an_hour() -> datetime:
    return clock.now() + timedelta(hours=1)


async def scheduled(author: Person, text: str = "later", **more: object) -> int:
    draft = PostDraft(text=text, visibility=Visibility.PUBLIC, **more)  # type: ignore[arg-type]
    return await schedules.schedule(author.id, draft, in_an_hour())


async def texts() -> list[str]:
    return [post.text for post in await Post.all().order_by("id")]


async def test_many_workers_publish_each_once(runtime: Runtime) -> None:
    alice = await make.person()
    for number in range(20):
        await scheduled(alice, str(number))
    clock.shift(timedelta(hours=2))

    async def work(owner: str) -> None:
        while await due.step(owner):
            pass

    await asyncio.gather(*(work(f"host/{slot}") for slot in range(4)))
    assert sorted(await texts(), key=int) == [str(number) for number in range(20)]
    assert await ScheduledPost.all().count() == 0


async def test_what_a_dead_worker_held_is_published_by_its_successor(runtime: Runtime) -> None:
    alice = await make.person()
    await scheduled(alice)
    clock.shift(timedelta(hours=2))
    assert len(await store.claim("host/1", 10)) == 1
    assert await due.step("host/2") == 0, "somebody has it in hand"
    await store.release("host/1")
    assert await due.step("host/1") == 1
    assert await texts() == ["later"]


async def test_a_lease_ends_by_itself(runtime: Runtime) -> None:
    alice = await make.person()
    await scheduled(alice)
    clock.shift(timedelta(hours=2))
    (row,) = await store.claim("host/1", 10)
    clock.shift(timedelta(hours=2, seconds=store.LEASE_SECONDS + 1))
    assert await due.step("host/2") == 1
    # The first comes back from wherever it was, and has nothing to publish any more.
    await schedules._publish_one("host/1", row)
    assert await texts() == ["later"]


async def test_a_worker_killed_in_the_middle_leaves_nothing_half(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    image = await make.image(alice)
    await scheduled(alice, media_ids=(image.id,))
    clock.shift(timedelta(hours=2))
    publish = posts.publish

    async def killed(*args: object, **more: object) -> Post:
        await publish(*args, **more)  # type: ignore[arg-type]
        raise asyncio.CancelledError

    monkeypatch.setattr(posts, "publish", killed)
    with pytest.raises(asyncio.CancelledError):
        await due.step("host/1")
    monkeypatch.undo()
    assert await texts() == []
    await store.release("host/1")
    await due.step("host/1")
    assert await texts() == ["later"]
    assert (await Post.get()).media_ids == [image.id]


async def test_an_outage_is_waited_for(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    alice = await make.person()
    await scheduled(alice)
    clock.shift(timedelta(hours=2))

    async def away(*_: object, **__: object) -> Post:
        raise Unavailable

    monkeypatch.setattr(posts, "publish", away)
    assert await due.step("host/1") == 1
    monkeypatch.undo()
    assert await due.step("host/1") == 0, "not at once again"
    clock.shift(timedelta(hours=3))
    assert await due.step("host/1") == 1
    assert await texts() == ["later"]


async def test_what_cannot_be_published_is_kept_with_the_reason_and_told(runtime: Runtime) -> None:
    alice = await make.person("alice")
    parent = await make.post(await make.person())
    await scheduled(alice, "an answer", in_reply_to_id=parent.id)
    await posts.remove(parent.author_id, parent.id)
    clock.shift(timedelta(hours=2))
    await due.step("host/1")
    kept = await ScheduledPost.get()
    assert (kept.failure, kept.lease_owner) == ("The post to be answered does not exist", "")
    assert await due.step("host/1") == 0
    job = await db.fetch_one("SELECT arguments::text AS said FROM jobs WHERE name = 'mail.send'")
    assert job is not None
    assert '"unpublished"' in job["said"]
    await send(runtime, user_id=alice.id, template=schedules.LETTER)
    (letter,) = letters(runtime.data / "mail")
    assert letter["To"] == "alice@example.org"
    assert "The post to be answered does not exist" in text_of(letter)
    # Another time is another chance.
    await db.execute("UPDATE posts SET deleted_at = NULL")
    await schedules.put_off(alice.id, kept.id, in_an_hour())
    clock.shift(timedelta(hours=4))
    await due.step("host/1")
    assert "an answer" in await texts()
    await send(runtime, user_id=alice.id, template=schedules.LETTER)
    assert len(letters(runtime.data / "mail")) == 1, "nothing is left to tell"


async def test_a_failure_of_ours_is_tried_again_and_then_kept(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    await scheduled(alice)

    async def broken(*_: object, **__: object) -> Post:
        raise ZeroDivisionError

    monkeypatch.setattr(posts, "publish", broken)
    for day in range(1, schedules.ATTEMPTS_MAX + 3):
        clock.shift(timedelta(days=day))
        await due.step("host/1")
    kept = await ScheduledPost.get()
    assert (kept.attempts, kept.failure) == (schedules.ATTEMPTS_MAX, "Internal error")


async def test_nobody_posts_from_a_closed_account(runtime: Runtime) -> None:
    alice = await make.person()
    await scheduled(alice)
    await moderation.suspend(Staff.shell(), alice.id, is_suspended=True)
    clock.shift(timedelta(hours=2))
    await due.step("host/1")
    assert await texts() == []
    assert (await ScheduledPost.get()).failure


async def test_put_off_while_a_worker_has_it_in_hand(runtime: Runtime) -> None:
    alice = await make.person()
    schedule_id = await scheduled(alice)
    clock.shift(timedelta(hours=2))
    (row,) = await store.claim("host/1", 10)
    await schedules.put_off(alice.id, schedule_id, in_an_hour())
    await schedules._publish_one("host/1", row)
    assert await texts() == []
    clock.shift(timedelta(hours=4))
    await due.step("host/2")
    assert await texts() == ["later"]


async def test_the_drain_looks_again_when_the_next_one_is_due(runtime: Runtime) -> None:
    alice = await make.person()
    assert await due.until_next() == due.SWEEP_SECONDS
    await scheduled(alice)
    assert await due.until_next() == due.SWEEP_SECONDS
    clock.shift(timedelta(minutes=59, seconds=58))
    assert 0 < await due.until_next() <= 2


# Polls


async def ended(author: Person, *voters: Person) -> Post:
    """A poll in which these people voted and that is over by now."""
    post = await make.post(author, "Well?", poll=ASKED)
    for voter in voters:
        await polls.vote(voter.id, post.poll_id or 0, [0])
    clock.shift(timedelta(hours=2))
    return post


async def test_the_end_of_a_poll_is_told_once_to_its_author_and_the_voters(runtime: Runtime) -> None:
    alice, bob, carol, deaf = [await make.person() for _ in range(4)]
    await blocks.mute(deaf.id, alice.id)
    post = await ended(alice, bob, carol, deaf)

    async def work(owner: str) -> None:
        while await due.step(owner):
            pass

    await asyncio.gather(*(work(f"host/{slot}") for slot in range(3)))
    told = await Notification.filter(kind="poll").values_list("account_id", "from_id", "post_id")
    assert sorted(told) == sorted((person.id, alice.id, post.id) for person in (alice, bob, carol))
    assert await db.fetch_value("SELECT count(*) FROM jobs WHERE name = 'timelines.show_counts'") == 1


async def test_a_worker_killed_while_it_tells_tells_after_all(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.person(), await make.person()
    await ended(alice, bob)
    take = poll_store.take_counted

    async def killed(limit: int) -> list[Row]:
        await take(limit)
        raise asyncio.CancelledError

    monkeypatch.setattr(poll_store, "take_counted", killed)
    with pytest.raises(asyncio.CancelledError):
        await due.step("host/1")
    monkeypatch.undo()
    assert await Notification.all().count() == 0
    await due.step("host/2")
    assert await Notification.filter(kind="poll").count() == 2


async def test_nobody_is_told_of_the_end_of_what_is_deleted_or_was_over_before(runtime: Runtime) -> None:
    alice, bob = await make.person(), await make.person()
    post = await ended(alice, bob)
    await posts.remove(alice.id, post.id)
    over = RemotePoll(options=(("a", 1), ("b", 2)), expires_at=clock.now() - timedelta(days=1))
    await make.remote_post(await make.stranger(), poll=over)
    await due.step("host/1")
    assert await Notification.all().count() == 0


async def test_a_poll_elsewhere_waits_for_its_last_counts(runtime: Runtime) -> None:
    bob = await make.person()
    ends = RemotePoll(options=(("a", 1), ("b", 2)), expires_at=clock.now() + timedelta(hours=1))
    post = await make.remote_post(await make.stranger(), poll=ends)
    await polls.vote(bob.id, post.poll_id or 0, [0])
    clock.shift(timedelta(hours=1, minutes=4))
    assert await due.step("host/1") == 0
    clock.shift(timedelta(hours=1, minutes=5, seconds=1))
    assert await due.step("host/1") == 1
    assert await Notification.filter(kind="poll").values_list("account_id", flat=True) == [bob.id]


async def test_the_notification_shows_the_poll_that_is_over(api: Api) -> None:
    alice, bob = await make.person(), await make.person()
    await ended(alice, bob)
    await due.step("host/1")
    for person in (alice, bob):
        (told,) = (await api.get("/api/v1/notifications", by=person)).many("Notification")
        assert (told["type"], told["status"]["poll"]["expired"]) == ("poll", True)
        assert told["account"]["id"] == str(alice.id)
