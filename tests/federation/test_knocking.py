"""Which signature another server gets, and what is learned from its answers."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from activitypub.signatures import Scheme
from activitypub.signatures.accept import ASKED
from echo import clock, db
from echo.models import Delivery, Host
from federation.fetch import fetch
from federation.network import network
from federation.schemes import Schemes
from tests import make
from tests.federation.peer import Peer
from tests.federation.strict import Strict, strict
from tests.fediverse import Echo, Router, settle_down

CAVAGE, RFC9421 = Scheme.CAVAGE, Scheme.RFC9421


async def delivered(one: Echo, peer: Strict, *, followee: str = "bob") -> Delivery:
    """One activity leaves to somebody at the peer."""
    await make.follow(await make.person(), await make.stranger(followee, peer.host))
    await settle_down([one])
    return await Delivery.filter(host=peer.host).order_by("-id").first()  # type: ignore[return-value]


async def scheme_of(host: str) -> str:
    row = await Host.get_or_none(name=host)
    return "" if row is None else row.signature_scheme


async def test_cavage_comes_first_and_teaches_nothing(one: Echo, router: Router) -> None:
    peer = strict(router, CAVAGE)
    assert (await delivered(one, peer)).state == "done"
    await fetch(peer.page("/n/1"))
    assert peer.seen == [("POST", CAVAGE), ("GET", CAVAGE)]
    assert await scheme_of(peer.host) == ""


@pytest.mark.parametrize("status", [400, 401])
async def test_whoever_verifies_only_the_new_scheme_is_reached_and_remembered(
    one: Echo, router: Router, status: int
) -> None:
    peer = strict(router, RFC9421, refusals={CAVAGE: status})
    assert (await delivered(one, peer)).state == "done"
    assert (await delivered(one, peer, followee="eve")).state == "done"
    await fetch(peer.page("/n/1"))
    assert peer.seen == [("POST", CAVAGE), ("POST", RFC9421), ("POST", RFC9421), ("GET", RFC9421)]
    assert await scheme_of(peer.host) == "rfc9421"
    last = peer.requests[-1].headers
    assert "digest" not in last
    assert "(request-target)" not in last["signature"]


async def test_a_get_is_knocked_twice_as_well(one: Echo, router: Router) -> None:
    peer = strict(router, RFC9421)
    await fetch(peer.page("/n/1"))
    assert peer.seen == [("GET", CAVAGE), ("GET", RFC9421)]


async def test_a_202_without_verification_is_no_evidence(one: Echo, router: Router) -> None:
    peer = Peer(router, "sleepy.test")
    await make.follow(await make.person(), await make.stranger("bob", peer.host))
    await settle_down([one])
    (request,) = peer.requests
    assert "signature-input" not in request.headers
    assert await scheme_of(peer.host) == ""


async def test_whoever_refuses_everything_gets_two_knocks_and_then_one_for_a_while(
    one: Echo, router: Router
) -> None:
    peer = strict(router)
    delivery = await delivered(one, peer)
    assert (delivery.state, delivery.last_status) == ("pending", 401)
    assert peer.seen == [("POST", CAVAGE), ("POST", RFC9421)]
    await delivered(one, peer, followee="eve")
    assert peer.seen[2:] == [("POST", CAVAGE)]
    assert await scheme_of(peer.host) == ""


async def test_a_500_to_the_new_scheme_is_neither_evidence_nor_trouble(one: Echo, router: Router) -> None:
    peer = strict(router, refusals={CAVAGE: 401, RFC9421: 500})
    delivery = await delivered(one, peer)
    assert (delivery.state, delivery.last_status) == ("pending", 401)
    row = await Host.get_or_none(name=peer.host)
    assert row is None or (row.failures, row.signature_scheme) == (0, "")


async def test_401_is_kept_before_400_for_it_is_tried_again(one: Echo, router: Router) -> None:
    peer = strict(router, refusals={CAVAGE: 400, RFC9421: 401})
    assert (await delivered(one, peer)).last_status == 401


async def test_a_server_that_went_back_to_cavage_is_followed_there(one: Echo, router: Router) -> None:
    peer = strict(router, CAVAGE, refusals={RFC9421: 400})
    await network().schemes.learn(peer.host, RFC9421)
    assert (await delivered(one, peer)).state == "done"
    assert peer.seen == [("POST", RFC9421), ("POST", CAVAGE)]
    assert await scheme_of(peer.host) == "cavage"
    assert await network().schemes.first_for(peer.host) is CAVAGE


async def test_what_is_asked_for_is_obeyed_once(one: Echo, router: Router) -> None:
    peer = strict(router, RFC9421, asks='fed=("@method" "@authority" "date");created;nonce="n1"')
    assert (await delivered(one, peer)).state == "done"
    assert peer.seen == [("POST", CAVAGE), ("POST", RFC9421)]
    sent = peer.requests[-1].headers["signature-input"]
    assert sent.startswith('fed=("@method" "@target-uri" "content-digest" "@authority" "date");created=')
    assert sent.endswith(';nonce="n1"')
    never = strict(router, host="never.test", asks=ASKED)
    assert (await delivered(one, never)).state == "pending"
    assert never.seen == [("POST", CAVAGE), ("POST", RFC9421)]


async def test_whoever_asks_is_remembered_even_in_other_answers(one: Echo, router: Router) -> None:
    peer = strict(router, CAVAGE, RFC9421)
    peer.inbox_headers = {"Accept-Signature": ASKED}
    await delivered(one, peer)
    assert await scheme_of(peer.host) == "rfc9421"
    peer.inbox_headers = {"Accept-Signature": "nonsense("}


async def test_a_request_that_asks_only_those_who_speak_the_new_scheme_is_answered(
    one: Echo, router: Router
) -> None:
    class Late(Strict):
        async def answer(self, request: httpx.Request) -> httpx.Response:
            self.asks = 'a=("@authority")' if "signature-input" in request.headers else ""
            self.verifies = {RFC9421} if "@authority" in request.headers.get("signature-input", "") else set()
            return await super().answer(request)

    peer = Late(router, "late.test")
    await fetch(peer.page("/n/1"))
    assert peer.seen == [("GET", CAVAGE), ("GET", RFC9421), ("GET", RFC9421)]


async def test_a_query_is_left_out_for_old_servers(one: Echo, router: Router) -> None:
    peer = strict(router, CAVAGE, queries=False)
    await fetch(peer.page("/n/1?page=2"))
    assert peer.seen == [("GET", CAVAGE), ("GET", RFC9421), ("GET", CAVAGE)]
    assert await scheme_of(peer.host) == ""


async def test_an_inbound_request_in_the_new_scheme_is_evidence(one: Echo, peer: Peer) -> None:
    bob, alice = peer.person("bob"), await make.person()
    follow = bob.does("Follow", alice.account.uri)
    await bob.sends(one, follow)
    assert await network().schemes.first_for(peer.host) is CAVAGE
    forged = await bob.sends(one, follow, scheme="rfc9421", signature="sig1=:AAAA:")
    assert forged.status_code == 401
    assert await network().schemes.first_for(peer.host) is CAVAGE
    assert (await bob.sends(one, follow, scheme="rfc9421")).status_code == 202
    assert await network().schemes.first_for(peer.host) is RFC9421
    assert await scheme_of(peer.host) == "rfc9421"


async def test_evidence_reaches_other_processes_and_is_forgotten_after_a_week(one: Echo) -> None:
    here = Schemes()
    for host in ("new.test", "old.test", "back.test"):
        await here.learn(host, RFC9421)
    await here.learn("back.test", CAVAGE)
    await db.execute(
        "UPDATE hosts SET signature_seen_at = $1 WHERE name = 'old.test'", clock.now() - timedelta(days=8)
    )
    ticks = [0.0]
    there = Schemes(lambda: ticks[0])
    found = {host: await there.first_for(host) for host in ("new.test", "old.test", "back.test", "x.test")}
    assert found == {"new.test": RFC9421, "old.test": CAVAGE, "back.test": CAVAGE, "x.test": CAVAGE}
    await here.learn("x.test", RFC9421)
    await here.learn("new.test", CAVAGE)
    assert await there.first_for("x.test") is CAVAGE
    ticks[0] += 61
    assert (await there.first_for("x.test"), await there.first_for("new.test")) == (RFC9421, CAVAGE)
    ticks[0] += timedelta(days=7).total_seconds()
    await db.execute("UPDATE hosts SET signature_seen_at = $1", clock.now() - timedelta(days=8))
    assert await there.first_for("x.test") is CAVAGE


async def test_our_own_refusals_say_what_we_verify(one: Echo, peer: Peer) -> None:
    bob, alice = peer.person("bob"), await make.person()
    refused = await bob.sends(one, bob.does("Follow", alice.account.uri), signature=None)
    assert refused.status_code == 401
    assert refused.headers["accept-signature"] == ('sig1=("@method" "@target-uri" "content-digest");created')
