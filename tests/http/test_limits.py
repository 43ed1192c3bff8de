"""How often things may be done: windows, and what each kind of route counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from quart.typing import TestClientProtocol as Client
from werkzeug.datastructures import Headers

from echo.cache import Cache
from echo.config.limits import RateLimits
from echo.errors import TooMany
from echo.http.client_address import client_address, limit_subject, networks
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


async def test_spellings_and_versions_of_a_route_share_one_budget(client: Client, runtime: Runtime) -> None:
    limits = {"enabled": True, "uploads_per_user": 3, "requests_per_user": 100}
    runtime.config = changed(runtime.config, rate_limits=limits)
    alice = await make.person()
    paths = ("/api/v1/media", "/api/v2/media", "/api/v2/media/", "/api/v1/media")
    answers = [(await client.post(path, headers=alice.headers)).status_code for path in paths]
    assert answers == [422, 422, 422, 429]


async def test_searches_and_further_pages_have_budgets_of_their_own(client: Client, runtime: Runtime) -> None:
    limits = {"enabled": True, "searches_per_user": 3, "lookups_per_user": 1, "paging_per_user": 2}
    runtime.config = changed(runtime.config, rate_limits=limits)
    alice, bob = await make.person(), await make.person()

    async def ask(path: str, *, by: make.Person = alice) -> int:
        return (await client.get(path, headers=by.headers)).status_code

    assert await ask("/api/v2/search?q=x&resolve=true") == 200
    assert await ask("/api/v1/accounts/search?q=x&resolve=true") == 429
    assert await ask("/api/v2/search?q=x") == 200
    assert await ask("/api/v2/search?q=x") == 429
    assert await ask("/api/v2/search?q=x", by=bob) == 200
    pages = [await ask("/api/v1/timelines/home?max_id=9"), await ask("/api/v1/notifications?since_id=1")]
    assert pages == [200, 200]
    assert await ask("/api/v1/timelines/home?min_id=1") == 429
    assert await ask("/api/v1/timelines/home") == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("198.51.100.9", "203.0.113.1", "198.51.100.9"),  # nobody we trust says so
        ("10.0.0.1", "203.0.113.1", "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.1", "203.0.113.1"),  # what the caller has put in front
        ("10.0.0.1", "203.0.113.1, 10.0.0.2", "203.0.113.1"),
        ("10.0.0.1", "6.6.6.6, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.3", "10.0.0.3"),
    ],
)
def test_s_h15_only_trusted_proxies_are_believed_and_from_the_right(
    peer: str, forwarded: str, found: str
) -> None:
    assert client_address(peer, [forwarded], networks(("10.0.0.0/8", "fd00::/8"))) == found


async def test_s_h15_a_forged_address_opens_no_other_window(client: Client, runtime: Runtime) -> None:
    limits = {"enabled": True, "requests_per_address": 2}
    runtime.config = changed(runtime.config, rate_limits=limits, server={"trusted_proxies": []})
    answers = []
    for number, name in enumerate(("X-Forwarded-For", "Forwarded", "X-Real-IP", "Client-IP")):
        value = f"for=192.0.2.{number}" if name == "Forwarded" else f"192.0.2.{number}"
        answers.append((await client.get("/api/v1/instance", headers={name: value})).status_code)
    assert answers == [200, 200, 429, 429]


async def test_s_h15_a_proxy_that_adds_a_header_of_its_own_is_believed_alone(
    client: Client, runtime: Runtime
) -> None:
    """Some add a second header behind the one that the caller has sent."""
    runtime.config = changed(runtime.config, rate_limits={"enabled": True, "requests_per_address": 3})

    async def ask(forged: str, seen: str) -> int:
        sent = Headers([("Host", "echo.test"), ("X-Forwarded-For", forged), ("X-Forwarded-For", seen)])
        scope = {"client": ("127.0.0.1", 40_000)}
        answer = await client.get("/api/v1/instance", headers=sent, scope_base=scope)  # type: ignore[call-arg]
        return answer.status_code

    answers = [await ask(f"198.51.100.{number}", "203.0.113.6") for number in range(4)]
    assert answers == [200, 200, 200, 429]
    assert await ask("198.51.100.1", "203.0.113.7") == 200


def test_an_ipv6_address_counts_as_its_network() -> None:
    assert limit_subject("2001:db8:1:2:3:4:5:6") == limit_subject("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert limit_subject("::ffff:192.0.2.1") == limit_subject("192.0.2.1") == "192.0.2.1"


async def test_without_redis_reads_go_on_and_guessing_does_not(client: Client, runtime: Runtime) -> None:
    runtime.config = changed(runtime.config, rate_limits={"enabled": True})
    alice = await make.person()
    away, here = Cache("redis://127.0.0.1:1/0", "test:"), runtime.cache
    runtime.cache = away
    assert (await client.get("/api/v1/preferences", headers=alice.headers)).status_code == 200
    taken = await client.post("/api/v1/statuses", headers=alice.headers, json={"status": "still here"})
    assert taken.status_code == 200
    app = await client.post("/api/v1/apps", json={"client_name": "a", "redirect_uris": "https://a.test/"})
    assert app.status_code == 503
    await away.close()
    runtime.cache = here


def test_the_page_lists_every_budget() -> None:
    page = (Path(__file__).parents[2] / "docs/admin/limits.md").read_text(encoding="utf-8")
    for name, default in zip(RateLimits.__struct_fields__, RateLimits.__struct_defaults__, strict=True):
        if name != "enabled":
            row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
            assert f"| {default} in " in row, row
