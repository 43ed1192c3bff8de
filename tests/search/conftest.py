"""The client API, to see what people get of an index."""

from __future__ import annotations

import pytest
from quart.typing import TestClientProtocol as Client

from tests.api.asking import Api


@pytest.fixture
def api(client: Client) -> Api:
    """The client API, to be asked by anybody."""
    return Api(client)
