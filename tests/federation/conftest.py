"""Two Echos, a router between them, and peers that say whatever a test wants.

`one` is bound: functions called in a test work on it. What shall happen on `two` goes through `two.run(...)`.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from echo.config import Config
from echo.schema import migrate
from tests.emptying import empty
from tests.federation.peer import Peer
from tests.fediverse import Echo, Router, config_for, database_beside, open_echo


@pytest.fixture(scope="session")
def second_database(config: Config) -> str:
    """A migrated database for the other server."""
    url = database_beside(config.database.url, "echo_two")

    async def make() -> None:
        admin = await asyncpg.connect(config.database.url)
        await admin.execute("CREATE DATABASE echo_two")
        await admin.close()
        await migrate(config_for("two.test", config, url))

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
