"""A server that takes new people."""

from __future__ import annotations

import pytest

from echo.runtime import Runtime
from tests.actions.people import configure


@pytest.fixture
def open_server(runtime: Runtime) -> Runtime:
    """`runtime`, with open registrations."""
    configure(runtime, registrations={"mode": "open"})
    return runtime
