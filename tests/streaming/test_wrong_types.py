"""What is no number, no text, no id, on a socket: every method and signal refuses it, and it stays open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_origin

import msgspec
import pytest

from echo.actions import chat_groups, room_members, rooms
from echo.actions.rooms import RoomDraft
from echo.kinds import RoomRole
from echo.streaming import greeting, socket
from echo.streaming.requests import METHODS
from echo.streaming.signals import SIGNALS
from tests import make
from tests.make import Person
from tests.streaming.conftest import Ear, LiveServer

VALUES: tuple[Any, ...] = (True, "", [], {}, "abc", -1, 2**70, "x" * 50_000, "\x00", [[]], [None], 1e300, 1.5)
# Texts that may be any; the rest are ids, or one of a few words.
FREE = {"text", "key", "session_id"}


@pytest.fixture
def much_may_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "FRAMES_AT_ONCE", 1e6)
    monkeypatch.setattr(greeting, "ACK_SECONDS", 0.0)


def fits(kind: Any, value: Any) -> bool:
    """Whether a value is of this type, as far as JSON goes."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True


def is_free(name: str, kind: Any, value: Any) -> bool:
    return (isinstance(value, str) and name in FREE) or (kind is bool and isinstance(value, bool))


def nonsense(name: str, kind: Any) -> Iterator[Any]:
    """What this parameter cannot be."""
    for value in VALUES:
        is_list = getattr(kind, "__args__", None) is not None and get_origin(kind) is not Literal
        if is_free(name, kind, value) or (is_list and value == [] and fits(kind, value)):
            continue
        if value == "" and name in ("max_id", "since_id", "min_id"):
            continue  # as good as none
        yield value


async def world(alice: Person, bob: Person) -> dict[str, Any]:
    """A value for each parameter that is right."""
    group = await chat_groups.create(alice.id, "Tea", [bob.id])
    await chat_groups.enter(bob.id, group.id)
    room = str(await rooms.create(alice.id, RoomDraft(title="Tea", access="link")))
    session = await room_members.join(alice.id, int(room))
    return {
        "chat_id": str(group.id),
        "room_id": room,
        "session_id": session,
        "to": session,
        "account_id": str(bob.id),
        "account_ids": [str(bob.id)],
        "ids": [],
        "seq": 1,
        "text": "hello",
        "state": "online",
        "agreed": True,
        "role": RoomRole.SPEAKER,
        "timeline": "home",
    }


async def answer(ear: Ear, *types: str) -> dict[str, Any]:
    """The next frame of these types."""
    while (frame := await ear.next()).get("type") not in types:
        pass
    return frame


@pytest.mark.usefixtures("much_may_be_said")
async def test_every_method_refuses_what_it_does_not_take(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    right = await world(alice, bob)
    ear = await live.listen(alice)
    await ear.hello()
    asked, wrong = 0, []
    for method, line in METHODS.items():
        fields = msgspec.structs.fields(line.params)
        base = {field.name: right[field.name] for field in fields if field.required}
        for field in fields:
            for value in nonsense(field.encode_name, field.type):
                params = {**base, field.encode_name: value}
                if field.encode_name == "list":
                    params["timeline"] = "list"
                await ear.say(type="echo:req", id=1, method=method, params=params)
                told = await answer(ear, "echo:reply")
                if told["ok"] or told["error"]["code"] not in ("bad_request", "invalid", "not_found"):
                    wrong.append(f"{method} {field.name}={str(value)[:40]!r}: {str(told)[:200]}")
                asked += 1
        for params in (*VALUES[2:4], "abc", -1, 2**70, None, [[]]):
            if params == {} and not base:
                continue
            await ear.say(type="echo:req", id=1, method=method, params=params)
            assert (await answer(ear, "echo:reply"))["ok"] is False, (method, params)
    assert not wrong
    assert asked > 300


@pytest.mark.usefixtures("much_may_be_said")
async def test_signals_and_frames_that_cannot_be_read_are_refused(live: LiveServer) -> None:
    alice, bob = await make.person("alice"), await make.person("bob")
    right = await world(alice, bob)
    ear = await live.listen(alice)
    welcome = await ear.hello()
    for kind, line in SIGNALS.items():
        fields = msgspec.structs.fields(line.params)
        base = {field.name: right[field.name] for field in fields if field.required}
        for field in fields:
            for value in VALUES:
                if isinstance(value, str) and field.required:
                    continue  # nobody of whom there is anything to say, which is not told
                await ear.say(type="echo:sig", kind=kind, data={**base, field.name: value})
                told = await answer(ear, "echo:error")
                assert told["error"]["code"] == "bad_request", (kind, field.name, value)
    frames: list[dict[str, Any]] = [
        *({"type": "echo:ack", "cursor": value} for value in VALUES),
        {"type": "echo:ack", "cursor": "\u0661-\u0662"},
        {"type": "echo:ack", "cursor": "9999999999999999-1"},
        *({"type": "echo:req", "id": 1, "method": value} for value in (True, [], {}, -1, 2**70, None)),
        *({"type": "echo:req", "id": value, "method": "x"} for value in (True, [], {}, None, "x" * 65)),
        *({"type": "echo:sig", "kind": value} for value in (True, [], {}, -1, 2**70, None)),
        {"type": "echo:req", "id": 1, "method": "chat.read", "key": "x" * 129},
        {"type": "echo:nothing"},
    ]
    for frame in frames:
        await ear.say(**frame)
        told = await answer(ear, "echo:error", "echo:reply")
        assert told["type"] == "echo:error", frame
        assert told["error"]["code"] == "bad_request", frame
    deep = "[" * 20_000 + "]" * 20_000
    for text in (f'{{"type":"echo:req","id":1,"method":"x","params":{deep}}}', "9" * 5000, deep):
        await ear.socket.send(text)
        assert (await answer(ear, "echo:error"))["error"]["code"] == "bad_request"
    await ear.say(type="echo:ack", cursor=welcome["cursor"])
    await ear.say(type="echo:ping")
    assert (await answer(ear, "echo:pong", "echo:error"))["type"] == "echo:pong"


async def test_a_frame_that_is_too_long_ends_the_socket(live: LiveServer) -> None:
    ear = await live.listen(await make.person("alice"))
    await ear.hello()
    await ear.say(type="echo:req", id=1, method="chat.send", params={"text": "x" * 10**6})
    assert await ear.closed() == 1009


@pytest.mark.usefixtures("much_may_be_said")
async def test_mastodons_sockets_live_through_all_of_it(live: LiveServer) -> None:
    ear = await live.listen(await make.person("alice"))
    for value in VALUES:
        for frame in ({"type": value}, {"type": "echo:hello", "version": "x", "resume": value}):
            await ear.say(**frame)
        await ear.say(type="unsubscribe", stream="user", tag=value)
    await ear.socket.send("[" * 20_000 + "]" * 20_000)
    await ear.settle()
