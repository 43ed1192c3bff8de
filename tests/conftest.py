"""Fixtures of all tests: engines of our own, a migrated database for each worker, emptied for each test."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import hypothesis
import msgspec
import pytest
from quart import Quart
from quart.typing import TestClientProtocol as Client
from werkzeug.routing import Rule

from echo import clock, ids
from echo.config import Config, Instance, Server
from echo.config.engines import DatabaseConfig, RedisConfig
from echo.config.limits import RateLimits
from echo.embedded import Engines, temporary_engines
from echo.runtime import Runtime, open_runtime
from echo.schema import migrate
from tests.applications import application
from tests.emptying import empty, leave
from tests.unordered import turn_rows

# How long an example takes, or its making, says more of the machine than of the code.
hypothesis.settings.register_profile(
    "echo", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("echo")


turn_rows()


def _no_address(*_: object, **__: object) -> tuple[str, str]:
    raise AssertionError("addresses are built by echo.addresses")


# Two thirds of the time that making an application takes go into code that builds addresses from routes.
# Nothing here asks routes for addresses.
Rule._compile_builder = lambda *_: _no_address  # type: ignore[assignment]


@pytest.fixture(scope="session")
def engines() -> Iterator[Engines]:
    """PostgreSQL and Valkey for this test process."""
    with temporary_engines(parent=_where()) as running:
        yield running
        leave()


def _where() -> Path:
    """In memory where there is room: the engines make and remove thousands of files."""
    memory = Path("/dev/shm")
    if memory.is_dir() and shutil.disk_usage(memory).free > 2**31:
        return memory
    return Path(tempfile.gettempdir())


@pytest.fixture(scope="session")
def config(engines: Engines) -> Config:
    """The configuration that tests start from: no limits, a public name."""
    return Config(
        instance=Instance(domain="echo.test", title="Echo test"),
        server=Server(base_url="https://echo.test"),
        database=DatabaseConfig(url=engines.database_url, pool_size=5),
        redis=RedisConfig(url=engines.redis_url, prefix="test:"),
        rate_limits=RateLimits(enabled=False),
    )


@pytest.fixture(scope="session")
def migrated(config: Config) -> Config:
    """The configuration, with its database migrated."""
    asyncio.run(migrate(config))
    return config


@pytest.fixture(autouse=True)
def on_time() -> Iterator[None]:
    """Put the clock back, and the ids that were made ahead of it."""
    yield
    clock.shift(timedelta())
    ids._last_ms = 0


@pytest.fixture
async def runtime(migrated: Config, tmp_path: Path) -> AsyncIterator[Runtime]:
    """A bound runtime over an empty database and an empty cache."""
    opened = await open_runtime(migrated, tmp_path)
    await empty()
    yield opened
    await opened.close()


@pytest.fixture
def app(runtime: Runtime) -> Quart:
    """The whole application."""
    return application(runtime)


@pytest.fixture
def client(app: Quart) -> Client:
    """A client of the application, without sockets."""
    return app.test_client()


def changed(config: Config, **sections: dict[str, object]) -> Config:
    """The configuration with other values: `changed(config, limits={"post_characters": 5})`."""
    return msgspec.structs.replace(
        config,
        **{
            name: msgspec.structs.replace(getattr(config, name), **values)
            for name, values in sections.items()
        },
    )
