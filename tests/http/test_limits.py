"""How often things may be done: windows, and what each kind of route counts."""

from __future__ import annotations

import pytest
from quart.typing import TestClientProtocol as Client

from echo.errors import TooMany
from echo.http.limits import Limit, Tally
from echo.runtime import Runtime
from tests import make
from tests.conftest import changed


def test_a_window_is_used_up_and_opens_again() -> None:
    tally = Tally()
    limit = Limit("page", "192.0.2.1", 2, 300)
    for at_seconds in (0.0, 299.0):
        tally.count(limit, at_seconds=at_seconds)
    with pytest.raises(TooMany) as refused:
        tally.count(limit, at_seconds=299.5)
    assert refused.value.retry_after_seconds == 1
    tally.count(Limit("page", "192.0.2.2", 2, 300), at_seconds=299.5)
    tally.count(Limit("stored", "192.0.2.1", 2, 300), at_seconds=299.5)
    tally.count(limit, at_seconds=300.0)


def test_a_tally_never_grows_without_end() -> None:
    tally = Tally(most_subjects=10)
    for subject in range(1000):
        tally.count(Limit("page", subject, 1, 300), at_seconds=0.0)
    assert len(tally._counted) <= 10


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/about", "pages_per_address"),
        ("/media/unknown.png", "files_per_address"),
        ("/static/unknown.css", "files_per_address"),
        ("/.well-known/nodeinfo", "documents_per_address"),
        ("/ap/actors/1", "documents_per_address"),
        ("/ap/inbox", "deliveries_per_address"),
        ("/api/v1/instance", "requests_per_address"),
        ("/api/v1/timelines/home", "requests_per_address"),
    ],
)
async def test_each_kind_of_route_has_its_own_limit(
    client: Client, runtime: Runtime, path: str, key: str
) -> None:
    runtime.config = changed(runtime.config, rate_limits={"enabled": True, key: 2})
    method = "POST" if path == "/ap/inbox" else "GET"
    answers = [(await client.open(path, method=method)).status_code for _ in range(3)]
    assert answers[:2].count(429) == 0
    refused = await client.open(path, method=method)
    assert (answers[2], refused.status_code) == (429, 429)
    assert 0 < int(refused.headers["Retry-After"]) <= 300


async def test_bad_tokens_are_counted_by_address(client: Client, runtime: Runtime) -> None:
    runtime.config = changed(runtime.config, rate_limits={"enabled": True, "requests_per_address": 3})
    bad = {"Authorization": "Bearer nonsense"}
    answers = [(await client.get("/api/v1/timelines/public", headers=bad)).status_code for _ in range(4)]
    assert answers == [401, 401, 401, 429]
    alice = await make.person()
    good = await client.get("/api/v1/timelines/public", headers=alice.headers)
    assert good.status_code == 200
