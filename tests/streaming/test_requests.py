"""What begins with `echo:hello`: requests, keys, signals; and that nobody else ever meets it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from echo import bus, cache
from echo.actions import rooms
from echo.actions.rooms import RoomDraft
from echo.errors import TooMany
from echo.policy.access import Access
from echo.runtime import Runtime
from echo.streaming import requests, signals
from echo.streaming.requests import Method
from echo.streaming.signals import Signal
from tests import make
from tests.streaming.conftest import Ear, LiveServer
from tests.waiting import eventually
from workers import timelines


class Params(msgspec.Struct, frozen=True, kw_only=True):
    text: str = ""


async def ask(ear: Ear, id_: object, method: str, **more: object) -> dict[str, Any]:
    await ear.say(type="echo:req", id=id_, method=method, **more)
    return await ear.next()


@dataclass(frozen=True)
class Pace:
    """Of what is slow: whether it has begun, and may end."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    may_end: asyncio.Event = field(default_factory=asyncio.Event)


@pytest.fixture
def pace() -> Pace:
    return Pace()


@pytest.fixture
def told(pace: Pace, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A method and a signal, and what was done by them."""
    done: list[str] = []

    async def run(access: Access, params: Params) -> object:
        if params.text == "refused":
            raise TooMany(retry_after_seconds=7)
        if params.text == "broken":
            raise RuntimeError
        if params.text == "slow":
            pace.begun.set()
            await pace.may_end.wait()
        done.append(params.text)
        return {"said": params.text, "times": len(done)}

    async def pass_on(access: Access, session_id: str, params: Params) -> None:
        await bus.signal([access.user_id or 0], "test.echo", msgspec.json.encode(params), session=session_id)

    monkeypatch.setitem(requests.METHODS, "test.say", Method(Params, "write:statuses", run))
    monkeypatch.setitem(signals.SIGNALS, "test", Signal(Params, "write:statuses", pass_on))
    return done


async def test_requests_are_answered_and_refused(
    live: LiveServer, runtime: Runtime, told: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "read this")
    await timelines.add_post(runtime, post_id=post.id)
    room_id = await rooms.create(alice.id, RoomDraft(title="Tea"))
    ear = await live.listen(alice)
    welcome = await ear.hello()
    assert {"timeline.page", "signal:test"} <= set(welcome["features"])

    page = await ask(ear, 1, "timeline.page", params={"limit": 5})
    assert (page["type"], page["id"], page["ok"]) == ("echo:reply", 1, True)
    assert [shown["id"] for shown in page["result"]] == [str(post.id)]
    failures = [
        (await ask(ear, "a", method, params=params))["error"]["code"]
        for method, params in (
            ("dance", {}),
            ("timeline.page", {"limit": 5000}),
            ("timeline.page", {"timeline": "list", "list": "7"}),
            ("test.say", {"text": "broken"}),
            ("room.get", {"room_id": str(room_id), "key": "a\0"}),
        )
    ]
    assert failures == ["not_found", "bad_request", "not_found", "internal", "bad_request"]
    assert "request test.say failed" in caplog.text
    assert (await ask(ear, "b", "test.say", params={"text": "refused"}))["error"] == {
        "code": "too_many",
        "text": "Too many requests",
        "retry_after": 7,
    }
    await ear.say(type="echo:req", id=[], method="dance")
    assert (await ear.next())["type"] == "echo:error"
    # Half of a character, as programs write it who cut texts where they like.
    await ear.socket.send('{"type":"echo:req","id":"\\ud83d","method":"dance"}')
    assert (await ear.next())["error"]["code"] == "bad_request"
    await ear.say(type="echo:ping")
    assert await ear.next() == {"type": "echo:pong"}
    await ear.say(type="echo:dance")
    assert (await ear.next())["error"]["code"] == "bad_request"

    reader = await live.listen(await make.with_scopes(alice, "read"))
    await reader.hello()
    assert (await ask(reader, 1, "test.say"))["error"]["code"] == "forbidden"
    assert told == []


async def test_a_key_makes_sure_that_it_is_done_once(live: LiveServer, told: list[str], pace: Pace) -> None:
    alice = await make.person("alice")
    ear, other = await live.listen(alice), await live.listen(alice)
    await ear.hello()
    await other.hello()
    first = await ask(ear, 1, "test.say", params={"text": "tea"}, key="k1")
    again = await ask(other, 2, "test.say", params={"text": "tea"}, key="k1")
    assert first["result"] == again["result"] == {"said": "tea", "times": 1}
    assert (await ask(ear, 3, "test.say", params={"text": "milk"}, key="k1"))["error"]["code"] == "invalid"
    assert (await ask(ear, 4, "test.say", params={"text": "refused"}, key="k2"))["ok"] is False
    assert await cache.client().exists(cache.key("asked", alice.id, "k2")) == 0

    # One that leaves does not stop what they asked for, and hears of it when they are back.
    await ear.say(type="echo:req", id=5, method="test.say", params={"text": "slow"}, key="k3")
    await pace.begun.wait()
    assert (await ask(other, 6, "test.say", params={"text": "slow"}, key="k3"))["error"] == {
        "code": "conflict",
        "text": "The same request is under way",
        "retry_after": 1,
    }
    await ear.socket.close()
    await eventually(lambda: live.hub.count == 1)
    pace.may_end.set()
    await eventually(lambda: told[-1] == "slow")
    kept = cache.key("asked", alice.id, "k3")

    async def is_kept() -> bool:
        return b"said" in (await cache.client().get(kept) or b"")

    await eventually(is_kept)
    assert (await ask(other, 7, "test.say", params={"text": "slow"}, key="k3"))["result"]["said"] == "slow"
    assert told == ["tea", "slow"]


async def test_signals_reach_only_whom_they_are_for(live: LiveServer, told: list[str]) -> None:
    alice = await make.person("alice")
    one, two, plain = [await live.listen(alice, "?stream=user") for _ in range(3)]
    await one.hello()
    await two.hello()
    await one.say(type="echo:sig", kind="test", data={"text": "me"})
    assert await one.next() == {"type": "echo:sig", "kind": "test.echo", "data": {"text": "me"}}
    await one.say(type="echo:sig", kind="test", data={"text": 5})
    assert (await one.next())["error"]["code"] == "bad_request"
    await one.say(type="echo:sig", kind="dance")
    await bus.signal([alice.id], "test.all", b"{}")
    for ear in (one, two):
        assert await ear.next() == {"type": "echo:sig", "kind": "test.all", "data": {}}
    assert await plain.hears_nothing()
    assert await one.hears_nothing()


async def test_who_says_no_hello_meets_nothing_of_this(live: LiveServer, told: list[str]) -> None:
    alice = await make.person("alice")
    ear = await live.listen(alice)
    await ear.say(type="echo:ping")
    await ear.say(type="echo:req", id=1, method="test.say")
    await ear.say(type="echo:x")
    await ear.say(type="echo:hello", version="x")
    await ear.settle()
    assert told == []
