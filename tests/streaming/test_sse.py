"""Mastodon's server-sent events: byte by byte, and through a client library."""

from __future__ import annotations

import asyncio
import queue
from typing import Any

import httpx
import pytest
from mastodon import Mastodon, StreamListener

from echo import bus
from echo.actions import likes
from echo.bus import Live
from echo.policy.viewer import Viewer
from echo.render import status
from echo.runtime import Runtime
from echo.streaming import sse
from tests import make
from tests.streaming.conftest import PATIENCE_SECONDS, LiveServer
from workers import timelines


async def read_chunk(reader: asyncio.StreamReader) -> bytes:
    """One chunk of a chunked body."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        size = int(await reader.readline(), 16)
        return (await reader.readexactly(size + 2))[:-2]


async def test_the_bytes_of_a_stream(live: LiveServer, runtime: Runtime) -> None:
    alice = await make.person("alice")
    code, head, reader = await live.get("/api/v1/streaming/user", alice.headers)
    assert code == 200
    assert b"\r\ncontent-type: text/event-stream" in head
    assert b"\r\ncache-control: private, no-store\r\n" in head
    assert b"\r\naccess-control-allow-origin: *\r\n" in head
    assert await read_chunk(reader) == b":)\n"

    post = await make.post(alice, "two\nlines")
    await timelines.add_post(runtime, post_id=post.id)
    rendered = await status.one(Viewer(alice.id), post.id)
    assert await read_chunk(reader) == b"event: update\ndata: " + rendered + b"\n\n"

    await bus.publish([(bus.user_channel(alice.id), Live(event="delete", post=post.id))])
    assert await read_chunk(reader) == b"event: delete\ndata: %d\n\n" % post.id
    await bus.publish([(bus.user_channel(alice.id), Live(event="filters"))])
    assert await read_chunk(reader) == b"event: filters_changed\ndata: undefined\n\n"


async def test_a_silent_stream_says_that_it_lives(live: LiveServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.1)
    alice = await make.person()
    _, _, reader = await live.get("/api/v1/streaming/direct", alice.headers)
    assert [await read_chunk(reader) for _ in range(3)] == [b":)\n", b":thump\n", b":thump\n"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/api/v1/streaming/public", Live(event="delete", post=5, local=True)),
        ("/api/v1/streaming/public?only_media=true", Live(event="delete", post=5, media=True)),
        ("/api/v1/streaming/public/local", Live(event="delete", post=5, local=True)),
        ("/api/v1/streaming/public/local?only_media=1", Live(event="delete", post=5, local=True, media=True)),
        ("/api/v1/streaming/public/remote", Live(event="delete", post=5)),
        ("/api/v1/streaming/hashtag?tag=%23Tea", Live(event="delete", post=5, tags=("tea",))),
        ("/api/v1/streaming/hashtag/local?tag=tea", Live(event="delete", post=5, tags=("tea",), local=True)),
    ],
)
async def test_every_public_path(live: LiveServer, path: str, message: Live) -> None:
    alice = await make.person()
    _, _, reader = await live.get(path, alice.headers)
    assert await read_chunk(reader) == b":)\n"
    await bus.publish([(bus.public_channel(), Live(event="delete", post=4, tags=("milk",), media=False))])
    await bus.publish([(bus.public_channel(), message)])
    heard = await read_chunk(reader)
    if path.endswith(("public", "public/remote")):
        assert b"data: 4\n" in heard or b"data: 5\n" in heard
    else:
        assert heard == b"event: delete\ndata: 5\n\n"


async def test_notifications_alone(live: LiveServer) -> None:
    alice, bob = await make.person(), await make.person()
    post = await make.post(alice)
    _, _, reader = await live.get("/api/v1/streaming/user/notification", alice.headers)
    await read_chunk(reader)
    await likes.like(bob.id, post.id)
    heard = await read_chunk(reader)
    assert heard.startswith(b'event: notification\ndata: {"id":')


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("elsewhere", 400, "Unknown channel requested"),
        ("user/elsewhere", 400, "Unknown channel requested"),
        ("hashtag", 400, "Missing tag name parameter"),
        ("list", 400, "Missing list name parameter"),
        ("list?list=7", 401, "Not authorized to stream this list"),
    ],
)
async def test_refusals(live: LiveServer, path: str, code: int, words: str) -> None:
    alice = await make.person()
    status_code, _, reader = await live.get(f"/api/v1/streaming/{path}", alice.headers)
    assert status_code == code
    assert await reader.readexactly(len(words) + 12) == b'{"error":"%s"}' % words.encode()


@pytest.mark.parametrize("path", ["", "/user", "/elsewhere"])
async def test_nothing_is_said_without_a_token(live: LiveServer, path: str) -> None:
    status_code, _, reader = await live.get(f"/api/v1/streaming{path}")
    assert status_code == 401
    assert await reader.readexactly(32) == b'{"error":"Missing access token"}'
    status_code, _, _ = await live.get(f"/api/v1/streaming{path}?access_token=nonsense")
    assert status_code == 401


async def test_a_plain_request_names_no_stream(live: LiveServer) -> None:
    alice = await make.person()
    status_code, _, _ = await live.get(f"/api/v1/streaming?access_token={alice.token}")
    assert status_code == 400


async def test_head_of_a_stream_ends_at_once(live: LiveServer) -> None:
    alice = await make.person()
    async with httpx.AsyncClient(timeout=60) as client:
        answer = await client.head(
            f"http://127.0.0.1:{live.port}/api/v1/streaming/user", headers=alice.headers
        )
    assert answer.status_code == 200
    assert live.hub.count == 0


async def test_health_needs_no_token(live: LiveServer) -> None:
    status_code, _, reader = await live.get("/api/v1/streaming/health")
    assert status_code == 200
    assert await reader.readexactly(2) == b"OK"


async def test_a_client_that_leaves_is_forgotten(live: LiveServer) -> None:
    alice = await make.person()
    _, _, reader = await live.get("/api/v1/streaming/user", alice.headers)
    await read_chunk(reader)
    assert live.hub.count == 1
    live.writers[-1].close()
    async with asyncio.timeout(60):
        while live.hub.count:
            await asyncio.sleep(0.01)


class Recorder(StreamListener):
    """What a client library makes of our events."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status["id"]))

    def on_status_update(self, status: Any) -> None:
        self.heard.put(("status.update", status["id"]))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", str(status_id)))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification["type"]))


async def test_mastodon_py_understands(
    live: LiveServer, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.5)  # it ends at the first that comes after its close
    alice, bob = await make.person("alice"), await make.person("bob")
    post = await make.post(alice)
    recorder = Recorder()

    def begin() -> Any:
        client = Mastodon(access_token=alice.token, api_base_url=f"http://127.0.0.1:{live.port}")
        return client.stream_user(recorder, run_async=True)

    handle = await asyncio.to_thread(begin)
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not live.hub.count:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await likes.like(bob.id, post.id)
    await timelines.add_post(runtime, post_id=post.id)
    await timelines.show_edit(runtime, post_id=post.id)
    await bus.publish([(bus.user_channel(alice.id), Live(event="delete", post=post.id))])

    heard = [await asyncio.to_thread(recorder.heard.get, timeout=60) for _ in range(4)]
    await asyncio.to_thread(handle.close)
    assert heard == [
        ("notification", "favourite"),
        ("update", str(post.id)),
        ("status.update", str(post.id)),
        ("delete", str(post.id)),
    ]
