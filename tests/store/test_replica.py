"""A read replica: a real PostgreSQL that follows another one; who has just written finds it."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import asyncpg
import pytest
from quart.typing import TestClientProtocol as Client

from echo import replica
from echo.config import Config
from echo.embedded import Engines
from echo.embedded.binaries import find_program
from echo.embedded.pair import SOCKET_PARENTS, engines
from echo.runtime import open_runtime
from echo.schema import migrate
from tests import make
from tests.applications import application
from tests.conftest import changed

# Our role may not replicate; whoever can open the socket is trusted in any case.
HBA = "local all all trust\nlocal replication all trust\n"
LOCAL = "wal_level = replica\nmax_wal_senders = 4\nhba_file = '{hba}'\n"
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|nextval|FOR SHARE)\b|db\.(execute|unit_of_work)")


@dataclass
class Pair:
    """A PostgreSQL with one that follows it, each with its engines' folder."""

    first: Engines
    second: Engines
    stack: ExitStack = field(default_factory=ExitStack)

    async def tell_second(self, statement: str) -> None:
        """As its superuser."""
        connection = await asyncpg.connect(f"postgresql://postgres@/echo?host={quote(_sockets(self.second))}")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _sockets(running: Engines) -> str:
    return parse_qs(urlsplit(running.database_url).query)["host"][0]


@pytest.fixture
def pair() -> Iterator[Pair]:
    folders = [Path(tempfile.mkdtemp(prefix="echo-pair-", dir=SOCKET_PARENTS[0])) for _ in range(2)]
    try:
        homes = [_home(folder, postgres=number == 0) for number, folder in enumerate(folders)]
        with engines(folders[0], durable=False) as first, ExitStack() as stack:
            _copy(_sockets(first), homes[0] / "postgres", homes[1] / "postgres")
            second = stack.enter_context(engines(folders[1], valkey=False, durable=False))
            yield Pair(first, second, stack)
    finally:
        for folder in folders:
            shutil.rmtree(folder)


def _home(folder: Path, *, postgres: bool) -> Path:
    """Where the engines of a folder are, made ready for replication."""
    with engines(folder, postgres=postgres, durable=False) as running:
        assert running._home is not None
        home = running._home.path
    hba = home / "replication_hba.conf"
    hba.write_text(HBA)
    local = home / "postgresql.local.conf"
    local.write_text(LOCAL.format(hba=hba))
    hba.chmod(0o644)
    local.chmod(0o644)
    return home


def _copy(sockets: str, source: Path, target: Path) -> None:
    command = [find_program("pg_basebackup"), "-h", sockets, "-U", "postgres", "-R", "-c", "fast"]
    subprocess.run([*command, "-D", target], check=True, capture_output=True)
    owner = source.stat()
    for path in (target, *target.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_reads_that_may_be_late(pair: Pair, config: Config, tmp_path: Path) -> None:
    both = changed(
        config,
        database={
            "url": pair.first.database_url,
            "replica_url": pair.second.database_url,
            "replica_lag_seconds": 100,
        },
        redis={"url": pair.first.redis_url},
    )
    await migrate(both)
    runtime = await open_runtime(both, tmp_path)
    try:
        second = runtime.replica
        assert second is not None
        client = application(runtime).test_client()
        writer, reader = await make.person(), await make.person()
        await _until(lambda: second.is_fit)
        first_post = await _post(client, writer)
        await _until_shown(client, {}, first_post)

        await pair.tell_second("SELECT pg_wal_replay_pause()")
        late_post = await _post(client, writer)
        assert late_post in await _public(client, writer.headers), "who has just written finds it"
        assert late_post not in await _public(client, {}), "nobody in particular reads from the replica"
        assert late_post not in await _public(client, reader.headers)
        shown = await client.get(f"/api/v1/statuses/{late_post}", headers=reader.headers)
        assert shown.status_code == 200, "what is asked for by its id is never late"

        second.most_lag_seconds = 1
        await _until(lambda: not second.is_fit)
        assert late_post in await _public(client, {}), "one that is too late is left out"
        await pair.tell_second("SELECT pg_wal_replay_resume()")
        await _until(lambda: second.is_fit)
        await _until_shown(client, {}, late_post)

        second.most_lag_seconds = 100
        pair.stack.close()
        assert late_post in await _public(client, {}), "one that is gone costs no request"
        await _until(lambda: not second.is_fit)
    finally:
        await runtime.close()


async def _post(client: Client, writer: make.Person) -> str:
    answer = await client.post("/api/v1/statuses", json={"status": "said"}, headers=writer.headers)
    assert answer.status_code == 200
    return str((await answer.get_json())["id"])


async def _public(client: Client, headers: dict[str, str]) -> list[str]:
    answer = await client.get("/api/v1/timelines/public", headers=headers)
    assert answer.status_code == 200, await answer.get_data()
    return [post["id"] for post in await answer.get_json()]


async def _until(check: object) -> None:
    async with asyncio.timeout(30):
        while not check():  # type: ignore[operator]
            await asyncio.sleep(0.05)


async def _until_shown(client: Client, headers: dict[str, str], post_id: str) -> None:
    async with asyncio.timeout(30):
        while post_id not in await _public(client, headers):
            await asyncio.sleep(0.1)


def test_what_may_be_late_is_declared_and_changes_nothing() -> None:
    for name in replica.LATE:
        module, _, function = name.rpartition(".")
        found = getattr(__import__(module, fromlist=[function]), function)
        assert hasattr(found, "__wrapped__"), f"{name} is declared, and not marked with @late"
        assert not WRITES.search(inspect.getsource(found)), name
        assert name.startswith("echo.store.")


async def test_what_is_not_declared_cannot_be_late() -> None:
    async def other() -> None: ...

    with pytest.raises(AssertionError):
        replica.late(other)
