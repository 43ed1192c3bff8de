"""Mastodon's WebSocket: the protocol."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
import websockets
from websockets.exceptions import InvalidStatus

from echo import clock
from echo.runtime import Runtime
from echo.store import auth
from tests import make
from tests.streaming.conftest import LiveServer
from workers import timelines


async def test_opens_idle_and_carries_several_streams(live: LiveServer, runtime: Runtime) -> None:
    alice = await make.person("alice")
    ear = await live.listen(alice)
    await ear.subscribe("user")
    await ear.subscribe("public:local")
    await ear.subscribe("hashtag", tag="#Tea")

    post = await make.post(alice, "a cup of #tea")
    await timelines.add_post(runtime, post_id=post.id)

    frames = [await ear.next() for _ in range(3)]
    assert {tuple(frame["stream"]) for frame in frames} == {("user",), ("public:local",), ("hashtag", "#Tea")}
    assert {frame["event"] for frame in frames} == {"update"}
    assert all(list(frame) == ["stream", "event", "payload"] for frame in frames)
    assert all(isinstance(frame["payload"], str) for frame in frames)
    assert await ear.hears_nothing()


async def test_unsubscribe_ends_one_stream_only(live: LiveServer, runtime: Runtime) -> None:
    alice = await make.person("alice")
    ear = await live.listen(alice, "?stream=user")
    await ear.subscribe("public")
    await ear.subscribe("hashtag", tag="tea")
    await ear.say(type="unsubscribe", stream="user")
    await ear.say(type="unsubscribe", stream="hashtag", tag="TEA")
    await ear.settle()

    post = await make.post(alice, "#tea")
    await timelines.add_post(runtime, post_id=post.id)

    assert (await ear.next())["stream"] == ["public"]
    assert await ear.hears_nothing()


async def test_subscribing_twice_is_subscribing_once(live: LiveServer, runtime: Runtime) -> None:
    alice = await make.person("alice")
    ear = await live.listen(alice, "?stream=hashtag&tag=Tea")
    await ear.subscribe("hashtag", tag="tea")

    post = await make.post(alice, "#tea")
    await timelines.add_post(runtime, post_id=post.id)

    assert (await ear.next())["stream"] == ["hashtag", "Tea"]
    assert await ear.hears_nothing()


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        ({"stream": "local"}, {"error": "Unknown stream type", "status": 400}),
        ({"stream": ""}, {"error": "Unknown stream type", "status": 400}),
        ({}, {"error": "Unknown stream type", "status": 400}),
        ({"stream": "hashtag"}, {"error": "Missing tag name parameter", "status": 400}),
        ({"stream": "list"}, {"error": "Missing list name parameter", "status": 400}),
        ({"stream": "list", "list": 12}, {"error": "Not authorized to stream this list", "status": 401}),
    ],
)
async def test_what_cannot_be_heard_is_said_and_the_socket_stays_open(
    live: LiveServer, frame: dict[str, object], answer: dict[str, object]
) -> None:
    ear = await live.listen(await make.person())
    await ear.say(type="subscribe", **frame)
    assert await ear.next() == answer
    await ear.settle()


async def test_direct_can_be_heard_and_is_silent(live: LiveServer) -> None:
    ear = await live.listen(await make.person(), "?stream=direct")
    assert await ear.hears_nothing()
    await ear.settle()


@pytest.mark.parametrize(
    "text", ["", "hello", "[]", "null", "{", '{"type":5}', '{"type":"dance"}', '"subscribe"', "\x00"]
)
async def test_what_is_no_frame_is_ignored(live: LiveServer, text: str) -> None:
    ear = await live.listen(await make.person())
    await ear.socket.send(text)
    await ear.settle()


async def test_s_j08_binary_closes_with_1003(live: LiveServer) -> None:
    for data in (b"\x00\x01", b""):
        ear = await live.listen(await make.person())
        await ear.socket.send(data)
        assert await ear.closed() == 1003


async def test_s_j08_a_large_frame_closes_with_1009(live: LiveServer) -> None:
    ear = await live.listen(await make.person())
    await ear.socket.send("x" * 1_000_000)
    assert await ear.closed() == 1009


async def test_s_j08_a_flood_closes_with_1008(live: LiveServer) -> None:
    ear = await live.listen(await make.person())
    with suppress(websockets.ConnectionClosed):
        for number in range(2000):
            await ear.say(type="subscribe", stream="hashtag", tag=f"t{number}")
    assert await ear.closed() == 1008


async def test_frames_at_a_human_pace_are_no_flood(live: LiveServer) -> None:
    ear = await live.listen(await make.person())
    for number in range(60):  # an app that follows many hashtags subscribes to all of them at once
        await ear.say(type="subscribe", stream="hashtag", tag=f"t{number}")
    await ear.settle()


async def test_too_many_subscriptions_are_refused(live: LiveServer) -> None:
    live.hub._registry._caps = type(live.hub._registry._caps)(subscriptions=2)
    ear = await live.listen(await make.person(), "?stream=user")
    await ear.subscribe("public")
    await ear.say(type="subscribe", stream="public:local")
    assert await ear.next() == {"error": "Too many subscriptions", "status": 429}


async def test_pings_are_answered(live: LiveServer) -> None:
    ear = await live.listen(await make.person())
    await asyncio.wait_for(await ear.socket.ping(), 60)


async def test_s_j08_our_pings_come_and_silence_ends_it(live: LiveServer) -> None:
    alice = await make.person()
    upgrade = {
        "connection": "upgrade",
        "upgrade": "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    code, _, reader = await live.get("/api/v1/streaming", {**alice.headers, **upgrade})
    assert code == 101
    (connection,) = live.serving._connections
    connection._beat()
    assert await reader.readexactly(2) == b"\x89\x00"
    connection._beat()
    with suppress(ConnectionResetError):
        assert await asyncio.wait_for(reader.read(), 60) == b""
    async with asyncio.timeout(60):
        while live.hub.count:
            await asyncio.sleep(0.01)


async def test_token_by_header_query_and_protocol(live: LiveServer) -> None:
    alice = await make.person()
    await (await live.connect(additional_headers=alice.headers)).settle()
    await (await live.connect(f"?access_token={alice.token}")).settle()
    by_protocol = await live.connect(subprotocols=[alice.token])
    await by_protocol.settle()
    assert by_protocol.socket.subprotocol == alice.token


async def test_the_protocol_is_repeated_whatever_else_is_sent(live: LiveServer) -> None:
    alice = await make.person()
    ear = await live.connect(f"?access_token={alice.token}", subprotocols=["other"])
    assert ear.socket.subprotocol == "other"
    both = await live.connect("?stream=user", additional_headers=alice.headers, subprotocols=[alice.token])
    assert both.socket.subprotocol == alice.token


async def test_s_j05_another_origin_is_welcome_with_a_token_and_never_with_a_cookie(live: LiveServer) -> None:
    alice = await make.person()
    origin = {"Origin": "https://elsewhere.test"}
    await (await live.connect(additional_headers={**alice.headers, **origin})).settle()
    with pytest.raises(InvalidStatus) as refused:
        await live.connect(additional_headers={**origin, "Cookie": f"session={alice.token}"})
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    ("query", "words"), [("", "Missing access token"), ("?access_token=nonsense", "Invalid access token")]
)
async def test_without_valid_token_the_answer_is_401_before_the_upgrade(
    live: LiveServer, query: str, words: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await live.connect(query)
    response = refused.value.response
    assert response.status_code == 401
    assert response.headers["Content-Type"].startswith("application/json")
    assert response.body == b'{"error":"%s"}' % words.encode()


async def test_a_token_of_an_app_alone_opens_nothing(live: LiveServer) -> None:
    await auth.insert_token("alone", app_id=None, user_id=None, scopes=["read"], at=clock.now())
    with pytest.raises(InvalidStatus) as refused:
        await live.connect("?access_token=alone")
    assert refused.value.response.status_code == 401


async def test_an_unknown_path_is_no_socket(live: LiveServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await live.connect("-of-consciousness")
    assert refused.value.response.status_code == 404
    with pytest.raises(InvalidStatus) as refused:
        await live.connect("/user")  # there are events, but no socket
    assert refused.value.response.status_code == 400


async def test_the_path_may_end_with_a_slash(live: LiveServer) -> None:
    alice = await make.person()
    await (await live.connect(f"/?access_token={alice.token}")).settle()


async def test_a_closed_socket_is_forgotten(live: LiveServer) -> None:
    ear = await live.listen(await make.person(), "?stream=user")
    assert live.hub.count == 1
    await ear.socket.close()
    async with asyncio.timeout(60):
        while live.hub.count or live.serving.count:
            await asyncio.sleep(0.01)
