"""Lists, live: posts of their members, as long as the list is there and they are on it."""

from __future__ import annotations

import msgspec
import pytest

from echo import bus
from echo.actions import editing, lists, posts
from echo.actions.drafts import EditDraft
from echo.actions.lists import ListDraft
from echo.bus import Live
from echo.kinds import Visibility
from echo.policy.viewer import Viewer
from echo.render import status
from echo.runtime import Runtime
from tests import make
from tests.make import Person
from tests.streaming.conftest import LiveServer

REFUSED = {"error": "Not authorized to stream this list", "status": 401}


async def list_of(owner: Person, *members: Person, policy: str = "list") -> int:
    made = await lists.create(owner.id, ListDraft(title="tea", replies_policy=policy))
    for member in members:
        await make.follow(owner, member)
    await lists.add_members(owner.id, made.id, [member.id for member in members])
    return made.id


async def test_a_list_hears_its_members_and_nobody_else(live: LiveServer, runtime: Runtime) -> None:
    alice, bob, carol = [await make.person(name) for name in ("alice", "bob", "carol")]
    made = await list_of(alice, bob)
    other = await list_of(alice, carol)
    await make.settle(runtime)
    ear = await live.listen(alice, f"?stream=list&list={made}")
    await ear.subscribe("list", list=other)

    await make.post(alice, "own")
    post = await make.post(bob, "for followers", visibility=Visibility.FOLLOWERS)
    await make.settle(runtime)
    frame = await ear.next()
    assert (frame["stream"], frame["event"]) == (["list", str(made)], "update")
    assert frame["payload"].encode() == await status.one(Viewer(alice.id), post.id)

    await editing.edit(bob.id, post.id, EditDraft(text="edited"))
    await make.settle(runtime)
    frame = await ear.next()
    assert (frame["stream"], frame["event"]) == (["list", str(made)], "status.update")
    assert "edited" in msgspec.json.decode(frame["payload"])["content"]

    await posts.remove(bob.id, post.id)
    await make.settle(runtime)
    assert await ear.next() == {"stream": ["list", str(made)], "event": "delete", "payload": str(post.id)}

    theirs = await make.post(carol)
    await make.settle(runtime)
    frame = await ear.next()
    assert frame["stream"] == ["list", str(other)]
    assert msgspec.json.decode(frame["payload"])["id"] == str(theirs.id)
    assert await ear.hears_nothing()


async def test_the_home_stream_hears_nothing_of_an_exclusive_list(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    made = await list_of(alice, bob)
    await lists.change(alice.id, made, ListDraft(exclusive=True))
    await make.settle(runtime)
    ear = await live.listen(alice, "?stream=user")
    await ear.subscribe("list", list=str(made))

    await make.post(bob)
    await make.settle(runtime)

    assert (await ear.next())["stream"] == ["list", str(made)]
    assert await ear.hears_nothing()


@pytest.mark.parametrize(("policy", "heard"), [("list", False), ("followed", True), ("none", False)])
async def test_answers_are_heard_as_the_list_wants_them(
    live: LiveServer, runtime: Runtime, policy: str, *, heard: bool
) -> None:
    alice, bob, carol = [await make.person(name) for name in ("alice", "bob", "carol")]
    made = await list_of(alice, bob, policy=policy)
    await make.follow(alice, carol)
    root = await make.post(carol)
    await make.settle(runtime)
    ear = await live.listen(alice, f"?stream=list&list={made}")

    await make.post(bob, reply_to=root.id)
    await make.settle(runtime)

    if heard:
        assert (await ear.next())["event"] == "update"
    assert await ear.hears_nothing()


async def test_nobody_listens_to_the_list_of_another(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    made = await list_of(alice, bob)
    ear = await live.listen(bob)
    for name in (str(made), made, str(made + 1), "tea", "-1", "9" * 30):
        await ear.say(type="subscribe", stream="list", list=name)
        assert await ear.next() == REFUSED
    answered, head, _ = await live.get(f"/api/v1/streaming/list?list={made}", bob.headers)
    assert answered == 401
    assert b"text/event-stream" not in head


async def test_a_deleted_list_is_heard_no_more(live: LiveServer, runtime: Runtime) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    made = await list_of(alice, bob)
    await make.settle(runtime)
    ear = await live.listen(alice, f"?stream=list&list={made}")
    _, _, events = await live.get(f"/api/v1/streaming/list?list={made}", alice.headers)
    await ear.settle()
    await lists.remove(alice.id, made)
    assert await ear.next() == REFUSED
    await events.readuntil(b"0\r\n\r\n")  # the answer has ended
    post = await make.post(bob)
    await bus.publish([(bus.user_channel(alice.id), Live(event="update", post=post.id, list_id=made))])
    await ear.say(type="subscribe", stream="list", list=str(made))
    assert await ear.next() == REFUSED
    assert await ear.hears_nothing()


async def test_who_was_taken_off_meanwhile_is_not_heard(live: LiveServer, runtime: Runtime) -> None:
    """A message names a post; whether it belongs on the list is asked again when it is told."""
    alice, bob = await make.person("alice"), await make.person("bob")
    made = await list_of(alice, bob)
    await make.settle(runtime)
    ear = await live.listen(alice, f"?stream=list&list={made}")
    post = await make.post(bob)
    await lists.remove_members(alice.id, made, [bob.id])
    await bus.publish([(bus.user_channel(alice.id), Live(event="update", post=post.id, list_id=made))])
    assert await ear.hears_nothing()
    await ear.say(type="unsubscribe", stream="list", list=str(made))
    await lists.add_members(alice.id, made, [bob.id])
    await ear.settle()
    await bus.publish([(bus.user_channel(alice.id), Live(event="update", post=post.id, list_id=made))])
    assert await ear.hears_nothing()
