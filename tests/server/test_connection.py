"""Connections that behave, and connections that do not."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from dataclasses import replace

import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from echo.server.rules import Rules
from tests.server.conftest import SHORT, Running
from tests.waiting import eventually

GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    return int(head.split()[1]), await reader.readexactly(length)


async def test_one_connection_carries_many_requests(server: Running) -> None:
    reader, writer = await server.connect()
    for _ in range(3):
        writer.write(GET)
        status, body = await read_answer(reader)
        assert (status, json.loads(body)["who"]) == (200, "small")


async def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n" + GET)
    assert await read_answer(reader) == (200, b"late")
    assert (await read_answer(reader))[0] == 200


async def test_s_k01_an_idle_connection_is_closed(server: Running) -> None:
    reader, writer = await server.connect()
    started = time.monotonic()
    writer.write(GET)
    await read_answer(reader)
    assert await reader.read() == b""
    assert time.monotonic() - started > SHORT.keep_alive_seconds * 0.75


async def test_s_k01_a_request_that_never_ends_is_given_up(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")
    assert await asyncio.wait_for(reader.read(), 60) == b""


async def test_s_k01_a_head_that_drips_ends(server: Running) -> None:
    patient = replace(SHORT, keep_alive_seconds=60.0)
    server.serving._site = replace(server.serving._site, rules=patient)
    reader, writer = await server.connect()
    for _ in range(2):  # the deadline is that of each request, not of the first one alone
        writer.write(GET)
        assert (await read_answer(reader))[0] == 200
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ")

    async def drip() -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    assert await asyncio.wait_for(reader.read(), 60) == b""
    dripping.cancel()
    assert Rules().head_seconds <= 10


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),  # TLS ClientHello
        b"\x00\x01\x02\r\n\r\n",
        b"NOT HTTP AT ALL\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
async def test_garbage_is_refused_and_closed(server: Running, bytes_: bytes) -> None:
    reader, writer = await server.connect()
    writer.write(bytes_)
    answer = await asyncio.wait_for(reader.read(), 60)
    assert answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 200"))
    other, another = await server.connect()
    another.write(GET)
    assert (await read_answer(other))[0] == 200


async def test_too_large_headers_are_refused(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 40_000)
    assert (await reader.readline()).startswith(b"HTTP/1.1 431")


async def test_http2_is_not_spoken(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, http2-settings\r\n"
        b"upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n"
    )
    assert (await read_answer(reader))[0] == 200


async def test_an_early_answer_reaches_a_client_that_is_still_sending(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\n")
    writer.write(b"x" * 2_000_000)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in head.lower()
    writer.close()
    await eventually(lambda: server.serving.count == 0)


async def test_s_k01_a_client_that_takes_nothing_is_cut_off(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"POST /endless HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n")
        await eventually(lambda: server.serving.count == 1)
        await eventually(lambda: server.serving.count == 0)


async def test_a_websocket_that_takes_nothing_is_cut_off(server: Running) -> None:
    uri = f"ws://127.0.0.1:{server.port}/"
    async with websockets.connect(uri, max_queue=1, ping_interval=None, close_timeout=0.2) as client:
        await client.recv()
        await client.send("flood")
        client.transport.pause_reading()
        await eventually(lambda: server.serving.count == 0)


async def test_websocket_answers_pings_and_is_not_compressed(server: Running) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/") as client:
        assert client.response is not None
        assert "Sec-WebSocket-Extensions" not in client.response.headers
        assert str(await client.recv()).startswith("small ")
        await asyncio.wait_for(await client.ping(), 60)


async def test_websocket_stays_open_while_the_peer_answers(server: Running) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/", ping_interval=None) as client:
        await client.recv()
        await asyncio.sleep(SHORT.ping_seconds * 3)
        await client.send("still here")
        assert await client.recv() == "still here"


async def test_websocket_whose_peer_never_answers_is_dropped(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(
        b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
        b"sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    await asyncio.wait_for(reader.read(), 60)
    await eventually(server.app.disconnected.is_set)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
async def test_whole_frames_are_messages_like_others(server: Running, size: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/") as client:
        await client.recv()
        await client.send(f"whole {size}")
        while len(said := str(await client.recv())) == size:
            assert said == "x" * size
        assert 1 <= int(said) <= 64


async def test_whole_frames_are_not_taken_when_the_peer_is_behind_or_gone(server: Running) -> None:
    async with websockets.connect(
        f"ws://127.0.0.1:{server.port}/", max_queue=1, ping_interval=None, close_timeout=0.2
    ) as client:
        await client.recv()
        client.transport.pause_reading()
        await client.send("whole 1000000")
        await eventually(lambda: server.app.write_frame is not None)
        write_frame = server.app.write_frame
        assert write_frame is not None
        assert not write_frame(b"more")
        await eventually(lambda: server.serving.count == 0)
    assert not write_frame(b"nobody is there")


async def test_r_20_little_is_written_to_a_websocket_that_takes_nothing(server: Running) -> None:
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", server.port))
        uri = f"ws://127.0.0.1:{server.port}/"
        async with websockets.connect(uri, sock=plain, max_queue=1, ping_interval=None) as client:
            await client.recv()
            client.transport.pause_reading()
            await client.send("whole 16384")
            await eventually(lambda: server.app.write_frame is not None)
            client.transport.resume_reading()
            while len(said := str(await client.recv())) == 16384:
                pass
            assert 1 <= int(said) < 32  # of 64, which are a megabyte


async def test_r_20_little_is_written_to_an_event_stream_that_nobody_reads(server: Running) -> None:
    server.serving._site = replace(server.serving._site, rules=replace(SHORT, stall_seconds=600.0))
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", server.port))
        plain.sendall(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n")
        await asyncio.wait_for(server.app.under_way.wait(), 60)
        (connection,) = server.serving._connections
        # Either it waits for its reader, or all of a megabyte was taken.
        await eventually(lambda: connection._room is not None or server.app.told == 64)
        assert 1 <= server.app.told < 32


async def test_a_message_that_is_too_big_closes_with_1009(server: Running) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/") as client:
        await client.recv()
        await client.send("x" * 16_384)
        assert len(await client.recv()) == 16_384
        with pytest.raises(ConnectionClosed) as caught:
            await say(client, "x" * 1_000_000, times=1)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1009
    await eventually(server.app.disconnected.is_set)


async def test_our_close_arrives_although_the_peer_goes_on_talking(server: Running) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/") as client:
        await client.recv()
        await client.send("close")
        with pytest.raises(ConnectionClosed) as caught:
            await say(client, "x" * 1000, times=100_000)
        assert caught.value.rcvd is not None
        assert caught.value.rcvd.code == 1008


async def test_a_closed_websocket_leaves_nothing_behind(server: Running) -> None:
    started = time.monotonic()
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/") as client:
        await client.recv()
    assert time.monotonic() - started < 5  # the goodbye is not held up: the client waits for ten
    await eventually(lambda: server.serving.count == 0)


async def test_stop_lets_a_request_finish_and_closes_idle_connections(server: Running) -> None:
    busy_reader, busy = await server.connect()
    idle_reader, _idle = await server.connect()
    server.app.may_end.clear()
    busy.write(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
    await server.app.under_way.wait()
    server.door.close()
    stopping = asyncio.create_task(server.serving.stop())
    assert await asyncio.wait_for(idle_reader.read(), 60) == b""
    assert not stopping.done()
    server.app.may_end.set()
    assert await read_answer(busy_reader) == (200, b"late")
    assert await busy_reader.read() == b""
    await stopping


async def test_the_last_answer_says_so_and_what_has_arrived_is_still_answered(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(GET)
    await read_answer(reader)

    server.serving.use_no_more()
    writer.write(GET)
    assert b"\r\nconnection: close\r\n" in await asyncio.wait_for(reader.read(), 60)  # and then the end

    other, another = await server.connect()
    waiting = asyncio.create_task(server.serving.wait_for_nobody())
    await asyncio.sleep(0)
    assert not waiting.done()
    another.write(GET)
    assert b"\r\nconnection: close\r\n" in await asyncio.wait_for(other.read(), 60)
    another.close()
    await asyncio.wait_for(waiting, 60)


async def test_beyond_the_limit_callers_are_told_to_come_back(server: Running) -> None:
    for _ in range(SHORT.connections):
        await server.connect()
    await eventually(lambda: server.serving.count == SHORT.connections)
    reader, _writer = await server.connect()
    assert (await reader.read()).startswith(b"HTTP/1.1 503")


async def say(client: websockets.ClientConnection, text: str, *, times: int) -> None:
    """Say something often, then listen."""
    for _ in range(times):
        await client.send(text)
    await client.recv()
