"""Connections of a process: taken in turn, mended when somebody breaks off, closed when not needed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from echo.config import Config
from echo.connecting import ARRAYS
from echo.pool import Pool


@pytest.fixture
def how(migrated: Config) -> dict[str, Any]:
    """How to connect, for asyncpg."""
    parts = urlsplit(migrated.database.url)
    return {
        "host": parse_qs(parts.query)["host"][0],
        "user": parts.username or "postgres",
        "database": parts.path.lstrip("/"),
    }


@pytest.fixture
async def pool(how: dict[str, Any]) -> AsyncIterator[Pool]:
    opened = Pool(how, most=2, idle_seconds=0.2)
    yield opened
    await opened.close()


async def test_who_waits_is_served_in_turn(pool: Pool) -> None:
    held = [await pool.acquire() for _ in range(2)]
    served: list[int] = []

    async def wait(number: int) -> None:
        connection = await pool.acquire()
        served.append(number)
        pool.give_back(connection)

    waiting = [asyncio.create_task(wait(number)) for number in range(5)]
    await asyncio.sleep(0)
    assert served == []
    for connection in held:
        pool.give_back(connection)
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2, 3, 4]


async def test_who_comes_later_takes_nothing_from_who_waits(pool: Pool) -> None:
    held = [await pool.acquire() for _ in range(2)]
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool.give_back(held[0])
    assert pool.take() is None
    assert await waiting is held[0]


async def test_who_gives_up_waiting_takes_nothing_along(pool: Pool) -> None:
    held = [await pool.acquire() for _ in range(2)]
    impatient = [asyncio.create_task(pool.acquire()) for _ in range(3)]
    await asyncio.sleep(0)
    for connection in held:
        pool.give_back(connection)
    for task in impatient:
        task.cancel()
    await asyncio.gather(*impatient, return_exceptions=True)
    async with asyncio.timeout(60):
        assert await (await pool.acquire()).fetchval("SELECT 1") == 1


async def test_a_statement_broken_off_is_brought_to_rest(pool: Pool) -> None:
    connection = await pool.acquire()
    slow = asyncio.create_task(connection.fetch("SELECT pg_sleep(30)"))
    await asyncio.sleep(0.05)
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)
    pool.give_back(connection, is_broken_off=True)
    async with asyncio.timeout(60):
        others = [await pool.acquire() for _ in range(2)]
    assert [await other.fetchval("SELECT 1") for other in others] == [1, 1]


async def test_a_transaction_left_open_is_rolled_back(pool: Pool) -> None:
    connection = await pool.acquire()
    await connection.execute("BEGIN")
    pool.give_back(connection)
    async with asyncio.timeout(60):
        others = [await pool.acquire() for _ in range(2)]
    assert not any(other.is_in_transaction() for other in others)


async def test_a_connection_that_died_is_replaced(pool: Pool) -> None:
    dead, other = await pool.acquire(), await pool.acquire()
    with pytest.raises(asyncpg.PostgresError):
        await dead.fetch("SELECT pg_terminate_backend(pg_backend_pid())")
    pool.give_back(dead)
    pool.give_back(other)
    async with asyncio.timeout(60):
        alive = [await pool.acquire() for _ in range(2)]
    assert [await one.fetchval("SELECT 1") for one in alive] == [1, 1]


async def test_what_is_idle_for_long_is_closed(pool: Pool) -> None:
    connections = [await pool.acquire() for _ in range(2)]
    for connection in connections:
        pool.give_back(connection)
    async with asyncio.timeout(60):
        while sum(not connection.is_closed() for connection in connections) > 1:
            await asyncio.sleep(0.05)


async def test_a_closed_pool_gives_nothing(pool: Pool) -> None:
    held = [await pool.acquire() for _ in range(2)]
    waiting = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    await pool.close()
    with pytest.raises(asyncpg.InterfaceError):
        await waiting
    with pytest.raises(asyncpg.InterfaceError):
        await pool.acquire()
    assert all(connection.is_closed() for connection in held)


PATIENT = """
import asyncio, json, os, sys
from echo.pool import Pool

async def main():
    pool = Pool(json.loads(sys.argv[1]), most=1, idle_seconds=5)
    os.nice(2)
    connection = await pool.acquire()
    print(os.getpriority(os.PRIO_PROCESS, connection.get_server_pid()), os.getpriority(os.PRIO_PROCESS, 0))
    await pool.close()

asyncio.run(main())
"""


async def test_what_postgresql_does_for_somebody_patient_is_patient_too(how: dict[str, Any]) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PATIENT, json.dumps(how), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await child.communicate()
    theirs, ours = map(int, said.split())
    assert theirs == ours >= 2


async def test_arrays_are_known_without_asking(pool: Pool) -> None:
    """Else each connection would keep what asyncpg asks PostgreSQL with, a megabyte."""
    connection = await pool.acquire()
    rows = await connection.fetch(
        "SELECT oid, typname AS name, typelem AS elemtype FROM pg_type WHERE oid = ANY($1::int[]::oid[])",
        [one["oid"] for one in ARRAYS],
    )
    told = {(one["oid"], one["name"], one["elemtype"]) for one in ARRAYS}
    assert {(row["oid"], row["name"], row["elemtype"]) for row in rows} == told
    given = [[2**40, None], ['{"a": 1}'], [True], [datetime.now(UTC)], [1, 2], [0.5], ["x"]]
    got = await connection.fetchrow(
        "SELECT $1::bigint[], $2::jsonb[], $3::bool[], $4::timestamptz[], $5::int[], $6::float8[],"
        " $7::varchar[]",
        *given,
    )
    assert list(got) == given
    prepared = await connection.fetchval("SELECT string_agg(statement, ';') FROM pg_prepared_statements")
    assert "typeinfo_tree" not in prepared
    pool.give_back(connection)
