"""What another server runs, as it says itself, and whether it lives at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from echo import clock, db
from echo.store import host_pages, hosts, tidying
from echo.store.hosts import Failing
from federation import software
from tests.federation.peer import Peer
from tests.fediverse import Echo

LINKS = "/.well-known/nodeinfo"
SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"


@pytest.fixture(autouse=True)
def clock_put_back() -> Iterator[None]:
    yield
    clock.shift(timedelta())


def tells(peer: Peer, document: Any, *, at: str = "") -> None:
    """Serve a NodeInfo document, and where it lies."""
    place = at or f"https://{peer.host}/nodeinfo/2.0"
    old = {"rel": SCHEMA + "1.0", "href": f"https://{peer.host}/nodeinfo/1.0"}
    peer.pages[LINKS] = {"links": [old, {"rel": SCHEMA + "2.0", "href": place}]}
    peer.pages["/nodeinfo/2.0"] = document


async def test_new_hosts_are_asked_once_a_week(one: Echo, peer: Peer) -> None:
    tells(peer, {"version": "2.0", "software": {"name": " Mastodon ", "version": "4.6.0"}})
    await hosts.note_successes(["peer.test"])
    assert await software.look_around() == 1
    assert await software.look_around() == 0
    row = await host_pages.find("peer.test")
    assert row is not None
    assert (row["software"], row["software_version"]) == ("mastodon", "4.6.0")
    asked = [request.url.path for request in peer.requests]
    assert asked == [LINKS, "/nodeinfo/2.0"]
    clock.shift(timedelta(days=8))
    assert await software.look_around() == 1


@pytest.mark.parametrize(
    "document", [{}, {"software": []}, {"software": {"name": 7}}, {"software": {"name": "x" * 5000}}]
)
async def test_odd_documents_harm_nobody(one: Echo, peer: Peer, document: Any) -> None:
    tells(peer, document)
    await hosts.note_successes(["peer.test"])
    await software.look_around()
    row = await host_pages.find("peer.test")
    assert row is not None
    assert len(row["software"]) <= 128


async def test_nobody_is_asked_about_another_server(one: Echo, peer: Peer) -> None:
    victim = Peer(peer.router, "victim.test")
    tells(peer, {}, at="https://victim.test/nodeinfo/2.0")
    peer.pages[LINKS] = {"links": [{"rel": SCHEMA + "2.0", "href": "https://victim.test/nodeinfo/2.0"}]}
    await hosts.note_successes(["peer.test"])
    assert await software.look_at("peer.test") is False
    assert victim.requests == []


async def test_a_host_that_was_given_up_is_tried_again_when_it_answers(one: Echo, peer: Peer) -> None:
    await hosts.note_failures([Failing("peer.test", 5, "down")])
    clock.shift(timedelta(days=8))
    await hosts.note_failures([Failing("peer.test", 1, "down", is_probe=True)])
    clock.shift(timedelta(days=16))
    assert await software.look_around() == 1  # it says nothing
    row = await host_pages.find("peer.test")
    assert row is not None
    assert row["health"] == "dead"
    tells(peer, {"software": {"name": "snac", "version": "2.94"}})
    clock.shift(timedelta(days=24))
    assert await software.look_around() == 1
    row = await host_pages.find("peer.test")
    assert row is not None
    assert (row["health"], row["software"]) == ("open", "snac")
    assert row["probe_at"] <= clock.now()


async def test_hosts_that_nobody_hears_of_are_forgotten(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pitfall 77: the table has a time to live and a lid."""
    await hosts.note_successes([f"h{n}.test" for n in range(6)])
    await db.execute("UPDATE hosts SET created_at = now() - interval '1 year'")
    await db.execute("UPDATE hosts SET last_ok_at = now() - interval '200 days' WHERE name = 'h0.test'")
    await db.execute("UPDATE hosts SET last_ok_at = now() - interval '9 days' WHERE name = 'h1.test'")
    monkeypatch.setattr(hosts, "MOST_HOSTS", 4)
    await tidying.forget_hosts()
    assert {row["name"] for row in await host_pages.listing()} == {f"h{n}.test" for n in range(2, 6)}
