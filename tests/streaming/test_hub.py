"""The hub under stress: Redis that goes away, readers that do not read, a process that stops."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

import pytest
import websockets

from echo import bus, cache
from echo.bus import Live
from echo.streaming import hub as hub_module
from echo.streaming import outlet, wire
from echo.streaming.frames import Told
from tests import make
from tests.streaming.conftest import Ear, LiveServer
from tests.waiting import eventually


async def say_delete(account_id: int, post_id: int) -> None:
    await bus.publish([(bus.user_channel(account_id), Live(event="delete", post=post_id))])


async def channels() -> set[str]:
    """The channels of this server that anybody hears."""
    return {channel.decode() for channel in await redis_says("PUBSUB", "CHANNELS", cache.key("live", "*"))}


async def redis_says(*command: str) -> Any:
    """The answer to a command that has no method of its own."""
    client: Any = cache.client()
    return await client.execute_command(*command)


async def test_only_what_somebody_needs_is_heard(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "RECHECK_SECONDS", 0.1)
    alice, bob = await make.person(), await make.person()
    assert await channels() == set()
    first, second = await live.listen(alice, "?stream=user"), await live.listen(alice, "?stream=user")
    await live.listen(bob)
    of_all = {bus.access_channel(), bus.everybody_channel()}
    assert await channels() == {*of_all, bus.user_channel(alice.id), bus.crowd_channel(alice.id)}

    await first.socket.close()
    await eventually(lambda: live.hub.count == 2)
    await asyncio.sleep(0.3)
    assert bus.user_channel(alice.id) in await channels()
    await second.subscribe("public")
    await second.say(type="unsubscribe", stream="user")
    await second.settle()

    async def left() -> bool:
        return await channels() == {*of_all, bus.public_channel()}

    await eventually(left)


async def test_a_lost_connection_to_redis_heals_itself(live: LiveServer) -> None:
    alice = await make.person()
    ear = await live.listen(alice, "?stream=user")
    await redis_says("CLIENT", "KILL", "TYPE", "pubsub")
    deadline = time.monotonic() + 60
    while bus.user_channel(alice.id) not in await channels():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await say_delete(alice.id, 7)
    assert (await ear.next())["payload"] == "7"


async def test_without_redis_sockets_open_and_hear_later(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "CONFIRM_SECONDS", 0.2)
    connect, away = cache.connect_apart, True

    async def connect_or_not() -> object:
        if away:
            raise ConnectionRefusedError("away")
        return await connect()

    monkeypatch.setattr(cache, "connect_apart", connect_or_not)
    alice = await make.person()
    ear = await live.listen(alice, "?stream=user")
    away = False
    deadline = time.monotonic() + 60
    while bus.user_channel(alice.id) not in await channels():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    await say_delete(alice.id, 7)
    assert (await ear.next())["payload"] == "7"


async def test_who_comes_back_after_an_outage_is_heard(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subscription that was asked for in vain must not stand in the way of the next."""
    monkeypatch.setattr(wire, "CONFIRM_SECONDS", 0.1)
    alice = await make.person()
    keeper = await live.listen(await make.person(), "?stream=user")
    line, live.hub._wire._line = live.hub._wire._line, None
    lost = await live.listen(alice, "?stream=user")
    await lost.socket.close()
    await eventually(lambda: live.hub.count == 1)
    live.hub._wire._line = line

    ear = await live.listen(alice, "?stream=user")
    await say_delete(alice.id, 7)
    assert (await ear.next())["payload"] == "7"
    await keeper.settle()


async def test_a_flood_is_noticed_while_redis_is_away(live: LiveServer) -> None:
    ear = await live.listen(await make.person())
    live.hub._wire._line = None
    with suppress(websockets.ConnectionClosed):
        for number in range(1000):
            await ear.say(type="subscribe", stream="hashtag", tag=str(number))
    assert await ear.closed() == 1008


