"""Whoever tries out addresses that lead nowhere is stopped like anybody else. Row S-H15."""

from __future__ import annotations

import pytest
from quart.testing.connections import WebsocketResponseError
from quart.typing import TestClientProtocol as Client

from echo.runtime import Runtime
from tests import make
from tests.conftest import changed

STRAYS = (
    ("GET", "/wp-login.php"),
    ("GET", "/.env"),
    ("POST", "/api/v1/nothing/of/the/kind"),
    ("HEAD", "/api/v9/instance"),
    ("DELETE", "/api/v1/instance"),  # a route that takes other methods
    ("GET", "/.well-known/nothing"),
    ("GET", "/ap/nothing/7"),
    ("GET", "/static/a/b/c.css"),
    ("PROPFIND", "/"),
)


def limited(runtime: Runtime, **limits: int) -> None:
    runtime.config = changed(runtime.config, rate_limits={"enabled": True, **limits})


@pytest.mark.parametrize(("method", "path"), STRAYS)
async def test_what_leads_nowhere_counts_against_the_general_budget(
    client: Client, runtime: Runtime, method: str, path: str
) -> None:
    limited(runtime, requests_per_address=2)
    first, second, third = [await client.open(path, method=method) for _ in range(3)]
    assert (first.status_code, second.status_code, third.status_code) == (404, 404, 429)
    for answer, left in ((first, "1"), (second, "0"), (third, "0")):
        assert answer.headers["X-RateLimit-Limit"] == "2"
        assert answer.headers["X-RateLimit-Remaining"] == left
        assert answer.headers["X-RateLimit-Reset"].endswith("Z")
    assert 0 < int(third.headers["Retry-After"]) <= 300
    # It is the budget of the client API without a token; a token has its own.
    assert (await client.get("/api/v1/instance")).status_code == 429
    alice = await make.person()
    assert (await client.get("/api/v1/preferences", headers=alice.headers)).status_code == 200


async def test_no_token_and_no_spelling_opens_another_window(client: Client, runtime: Runtime) -> None:
    limited(runtime, requests_per_address=3)
    alice = await make.person()
    answers = [
        (await client.get("/nothing", headers=alice.headers)).status_code,
        (await client.get("/nothing?a=1", headers={"Authorization": "Bearer x"})).status_code,
        (await client.get("//nothing//", headers={"X-Forwarded-For": "x"})).status_code,
        (await client.get("/another", headers={"Accept": "text/html"})).status_code,
    ]
    assert answers == [404, 404, 404, 429]


async def test_files_pages_and_documents_keep_their_own(client: Client, runtime: Runtime) -> None:
    """One of a page's files that is not there, or a person who is not, is no address that leads nowhere."""
    limited(runtime, requests_per_address=1)
    assert (await client.get("/nothing")).status_code == 404
    for path, status in (
        ("/static/admin.css", 200),
        ("/static/none.css", 404),
        ("/favicon.ico", 200),
        ("/media/none.png", 404),
        ("/@nobody", 404),
        ("/ap/actors/1", 404),
        ("/about", 200),
    ):
        answer = await client.get(path)
        assert answer.status_code == status, path
        assert "X-RateLimit-Limit" not in answer.headers, path
    for path in ("/api/v1/instance", "/api/v1/nothing"):
        # What a browser asks before it asks changes nothing and is not counted.
        assert (await client.options(path)).status_code == 204
    assert (await client.get("/nothing")).status_code == 429


async def test_sockets_that_lead_nowhere_count_too(client: Client, runtime: Runtime) -> None:
    limited(runtime, requests_per_address=2)
    answers = []
    for _ in range(3):
        with pytest.raises(WebsocketResponseError) as refused:
            async with client.websocket("/api/v1/nothing") as socket:
                await socket.receive()
        answers.append(refused.value.response.status_code)
    assert answers == [404, 404, 429]
