"""Two Echos, a router between them, and a peer that says whatever a test wants."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from echo import cache
from echo.cli.migrate import migrate
from echo.config import Config
from echo.store import emptying
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
        await server.run(_empty())
        yield server


@pytest.fixture
async def two(router: Router, migrated: Config, second_database: str, tmp_path: Path) -> AsyncIterator[Echo]:
    """The server at two.test, empty."""
    async with open_echo("two.test", router, migrated, second_database, tmp_path) as server:
        await server.run(_empty())
        yield server


async def _empty() -> None:
    await emptying.empty_database()
    await cache.forget_everything()