async def test_a_silent_redis_is_left(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_PING_SECONDS", 0.1)
    monkeypatch.setattr(wire, "_SILENCE_SECONDS", 60.0)
    await live.listen(await make.person(), "?stream=user")
    the_wire, line = live.hub._wire, live.hub._wire._line
    await asyncio.sleep(0.15)
    heard_at = the_wire._heard_at
    await the_wire.sweep()  # asks
    await eventually(lambda: the_wire._heard_at > heard_at)
    await the_wire.sweep()  # was answered
    assert the_wire._line is line
    monkeypatch.setattr(the_wire, "_take", lambda response: None)  # nothing is heard any more
    the_wire._heard_at -= 61
    await the_wire.sweep()
    await eventually(lambda: the_wire._line not in (line, None))


async def test_a_burst_does_not_cost_a_good_reader_its_connection(live: LiveServer) -> None:
    alice = await make.person()
    ear = await live.listen(alice, "?stream=user")
    await bus.publish(
        (bus.user_channel(alice.id), Live(event="delete", post=number)) for number in range(1, 2001)
    )
    assert [(await ear.next())["payload"] for _ in range(2000)] == [str(n) for n in range(1, 2001)]


async def test_s_j06_r_20_readers_that_do_not_read_are_closed_and_cost_the_others_nothing(
    live: LiveServer,
) -> None:
    people = [await make.person() for _ in range(5)]
    good = await live.listen(people[0], "?stream=public")
    stalled = [
        await live.listen(person, "?stream=public", max_queue=1, close_timeout=0.2) for person in people[1:]
    ]
    for ear in stalled:
        ear.socket.transport.pause_reading()
    told = Told("update", b'"%s"' % (b"x" * 20_000))
    sockets = list(live.hub._registry.outlets)

    async def read() -> int:
        for _ in range(1500):
            await good.next()
        return 1500

    reading = asyncio.create_task(read())
    for _ in range(1500):
        for socket in sockets:
            socket.tell(told, ("public",))
        await asyncio.sleep(0.001)

    assert await reading == 1500
    assert live.hub.count == 1  # or they are on their way out
    await eventually(lambda: live.serving.count == 1)


def test_a_backlog_has_bounds() -> None:
    frames: outlet.Backlog[str] = outlet.Backlog()
    assert all(frames.add("x") for _ in range(256))
    assert not frames.add("x")
    assert frames.take() == "x"
    assert frames.add("y")
    bytes_: outlet.Backlog[bytes] = outlet.Backlog()
    assert bytes_.add(b"x" * 500_000)
    assert not bytes_.add(b"x" * 50_000)
    assert bytes_.add(b"x" * 24_000)
    bytes_.clear()
    assert not bytes_
    assert bytes_.add(b"x" * 500_000)


async def test_a_stop_says_so_and_lets_nobody_in(live: LiveServer) -> None:
    alice = await make.person()
    ears = [await live.listen(alice, "?stream=user") for _ in range(3)]
    _, _, reader = await live.get("/api/v1/streaming/user", alice.headers)
    await reader.readuntil(b":)\n")

    await live.hub.close(within_seconds=1)

    assert [await ear.closed() for ear in ears] == [1012] * 3
    async with asyncio.timeout(60):
        await reader.readuntil(b"\r\n0\r\n\r\n")
    with pytest.raises(Exception, match="503"):
        await live.listen(alice)


async def test_one_broken_rendering_does_not_stop_the_others(
    live: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person()
    ear: Ear = await live.listen(alice, "?stream=user")
    tell = live.hub._teller.tell

    async def tell_or_break(happening: object) -> None:
        if happening.message.post == 1:  # type: ignore[attr-defined]
            raise RuntimeError("broken")
        await tell(happening)  # type: ignore[arg-type]

    monkeypatch.setattr(live.hub._teller, "tell", tell_or_break)
    for number in (1, 2):
        await say_delete(alice.id, number)
    assert (await ear.next())["payload"] == "2"
