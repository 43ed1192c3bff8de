"""A whole Echo on a Redis Cluster: processes of their own for web, streams and work; a server of it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from echo import event_log
from echo.actions import follows
from echo.cli.common import Common, opened
from tests import make
from tests.cluster import Cluster, cluster, is_whole, wait_for
from tests.e2e.followers import Follower
from tests.e2e.servers import Server, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
# People whose logs are on the server that dies, and others.
ON_FIRST, ELSEWHERE = 1, 3
# A job that met the dead server is tried again after a pause.
PATIENCE_SECONDS = 120.0


@pytest.fixture
def servers() -> Iterator[Cluster]:
    with cluster() as running_cluster:
        yield running_cluster


async def test_a_server_of_the_cluster_dies(servers: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHO_REDIS__URL", servers.nodes[1].url)
    monkeypatch.setenv("ECHO_REDIS__CLUSTER", "true")
    with running("cluster", env={"ECHO_RATE_LIMITS__ENABLED": "true"}) as server:
        await _story(server, servers)


async def _story(server: Server, servers: Cluster) -> None:
    async with opened(Common(data=server.data)):
        author = await make.person()
        people: list[make.Person] = []
        on_first: set[int] = set()
        while len(on_first) < ON_FIRST or len(people) - len(on_first) < ELSEWHERE:
            person = await make.person()
            people.append(person)
            if servers.owner_of(event_log.stream_key(person.id)) is servers.nodes[0]:
                on_first.add(person.id)
            await follows.follow(person.id, author.id, boosts=True, notify=False, languages=None)
    stop = asyncio.Event()
    ears = [Follower(server, person.token) for person in people]
    listening = [asyncio.create_task(e.live(stop, connected_seconds=1e6, away_seconds=0)) for e in ears]
    async with httpx.AsyncClient(base_url=server.url, headers=author.headers, timeout=20) as client:
        await _until(lambda: all(ear.has_caught_up for ear in ears))
        first = await _post(client, "before")
        await _until(lambda: all(ear.heard["update", first] == 1 for ear in ears))

        sent = await client.post("/api/v1/echo/chats", json={"account_id": str(people[0].id)})
        assert sent.status_code == 200, sent.text
        chat = sent.json()["id"]
        said = await client.post(f"/api/v1/echo/chats/{chat}/messages", json={"text": "hello"})
        assert said.status_code == 200, said.text
        await _until(lambda: any(what.startswith("chat") for what, _ in ears[0].heard))

        servers.nodes[0].kill()
        second = await _post(client, "meanwhile")
        await asyncio.to_thread(
            wait_for, lambda: is_whole(servers.nodes[1]), "the replica does not take over"
        )
        third = await _post(client, "after")
        for post in (second, third):
            await _until(lambda p=post: all(("update", p) in e.known | set(e.heard) for e in ears))  # type: ignore[misc]
        await _until(lambda: all(e.gaps for e, p in zip(ears, people, strict=True) if p.id in on_first))

        for person, ear in zip(people, ears, strict=True):
            assert ear.gaps == (1 if person.id in on_first else 0), "a gap is said where something was lost"
            assert max(ear.heard["update", post] for post in (first, second, third)) == 1, (
                "nothing is heard twice"
            )
        home = await client.get("/api/v1/timelines/home", headers=people[1].headers)
        assert [post["id"] for post in home.json()] == [third, second, first]
    stop.set()
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)


async def _post(client: httpx.AsyncClient, text: str) -> str:
    answer = await client.post("/api/v1/statuses", json={"status": text})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def _until(check: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not check():
            await asyncio.sleep(0.1)
