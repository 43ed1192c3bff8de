"""Engines for the whole run, and a migrated empty database for each test."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.api import migrate

from echo import db
from echo.config import Config
from echo.embedded import Engines, temporary_engines
from echo.runtime import Runtime, open_runtime
from tests.fediverse import small_config

TEMPLATE = "echo_template"
_numbers = itertools.count(1)

MakeDatabase = Callable[[], Awaitable[str]]


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """PostgreSQL and Valkey with nothing in them but a migrated template database."""
    with temporary_engines() as running:
        contextvars.copy_context().run(asyncio.run, _make_template(running.database_url))
        yield running


@pytest.fixture
async def make_database(engines: Engines) -> AsyncIterator[MakeDatabase]:
    """Makes copies of the template, dropped after the test."""
    made: list[str] = []
    admin = await asyncpg.connect(engines.database_url)

    async def make() -> str:
        name = f"echo_test_{os.getpid()}_{next(_numbers)}"
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE}')
        made.append(name)
        return named(engines.database_url, name)

    yield make
    for name in made:
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await admin.close()


@pytest.fixture
def config(engines: Engines) -> Config:
    """What `runtime` is opened with, but for its database."""
    return small_config("echo.test", redis_url=engines.redis_url, prefix=f"t{next(_numbers)}:")


@pytest.fixture
async def runtime(config: Config, make_database: MakeDatabase, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A bound runtime over an empty, migrated database."""
    url = await make_database()
    opened = await open_runtime(
        msgspec.structs.replace(config, database=msgspec.structs.replace(config.database, url=url)), tmp_path
    )
    yield opened
    await opened.close()


def named(url: str, database: str) -> str:
    """The address of another database of the same engine."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


async def _make_template(url: str) -> None:
    admin = await asyncpg.connect(url)
    await admin.execute(f"CREATE DATABASE {TEMPLATE}")
    await admin.close()
    async with TortoiseContext():
        await migrate(config=db.tortoise_config(named(url, TEMPLATE)))
