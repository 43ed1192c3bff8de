"""The story of alice at one Echo and bob at another, told by Mastodon.py over real sockets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from mastodon import StreamListener

from tests.e2e.servers import Person, Server, eventually, never, running
from tests.media import clips

_numbers = itertools.count(1)
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module")
def one() -> Iterator[Server]:
    with running("one") as server:
        yield server


@pytest.fixture(scope="module")
def two() -> Iterator[Server]:
    with running("two") as server:
        yield server


@pytest.fixture
def friends(one: Server, two: Server) -> tuple[Person, Person]:
    """Alice here and Bob there, who follow each other."""
    number = next(_numbers)
    alice, bob = one.person(f"alice{number}"), two.person(f"bob{number}")
    befriend(alice, bob)
    befriend(bob, alice)
    return alice, bob


def befriend(follower: Person, followee: Person) -> None:
    """Follow, and wait until it is accepted."""
    target = follower.find(followee.handle)
    follower.client.account_follow(target["id"])
    eventually(lambda: follower.client.account_relationships(target["id"])[0]["following"])


def home_texts(person: Person) -> list[str]:
    return [post["content"] for post in person.client.timeline_home()]


def on_home(person: Person, text: str) -> Any:
    """The post with this text on somebody's home timeline, or None."""
    return next((post for post in person.client.timeline_home() if text in post["content"]), None)


def told(person: Person, kind: str) -> list[Any]:
    return [n for n in person.client.notifications() if n["type"] == kind]


def test_they_find_and_follow_each_other(one: Server, two: Server) -> None:
    alice, bob = one.person("alice"), two.person("bob")
    found = alice.find(bob.handle)
    assert found["acct"] == bob.handle
    alice.client.account_follow(found["id"])
    eventually(lambda: alice.client.account_relationships(found["id"])[0]["following"])
    follow = eventually(lambda: told(bob, "follow"))[0]
    assert follow["account"]["acct"] == alice.handle
    followers = bob.client.account_followers(bob.client.me()["id"])
    assert [a["acct"] for a in followers] == [alice.handle]
    alice.client.account_unfollow(found["id"])
    eventually(lambda: not bob.client.account_followers(bob.client.me()["id"]))


def test_a_locked_account_is_asked_first(one: Server, two: Server) -> None:
    asker, keeper = one.person("asker"), two.person("keeper")
    keeper.client.account_update_credentials(locked=True)
    target = asker.find(keeper.handle)
    relation = asker.client.account_follow(target["id"])
    assert relation["requested"]
    assert not relation["following"]
    eventually(lambda: keeper.client.follow_requests())
    keeper.client.status_post("only for followers", visibility="private")
    never(lambda: on_home(asker, "only for followers"))
    asking = keeper.client.follow_requests()[0]
    keeper.client.follow_request_authorize(asking["id"])
    eventually(lambda: asker.client.account_relationships(target["id"])[0]["following"])
    keeper.client.status_post("now you may", visibility="private")
    eventually(lambda: on_home(asker, "now you may"))


def test_a_refused_follow_ends(one: Server, two: Server) -> None:
    asker, keeper = one.person("asker2"), two.person("keeper2")
    keeper.client.account_update_credentials(locked=True)
    target = asker.find(keeper.handle)
    asker.client.account_follow(target["id"])
    asking = eventually(lambda: keeper.client.follow_requests())[0]
    keeper.client.follow_request_reject(asking["id"])
    eventually(lambda: not asker.client.account_relationships(target["id"])[0]["requested"])


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private"])
def test_a_post_reaches_followers(friends: tuple[Person, Person], visibility: str) -> None:
    alice, bob = friends
    alice.client.status_post(
        f"to all of you {visibility} #story", visibility=visibility, spoiler_text="warned"
    )
    arrived = eventually(lambda: on_home(bob, f"to all of you {visibility}"))
    assert arrived["visibility"] == visibility
    assert arrived["spoiler_text"] == "warned"
    assert arrived["account"]["acct"] == alice.handle
    assert [tag["name"] for tag in arrived["tags"]] == ["story"]


