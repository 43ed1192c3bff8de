"""R-35: clients come and go, processes are killed, Redis is emptied: what was heard live and after a resume
has no hole and comes once, or a gap was said; and what was deleted never comes back.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import os
import random
import signal
import time
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import redis

from echo.actions import follows
from echo.cli.common import Common, opened
from echo.embedded import find_engines
from tests import make
from tests.e2e.followers import OUTAGES, Follower
from tests.e2e.servers import Server, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
AUTHORS, CLIENTS, ROUNDS, KILLS = 3, 20, 30, 9
# Of 600 s of absence, compressed; a client is connected a little longer than it is away.
CONNECTED_SECONDS, AWAY_SECONDS = 4.0, 8.0
# An event may be on its way while what it shows is being deleted.
ON_ITS_WAY_SECONDS = 6.0


@dataclass
class World:
    """Tokens of authors and of those who follow them, and what was acknowledged to authors.

    Shapes:  liked: token of a follower -> likes of their post; deleted: id -> when that was acknowledged
    """

    authors: list[str]
    followers: list[str]
    their_posts: list[str]
    written: list[str] = field(default_factory=list)
    deleted: dict[str, float] = field(default_factory=dict)
    liked: dict[str, int] = field(default_factory=dict)


async def make_world(server: Server) -> World:
    async with opened(Common(data=server.data)):
        authors = [await make.person() for _ in range(AUTHORS)]
        followers = [await make.person() for _ in range(CLIENTS)]
        for follower in followers:
            for author in authors:
                await follows.follow(follower.id, author.id, boosts=True, notify=False, languages=None)
        posts = [await make.post(follower, "like this") for follower in followers]
    return World(
        [author.token for author in authors],
        [follower.token for follower in followers],
        [str(post.id) for post in posts],
    )


async def ask(client: httpx.AsyncClient, method: str, path: str, token: str, **more: Any) -> Any:
    """The answer, asked again with the same key until there is one."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": random.randbytes(8).hex()}
    while True:
        with suppress(*OUTAGES):
            answer = await client.request(method, path, headers=headers, **more)
            if answer.status_code == 200:
                return answer.json()
            if method == "DELETE" and answer.status_code == 404:
                return None
            assert answer.status_code >= 500, answer.text
        await asyncio.sleep(0.2)


async def write(server: Server, world: World, calm: asyncio.Event, done: asyncio.Event) -> None:
    """What authors do, until nobody disturbs them any more."""
    async with httpx.AsyncClient(base_url=server.url, timeout=10) as client:
        for number in itertools.count():
            if number >= ROUNDS and calm.is_set():
                break
            for token in world.authors:
                post = await ask(
                    client, "POST", "/api/v1/statuses", token, data={"status": f"round {number}"}
                )
                world.written.append(post["id"])
                if number % 4 == 1:
                    await ask(
                        client,
                        "PUT",
                        f"/api/v1/statuses/{post['id']}",
                        token,
                        data={"status": f"edited {number}"},
                    )
                if number % 3 == 2:
                    await asyncio.sleep(random.random())
                    await ask(client, "DELETE", f"/api/v1/statuses/{post['id']}", token)
                    world.deleted[post["id"]] = time.monotonic()
            if number < CLIENTS * AUTHORS:  # each likes each post once
                index = number % CLIENTS
                token = world.authors[number // CLIENTS]
                await ask(client, "POST", f"/api/v1/statuses/{world.their_posts[index]}/favourite", token)
                world.liked[world.followers[index]] = world.liked.get(world.followers[index], 0) + 1
            await asyncio.sleep(random.uniform(0.0, 0.6))
    done.set()


async def disturb(server: Server, calm: asyncio.Event) -> None:
    """Kill one process after another, and empty Redis once in the middle."""
    engines = find_engines(server.data)
    assert engines is not None
    for number in range(KILLS):
        await asyncio.sleep(random.uniform(2.0, 6.0))
        if number == KILLS // 2:
            redis.Redis(unix_socket_path=str(engines.redis_socket)).flushall()
        for pid in server.pids(("streaming", "worker", "web")[number % 3]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    calm.set()


def test_r_35_nothing_is_missed_between_two_connections() -> None:
    with running("gap") as server:
        world = asyncio.run(make_world(server))
        followers = [Follower(server, token) for token in world.followers]
        asyncio.run(_story(server, world, followers))
        assert sum(follower.gaps for follower in followers) > 0, "Redis was emptied, and nobody was told"
        assert sum(follower.resumes for follower in followers) > 3 * CLIENTS
        log = (server.data / "echo.log").read_text()
        for follower in followers:
            check(world, follower, log)


async def _story(server: Server, world: World, followers: list[Follower]) -> None:
    calm, done = asyncio.Event(), asyncio.Event()
    coming_and_going: list[Awaitable[None]] = [
        follower.live(done, connected_seconds=CONNECTED_SECONDS, away_seconds=AWAY_SECONDS)
        for follower in followers
    ]
    await asyncio.gather(disturb(server, calm), write(server, world, calm, done), *coming_and_going)
    await asyncio.gather(*(follower.finish(12.0) for follower in followers))


def check(world: World, follower: Follower, log: str) -> None:
    twice = {
        about: times
        for about, times in follower.heard.items()
        if times > 1 and about[0] in ("update", "delete", "notification")
    }
    assert not twice, f"heard twice: {twice}\n{log[-3000:]}"
    heard = set(follower.heard) | follower.known
    missing = [id_ for id_ in world.written if id_ not in world.deleted and ("update", id_) not in heard]
    assert not missing, f"a hole: {missing} of {len(world.written)}, gaps {follower.gaps}\n{log[-3000:]}"
    likes = len([about for about in heard if about[0] == "notification"])
    assert likes == world.liked.get(follower.token, 0)
    for id_, deleted_at in world.deleted.items():
        for event in ("update", "status.update"):
            late = follower.late.get((event, id_), 0.0)
            gone_at = min(deleted_at + ON_ITS_WAY_SECONDS, follower.late.get(("delete", id_), math.inf))
            assert late < gone_at, f"{event} of {id_} came back"
        if ("update", id_) in follower.heard and not follower.gaps:
            assert ("delete", id_) in follower.heard, f"{id_} is still shown"
