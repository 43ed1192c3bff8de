"""The supervisor against real processes, real engines and real kills."""

from __future__ import annotations

import itertools
import os
import signal
import time

import asyncpg
import pytest
import redis.asyncio

from echo.embedded.processes import is_alive
from tests.embedded.conftest import USERS, Start, Upright, all_gone, wait_until

pytestmark = pytest.mark.slow
WEB = {"name": "web", "rank": 0, "keeps": True}
WORKER = {"name": "worker", "rank": 1, "count": 2}


def last_pid(upright: Upright, who: str) -> int:
    return int(upright.events(who, "started")[-1]["pid"])


async def run_sql(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("user", USERS)
def test_stops_in_order_and_leaves_nothing(start: Start, user: str | None) -> None:
    upright = start(user=user, postgres=True, valkey=True, roles=[{**WEB, "holds_seconds": 0.3}, WORKER])

    assert len(upright.events(what="started")) == 3
    assert upright.stop() == 0

    ended_web = upright.events("web", "ended")[0]["at"]
    assert all(event["at"] > ended_web for event in upright.events("worker", "asked"))
    stops = [line for line in upright.log.splitlines() if line.startswith("stopping ")]
    assert stops == ["stopping web", "stopping worker 1, worker 2", "stopping Valkey", "stopping PostgreSQL"]
    assert all_gone(upright.pids())


def test_sigint_stops_too(start: Start) -> None:
    upright = start(roles=[WEB])

    assert upright.stop(number=signal.SIGINT) == 0
    assert upright.events("web", "ended")


def test_a_killed_child_is_replaced_at_once_then_with_delay(start: Start) -> None:
    upright = start(roles=[WEB])
    started: list[float] = []

    for _ in range(2):
        killed, killed_at = last_pid(upright, "web"), time.monotonic()
        os.kill(killed, signal.SIGKILL)
        upright.wait_for(lambda killed=killed: last_pid(upright, "web") != killed)  # type: ignore[misc]
        started.append(upright.events("web", "started")[-1]["at"] - killed_at)

    assert started[0] < 0.5 <= started[1]
    assert upright.stop() == 0


@pytest.mark.parametrize("user", USERS)
async def test_killed_supervisor_leaves_nothing_and_the_next_start_finds_everything(
    start: Start, user: str | None
) -> None:
    plan = {"user": user, "postgres": True, "valkey": True, "roles": [WEB, WORKER]}
    first = start(**plan)
    await run_sql(first.said["database_url"], "CREATE TABLE kept AS SELECT 42 AS answer")

    first.kill()
    second = start(**plan)

    assert all_gone(first.pids() - second.pids())
    assert await run_sql(second.said["database_url"], "SELECT answer FROM kept") == 42
    assert second.stop() == 0
    assert all_gone(second.pids())


def test_orphans_that_ignore_everything_are_ended(start: Start) -> None:
    upright = start(orphan_seconds=0.3, roles=[{**WEB, "stubborn": True}])
    web = last_pid(upright, "web")

    upright.kill()

    wait_until(lambda: upright.events("web", "asked"))
    wait_until(lambda: not is_alive(web))


async def test_killed_engines_come_back_with_what_was_acknowledged(start: Start) -> None:
    upright = start(postgres=True, valkey=True, roles=[WEB])
    url = upright.said["database_url"]
    await run_sql(url, "CREATE TABLE kept AS SELECT 42 AS answer")
    session = await asyncpg.connect(url)

    for pid in upright.said["engines"].values():
        os.kill(pid, signal.SIGKILL)

    async def answer() -> object:
        try:
            return await run_sql(url, "SELECT answer FROM kept")
        except (OSError, asyncpg.PostgresError):
            return None

    deadline = time.monotonic() + 60
    while await answer() != 42:
        assert time.monotonic() < deadline, upright.log
    session.terminate()
    client: redis.asyncio.Redis = redis.asyncio.from_url(upright.said["redis_url"])  # type: ignore[no-untyped-call]
    assert await client.ping()
    await client.aclose()
    assert last_pid(upright, "web") == upright.events("web", "started")[0]["pid"]  # the roles lived on
    assert upright.stop() == 0


def test_a_second_signal_hurries(start: Start) -> None:
    upright = start(roles=[{**WEB, "stubborn": True}])

    upright.process.send_signal(signal.SIGTERM)
    upright.wait_for(lambda: upright.events("web", "asked"))
    upright.process.send_signal(signal.SIGTERM)

    assert upright.wait() == 0
    assert all_gone(upright.pids())


def test_whoever_outstays_the_grace_is_ended_and_that_is_told(start: Start) -> None:
    upright = start(roles=[{**WEB, "stubborn": True, "grace_seconds": 0.2}])

    assert upright.stop() == 1
    assert all_gone(upright.pids())


def test_a_role_that_never_works_ends_the_start(start: Start) -> None:
    upright = start(valkey=True, roles=[{**WEB, "hopeless": True}])

    assert upright.said == {}  # it never became ready
    assert upright.wait() == 1
    assert "giving up" in upright.log
    assert "this role cannot work" in upright.log
    starts = [event["at"] for event in upright.events("web", "started")]
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    assert gaps[0] < 0.5 <= gaps[1]
    assert gaps[1] + 0.2 < gaps[2] < gaps[3] - 0.2


def test_ready_waits_for_those_who_announce_and_for_no_others(start: Start) -> None:
    upright = start(roles=[WEB, {"name": "worker", "rank": 1, "hopeless": True, "silent": True}])

    assert upright.said["pid"] == upright.process.pid
    assert upright.stop() == 0


def test_children_keep_only_their_own_sockets_and_sessions(start: Start) -> None:
    upright = start(roles=[WEB, WORKER])

    (web,) = upright.events("web", "started")
    workers = upright.events("worker", "started")
    assert web["listener"] >= 0
    assert [worker["listener"] for worker in workers] == [-1, -1]
    assert all(event["session"] == event["pid"] for event in (web, *workers))
    assert upright.stop() == 0


def test_a_second_start_names_the_first(start: Start) -> None:
    first = start(roles=[WEB])

    second = start(roles=[WEB])

    assert f"(process {first.process.pid})" in second.said["error"]
    assert second.wait() == 3
    assert first.stop() == 0
