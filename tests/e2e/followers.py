"""Clients that follow their event log through everything: they resume, and read anew what a gap names."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
import websockets

from tests import live_schema
from tests.e2e.servers import Server

OUTAGES = (OSError, TimeoutError, websockets.WebSocketException, httpx.HTTPError)
_PAUSE_SECONDS = 0.3


@dataclass
class Follower:
    """One client of somebody.

    Shapes:  heard: (event, id) -> how often; late: (event, id) -> when it came last; known: (event, id) of
    what a look at home and notifications showed at the start and after a gap
    """

    server: Server
    token: str
    epoch: str = ""
    cursor: str = ""
    heard: Counter[tuple[str, str]] = field(default_factory=Counter)
    late: dict[tuple[str, str], float] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)
    gaps: int = 0
    resumes: int = 0
    has_caught_up: bool = False

    async def live(self, stop: asyncio.Event, *, connected_seconds: float, away_seconds: float) -> None:
        """Come and go until told to stop; then stay until all was heard."""
        while not stop.is_set():
            until = asyncio.get_running_loop().time() + random.uniform(0.2, connected_seconds)
            await self._listen(until)
            with suppress(TimeoutError):
                async with asyncio.timeout(random.uniform(0.01, 1.0) ** 3 * away_seconds):
                    await stop.wait()

    async def finish(self, quiet_seconds: float) -> None:
        """Listen until nothing has come for a while after having caught up."""
        self.has_caught_up = False
        while not self.has_caught_up:
            await self._listen(asyncio.get_running_loop().time() + 60, quiet_seconds=quiet_seconds)

    async def _listen(self, until: float, *, quiet_seconds: float = 60.0) -> None:
        uri = self.server.url.replace("http", "ws", 1) + "/api/v1/streaming"
        loop = asyncio.get_running_loop()
        try:
            headers = {"Authorization": f"Bearer {self.token}"}
            async with websockets.connect(
                uri, proxy=None, additional_headers=headers, close_timeout=0.1
            ) as socket:
                hello: dict[str, Any] = {"type": "echo:hello", "version": 1}
                if self.epoch:
                    hello["resume"] = {"epoch": self.epoch, "cursor": self.cursor}
                    self.resumes += 1
                await socket.send(msgspec.json.encode(hello).decode())
                while (left := until - loop.time()) > 0:
                    async with asyncio.timeout(min(left, quiet_seconds)):
                        frame: dict[str, Any] = msgspec.json.decode(await socket.recv())
                    await self._take(frame)
        except OUTAGES:
            await asyncio.sleep(_PAUSE_SECONDS * random.random())

    async def _take(self, frame: dict[str, Any]) -> None:
        if "type" not in frame:
            return
        live_schema.check(frame)
        if frame["type"] == "echo:welcome" and not self.epoch:
            self.epoch, self.cursor = frame["epoch"], frame["cursor"]
            await self._look()
            self.has_caught_up = True
        elif frame["type"] == "echo:gap":
            self.gaps += 1
            self.epoch, self.cursor = frame["epoch"], frame["cursor"]
            await self._look()
        elif frame["type"] == "echo:event":
            about = (frame["event"], frame["data"].get("id", ""))
            self.heard[about] += 1
            self.late[about] = time.monotonic()
            self.cursor = frame["cursor"]
        elif frame["type"] == "echo:caught_up":
            self.has_caught_up = True

    async def _look(self) -> None:
        """Read anew what the streams show; it must succeed, or something would be missing."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with httpx.AsyncClient(base_url=self.server.url, headers=headers, timeout=20) as client:
            for name, path in (("update", "timelines/home"), ("notification", "notifications")):
                path, last = f"/api/v1/{path}?limit=40", ""
                for _ in range(20):
                    page = (await self._get(client, f"{path}{last}")).json()
                    self.known |= {(name, entry["id"]) for entry in page}
                    if not page:
                        break
                    last = f"&max_id={page[-1]['id']}"

    async def _get(self, client: httpx.AsyncClient, path: str) -> httpx.Response:
        while True:
            with suppress(*OUTAGES):
                answer = await client.get(path)
                if answer.status_code == 200:
                    return answer
            await asyncio.sleep(_PAUSE_SECONDS)
