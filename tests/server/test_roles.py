"""The real web and streaming processes, over the engines of the tests."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
import websockets
from websockets.exceptions import ConnectionClosed

from echo import bus
from echo.bus import Live
from echo.config import Config
from echo.embedded.processes import short_name
from echo.runtime import Runtime
from tests import make

pytestmark = pytest.mark.slow


class Parent:
    """A supervisor with both processes."""

    def __init__(self, config: Config, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.parent", msgspec.json.encode(config).decode(), str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = json.loads(self.process.stdout.readline())["port"]

    def child(self, name: str) -> int:
        """The process number of a child."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return next((int(pid) for pid in children.split() if short_name(int(pid)) == name), 0)

    def sockets_of(self, name: str) -> int:
        """How many sockets and other files a child has open."""
        return len(os.listdir(f"/proc/{self.child(name)}/fd"))

    async def listen(self, token: str) -> websockets.ClientConnection:
        uri = f"ws://127.0.0.1:{self.port}/api/v1/streaming?stream=user&access_token={token}"
        return await websockets.connect(uri, proxy=None)


@pytest.fixture
def parent(runtime: Runtime, tmp_path: Path) -> Iterator[Parent]:
    """Both processes under a supervisor."""
    running = Parent(runtime.config, tmp_path)
    yield running
    running.process.kill()
    running.process.communicate()


def test_both_processes_serve_one_port_and_stop_cleanly(parent: Parent) -> None:
    with urllib.request.urlopen(
        f"http://127.0.0.1:{parent.port}/api/v1/streaming/health", timeout=60
    ) as answer:
        assert answer.read() == b"OK"
        assert answer.headers["connection"] == "close"  # the streaming process said so
    with urllib.request.urlopen(f"http://127.0.0.1:{parent.port}/api/v1/instance", timeout=60) as answer:
        assert json.loads(answer.read())["uri"] == "echo.test"

    parent.process.send_signal(signal.SIGTERM)
    _, log = parent.process.communicate(timeout=60)
    assert parent.process.returncode == 0, log


async def test_a_socket_lives_in_the_streaming_process_until_that_stops(parent: Parent) -> None:
    alice = await make.person()
    before = parent.sockets_of("echo-web"), parent.sockets_of("echo-streaming")
    async with await parent.listen(alice.token) as socket:
        assert parent.sockets_of("echo-streaming") > before[1]
        await bus.publish([(bus.user_channel(alice.id), Live(event="delete", post=7))])
        assert json.loads(await asyncio.wait_for(socket.recv(), 60))["payload"] == "7"
        assert parent.sockets_of("echo-web") == before[0]

        parent.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(socket.recv(), 60)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
    assert await asyncio.to_thread(parent.process.wait, 10) == 0


async def test_a_killed_streaming_process_comes_back(parent: Parent) -> None:
    alice = await make.person()
    killed = parent.child("echo-streaming")
    os.kill(killed, signal.SIGKILL)
    async with asyncio.timeout(60):
        while parent.child("echo-streaming") in (0, killed):
            await asyncio.sleep(0.01)
    async with await parent.listen(alice.token) as socket:
        await bus.publish([(bus.user_channel(alice.id), Live(event="delete", post=7))])
        assert json.loads(await asyncio.wait_for(socket.recv(), 60))["payload"] == "7"
