"""What others can make us ask: so much for one thing, so much of one domain, and nothing twice in vain."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from echo.models import InboundActivity, Post
from federation import causes, ingest, pace, threads
from federation.domains import registrable
from federation.errors import Exhausted, FederationError, Resting, Unwelcome
from federation.fetch import fetch
from federation.pace import Pace
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_outbox import follow_of
from tests.fediverse import Echo, Router, settle_down


@pytest.mark.parametrize(
    ("authority", "domain"),
    [
        ("example.org", "example.org"),
        ("a.b.EXAMPLE.co.uk", "example.co.uk"),
        ("x.example.org:8443", "example.org"),
        ("someone.github.io", "github.io"),
        ("co.uk", "co.uk"),
        ("xn--bcher-kva.example.com", "example.com"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::1]:8080", "[::1]:8080"),
        ("[::1]", "[::1]"),
        ("localhost:8080", "localhost:8080"),
    ],
)
def test_who_registered_a_name(authority: str, domain: str) -> None:
    assert registrable(authority) == domain


def test_all_hosts_of_a_domain_have_one_pace() -> None:
    now = 0.0
    paced = Pace(per_second=10, burst=5, clock=lambda: now)
    assert [paced.turn(f"h{n}.evil.example") for n in range(6)] == [0.0] * 6
    assert paced.turn("h9.evil.example") == pytest.approx(0.1)
    assert paced.turn("other.example") == 0.0
    for _ in range(49):
        paced.turn("evil.example")
    with pytest.raises(Resting):
        paced.turn("evil.example")
    now = 100.0
    assert paced.turn("evil.example") == 0.0


async def test_one_cause_has_one_purse(one: Echo, peer: Peer) -> None:
    """Whichever task asks: those it begins pay from it too."""
    for number in range(10):
        peer.serve_status(f"https://peer.test/{number}", 404)

    async def ask(number: int) -> type[Exception]:
        with pytest.raises(FederationError) as caught:
            await fetch(f"https://peer.test/{number}")
        return caught.type

    async def caused() -> list[type[Exception]]:
        causes.begin(causes.Cause(fetches=4))
        causes.ensure()
        return await asyncio.gather(*(asyncio.create_task(ask(number)) for number in range(10)))

    said = await asyncio.create_task(caused())
    assert said.count(Exhausted) == 6
    assert len(peer.requests) == 4
    # What was too much for one is not for the next: nothing is remembered.
    assert await ask(9) is Unwelcome


async def test_who_waits_for_anothers_question_does_not_share_its_poverty(one: Echo, peer: Peer) -> None:
    gate, plain = asyncio.Event(), peer.answer

    async def slow(request: httpx.Request) -> httpx.Response:
        await gate.wait()
        return (
            httpx.Response(302, headers={"location": "https://peer.test/there"})
            if (request.url.path == "/here")
            else await plain(request)
        )

    peer.router.hosts["peer.test"] = slow
    bob = peer.person("bob")
    peer.serve("https://peer.test/there", {**bob.document, "id": "https://peer.test/there"})

    async def poor() -> None:
        causes.begin(causes.Cause(fetches=1))
        with pytest.raises(Exhausted):
            await fetch("https://peer.test/here")

    first = asyncio.create_task(poor())
    await asyncio.sleep(0)
    second = asyncio.create_task(fetch("https://peer.test/here"))
    await asyncio.sleep(0)
    gate.set()
    await first
    assert (await second).id == "https://peer.test/there"


async def test_one_activity_makes_us_ask_a_bounded_number_of_things(
    one: Echo, peer: Peer, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply whose parents lie on ever new servers with ever new authors."""
    monkeypatch.setattr(causes.Cause.__init__, "__defaults__", (400, 1000, 12))
    monkeypatch.setattr(ingest, "PARENTS", 100)
    alice = await make.person("alice")
    bob = peer.person("bob")
    await follow_of(bob, alice)
    parent = None
    for number in range(30):
        other = Peer(router, f"h{number}.test")
        note = other.person("eve").note(inReplyTo=parent) if parent else other.person("eve").note()
        other.serve(note["id"], note)
        parent = note["id"]
    router.asked.clear()
    address = f"{one.runtime.config.server.base_url}/ap/actors/{alice.id}"
    mention = {"type": "Mention", "href": address, "name": "@alice"}
    note = bob.note(inReplyTo=parent, tag=[mention], cc=[address])
    assert (await bob.sends(one, bob.creates(note))).status_code == 202
    await settle_down([one])
    await one.run(threads.fetch_parents((await Post.get(uri=note["id"])).id))
    asked = [request for request in router.asked if request.method == "GET"]
    assert 0 < len(asked) <= 13
    [row] = await InboundActivity.filter(kind="Create")
    assert row.state in ("done", "ignored")


async def test_s_b19_what_failed_again_and_again_is_asked_less_and_less(one: Echo, peer: Peer) -> None:
    """The negative cache: ten minutes, twice as long each time, at most a day."""
    peer.serve_status("https://peer.test/x", 404)
    failures = one.runtime.network.failures
    kept = []
    for _ in range(10):
        with pytest.raises(Unwelcome):
            await fetch("https://peer.test/x")
        until, _ = failures._entries["https://peer.test/x"]
        kept.append(round(until - failures._clock()))
        failures.forget("https://peer.test/x")
    assert kept[:4] == pytest.approx([600, 1200, 2400, 4800], abs=2)
    assert kept[-1] == pytest.approx(86_400, abs=2)
    bob = peer.person("bob")
    peer.serve("https://peer.test/x", {**bob.document, "id": "https://peer.test/x"})
    await fetch("https://peer.test/x")
    peer.serve_status("https://peer.test/x", 404)
    with pytest.raises(Unwelcome):
        await fetch("https://peer.test/x")
    until, _ = failures._entries["https://peer.test/x"]
    assert until - failures._clock() == pytest.approx(600, abs=2)


async def test_a_domain_that_is_asked_much_is_asked_evenly(
    one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    still = Pace(clock=lambda: 0.0)
    monkeypatch.setattr(one.runtime.network.client, "_pace", still)
    monkeypatch.setattr(pace.asyncio, "sleep", sleep)
    for number in range(pace.BURST + 5):
        with pytest.raises(FederationError):
            await fetch(f"https://peer.test/{number}")
    assert waited[-4:] == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=0.001)
