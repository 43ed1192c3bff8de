"""A browser in front of a server that takes new people."""

from __future__ import annotations

import pytest
from quart import Quart

from echo.runtime import Runtime
from tests.actions.people import configure
from tests.web.browser import Browser


@pytest.fixture
def browser(runtime: Runtime, app: Quart) -> Browser:
    """A browser that has not been here before."""
    configure(runtime, registrations={"mode": "open"})
    return Browser(app.test_client(use_cookies=False))
