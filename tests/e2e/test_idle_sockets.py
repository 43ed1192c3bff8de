"""R-21: thousands of sockets on which nothing happens, and then something: ten thousand, here two."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import websockets
from websockets.asyncio.client import ClientConnection

from bench.crowds import local_followers
from echo.actions import auth
from echo.cli.common import Common, opened
from tests import make
from tests.e2e.servers import Server, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), pytest.mark.filterwarnings("ignore")]
SOCKETS, AT_ONCE = 2_000, 25
# `bench` measures about 40 kB; this is where something would be kept for each that should not be.
MOST_BYTES_FOR_EACH = 150_000
# Who comes back costs a look at the token, and no look at posts; what goes on meanwhile is counted with it.
MOST_TRANSACTIONS_FOR_EACH, MOST_READS_OF_POSTS_FOR_EACH = 5.0, 0.5
_COSTS = """
    SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()) || ' ' ||
           (SELECT sum(seq_scan + coalesce(idx_scan, 0)) FROM pg_stat_user_tables WHERE relname = 'posts')
"""
PATIENCE_SECONDS = 300.0
OUTAGES = (OSError, TimeoutError, websockets.WebSocketException)


@dataclass
class Idler:
    """A client that only listens.

    Shapes:  heard: id of a post -> how often; bye: the last frame before the end; code: how it was closed
    """

    server: Server
    account_id: int
    token: str
    epoch: str = ""
    cursor: str = ""
    heard: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    is_in: bool = False
    was_resumed: bool = False
    bye: dict[str, Any] | None = None
    code: int | None = None
    _listening: asyncio.Task[None] | None = None
    _socket: ClientConnection | None = None

    async def come(self) -> None:
        """Connect until it works, and stay."""
        self.bye = self.code = None
        while not self.is_in:
            with suppress(*OUTAGES):
                socket = self._socket = await websockets.connect(
                    self.server.url.replace("http", "ws", 1) + "/api/v1/streaming",
                    proxy=None,
                    additional_headers={"Authorization": f"Bearer {self.token}"},
                    compression=None,
                    ping_interval=None,
                    open_timeout=PATIENCE_SECONDS,
                )
                await self._greet(socket)
                self._listening = asyncio.create_task(self._listen(socket))

    async def leave(self) -> None:
        """For good."""
        if self._socket is not None and self._listening is not None:
            self._socket.transport.abort()
            await self._listening

    async def _greet(self, socket: ClientConnection) -> None:
        hello: dict[str, Any] = {"type": "echo:hello", "version": 1}
        if self.epoch:
            hello["resume"] = {"epoch": self.epoch, "cursor": self.cursor}
        await socket.send(msgspec.json.encode(hello).decode())
        welcome = msgspec.json.decode(await socket.recv())
        assert welcome["type"] == "echo:welcome", welcome
        self.is_in, self.was_resumed = True, welcome["resumed"]
        if not self.epoch:
            self.epoch, self.cursor = welcome["epoch"], welcome["cursor"]

    async def _listen(self, socket: ClientConnection) -> None:
        with suppress(websockets.ConnectionClosed):
            async for text in socket:
                self._take(msgspec.json.decode(text))
        self.is_in, self.code = False, socket.close_code

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "echo:event" and frame["event"] == "update":
            self.heard[frame["data"]["id"]] += 1
            self.cursor = frame["cursor"]
        elif frame["type"] == "echo:gap":
            self.gaps += 1
        elif frame["type"] == "echo:bye":
            self.bye = frame


@pytest.fixture
def server() -> Iterator[Server]:
    with running("idle", env={"ECHO_SERVER__DRAIN_SECONDS": "120"}) as started:
        yield started


async def test_r_21_idle_sockets_hear_come_back_and_cost_little(server: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(SOCKETS, hard // 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    async with opened(Common(data=server.data)):
        author = await make.person("author")
        crowd = await local_followers(author.account, count)
    idlers = [Idler(server, *each) for each in zip(crowd.ids, crowd.tokens, strict=True)]
    try:
        async with httpx.AsyncClient(
            base_url=server.url, headers=author.headers, timeout=PATIENCE_SECONDS
        ) as client:
            await _story(server, idlers, client)
    finally:
        await asyncio.gather(*(idler.leave() for idler in idlers))
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def _story(server: Server, idlers: list[Idler], client: httpx.AsyncClient) -> None:
    process = server.pids("streaming")[0]
    await _come(idlers[:50])  # what is loaded once is loaded
    before = _memory(process)
    await _come(idlers[50:])
    each = (_memory(process) - before) / len(idlers[50:])
    assert each < MOST_BYTES_FOR_EACH, f"{each:.0f} bytes for each"

    first = await _post(client, "to all")
    await _until(lambda: all(idler.heard[first] for idler in idlers))

    revoked, others = idlers[0], idlers[1:]
    async with opened(Common(data=server.data)):
        await auth.end_all_access(revoked.account_id)
    await _until(lambda: not revoked.is_in)
    assert revoked.code == 4001
    assert all(idler.is_in for idler in others)

    os.kill(process, signal.SIGUSR1)  # another takes its place
    await _until(lambda: not any(idler.is_in for idler in others))
    assert {idler.code for idler in others} == {4000}
    pauses = [idler.bye["reconnect_after_seconds"] for idler in others if idler.bye is not None]
    assert len(pauses) == len(others)
    assert len(set(pauses)) > 50
    before_all = await _settled(server)
    await _come(others)
    assert all(idler.was_resumed and not idler.gaps for idler in others)
    costs = [
        (after - before) / len(others)
        for before, after in zip(before_all, await _settled(server), strict=True)
    ]
    assert costs[0] < MOST_TRANSACTIONS_FOR_EACH, costs
    assert costs[1] < MOST_READS_OF_POSTS_FOR_EACH, costs

    second = await _post(client, "to all who are back")
    await _until(lambda: all(idler.heard[second] for idler in others))
    assert all(idler.heard == Counter([first, second]) for idler in others)
    assert revoked.heard == Counter([first])


async def _come(idlers: list[Idler]) -> None:
    """All of them, some at a time."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def come(idler: Idler) -> None:
        async with turns:
            await idler.come()

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(*map(come, idlers))


async def _post(client: httpx.AsyncClient, text: str) -> str:
    answer = await client.post("/api/v1/statuses", json={"status": text})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await asyncio.sleep(0.1)


async def _settled(server: Server) -> tuple[int, int]:
    """The costs until now, once nothing of before comes in late.

    Backends say what they read when they have been idle for ten seconds, or end.
    """
    async with asyncio.timeout(PATIENCE_SECONDS):
        costs = await asyncio.to_thread(_costs, server)
        while True:
            await asyncio.sleep(11.0)
            now = await asyncio.to_thread(_costs, server)
            if now[1] - costs[1] < 20:
                return now
            costs = now


def _memory(pid: int) -> int:
    status = (Path("/proc") / str(pid) / "status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def _costs(server: Server) -> tuple[int, int]:
    """Transactions of the database until now, and how often posts were read in it."""
    transactions, reads = str(server.ask_database(_COSTS)).split()
    return int(transactions), int(reads)
