"""Two Echos, a router between them, and peers that say whatever a test wants.

`one` is bound: functions called in a test work on it. What shall happen on `two` goes through `two.run(...)`.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from echo.config import Config
from tests.emptying import empty, leave
from tests.federation.peer import Peer
from tests.fediverse import Echo, Router, database_beside, open_echo


@pytest.fixture(scope="session")
def second_database(migrated: Config) -> str:
    """A database for the second server, and one beside it for the third: copies of the first."""
    url = database_beside(migrated.database.url, "echo_two")
    name = urlsplit(migrated.database.url).path.lstrip("/")
    leave()  # a database cannot be copied while somebody is in it

    async def make() -> None:
        inside = await asyncpg.connect(migrated.database.url)
        await inside.execute("CREATE DATABASE echo_beside")
        await inside.close()
        beside = await asyncpg.connect(database_beside(migrated.database.url, "echo_beside"))
        await beside.execute(f'CREATE DATABASE echo_two TEMPLATE "{name}"')
        await beside.execute(f'CREATE DATABASE echo_three TEMPLATE "{name}"')
        await beside.close()

    contextvars.Context().run(asyncio.run, make())
    return url


@pytest.fixture
def router() -> Iterator[Router]:
    return Router()


@pytest.fixture
async def one(router: Router, migrated: Config, tmp_path: Path) -> AsyncIterator[Echo]:
    """The server at one.test, empty."""
    async with open_echo("one.test", router, migrated, migrated.database.url, tmp_path) as server:
        await server.run(empty())
        server.runtime.bind()
        yield server


@pytest.fixture
async def two(router: Router, migrated: Config, second_database: str, tmp_path: Path) -> AsyncIterator[Echo]:
    """The server at two.test, empty."""
    async with open_echo("two.test", router, migrated, second_database, tmp_path) as server:
        await server.run(empty())
        yield server


@pytest.fixture
async def three(
    router: Router, migrated: Config, second_database: str, tmp_path: Path
) -> AsyncIterator[Echo]:
    """The server at three.test, empty."""
    url = database_beside(second_database, "echo_three")
    async with open_echo("three.test", router, migrated, url, tmp_path) as server:
        await server.run(empty())
        yield server


@pytest.fixture
def peer(router: Router) -> Peer:
    """A server of another make at peer.test."""
    return Peer(router, "peer.test")


@pytest.fixture
def evil(router: Router) -> Peer:
    """The attacker's server."""
    return Peer(router, "evil.test")


@pytest.fixture
def victim(router: Router) -> Peer:
    """An innocent third server."""
    return Peer(router, "victim.test")
