"""What is heard, by whom, in which words."""

from __future__ import annotations

import msgspec
import pytest

from echo import bus, cache, db
from echo.actions import (
    announcements,
    blocks,
    boosts,
    conversations,
    editing,
    follows,
    likes,
    notices,
    polls,
    posts,
)
from echo.actions.announcements import AnnouncementDraft
from echo.actions.drafts import EditDraft, PollDraft
from echo.bus import Live
from echo.kinds import Handling, Visibility
from echo.models import Account
from echo.policy.roles import Staff
from echo.policy.viewer import NOBODY, Viewer
from echo.render import status
from echo.runtime import Runtime
from echo.store import notification_policies
from echo.store.cursor import Cursor
from echo.streaming.telling import gather, side_by_side
from tests import make, structure
from tests.make import Person
from tests.streaming.conftest import LiveServer
from workers import timelines


async def followed_by(author: Person, follower: Person) -> None:
    await follows.follow(follower.id, author.id, boosts=True, notify=False, languages=None)


async def test_the_home_stream_shows_a_post_with_the_eyes_of_its_owner(
    live: LiveServer, runtime: Runtime
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await followed_by(alice, bob)
    ear = await live.listen(bob, "?stream=user")

    post = await make.post(alice, "for followers", visibility=Visibility.FOLLOWERS)
    await timelines.add_post(runtime, post_id=post.id)

    frame = await ear.next()
    assert (frame["stream"], frame["event"]) == (["user"], "update")
    assert frame["payload"].encode() == await status.one(Viewer(bob.id), post.id)
    assert msgspec.json.decode(frame["payload"])["favourited"] is False
    assert await ear.hears_nothing()


async def test_who_was_here_last_hears_of_a_post_before_the_others_have_it(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, *followers = [await make.person() for _ in range(5)]
    for days_ago, follower in enumerate(followers):
        await followed_by(alice, follower)
        await db.execute(
            "UPDATE users SET last_active_at = now() - make_interval(days => $2) WHERE id = $1",
            follower.id,
            days_ago,
        )
    await db.execute("UPDATE users SET last_active_at = NULL WHERE id = $1", alice.id)
    done: list[tuple[str, list[int]]] = []

    def pushing(_: int, account_ids: list[int]) -> list[tuple[object, ...]]:
        done.append(("push", list(account_ids)))
        return []

    async def publish(messages: list[tuple[str, Live]], *, must: bool, first: object = ()) -> None:
        done.append(("say", [bus.account_of(channel) for channel, _ in messages]))

    post = await make.post(alice, "news", visibility=Visibility.FOLLOWERS)
    monkeypatch.setattr(timelines, "AT_ONCE", 2)
    monkeypatch.setattr(timelines.home, "pushing", pushing)
    monkeypatch.setattr(timelines.bus, "publish", publish)
    await timelines.add_post(runtime, post_id=post.id)
    first, second, last = [one.id for one in followers[:2]], [one.id for one in followers[2:]], [alice.id]
    assert done == [step for some in (first, second, last) for step in (("push", some), ("say", some))] + [
        ("say", [])
    ]


async def test_whom_a_post_names_hears_that_it_changed_and_how_its_poll_stands(
    live: LiveServer, runtime: Runtime
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    draft = PollDraft(options=("yes", "no"), duration_seconds=600)
    post = await make.post(alice, "hello", poll=draft)
    ear = await live.listen(bob, "?stream=user")
    await editing.edit(alice.id, post.id, EditDraft(text="hello @bob"))
    assert (await ear.next())["event"] == "notification"
    await timelines.show_edit(runtime, post_id=post.id)
    assert (await ear.next())["event"] == "status.update"
    await polls.vote(bob.id, post.poll_id or 0, [1])
    await timelines.JOBS["timelines.show_counts"](runtime, post_id=post.id)
    frame = await ear.next()
    shown = msgspec.json.decode(frame["payload"])["poll"]
    assert (frame["event"], shown["own_votes"], shown["votes_count"]) == ("status.update", [1], 1)


async def test_each_follower_hears_their_own_rendering(live: LiveServer, runtime: Runtime) -> None:
    alice, bob, carol = [await make.person(name) for name in ("alice", "bob", "carol")]
    for follower in (bob, carol):
        await followed_by(alice, follower)
    post = await make.post(alice)
    await likes.like(bob.id, post.id)
    ears = [await live.listen(person, "?stream=user") for person in (bob, carol)]

    await editing.edit(alice.id, post.id, EditDraft(text="edited"))
    await timelines.show_edit(runtime, post_id=post.id)

    frames = [await ear.next() for ear in ears]
    assert [frame["event"] for frame in frames] == ["status.update"] * 2
    shown = [msgspec.json.decode(frame["payload"]) for frame in frames]
    assert [post["favourited"] for post in shown] == [True, False]
    assert all("edited" in post["content"] and post["edited_at"] for post in shown)


async def test_a_message_shows_nothing_to_those_who_may_not_read(live: LiveServer) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    ear = await live.listen(eve, "?stream=user")
    secret = await make.post(alice, "secret", visibility=Visibility.DIRECT)
    open_post = await make.post(alice, "open")

    await bus.publish([(bus.user_channel(eve.id), Live(event="update", post=secret.id))])
    await bus.publish([(bus.public_channel(), Live(event="update", post=secret.id, local=True))])
    await bus.publish([(bus.user_channel(eve.id), Live(event="update", post=open_post.id))])

    assert msgspec.json.decode((await ear.next())["payload"])["id"] == str(open_post.id)


async def test_deleted_and_unknown_posts_are_dropped_in_silence(live: LiveServer) -> None:
    alice = await make.person("alice")
    ear = await live.listen(alice, "?stream=user")
    await ear.subscribe("public")
    gone = await make.post(alice)
    await posts.remove(alice.id, gone.id)

    for post_id in (gone.id, 12345):
        await bus.publish([(bus.user_channel(alice.id), Live(event="update", post=post_id))])
        await bus.publish([(bus.public_channel(), Live(event="edit", post=post_id))])
    await cache.client().publish(bus.public_channel(), b"\xc1 no message")
    await bus.publish([(bus.public_channel(), Live(event="dance", post=gone.id))])

    assert await ear.hears_nothing()


async def test_a_delete_carries_the_bare_id(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await followed_by(alice, bob)
    post = await make.post(alice, "#tea")
    home, public = await live.listen(bob, "?stream=user"), await live.listen(bob, "?stream=public:local")

    await posts.remove(alice.id, post.id)
    await timelines.remove_post(runtime, post_id=post.id)

    assert await home.next() == {"stream": ["user"], "event": "delete", "payload": str(post.id)}
    assert await public.next() == {"stream": ["public:local"], "event": "delete", "payload": str(post.id)}


async def test_a_boost_is_heard_at_home_and_not_in_public(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    stranger = await make.stranger()
    post = await make.remote_post(stranger)
    await followed_by(alice, bob)
    ear = await live.listen(bob, "?stream=user")
    await ear.subscribe("public")

    boost = await boosts.boost(alice.id, post.id, Visibility.PUBLIC)
    await timelines.add_post(runtime, post_id=boost.id)

    frame = await ear.next()
    assert frame["stream"] == ["user"]
    assert msgspec.json.decode(frame["payload"])["reblog"]["id"] == str(post.id)
    assert await ear.hears_nothing()


async def test_notifications_go_to_both_streams_in_the_shape_of_rest(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(alice)
    ear = await live.listen(alice, "?stream=user")
    await ear.subscribe("user:notification")

    await likes.like(bob.id, post.id)

    frames = [await ear.next(), await ear.next()]
    assert [frame["stream"] for frame in frames] == [["user"], ["user:notification"]]
    assert {frame["event"] for frame in frames} == {"notification"}
    told = msgspec.json.decode(frames[0]["payload"])
    assert (told["type"], told["account"]["username"], told["status"]["id"]) == (
        "favourite",
        "bob",
        str(post.id),
    )
    assert await ear.hears_nothing()


async def test_filters_changed_has_no_payload(live: LiveServer) -> None:
    alice = await make.person()
    ear = await live.listen(alice, "?stream=user")
    await bus.publish([(bus.user_channel(alice.id), Live(event="filters"))])
    assert await ear.next() == {"stream": ["user"], "event": "filters_changed"}


async def test_public_streams_show_what_everyone_sees_and_empty_filters(
    live: LiveServer, runtime: Runtime
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    ear = await live.listen(bob, "?stream=public")
    post = await make.post(alice)
    await likes.like(bob.id, post.id)
    await timelines.add_post(runtime, post_id=post.id)

    payload = (await ear.next())["payload"]

    assert payload.encode() == (await status.one(NOBODY, post.id))[:-1] + b',"filtered":[]}'
    shown = msgspec.json.decode(payload)
    assert shown["filtered"] == []
    assert not {"favourited", "reblogged", "bookmarked", "muted", "pinned"} & set(shown)


@pytest.mark.parametrize(
    ("message", "streams"),
    [
        (Live(event="delete", post=1, local=True), {"public", "public:local"}),
        (Live(event="delete", post=1), {"public", "public:remote"}),
        (
            Live(event="delete", post=1, local=True, media=True),
            {"public", "public:local", "public:media", "public:local:media"},
        ),
        (
            Live(event="delete", post=1, media=True, tags=("tea", "milk")),
            {"public", "public:remote", "public:media", "public:remote:media", "hashtag"},
        ),
        (
            Live(event="delete", post=1, local=True, tags=("tea",)),
            {"public", "public:local", "hashtag", "hashtag:local"},
        ),
    ],
)
async def test_who_hears_which_public_post(live: LiveServer, message: Live, streams: set[str]) -> None:
    ear = await live.listen(await make.person())
    for origin in ("public", "public:local", "public:remote"):
        await ear.subscribe(origin)
        await ear.subscribe(f"{origin}:media")
    await ear.subscribe("hashtag", tag="tea")
    await ear.subscribe("hashtag:local", tag="tea")

    await bus.publish([(bus.public_channel(), message)])

    assert {(await ear.next())["stream"][0] for _ in streams} == streams
    assert await ear.hears_nothing()


@pytest.mark.parametrize("relation", ["blocks", "is blocked by", "mutes"])
async def test_s_j09_blocks_and_mutes_hold_in_public_streams(
    live: LiveServer, runtime: Runtime, relation: str
) -> None:
    alice, bob, carol = [await make.person(name) for name in ("alice", "bob", "carol")]
    if relation == "blocks":
        await blocks.block(bob.id, alice.id)
    elif relation == "is blocked by":
        await blocks.block(alice.id, bob.id)
    else:
        await blocks.mute(bob.id, alice.id)
    ears = [await live.listen(person, "?stream=public") for person in (bob, carol)]

    post = await make.post(alice, "#tea")
    await timelines.add_post(runtime, post_id=post.id)

    assert (await ears[1].next())["event"] == "update"
    assert await ears[0].hears_nothing()


async def test_s_j09_a_muted_author_is_not_heard_at_home(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await followed_by(alice, bob)
    await blocks.mute(bob.id, alice.id)
    ear = await live.listen(bob, "?stream=user")
    post = await make.post(alice)

    await bus.publish([(bus.user_channel(bob.id), Live(event="update", post=post.id))])

    assert await ear.hears_nothing()


async def test_a_silenced_author_is_not_heard_in_public(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await Account.filter(id=alice.id).update(silenced_at=alice.account.created_at)
    ear = await live.listen(bob, "?stream=public")
    await ear.subscribe("hashtag", tag="tea")
    post = await make.post(alice, "#tea")

    await timelines.add_post(runtime, post_id=post.id)

    assert (await ear.next())["stream"] == ["hashtag", "tea"]
    assert await ear.hears_nothing()


async def test_a_post_that_answers_others_is_not_heard_in_public(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    ear = await live.listen(bob, "?stream=public")
    post = await make.post(alice)
    answer = await make.post(bob, "@alice yes", reply_to=post.id)
    unlisted = await make.post(alice, visibility=Visibility.UNLISTED)

    for each in (answer, unlisted):
        await timelines.add_post(runtime, post_id=each.id)

    assert await ear.hears_nothing()


def test_messages_to_many_become_one_and_keep_their_order() -> None:
    new, edited = Live(event="update", post=1), Live(event="edit", post=1)
    other = Live(event="update", post=2)

    gathered = gather([(7, new), (7, other), (8, new), (0, new), (9, new), (7, edited)])

    assert [(h.message, h.account_ids) for h in gathered] == [
        (new, [7, 8, 9]),
        (other, [7]),
        (new, []),
        (edited, [7]),
    ]


def test_public_posts_are_looked_up_together_and_nothing_else() -> None:
    def post(number: int) -> tuple[int, Live]:
        return 0, Live(event="update", post=number)

    said = [post(1), post(2), (7, Live(event="update", post=3)), *map(post, (4, 5, 6)), post(7)]
    said += [(0, Live(event="delete", post=4)), (0, Live(event="edit", post=5))]
    happenings = gather(said)
    together = [[one.message.post for one in some] for some in side_by_side(happenings, 3)]
    assert together == [[1, 2], [3], [4, 5, 6], [7], [4], [5]]
    assert list(side_by_side([], 3)) == []


async def test_many_public_posts_at_once_come_in_order(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    posts_of = [await make.post(alice, f"number {number}") for number in range(8)]
    gone = await make.post(alice, "gone")
    await posts.remove(alice.id, gone.id)
    ear = await live.listen(bob, "?stream=public")
    messages = [Live(event="update", post=post.id, local=True) for post in posts_of]
    messages[4:4] = [Live(event="update", post=gone.id, local=True), Live(event="delete", post=gone.id)]
    await bus.publish([(bus.public_channel(), message) for message in messages])
    heard = [await ear.next() for _ in range(9)]
    assert [frame["event"] for frame in heard].index("delete") == 4
    texts = [msgspec.json.decode(frame["payload"])["id"] for frame in heard if frame["event"] == "update"]
    assert texts == [str(post.id) for post in posts_of]


async def test_conversations_are_told_on_the_direct_stream_alone(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    ear = await live.listen(bob, "?stream=direct")
    home = await live.listen(bob, "?stream=user")
    other = await live.listen(await make.person(), "?stream=direct")

    first = await make.post(alice, "@bob psst", visibility=Visibility.DIRECT)
    frame = await ear.next()
    assert (frame["stream"], frame["event"]) == (["direct"], "conversation")
    told = msgspec.json.decode(frame["payload"])
    structure.validate("Conversation", told, signed_in=True)
    assert (told["unread"], told["last_status"]["id"]) == (True, str(first.id))
    assert [person["acct"] for person in told["accounts"]] == ["alice"]
    assert (await home.next())["event"] == "notification"

    second = await make.post(alice, "@bob more", visibility=Visibility.DIRECT, reply_to=first.id)
    assert msgspec.json.decode((await ear.next())["payload"])["last_status"]["id"] == str(second.id)
    await posts.remove(alice.id, second.id)
    assert msgspec.json.decode((await ear.next())["payload"])["last_status"]["id"] == str(first.id)
    await conversations.mark(bob.id, int(told["id"]), unread=False)
    assert msgspec.json.decode((await ear.next())["payload"])["unread"] is False
    assert await ear.hears_nothing()
    assert await other.hears_nothing()


async def test_what_is_kept_apart_is_silent_until_its_sender_is_let_in(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await notices.choose(alice.id, {"not_following": Handling.FILTER})
    ears = [await live.listen(alice, f"?stream={stream}") for stream in ("user", "user:notification")]
    await make.post(bob, "@alice")
    for ear in ears:
        await ear.settle()
    (waiting,) = await notification_policies.requests(alice.id, Cursor(limit=5))
    await notices.accept(alice.id, [waiting["id"]])
    for ear in ears:
        frame = await ear.next()
        assert (frame["event"], frame["payload"]) == ("notifications_merged", "1")
    await make.post(bob, "@alice")
    assert [(await ear.next())["event"] for ear in ears] == ["notification"] * 2


async def test_announcements_are_told_to_everybody(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    ears = [await live.listen(person, "?stream=user") for person in (alice, bob)]
    deaf = [await live.listen(alice, f"?stream={stream}") for stream in ("direct", "user:notification")]
    await ears[0].settle()

    number = await announcements.create(Staff.shell(), AnnouncementDraft(text="news"), publish=True)
    for ear in ears:
        frame = await ear.next()
        assert (frame["stream"], frame["event"]) == (["user"], "announcement")
        structure.validate("Announcement", msgspec.json.decode(frame["payload"]), signed_in=False)
    for change, count in ((announcements.react, 1), (announcements.unreact, 0)):
        await change(alice.id, number, "😀")
        for ear in ears:
            frame = await ear.next()
            assert frame["event"] == "announcement.reaction"
            told = msgspec.json.decode(frame["payload"])
            assert told == {"name": "😀", "count": count, "announcement_id": str(number)}
    await announcements.remove(Staff.shell(), number)
    for ear in ears:
        frame = await ear.next()
        assert (frame["event"], frame["payload"]) == ("announcement.delete", str(number))
    for ear in deaf:
        assert await ear.hears_nothing()
