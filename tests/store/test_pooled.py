"""Behind PgBouncer in transaction mode: nothing lasts longer than a transaction, and everything works."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from echo import db
from echo.db import Database
from echo.runtime import Runtime
from tests.e2e.servers import free_port

SETTINGS = "SELECT current_setting('statement_timeout'), current_setting('plan_cache_mode')"
BOUNCER = shutil.which("pgbouncer")


@pytest.fixture
def pooler(runtime: Runtime, tmp_path: Path) -> Iterator[str]:
    """A PgBouncer with two connections for everybody; its address."""
    if BOUNCER is None:
        pytest.skip("no pgbouncer on this machine")
    parts, port = urlsplit(runtime.config.database.url), free_port()
    sockets, name = parse_qs(parts.query)["host"][0], parts.path.lstrip("/")
    owner = pwd.getpwuid(Path(sockets).stat().st_uid)
    user = parts.username or "postgres"
    lines = f"""
        [databases]
        {name} = host={sockets} dbname={name} user={user}
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = {port}
        unix_socket_dir =
        auth_type = any
        pool_mode = transaction
        default_pool_size = 2
    """
    file = Path("/tmp") / f"echo-pgbouncer-{port}.ini"  # as root, its user cannot enter pytest's folders
    file.write_text("\n".join(line.strip() for line in lines.splitlines()))
    as_owner = {"user": owner.pw_uid, "group": owner.pw_gid} if os.geteuid() == 0 else {}
    process = subprocess.Popen([BOUNCER, "-q", str(file)], stderr=subprocess.DEVNULL, **as_owner)  # type: ignore[call-overload]
    try:
        time.sleep(0.5)
        assert process.poll() is None
        yield f"postgresql://{user}@127.0.0.1:{port}/{name}"
    finally:
        process.terminate()
        process.wait()
        file.unlink()


@pytest.fixture(params=["direct", "pgbouncer"])
async def pooled(runtime: Runtime, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database that is used as behind PgBouncer, with one behind it and without."""
    url = runtime.config.database.url
    if request.param == "pgbouncer":
        url = request.getfixturevalue("pooler")
    database = Database()
    await database.open(url, pool_size=6, statement_timeout_seconds=7, is_pooled=True)
    database.bind()
    yield database
    await database.close()
    runtime.bind()


async def test_settings_hold_for_each_transaction_and_no_longer(pooled: Database) -> None:
    rows = await asyncio.gather(*(db.fetch_one(SETTINGS) for _ in range(20)))
    assert {tuple(row) for row in rows if row} == {("7s", "force_generic_plan")}  # type: ignore[arg-type]
    async with db.unit_of_work():
        assert tuple(await db.fetch_one(SETTINGS) or ()) == ("7s", "force_generic_plan")  # type: ignore[arg-type]
    assert await db.fetch_value("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''") == 0
    # what a statement leaves behind in its session would be the next one's
    raw = await (await pooled.client.pool()).acquire()  # type: ignore[attr-defined]
    assert await raw.fetchval("SELECT current_setting('statement_timeout')") != "7s"
    pooled.client.ready_pool.give_back(raw)  # type: ignore[attr-defined]


async def test_work_is_done_or_undone_by_many_at_once(pooled: Database) -> None:
    await db.execute("CREATE TABLE pooled_things (id bigint PRIMARY KEY, word text)")
    try:

        async def write(number: int) -> None:
            async with db.unit_of_work():
                await db.execute("INSERT INTO pooled_things VALUES ($1, $2)", number, "x" * number)
                await asyncio.sleep(0)
                if number % 3 == 0:
                    raise LookupError
            assert (
                await db.fetch_value("SELECT length(word) FROM pooled_things WHERE id = $1", number) == number
            )

        done = await asyncio.gather(*(write(number) for number in range(1, 61)), return_exceptions=True)
        assert [type(one) for one in done if one is not None] == [LookupError] * 20
        assert await db.fetch_value("SELECT count(*) FROM pooled_things") == 40
        with pytest.raises(db.ERRORS):
            await db.execute("INSERT INTO pooled_things VALUES (1, 'again')")
        # who is called off leaves a connection that others can use
        broken = [asyncio.create_task(db.fetch("SELECT pg_sleep(3)")) for _ in range(6)]
        await asyncio.sleep(0.1)
        for task in broken:
            task.cancel()
        await asyncio.gather(*broken, return_exceptions=True)
        assert await db.fetch_value("SELECT count(*) FROM pooled_things") == 40
    finally:
        await db.execute("DROP TABLE pooled_things")
