"""Who is here, who is typing, and who is told of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from quart.typing import TestClientProtocol as Client

from echo import cache, clock
from echo.actions import blocks, chat_groups, chat_marks, chat_messages, chats
from echo.actions.chat_messages import MessageDraft
from echo.models import ChatPreference
from echo.policy.viewer import Viewer
from echo.runtime import Runtime
from echo.store import presence
from echo.streaming import attendance
from tests import make
from tests.api.asking import Api
from tests.make import Person
from tests.streaming.conftest import Ear, LiveServer
from tests.waiting import eventually

PATH = "/api/v1/echo/presence"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes seconds takes less here."""
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 0.1)


@pytest.fixture
def api(client: Client) -> Api:
    return Api(client)


async def friends(one: Person, other: Person) -> None:
    await make.follow(one, other)
    await make.follow(other, one)


async def hello(live: LiveServer, person: Person) -> tuple[Ear, str]:
    ear = await live.listen(person)
    return ear, str((await ear.hello())["session"])


async def ask(ear: Ear, method: str, **params: object) -> Any:
    await ear.say(type="echo:req", id=method, method=method, params=params)
    while (frame := await ear.next()).get("type") != "echo:reply":
        pass
    assert frame["ok"], frame
    return frame["result"]


async def signal(ear: Ear, kind: str) -> Any:
    """The next signal of this kind."""
    while (frame := await ear.next()).get("kind") != kind:
        pass
    return frame["data"]


async def told(ear: Ear, person: Person) -> str:
    """What one is told next of somebody."""
    while (data := await signal(ear, "presence"))["account_id"] != str(person.id):
        pass
    return str(data["state"])


async def test_friends_are_told_who_is_here_and_strangers_are_not(live: LiveServer, api: Api) -> None:
    alice, bob, eve, mate = [await make.person(name) for name in ("alice", "bob", "eve", "mate")]
    await friends(alice, bob)
    await make.follow(eve, alice)
    await chat_groups.enter(mate.id, (await chat_groups.create(alice.id, "Tea", [mate.id])).id)
    (hers, _), (strange, _), (fellow, _) = [await hello(live, person) for person in (alice, eve, mate)]

    his, session = await hello(live, bob)
    assert await told(hers, bob) == "online"
    # An app that says no hello is somebody too; only when nobody looks at any of them is he idle.
    plain = await live.listen(bob, "?stream=user")
    await ask(his, "presence.set", session_id=session, state="idle")
    await plain.socket.close()
    assert await told(hers, bob) == "idle"
    await ask(his, "presence.set", session_id=session, state="online")
    assert await told(hers, bob) == "online"
    await ask(his, "presence.set", session_id=session, state="invisible")
    assert await told(hers, bob) == "offline"
    hidden = {"account_id": str(bob.id), "state": "offline", "last_seen_at": None}
    assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json == [hidden]
    assert (await api.get(f"{PATH}/friends", by=alice)).json == []
    for noticed in ("idle", "online"):  # as another device of his says by itself
        await ask(his, "presence.set", session_id=session, state=noticed)
        assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json == [hidden]
    await ask(his, "presence.set", session_id=session, state="visible")
    assert await told(hers, bob) == "online"

    # Of a list one is told of those whom one may see; mates of a chat are among them.
    everybody = [alice.id, bob.id, eve.id, mate.id]
    for viewer, seen in ((alice, {alice, bob, mate}), (eve, {eve}), (mate, {mate, alice})):
        answer = (await api.get(PATH, by=viewer, query={"id": everybody})).json
        assert {row["account_id"] for row in answer} == {str(person.id) for person in seen}
        assert {row["state"] for row in answer} == {"online"}
    assert [row["account_id"] for row in (await api.get(f"{PATH}/friends", by=alice)).json] == [str(bob.id)]
    assert (await ask(strange, "presence.get", account_ids=[str(bob.id)])) == []
    await his.socket.close()
    assert await told(hers, bob) == "offline"
    assert (await api.get(f"{PATH}/friends", by=alice)).json == []
    await blocks.block(mate.id, alice.id)
    assert (await api.get(PATH, by=alice, query={"id": [mate.id]})).json == []
    assert await strange.hears_nothing()
    await fellow.socket.close()


async def test_who_is_not_let_in_yet_learns_nothing_of_who_is_here(live: LiveServer, api: Api) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")

    async def state_of(viewer: Person, person: Person) -> list[str]:
        seen = (await api.get(PATH, by=viewer, query={"id": [person.id]})).json
        return [one["state"] for one in seen]

    async def both_are_here() -> bool:
        return [await state_of(one, one) for one in (alice, eve)] == [["online"], ["online"]]

    strange, _ = await hello(live, eve)
    hers, _ = await hello(live, alice)
    await eventually(both_are_here)
    chat = (await chats.open_direct(eve.id, alice.id)).id
    await chat_messages.send(eve.id, chat, MessageDraft(text="are you there?"))
    assert [await state_of(eve, alice), await state_of(alice, eve)] == [[], []]
    await chat_marks.answer_request(alice.id, chat, is_wanted=True)
    assert await state_of(eve, alice) == ["online"]
    await strange.socket.close()
    await hers.socket.close()


