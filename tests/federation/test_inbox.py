"""Who may deliver: everything that is not proven is refused, without effect and without asking anybody."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from activitypub.signatures.digest import sha256, write_digest
from echo.models import Account, Follow, InboundActivity, Like, Notification, Post, Tombstone
from echo.store import inbound
from federation.handlers import HANDLERS
from tests import make
from tests.conftest import changed
from tests.federation.peer import PUBLIC, Actor, Peer, key_pair, stamp
from tests.fediverse import Echo, Router, settle_down


async def known(actor: Actor, server: Echo) -> Actor:
    """An actor whose key is known here, so that nothing has to be asked for."""
    assert (await actor.sends(server, actor.does("View", f"{actor.id}/x"))).status_code == 202
    await actor.peer.forget()
    await InboundActivity.all().delete()
    return actor


async def rows() -> list[tuple[str, str, str]]:
    found = await inbound.listing()
    return [(row["kind"], row["state"], row["reason"]) for row in found]


async def test_a_signed_activity_is_stored_before_it_is_answered(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    answer = await bob.sends(one, bob.creates(bob.note("hi")))
    assert answer.status_code == 202
    assert await rows() == [("Create", "pending", "")]


@pytest.mark.parametrize("scheme", ["cavage", "rfc9421"])
async def test_s_a18_both_schemes_are_accepted(one: Echo, peer: Peer, scheme: str) -> None:
    bob = peer.person("bob")
    assert (await bob.sends(one, bob.creates(bob.note()), scheme=scheme)).status_code == 202


REFUSED: dict[str, dict[str, Any]] = {
    "no signature": {"signature": None},
    "no digest": {"digest": None},
    "another body": {"digest": write_digest(sha256(b"another"))},
    "another host": {"host": "other.test"},
    "stale date": {"at": datetime.now(UTC) - timedelta(hours=13)},
    "date ahead": {"at": datetime.now(UTC) + timedelta(hours=2)},
    "no date": {"date": None},
    "malformed date": {"date": "yesterday"},
    "a key of ours": {"key_id": "https://one.test/ap/actors/1#main-key"},
}


@pytest.mark.parametrize("what", REFUSED)
async def test_s_a05_s_a07_unproven_requests_are_refused(
    one: Echo, peer: Peer, router: Router, what: str
) -> None:
    bob = await known(peer.person("bob"), one)
    router.asked.clear()
    answer = await bob.sends(one, bob.creates(bob.note()), **REFUSED[what])
    assert answer.status_code == 401
    assert await rows() == []
    assert router.asked == []


async def test_s_a05_another_path_is_refused(one: Echo, peer: Peer, router: Router) -> None:
    bob = await known(peer.person("bob"), one)
    router.asked.clear()
    body = json.dumps(bob.creates(bob.note())).encode()
    signed: list[httpx.Request] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        signed.append(request)
        return httpx.Response(202)

    elsewhere = Echo.__new__(Echo)
    elsewhere.host = one.host
    elsewhere.answer = keep  # type: ignore[method-assign]
    await bob.sends(elsewhere, body, path="/ap/elsewhere")
    request = httpx.Request(
        "POST", "https://one.test/ap/inbox", headers=signed[0].headers, content=signed[0].content
    )
    assert (await one.answer(request)).status_code == 401
    assert router.asked == []


async def test_s_a07_clocks_may_differ_by_fifty_minutes(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    for minutes in (-50, 50):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        assert (await bob.sends(one, bob.creates(bob.note()), at=at)).status_code == 202


@pytest.mark.parametrize("kind", [*HANDLERS, "Move"])
async def test_s_a04_nobody_speaks_for_another(
    one: Echo, evil: Peer, victim: Peer, router: Router, kind: str
) -> None:
    alice = await make.person("alice")
    vera = await known(victim.person("vera"), one)
    mallory = await known(evil.person("mallory", keys=2), one)
    router.asked.clear()
    forged = {**vera.does(kind, alice.account.uri), "object": vera.note() if kind == "Create" else vera.id}
    assert (await mallory.sends(one, forged)).status_code == 202
    await settle_down([one])
    assert [reason for _, _, reason in await rows()] == ["forwarded"]
    assert router.asked == []
    assert await Post.all().count() == 0
    assert (await Account.get(uri=vera.id)).deleted_at is None


async def test_s_a04_neighbours_do_not_speak_for_each_other(one: Echo, victim: Peer, router: Router) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    vera, neighbour = victim.person("vera"), await known(victim.person("neighbour", keys=2), one)
    router.asked.clear()
    assert (await neighbour.sends(one, vera.creates(vera.note(inReplyTo=post.uri)))).status_code == 202
    assert await rows() == [("Create", "ignored", "forwarded")]
    await settle_down([one])
    assert router.asked == []
    assert await Post.filter(local=False).count() == 0


async def test_s_a04_a_stranger_who_speaks_for_another_is_not_even_asked_about(
    one: Echo, evil: Peer, victim: Peer, router: Router
) -> None:
    mallory, vera = evil.person("mallory", keys=2), victim.person("vera")
    assert (await mallory.sends(one, vera.creates(vera.note()))).status_code == 401
    assert router.asked == []


async def test_a_foreign_origin_object_is_refused(
    one: Echo, evil: Peer, victim: Peer, router: Router
) -> None:
    mallory, vera = await known(evil.person("mallory", keys=2), one), victim.person("vera")
    router.asked.clear()
    for kind in ("Create", "Update", "Delete"):
        assert (await mallory.sends(one, mallory.does(kind, vera.note()))).status_code == 202
    assert {reason for _, _, reason in await rows()} == {"foreign-object"}
    assert router.asked == []
    assert await Tombstone.all().count() == 0


async def test_an_activity_with_a_foreign_id_has_no_effect(one: Echo, peer: Peer, victim: Peer) -> None:
    bob = peer.person("bob")
    activity = {**bob.does("Like", "https://one.test/ap/posts/1"), "id": "https://victim.test/a/1"}
    await known(bob, one)
    assert (await bob.sends(one, activity)).status_code == 202
    assert [reason for _, _, reason in await rows()] == ["foreign-id"]


async def test_s_a02_a_key_belongs_to_who_lists_it(one: Echo, evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    stolen = {
        "@context": "https://w3id.org/security/v1",
        "id": "https://evil.test/key",
        "type": "Key",
        "owner": vera.id,
        "publicKeyPem": key_pair(2).public_pem,
    }
    evil.serve("https://evil.test/key", stolen)
    mallory = Actor(evil, "mallory", key_pair(2))
    answer = await mallory.sends(one, vera.creates(vera.note()), key_id="https://evil.test/key")
    assert answer.status_code == 401
    assert await rows() == []
    assert await Account.filter(uri=vera.id).count() == 0


async def test_s_a02_an_owner_on_the_same_server_must_list_the_key_too(one: Echo, evil: Peer) -> None:
    eve = evil.person("eve", keys=1)
    evil.serve(
        "https://evil.test/key",
        {
            "id": "https://evil.test/key",
            "type": "Key",
            "owner": eve.id,
            "publicKeyPem": key_pair(2).public_pem,
        },
    )
    mallory = Actor(evil, "mallory", key_pair(2))
    answer = await mallory.sends(one, eve.creates(eve.note()), key_id="https://evil.test/key")
    assert answer.status_code == 401
    assert await Account.filter(host="evil.test").count() == 0


async def test_a_key_at_an_address_of_its_own_is_found(one: Echo, peer: Peer) -> None:
    """GoToSocial serves a stub of the actor where the key is."""
    bob = peer.person("bob")
    place = f"{bob.id}/main-key"
    document = {**bob.document, "publicKey": {**bob.document["publicKey"], "id": place}}
    peer.serve(bob.id, document)
    peer.serve(place, {"id": bob.id, "type": "Person", "publicKey": document["publicKey"]})
    assert (await bob.sends(one, bob.creates(bob.note()), key_id=place)).status_code == 202


async def test_a_new_key_is_read_once_and_not_more_often(one: Echo, peer: Peer) -> None:
    bob = await known(peer.person("bob"), one)
    bob.keys = key_pair(3)
    peer.serve(bob.id, bob.document)
    assert (await bob.sends(one, bob.creates(bob.note()))).status_code == 401  # read a moment ago
    assert peer.requests == []
    await Account.filter(uri=bob.id).update(fetched_at=datetime.now(UTC) - timedelta(hours=1))
    assert (await bob.sends(one, bob.creates(bob.note()))).status_code == 202
    mallory = Actor(peer, "bob", key_pair(2))
    await peer.forget()
    await Account.filter(uri=bob.id).update(fetched_at=datetime.now(UTC) - timedelta(hours=1))
    for _ in range(3):
        assert (await mallory.sends(one, bob.creates(bob.note()))).status_code == 401
    assert peer.requests == []


async def test_s_a09_the_same_activity_five_times_is_one(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    bob = peer.person("bob")
    note = bob.note(
        "hi @alice",
        to=[PUBLIC, alice.account.uri],
        tag=[{"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}],
    )
    activity = bob.creates(note)
    answers = await asyncio.gather(*(bob.sends(one, activity) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    await settle_down([one])
    assert await rows() == [("Create", "done", "")]
    assert await Notification.filter(account_id=alice.id).count() == 1


async def test_a_stolen_id_does_not_silence_its_owner(one: Echo, evil: Peer, victim: Peer) -> None:
    alice = await make.person("alice")
    vera, mallory = await known(victim.person("vera"), one), await known(evil.person("m", keys=2), one)
    follow = vera.does("Follow", alice.account.uri)
    await mallory.sends(one, follow)
    await vera.sends(one, follow)
    await settle_down([one])
    assert await Follow.all().count() == 1


@pytest.mark.parametrize(("status", "is_gone"), [(410, True), (404, False), (500, False)])
async def test_s_a11_a_goodbye_whose_key_cannot_be_had(
    one: Echo, peer: Peer, status: int, is_gone: bool
) -> None:
    bob = await known(peer.person("bob"), one)
    await Account.filter(uri=bob.id).update(fetched_at=datetime.now(UTC) - timedelta(hours=1))
    peer.serve_status(bob.id, status)
    mallory = Actor(peer, "bob", key_pair(2))
    assert (await mallory.sends(one, bob.does("Delete", bob.id))).status_code == 202
    assert ((await Account.get(uri=bob.id)).deleted_at is not None) == is_gone


async def test_s_a11_a_goodbye_of_a_stranger_costs_nothing(one: Echo, peer: Peer, router: Router) -> None:
    ghost = Actor(peer, "ghost", key_pair(1))
    assert (await ghost.sends(one, ghost.does("Delete", ghost.id))).status_code == 202
    assert router.asked == []
    assert await rows() == []


async def test_s_d01_a_big_body_is_refused(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    answer = await bob.sends(one, b"[" + b" " * 1_100_000 + b"]")
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b'{"type": "Like", "actor": NaN}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[]",
        b"",
        b'{"type": "Like"}',
        b"\xff\xfe",
    ],
    ids=["deep list", "deep object", "NaN", "1e400", "long number", "list", "empty", "no actor", "not utf-8"],
)
async def test_s_d02_s_d07_what_is_no_activity_is_400(one: Echo, peer: Peer, body: bytes) -> None:
    bob = peer.person("bob")
    assert (await bob.sends(one, body)).status_code == 400


async def test_s_d08_wide_lists_are_cut(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    note = bob.note("wide", to=[PUBLIC, *(f"https://x{n}.test/u" for n in range(4_000))])
    assert (await bob.sends(one, bob.creates(note))).status_code == 202
    await settle_down([one])


async def test_unknown_kinds_keep_a_reason(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await bob.sends(one, bob.does("Listen", f"{bob.id}/tracks/1"))
    assert await rows() == [("Listen", "ignored", "unsupported")]


async def test_personal_inboxes_know_who_lives_there(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    path = f"/ap/actors/{alice.id}/inbox"
    follow = bob.does("Follow", alice.account.uri)
    assert (await bob.sends(one, follow, path=path)).status_code == 202
    assert (await bob.sends(one, follow, path="/ap/actors/12345/inbox")).status_code == 404
    assert (await bob.sends(one, follow, path="/ap/actors/9999999999999999999999/inbox")).status_code == 404
    await Account.filter(id=alice.id).update(deleted_at=datetime.now(UTC))
    assert (await bob.sends(one, follow, path=path)).status_code == 410


async def test_suspended_people_may_only_end_things(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), await known(peer.person("bob"), one)
    post = await make.post(alice)
    like = bob.does("Like", post.uri)
    await bob.sends(one, like)
    await settle_down([one])
    await Account.filter(uri=bob.id).update(suspended_at=datetime.now(UTC))
    await bob.sends(one, bob.does("Like", post.uri))
    await bob.sends(one, bob.does("Undo", like))
    await settle_down([one])
    assert [reason for _, _, reason in await rows()] == ["", "suspended", ""]
    assert await Like.all().count() == 0


async def test_an_old_stamp_in_the_activity_itself_does_not_matter(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    activity = bob.does("Like", "https://one.test/ap/posts/1", published=stamp(timedelta(days=900)))
    assert (await bob.sends(one, activity)).status_code == 202


async def test_s_k02_one_address_may_not_flood_us(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    one.runtime.config = changed(
        one.runtime.config, rate_limits={"enabled": True, "deliveries_per_address": 3}
    )
    answers = [await bob.sends(one, bob.does("View", f"{bob.id}/{number}")) for number in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    # Nothing is read of what is too much: no signature is looked at, nobody is asked for a key.
    unknown = peer.person("carol", keys=2)
    assert (await unknown.sends(one, unknown.does("View", unknown.id))).status_code == 429
    assert (await unknown.sends(one, b"no JSON")).status_code == 429
    assert not [request for request in peer.requests if "carol" in str(request.url)]


async def test_s_k02_one_domain_may_not_flood_us_by_many_names(one: Echo, router: Router) -> None:
    """Only what is proven counts: nobody uses up the budget of others."""
    first, second = (Peer(router, f"{name}.wide.example").person("bob") for name in ("a", "b"))
    other = Peer(router, "narrow.example").person("eve", keys=2)
    one.runtime.config = changed(
        one.runtime.config, rate_limits={"enabled": True, "deliveries_per_domain": 2}
    )
    forged = [await first.sends(one, first.does("View", f"{n}"), keys=other.keys) for n in range(3)]
    assert [answer.status_code for answer in forged] == [401] * 3
    senders = [first, second, first, second, other]
    answers = [await each.sends(one, each.does("View", f"{each.id}/{n}")) for n, each in enumerate(senders)]
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429, 202]
    assert int(answers[2].headers["retry-after"]) > 0


async def test_s_k02_a_flood_from_one_host_is_not_felt_by_others(one: Echo, router: Router) -> None:
    flooder = await known(Peer(router, "flood.example").person("bob"), one)
    other = await known(Peer(router, "calm.example").person("eve", keys=2), one)
    one.runtime.config = changed(
        one.runtime.config, rate_limits={"enabled": True, "deliveries_per_domain": 20}
    )
    refused: list[httpx.Response] = []

    async def flood(which: int) -> None:
        number = 0
        while True:
            number += 1
            answer = await flooder.sends(one, flooder.does("View", f"{flooder.id}/{which}/{number}"))
            refused.extend([answer] if answer.status_code != 202 else [])

    floods = [asyncio.create_task(flood(which)) for which in range(6)]
    for number in range(10):
        async with asyncio.timeout(60):
            answer = await other.sends(one, other.does("View", f"{other.id}/{number}"))
        assert answer.status_code == 202
    for task in floods:
        task.cancel()
    await asyncio.gather(*floods, return_exceptions=True)
    assert len(refused) > 10
    assert {answer.status_code for answer in refused} == {429}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    by_flooder = await InboundActivity.filter(actor_uri=flooder.id).count()
    assert (by_flooder, await InboundActivity.all().count()) == (19, 29)


async def test_federation_can_be_switched_off(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    one.runtime.config = changed(one.runtime.config, federation={"enabled": False})
    assert (await bob.sends(one, bob.does("View", bob.id))).status_code == 404
    assert await rows() == []
