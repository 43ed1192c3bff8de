"""Browsers before a server that takes new people, and one that another service tells who somebody is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from quart import Quart

from echo.config import Config
from echo.runtime import Runtime, open_runtime
from tests.actions.people import configure
from tests.applications import application
from tests.conftest import changed
from tests.emptying import empty
from tests.fediverse import Router
from tests.web.browser import Browser
from tests.web.issuer import CLIENT, ISSUER, SECRET, Issuer


@pytest.fixture
def browser(runtime: Runtime, app: Quart) -> Browser:
    """A browser that has not been here before."""
    configure(runtime, registrations={"mode": "open"})
    return Browser(app.test_client(use_cookies=False))


@pytest.fixture
def issuer() -> Issuer:
    """The service."""
    return Issuer()


@pytest.fixture
async def house(migrated: Config, tmp_path: Path, issuer: Issuer) -> AsyncIterator[Runtime]:
    """A server whose operator has chosen that service. Asked over the guarded client, as in earnest."""
    config = changed(
        migrated,
        openid={"issuer": ISSUER, "client_id": CLIENT, "client_secret": SECRET, "name": "The Guild"},
    )
    runtime = await open_runtime(config, tmp_path, transport=Router({"id.test": issuer.answer}))
    await empty()
    yield runtime
    await runtime.close()


@pytest.fixture
def visitor(house: Runtime) -> Browser:
    """A browser in front of it."""
    return Browser(application(house).test_client(use_cookies=False))
