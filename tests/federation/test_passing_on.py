"""Replies to people here are passed on to their followers; what we send can be passed on by others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from activitypub.signatures import graph, linked_data, proofs
from activitypub.signatures.keys import load_public_key
from echo import ports
from echo.actions import accounts as account_actions
from echo.actions import blocks, boosts, follows, posts
from echo.kinds import Visibility
from echo.models import Account, AccountKey, Post
from tests import make
from tests.federation.peer import PUBLIC, Actor, Json, Peer
from tests.federation.sealing import linked, proven, with_document_key
from tests.fediverse import Echo, Router, settle_down


async def fan_of(server: Echo, account: Account, peer: Peer, name: str = "fan") -> Actor:
    """Somebody at a peer who follows somebody here."""
    fan = peer.person(name)
    await fan.sends(server, fan.does("Follow", account.uri))
    await settle_down([server])
    peer.delivered.clear()
    return fan


def bodies(router: Router, host: str) -> list[bytes]:
    """What was delivered to a host, byte for byte."""
    return [request.content for request in router.asked_of(host) if request.method == "POST"]


@pytest.mark.parametrize("seal", [proven, linked])
async def test_a_reply_its_edit_and_its_deletion_are_passed_on_as_they_came(
    one: Echo, peer: Peer, victim: Peer, router: Router, seal: Any
) -> None:
    alice = await make.person("alice")
    await fan_of(one, alice.account, peer)
    vera = with_document_key(victim.person("vera"))
    post = await make.post(alice)
    await settle_down([one])
    router.asked.clear()
    note = vera.note("a reply", inReplyTo=post.uri)
    newer = {**note, "content": "<p>edited</p>", "updated": "2099-01-01T00:00:00Z"}
    sent = [
        json.dumps(seal(vera, activity), indent=3).encode()
        for activity in (
            vera.creates(note),
            vera.does("Update", newer),
            vera.does("Delete", {"id": note["id"], "type": "Tombstone"}),
        )
    ]
    for body in sent:
        for _ in range(2):  # the second time it has been here
            await vera.sends(one, body)
            await settle_down([one])
    assert bodies(router, "peer.test") == sent
    assert bodies(router, "victim.test") == []


@pytest.mark.parametrize(
    "case", ["unsigned", "not open", "to followers", "not to us", "silenced", "blocked", "from home"]
)
async def test_what_is_not_passed_on(one: Echo, peer: Peer, victim: Peer, router: Router, case: str) -> None:
    alice = await make.person("alice")
    await fan_of(one, alice.account, victim if case == "from home" else peer)
    vera = with_document_key(victim.person("vera"))
    await vera.sends(one, vera.does("View", "https://x.test/"))
    private = case == "to followers"
    post = await make.post(alice, visibility=Visibility.FOLLOWERS if private else Visibility.PUBLIC)
    await settle_down([one])
    router.asked.clear()
    note = vera.note("a reply", inReplyTo=post.uri)
    if case == "not open":
        tag = {"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}
        note |= {"to": [alice.account.uri], "cc": [], "tag": [tag]}
    if case == "not to us":
        note |= {"inReplyTo": "https://else.test/1", "to": [PUBLIC, alice.account.uri]}
    if case == "silenced":
        await Account.filter(uri=vera.id).update(silenced_at=datetime.now(UTC))
    if case == "blocked":
        theirs = await Account.get(uri=vera.id)
        await blocks.block(alice.id, theirs.id)
    activity = vera.creates(note)
    await vera.sends(one, activity if case == "unsigned" else proven(vera, activity))
    await settle_down([one])
    assert bodies(router, "peer.test") == []
    assert [body for body in bodies(router, "victim.test") if b"a reply" in body] == []


async def ours(activity: Json, account: Account) -> dict[str, bool]:
    """Which seals an activity of ours has, each checked with the key that it names."""
    keys = await AccountKey.get(account_id=account.id)
    found = {"proof": False, "signature": False}
    if "proof" in activity:
        key = load_public_key(keys.ed25519_public_pem)
        assert isinstance(key, Ed25519PublicKey)
        proof = proofs.read_proof(activity, now=datetime.now(UTC))
        proofs.verify_proof(proof, key)
        assert proof.key_id == f"{account.uri}#ed25519-key"
        found["proof"] = True
    if "signature" in activity:
        rsa = load_public_key(keys.public_pem)
        assert isinstance(rsa, RSAPublicKey)
        claim = linked_data.read_claim(activity, now=datetime.now(UTC))
        linked_data.verify(claim, graph.canonical(activity).text, rsa)
        assert claim.key_id == f"{account.uri}#main-key"
        found["signature"] = True
    return found


PROOF = {"proof": True, "signature": False}
LINKED = {"proof": False, "signature": True}
BOTH = {"proof": True, "signature": True}
NEITHER = {"proof": False, "signature": False}


async def test_what_is_open_leaves_with_a_proof(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await fan_of(one, alice.account, peer)
    post = await make.post(alice, "open", visibility=Visibility.UNLISTED)
    await make.post(alice, "closed", visibility=Visibility.FOLLOWERS)
    await boosts.boost(alice.id, post.id)
    await settle_down([one])
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    seals = {
        (activity["type"], "closed" in json.dumps(activity)): await ours(activity, alice.account)
        for activity in peer.delivered
    }
    assert seals == {
        ("Create", False): PROOF,
        ("Create", True): NEITHER,
        ("Announce", False): PROOF,
        ("Delete", False): PROOF,
    } | {key: PROOF for key in seals if key[0] == "Undo"}


async def test_whoever_passes_it_on_gets_a_linked_data_signature_alone(
    one: Echo, peer: Peer, victim: Peer
) -> None:
    """Mastodon does not pass on what has members that its context does not know."""
    alice = await make.person("alice")
    await fan_of(one, alice.account, peer)
    vera = victim.person("vera")
    note = vera.note("hello")
    tag = {"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}
    await vera.sends(one, vera.creates({**note, "to": [PUBLIC, alice.account.uri], "tag": [tag]}))
    await settle_down([one])
    theirs = await Post.get(uri=note["id"])
    reply = await make.post(alice, "a reply", reply_to=theirs.id)
    await settle_down([one])
    await posts.remove(alice.id, reply.id)
    await settle_down([one])
    for host, expected in ((victim, LINKED), (peer, PROOF)):
        for kind in ("Create", "Delete"):
            [activity] = host.sent(kind)
            assert await ours(activity, alice.account) == expected, (host.host, kind)


async def test_the_servers_of_those_who_boosted_pass_a_deletion_on(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    fan = await fan_of(one, alice.account, peer)
    post = await make.post(alice)
    await settle_down([one])
    await fan.sends(one, fan.does("Announce", post.uri, cc=[alice.account.uri]))
    await settle_down([one])
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    assert await ours(peer.sent("Create")[0], alice.account) == PROOF
    assert await ours(peer.sent("Delete")[0], alice.account) == LINKED


async def test_a_goodbye_has_both(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await fan_of(one, alice.account, peer)
    await account_actions.delete_local(alice.id)
    await settle_down([one])
    [activity] = peer.sent("Delete")
    assert await ours(activity, alice.account) == BOTH


async def follow(follower_id: int, username: str, host: str) -> None:
    found = await ports.directory().account_by_handle(username, host)
    assert found is not None
    await follows.follow(follower_id, found)


async def test_three_servers(one: Echo, two: Echo, three: Echo) -> None:
    """A answers B; C, who follows B, sees the answer, its edit and its end."""
    servers = [one, two, three]
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    carol = await three.run(make.person("carol"))
    await three.run(follow(carol.id, "bob", "two.test"))
    await follow(alice.id, "bob", "two.test")
    await settle_down(servers)
    post = await two.run(make.post(bob, "a question"))
    await settle_down(servers)
    copy = await Post.get(uri=post.uri)
    reply = await make.post(alice, "an answer", reply_to=copy.id)
    await settle_down(servers)

    async def seen() -> Post:
        return await Post.get(uri=reply.uri)

    assert "an answer" in (await three.run(seen())).html
    assert (await three.run(seen())).deleted_at is None
    await posts.remove(alice.id, reply.id)
    await settle_down(servers)
    assert (await two.run(seen())).deleted_at is not None
    assert (await three.run(seen())).deleted_at is not None