def test_a_direct_post_reaches_only_whom_it_names(one: Server, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    other = one.person(f"other{next(_numbers)}")
    befriend(other, alice)
    alice.client.status_post(f"@{bob.handle} a secret", visibility="direct")
    mention = eventually(lambda: told(bob, "mention"))[0]
    assert "a secret" in mention["status"]["content"]
    assert mention["status"]["visibility"] == "direct"
    never(lambda: on_home(other, "a secret"))


def test_replies_boosts_and_likes_come_back(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    original = alice.client.status_post("what do you think?")
    seen = eventually(lambda: on_home(bob, "what do you think?"))
    bob.client.status_post(f"@{alice.handle} a lot", in_reply_to_id=seen["id"])
    bob.client.status_favourite(seen["id"])
    bob.client.status_reblog(seen["id"])
    eventually(lambda: told(alice, "mention"))
    eventually(lambda: told(alice, "favourite"))
    eventually(lambda: told(alice, "reblog"))
    fresh = alice.client.status(original["id"])
    assert (fresh["replies_count"], fresh["favourites_count"], fresh["reblogs_count"]) == (1, 1, 1)
    below = alice.client.status_context(original["id"])["descendants"]
    assert [post["account"]["acct"] for post in below] == [bob.handle]
    bob.client.status_unfavourite(seen["id"])
    bob.client.status_unreblog(seen["id"])
    eventually(lambda: alice.client.status(original["id"])["favourites_count"] == 0)
    eventually(lambda: alice.client.status(original["id"])["reblogs_count"] == 0)


def test_an_edit_and_a_deletion_arrive(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    post = alice.client.status_post("as I first said")
    seen = eventually(lambda: on_home(bob, "as I first said"))
    alice.client.status_update(post["id"], status="as I meant to say")
    eventually(lambda: "meant to say" in bob.client.status(seen["id"])["content"])
    assert bob.client.status(seen["id"])["edited_at"] is not None
    alice.client.status_delete(post["id"])
    eventually(lambda: not on_home(bob, "meant to say"))


def test_a_block_parts_them(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    alice.client.status_post("before the quarrel")
    eventually(lambda: on_home(bob, "before the quarrel"))
    there = alice.find(bob.handle)
    here = bob.find(alice.handle)
    alice.client.account_block(there["id"])
    eventually(lambda: not bob.client.account_relationships(here["id"])[0]["following"])
    alice.client.status_post("after the quarrel", visibility="private")
    never(lambda: on_home(bob, "after the quarrel"))
    bob.client.status_post(f"@{alice.handle} are you there?")
    never(lambda: [n for n in told(alice, "mention") if "are you there" in n["status"]["content"]])


def test_an_image_travels_with_its_description(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    media = alice.client.media_post(picture(), mime_type="image/png", description="a red square")
    alice.client.status_post("look", media_ids=[media["id"]])
    seen = eventually(lambda: on_home(bob, "look"))
    (shown,) = seen["media_attachments"]
    assert shown["type"] == "image"
    assert shown["description"] == "a red square"
    assert shown["meta"]["original"]["width"] == 64
    # Bob's server fetches it when he looks, and shows it from its own address.
    assert shown["url"].startswith(bob.client.api_base_url)
    assert shown["remote_url"].startswith(alice.client.api_base_url)
    with urlopen(shown["url"]) as answer:
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")


def test_a_video_is_made_ready_and_travels(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    media = alice.client.media_post(clips.mp4(), mime_type="video/mp4", synchronous=True)
    assert media["url"]
    alice.client.status_post("look, it moves", media_ids=[media["id"]])
    seen = eventually(lambda: on_home(bob, "look, it moves"))
    (shown,) = seen["media_attachments"]
    assert shown["type"] == "video"
    request = Request(shown["url"], headers={"Range": "bytes=4-7"})
    with urlopen(request) as answer:
        assert (answer.status, answer.read()) == (206, b"ftyp")
    with urlopen(shown["preview_url"]) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"


def picture() -> bytes:
    """A small PNG."""
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return file.getvalue()


class Heard(StreamListener):
    """What came over a stream."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Any]] = []

    def on_update(self, status: Any) -> None:
        self.events.append(("update", status))

    def on_status_update(self, status: Any) -> None:
        self.events.append(("status.update", status))

    def on_delete(self, status_id: Any) -> None:
        self.events.append(("delete", status_id))

    def on_notification(self, notification: Any) -> None:
        self.events.append(("notification", notification))

    def has(self, event: str, text: str) -> bool:
        return any(e == event and text in str(what) for e, what in list(self.events))


def test_everything_arrives_live(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    mine, public, tagged = Heard(), Heard(), Heard()
    streams = [
        bob.client.stream_user(mine, run_async=True),
        bob.client.stream_public(public, run_async=True),
        bob.client.stream_hashtag("live", tagged, run_async=True),
    ]
    time.sleep(3)
    post = alice.client.status_post("said #live")
    eventually(lambda: mine.has("update", "said"))
    eventually(lambda: public.has("update", "said"))
    eventually(lambda: tagged.has("update", "said"))
    alice.client.status_update(post["id"], status="said better #live")
    eventually(lambda: mine.has("status.update", "said better"))
    alice.client.status_post(f"@{bob.handle} psst", visibility="direct")
    eventually(lambda: mine.has("notification", "psst"))
    alice.client.status_post("for followers", visibility="private")
    eventually(lambda: mine.has("update", "for followers"))
    alice.client.status_delete(post["id"])
    eventually(lambda: any(event == "delete" for event, _ in mine.events))
    for private in ("psst", "for followers"):
        assert not public.has("update", private)
        assert not tagged.has("update", private)
    for stream in streams:
        stream.close()