async def test_last_seen_is_told_of_those_who_share_it(live: LiveServer, api: Api) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await friends(alice, bob)
    hers, _ = await hello(live, alice)
    await ChatPreference.create(account_id=bob.id, share_last_seen=True)
    his, _ = await hello(live, bob)
    assert await told(hers, bob) == "online"
    assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json[0]["last_seen_at"] is None
    await his.socket.close()
    assert await told(hers, bob) == "offline"
    seen = (await api.get(PATH, by=alice, query={"id": [bob.id]})).json[0]["last_seen_at"]
    assert seen is not None

    # Written down seldom; not at all for who hides.
    clock.shift(timedelta(seconds=200))
    await presence.note_seen([bob.id], clock.now())
    assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json[0]["last_seen_at"] == seen
    await api.put(PATH, by=bob, json={"invisible": True})
    clock.shift(timedelta(seconds=400))
    await presence.note_seen([bob.id], clock.now())
    await api.put(PATH, by=bob, json={"invisible": False})
    assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json[0]["last_seen_at"] == seen
    await presence.note_seen([bob.id], clock.now())
    assert (await api.get(PATH, by=alice, query={"id": [bob.id]})).json[0]["last_seen_at"] > seen


async def test_who_comes_back_at_once_was_never_away_and_leases_end_by_themselves(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    await friends(alice, bob)
    hers, _ = await hello(live, alice)
    his, _ = await hello(live, bob)
    assert await told(hers, bob) == "online"
    monkeypatch.setattr(attendance, "LOOK_SECONDS", 3600)
    await asyncio.sleep(0.3)  # from here on it looks only when it is told to
    look = live.hub._attendance.look
    await his.socket.close()
    await eventually(lambda: live.hub.count == 1)
    await look()
    again, _ = await hello(live, bob)
    await ask(again, "presence.get", account_ids=[])
    await look()
    await look()
    assert await hers.hears_nothing()

    # A process that was killed renews nothing.
    monkeypatch.setattr(presence, "LEASE_SECONDS", -1)
    await presence.renew([(alice.id, "x")])
    viewer = Viewer(bob.id)
    await cache.client().delete(cache.key("presence", "here", bob.id))
    assert [(one.account_id, one.state.value) for one in await presence.seen(viewer, [bob.id])] == [
        (bob.id, "offline")
    ]


async def test_typing_reaches_those_in_the_chat_and_seldom(live: LiveServer) -> None:
    alice, bob, eve = [await make.person(name) for name in ("alice", "bob", "eve")]
    await friends(alice, bob)
    chat = await chats.open_direct(alice.id, bob.id)
    (hers, _), (his, _), (strange, _) = [await hello(live, person) for person in (alice, bob, eve)]

    async def type_in(ear: Ear) -> None:
        await ear.say(type="echo:sig", kind="typing", data={"chat_id": str(chat.id)})
        await ask(ear, "presence.get", account_ids=[])

    await type_in(hers)
    await type_in(hers)
    heard = await signal(his, "typing")
    assert heard == {"chat_id": str(chat.id), "account_id": str(alice.id), "seconds": 6}
    await type_in(strange)
    await ChatPreference.create(account_id=bob.id, share_typing=False)
    await type_in(his)
    for ear in (hers, his):
        await ear.say(type="echo:req", id="end", method="presence.get", params={"account_ids": []})
        while (frame := await ear.next()).get("id") != "end":
            assert frame.get("kind") != "typing"


async def test_s_m02_nobody_hears_somebody_type_whom_they_block(live: LiveServer) -> None:
    alice, eve = await make.person("alice"), await make.person("eve")
    await friends(alice, eve)
    chat = await chats.open_direct(alice.id, eve.id)
    (hers, _), (strange, _) = await hello(live, alice), await hello(live, eve)
    typing = {"type": "echo:sig", "kind": "typing", "data": {"chat_id": str(chat.id)}}
    await strange.say(**typing)
    assert (await signal(hers, "typing"))["account_id"] == str(eve.id)
    await blocks.block(alice.id, eve.id)
    await cache.client().delete(cache.key("typing", chat.id, eve.id))
    await strange.say(**typing)
    await ask(strange, "presence.get", account_ids=[])
    await hers.say(type="echo:req", id="end", method="presence.get", params={"account_ids": []})
    while (frame := await hers.next()).get("id") != "end":
        assert frame.get("kind") != "typing"


async def test_another_process_tells_of_those_whose_process_was_killed(
    live: LiveServer, api: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "RENEW_SECONDS", 0.1)
    alice, bob = await make.person("alice"), await make.person("bob")
    await friends(alice, bob)
    hers, _ = await hello(live, alice)
    while (await presence.states([alice.id]))[alice.id] != "online":
        await asyncio.sleep(0.02)
    # A process that dies right after this: what it knew is in Redis alone.
    await presence.renew([(bob.id, "of a killed process")])
    await attendance.tell([bob.id])
    assert await told(hers, bob) == "online"
    with monkeypatch.context() as later:  # a minute later
        later.setattr(presence, "LEASE_SECONDS", -1)
        await presence.renew([(bob.id, "of a killed process")])
    assert await told(hers, bob) == "offline"
    assert await presence.take_ended(10) == []

    # What is chosen over HTTP is told as what is chosen on a socket.
    await hello(live, bob)
    assert await told(hers, bob) == "online"
    for path, choice in ((PATH, "invisible"), ("/api/v1/echo/chats/preferences", "share_presence")):
        method, hides = (api.put, True) if choice == "invisible" else (api.patch, False)
        for chosen, state in ((hides, "offline"), (not hides, "online")):
            await method(path, by=bob, json={choice: chosen})
            await make.settle(runtime)
            assert await told(hers, bob) == state
