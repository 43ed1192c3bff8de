"""Chats on the socket: sent, heard, replayed, and marked by what clients take in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest

from echo import bus, clock
from echo.actions import chat_groups, chat_marks, chat_messages, chats
from echo.actions.chat_messages import MessageDraft
from tests import make
from tests.streaming.conftest import Ear, LiveServer
from workers.missed import Chats


async def heard(ear: Ear, event: str) -> dict[str, Any]:
    """The next event of this name."""
    while True:
        frame = await ear.next()
        if frame.get("event") == event:
            assert frame["stream"] == ["chat"]
            return frame


async def test_a_chat_is_heard_as_it_was_asked_for(live: LiveServer) -> None:
    alice, bob, carol = await make.person("alice"), await make.person("bob"), await make.person("carol")
    await make.follow(bob, alice)
    chat = await chats.open_direct(alice.id, bob.id)
    ear, other, stranger = [await live.listen(person) for person in (alice, bob, carol)]
    started = await other.hello()
    await ear.hello()
    await stranger.hello()
    params = {"chat_id": str(chat.id), "text": "hello"}
    for id_ in (1, 2):
        await ear.say(type="echo:req", id=id_, method="chat.send", params=params, key="once")
    replies: list[dict[str, Any]] = []
    while len(replies) < 2:
        frame = await ear.next()
        replies += [frame] if frame["type"] == "echo:reply" else []
    assert replies[0]["result"] == replies[1]["result"]
    told = await heard(other, "chat")
    assert (told["data"]["kind"], told["data"]["seq"]) == ("created", replies[0]["result"]["seq"])
    assert told["data"]["message"]["text"] == "hello"
    assert await chat_messages.send(alice.id, chat.id, MessageDraft(text="hello", key="once"))
    # What a client takes in is delivered; what it reads is told, unless that is kept to oneself.
    await other.say(type="echo:ack", cursor=told["cursor"])
    marked = await heard(ear, "chat.marks")
    while marked["data"]["account_id"] != str(bob.id):
        marked = await heard(ear, "chat.marks")
    assert (marked["data"]["delivered_seq"], marked["data"]["read_seq"]) == (told["data"]["seq"], 0)
    await chat_marks.read(bob.id, chat.id, 3)
    assert (await heard(ear, "chat.marks"))["data"]["read_seq"] == 3
    assert await stranger.hears_nothing()
    # Somebody who comes back hears all of it as it is today.
    await chat_messages.edit(alice.id, chat.id, told["data"]["seq"], "goodbye")
    again = await live.listen(bob)
    await again.hello(resume={"epoch": started["epoch"], "cursor": started["cursor"]})
    replayed = await heard(again, "chat")
    assert (replayed["data"]["kind"], replayed["data"]["message"]["text"]) == ("created", "goodbye")
    await again.say(type="echo:req", id=3, method="chat.replay", params={"chat_id": str(chat.id)})
    while (frame := await again.next())["type"] != "echo:reply":
        pass
    assert [event["seq"] for event in frame["result"]["events"]] == [2, 3, 4]
    await again.say(type="echo:req", id=5, method="chat.read", params={"chat_id": str(chat.id), "seq": 4})
    while (frame := await again.next())["type"] != "echo:reply":
        pass
    assert (frame["result"]["me"]["read_seq"], frame["result"]["unread_count"]) == (4, 0)
    for method in ("chat.read", "chat.send"):
        huge = {"chat_id": str(chat.id), "text": "x", "seq": 2**70, "reply_to_seq": 2**70}
        await again.say(type="echo:req", id=7, method=method, params=huge)
        while (frame := await again.next())["type"] != "echo:reply":
            pass
        assert frame["error"]["code"] == "bad_request"
    nothing = {"chat_id": str(chat.id), "text": "no\0thing"}
    await again.say(type="echo:req", id=8, method="chat.send", params=nothing)
    while (frame := await again.next())["type"] != "echo:reply":
        pass
    assert frame["error"]["code"] == "bad_request"
    # Deleted for oneself it goes from one's other devices too, and from nobody else's.
    await again.say(type="echo:req", id=6, method="chat.hide", params={"chat_id": str(chat.id), "seq": 3})
    gone = await heard(other, "chat.hidden")
    assert gone["data"] == {"chat_id": str(chat.id), "message_seq": 3}
    await chat_messages.edit(alice.id, chat.id, 3, "not for you")
    edited = (await heard(other, "chat"))["data"]
    assert (edited["kind"], edited["message"]["text"]) == ("edited", "")
    while (edited := (await heard(ear, "chat"))["data"])["message"]["text"] != "not for you":
        pass
    await stranger.say(type="echo:req", id=4, method="chat.replay", params={"chat_id": str(chat.id)})
    assert (await stranger.next())["error"]["code"] == "not_found"


async def test_who_is_put_out_hears_of_that_and_of_nothing_more(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    group = await chat_groups.create(alice.id, "Tea")
    ear = await live.listen(bob)
    await ear.hello()
    await chat_groups.invite(alice.id, group.id, bob.id)
    assert (await heard(ear, "chat"))["data"]["kind"] == "invited"
    await chat_messages.send(alice.id, group.id, MessageDraft(text="not for you yet"))
    await chat_groups.enter(bob.id, group.id)
    assert (await heard(ear, "chat"))["data"]["kind"] == "joined"
    await chat_groups.remove(alice.id, group.id, bob.id)
    assert (await heard(ear, "chat"))["data"]["kind"] == "removed"
    await chat_messages.send(alice.id, group.id, MessageDraft(text="not for you any more"))
    assert await ear.hears_nothing()


async def test_apps_of_pleroma_hear_of_a_chat_on_their_stream(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    ear = await live.listen(bob, "?stream=user:pleroma_chat")
    await ear.settle()
    chat = await chats.open_direct(alice.id, bob.id)
    await chat_messages.send(alice.id, chat.id, MessageDraft(text="hello"))
    while True:
        frame = await ear.next()
        assert (frame["stream"], frame["event"]) == (["user:pleroma_chat"], "pleroma:chat_update")
        shown = msgspec.json.decode(frame["payload"])
        if shown["last_message"] is not None:
            break
    assert (shown["last_message"]["content"], shown["unread"]) == ("<p>hello</p>", 1)
    assert shown["account"]["acct"] == "alice"


async def test_what_a_dead_process_did_not_say_is_said(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await make.follow(bob, alice)
    chat = await chats.open_direct(alice.id, bob.id)
    ear = await live.listen(bob)
    await ear.hello()
    said = await chat_messages.send(alice.id, chat.id, MessageDraft(text="said", key="1"))
    assert said
    first = await heard(ear, "chat")
    with monkeypatch.context() as dead:
        dead.setattr(bus, "publish", AsyncMock())
        await chat_messages.send(alice.id, chat.id, MessageDraft(text="not said", key="2"))
    clock.shift(timedelta(seconds=10))
    sweep = Chats()
    await sweep.step()
    second = await heard(ear, "chat")
    assert second["data"]["message"]["text"] == "not said"
    assert second["data"]["seq"] == first["data"]["seq"] + 1
    await Chats().step()
    assert await ear.hears_nothing()
