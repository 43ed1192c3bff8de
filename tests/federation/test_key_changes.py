"""New keys in the place of old ones: announced under the old ones, and nothing lost when killed half way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from activitypub import signatures
from activitypub.errors import SignatureError
from activitypub.signatures.keys import load_public_key
from activitypub.signatures.multibase import read_ed25519_multikey
from echo import clock, db
from echo.actions import follows, keys
from echo.errors import NotFound
from echo.models import AccountKey, Delivery, Post
from federation import resolve
from federation.keys import Keyring
from federation.network import network
from tests import make
from tests.federation.peer import Json, Peer
from tests.federation.test_keys import actor_at
from tests.fediverse import Echo, Router, settle_down


async def later(**passed: float) -> None:
    """Time goes by: for keys that wait, and for what processes remember of them."""
    await AccountKey.all().update(changed_at=clock.now() - timedelta(**passed))
    network().keys = Keyring()


async def followed(one: Echo, peer: Peer) -> make.Person:
    """Somebody whom somebody at the peer follows."""
    alice = await make.person("alice")
    await make.follow(await make.stranger("bob", peer.host), alice)
    await settle_down([one])
    await peer.forget()
    peer.delivered.clear()
    return alice


def signed_by(peer: Peer, number: int, pem: str) -> bool:
    """Whether a delivery was signed with this key."""
    request = peer.requests[number]
    headers = [(name.lower(), value) for name, value in request.headers.items()]
    claim = signatures.claimed("POST", request.url.raw_path.decode(), headers)
    try:
        signatures.verify_key(claim, load_public_key(pem))
    except SignatureError:
        return False
    return True


def key_id(peer: Peer, number: int) -> str:
    return str(peer.requests[number].headers["signature"].split('"')[1].partition("#")[2])


async def test_new_keys_are_announced_under_the_old_one_and_then_used(one: Echo, peer: Peer) -> None:
    alice = await followed(one, peer)
    old = await AccountKey.get(account_id=alice.id)
    assert await keys.change(alice.id) is True
    await settle_down([one])
    (update,) = peer.sent("Update")
    published: Json = update["object"]
    assert published["publicKey"] == (await actor_at(one, alice.id))["publicKey"]
    assert published["publicKey"]["id"].endswith("#main-key-2")
    assert published["publicKey"]["publicKeyPem"] != old.public_pem
    assert (key_id(peer, 0), signed_by(peer, 0, old.public_pem)) == ("main-key", True)
    listed = [each["id"].partition("#")[2] for each in published["assertionMethod"]]
    assert listed == ["ed25519-key-2", "ed25519-key"]

    assert await keys.replace() == []  # too early: who just got it has not read it yet
    await later(seconds=30)
    assert await keys.replace() == [alice.id]
    await make.post(alice, "under the new key")
    await settle_down([one])
    assert key_id(peer, 1) == "main-key-2"
    assert signed_by(peer, 1, published["publicKey"]["publicKeyPem"])
    now = await actor_at(one, alice.id)
    assert now["publicKey"] == published["publicKey"]
    (multikey,) = now["assertionMethod"]
    signer = await network().keys.document_signer(alice.id)
    assert signer.key_id == multikey["id"]
    assert signer.key.public_key() == read_ed25519_multikey(multikey["publicKeyMultibase"])


async def test_the_news_is_signed_with_the_old_key_even_when_it_arrives_late(one: Echo, peer: Peer) -> None:
    alice = await followed(one, peer)
    old = await AccountKey.get(account_id=alice.id)
    peer.inbox_status = 503
    await keys.change(alice.id)
    await settle_down([one])
    await later(seconds=30)
    assert await keys.replace() == [alice.id]  # it was told once; who is away does not hold it up
    peer.inbox_status = 202
    await Delivery.all().update(due_at=clock.now())
    await db.execute("UPDATE hosts SET health = 'closed', failures = 0, probe_at = NULL")
    await settle_down([one])
    assert len(peer.sent("Update")) == 1
    assert (key_id(peer, -1), signed_by(peer, -1, old.public_pem)) == ("main-key", True)
    await later(days=9)
    await keys.replace()
    assert (await AccountKey.get(account_id=alice.id)).retired_private_pem == ""


async def test_a_change_waits_for_its_news_but_not_for_ever(one: Echo, peer: Peer) -> None:
    alice = await followed(one, peer)
    await keys.change(alice.id)  # killed here: the job is in its row
    await later(seconds=30)
    assert await keys.replace() == []
    await later(minutes=6)
    assert await keys.replace() == [alice.id]
    assert await keys.replace() == []


async def test_a_change_that_is_under_way_is_not_begun_again(one: Echo, peer: Peer) -> None:
    alice = await followed(one, peer)
    await keys.change(alice.id)
    made = await AccountKey.get(account_id=alice.id)
    assert await keys.change(alice.id) is False
    assert (await AccountKey.get(account_id=alice.id)).next_public_pem == made.next_public_pem
    with pytest.raises(NotFound):
        await keys.change((await make.stranger("eve")).id)


async def test_keys_can_be_changed_again_and_nobody_to_tell_is_no_hindrance(one: Echo) -> None:
    alice = await make.person("alice")
    seen: set[str] = set()
    for generation in (2, 3):
        await keys.change(alice.id)
        await settle_down([one])
        await later(minutes=6)
        assert await keys.replace() == [alice.id]
        document = await actor_at(one, alice.id)
        assert document["publicKey"]["id"].endswith(f"#main-key-{generation}")
        seen.add(document["publicKey"]["publicKeyPem"])
    assert len(seen) == 2


async def test_new_keys_of_the_server_are_told_to_everybody(one: Echo, peer: Peer) -> None:
    await make.stranger("bob", peer.host)
    await keys.change(await network().keys.server_actor_id())
    await settle_down([one])
    (update,) = peer.sent("Update")
    assert update["object"]["type"] == "Application"


async def test_an_echo_takes_new_keys_from_another_without_asking(
    one: Echo, two: Echo, router: Router
) -> None:
    alice, bob = await make.person("alice"), await two.run(make.person("bob"))
    await two.run(_follow(bob, alice.account.uri))
    await settle_down([one, two])
    await keys.change(alice.id)
    await settle_down([one, two])
    await later(seconds=30)
    await keys.replace()
    router.asked.clear()
    await make.post(alice, "news")
    await settle_down([one, two])
    assert await two.run(_texts()) == ["<p>news</p>"]
    assert router.asked_of("one.test") == []


async def _follow(bob: make.Person, uri: str) -> None:
    await follows.follow(bob.id, (await resolve.account(uri)).id)


async def _texts() -> list[str]:
    return [post.html for post in await Post.all()]
