"""Nothing is lost: workers killed, Valkey emptied, PostgreSQL killed, while deliveries are under way."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
import redis
import requests

from echo import db
from echo.actions import accounts, follows
from echo.actions.drafts import RemoteAccount
from echo.cli.common import Common, opened
from echo.embedded import find_engines
from echo.kinds import AccountKind
from echo.store import accounts as account_store
from tests.e2e.servers import Server, eventually, running
from tests.e2e.sinks import Sinks

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]
SINKS, POSTS, KILLS, WAITING = 20, 50, 20, 25
# Deliveries that a worker may have under way when it dies: federation.deliveries_at_once.
IN_FLIGHT = 64


@pytest.fixture
def server() -> Iterator[Server]:
    with running("faults") as started:
        yield started


def follow_from(server: Server, sinks: Sinks, name: str) -> None:
    """Give `name` a follower on every sink."""

    async def follow() -> None:
        async with opened(Common(data=server.data)):
            followee = await account_store.find_by_handle(name)
            assert followee is not None
            for number, sink in enumerate(sinks.all):
                base = f"http://{sink.host}/users/{number}"
                follower = await accounts.store_remote(
                    RemoteAccount(
                        uri=base,
                        username=f"follower{number}",
                        domain=sink.host,
                        kind=AccountKind.PERSON,
                        url=base,
                        inbox=f"{base}/inbox",
                    )
                )
                await follows.receive(follower, followee.id, f"{base}/follow")

    asyncio.run(follow())


def post(server: Server, token: str, text: str, key: str) -> requests.Response:
    return requests.post(
        f"{server.url}/api/v1/statuses",
        data={"status": text},
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": key},
        timeout=30,
    )


def author(server: Server) -> str:
    """Somebody who posts; their token."""
    server.ctl("accounts", "create", "author", "--email", "author@example.org", "--confirmed")
    token = server.ctl("apps", "token", "--account", "author", "--scopes", "read write")["access_token"]
    return str(token)


def all_arrived(sinks: Sinks, count: int) -> bool:
    """Whether every inbox has every post."""
    return all(len([uri for uri in sink.arrived if uri.endswith("/activity")]) >= count for sink in sinks.all)


def check_all_arrived(sinks: Sinks, count: int, *, duplicates_at_most: int) -> None:
    creates = [{uri for uri in sink.arrived if uri.endswith("/activity")} for sink in sinks.all]
    assert all(len(found) == count for found in creates), [len(found) for found in creates]
    assert len(set.union(*creates)) == count, "an activity arrived under several ids"
    twice = sum(n - 1 for sink in sinks.all for n in sink.arrived.values())
    assert twice <= duplicates_at_most


def test_workers_killed_while_delivering_lose_nothing(server: Server) -> None:
    token = author(server)
    with Sinks(SINKS, delay_seconds=0.2) as sinks:
        follow_from(server, sinks, "author")
        for number in range(POSTS):
            assert post(server, token, f"post {number}", f"k{number}").status_code == 200
        for _ in range(KILLS):
            time.sleep(random.uniform(0.1, 0.6))
            with suppress(ProcessLookupError):
                for pid in server.pids("worker"):
                    os.kill(pid, signal.SIGKILL)
        eventually(lambda: all_arrived(sinks, POSTS), seconds=120)
        check_all_arrived(sinks, POSTS, duplicates_at_most=KILLS * IN_FLIGHT)


def test_valkey_emptied_while_delivering_loses_nothing(server: Server) -> None:
    token = author(server)
    engines = find_engines(server.data)
    assert engines is not None
    with Sinks(SINKS, delay_seconds=0.05) as sinks:
        follow_from(server, sinks, "author")
        for number in range(POSTS):
            assert post(server, token, f"post {number}", f"k{number}").status_code == 200
            if number % 10 == 5:
                redis.Redis(unix_socket_path=str(engines.redis_socket)).flushall()
        eventually(lambda: all_arrived(sinks, POSTS), seconds=120)
        check_all_arrived(sinks, POSTS, duplicates_at_most=0)
        home = requests.get(
            f"{server.url}/api/v1/timelines/home?limit=40",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        ).json()
        assert len(home) == 40


def test_postgres_killed_under_load_comes_back(server: Server) -> None:
    token = author(server)
    acknowledged: list[str] = []
    refused: list[requests.Response] = []
    stop = threading.Event()

    def keep_posting(worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            with suppress(requests.RequestException):
                answer = post(server, token, f"load {worker} {number}", f"{worker}-{number}")
                if answer.status_code == 200:
                    acknowledged.append(answer.json()["id"])
                else:
                    refused.append(answer)

    threads = [threading.Thread(target=keep_posting, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    os.kill(server.postmaster(), signal.SIGKILL)
    time.sleep(8)
    before = len(acknowledged)
    eventually(lambda: len(acknowledged) > before + 5)
    stop.set()
    for thread in threads:
        thread.join(40)
    assert refused, "the engine was never away"
    log = (server.data / "echo.log").read_text()
    assert {answer.status_code for answer in refused} == {503}, log[log.find("[error") :][:6000]
    assert all("Retry-After" in answer.headers for answer in refused)
    for status_id in acknowledged:
        assert requests.get(f"{server.url}/api/v1/statuses/{status_id}", timeout=30).status_code == 200


def test_r_32_workers_killed_while_they_publish_publish_each_once() -> None:
    """Three of them, over a due time that passes while none of them lives."""
    with running("schedules", env={"ECHO_SERVER__WORKER_PROCESSES": "3"}) as server:
        token = author(server)
        headers = {"Authorization": f"Bearer {token}"}
        in_time = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        for number in range(WAITING):
            body = {"status": f"waited {number}", "scheduled_at": in_time}
            answer = requests.post(f"{server.url}/api/v1/statuses", data=body, headers=headers, timeout=30)
            assert answer.status_code == 200, answer.text
        kill_workers(server)
        bring_forward(server)
        for _ in range(KILLS):
            kill_workers(server)
            time.sleep(random.uniform(0.05, 0.5))

        def is_done() -> bool:
            waiting = f"{server.url}/api/v1/scheduled_statuses"
            return requests.get(waiting, headers=headers, timeout=30).json() == []

        eventually(is_done, seconds=120)
        home = f"{server.url}/api/v1/timelines/home?limit=40"

        def texts() -> list[str]:
            return [post["content"] for post in requests.get(home, headers=headers, timeout=30).json()]

        eventually(lambda: len(texts()) >= WAITING, seconds=60)
        assert sorted(texts()) == sorted(f"<p>waited {number}</p>" for number in range(WAITING))


def kill_workers(server: Server) -> None:
    for pid in server.pids("worker"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def bring_forward(server: Server) -> None:
    """Let what waits be due now."""

    async def change() -> None:
        async with opened(Common(data=server.data)):
            await db.execute("UPDATE scheduled_posts SET due_at = now()")

    asyncio.run(change())
