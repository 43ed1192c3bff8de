"""Keys of people here and elsewhere: how they are made, published, read and found."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from activitypub.signatures.keys import KeyPair, generate_ed25519, load_public_key, same_key_id
from activitypub.signatures.multibase import read_ed25519_multikey, write_ed25519_multikey
from echo import db
from echo.actions import keys
from echo.errors import NotFound
from echo.kinds import BlockSeverity
from echo.models import Account, AccountKey
from federation import resolve
from federation.document_keys import document_key, listed_key
from federation.errors import Untrusted
from federation.network import network
from tests import fences, make
from tests.federation.peer import Actor, Peer
from tests.fediverse import Echo


async def actor_at(server: Echo, account_id: int) -> dict[str, Any]:
    request = httpx.Request("GET", f"https://{server.host}/ap/actors/{account_id}")
    request.headers["accept"] = "application/activity+json"
    found: dict[str, Any] = (await server.answer(request)).json()
    return found


def multikey(actor: Actor, pair: KeyPair, *, name: str = "ed25519-key") -> dict[str, str]:
    key = load_public_key(pair.public_pem)
    assert isinstance(key, Ed25519PublicKey)
    return {
        "id": f"{actor.id}#{name}",
        "type": "Multikey",
        "controller": actor.id,
        "publicKeyMultibase": write_ed25519_multikey(key),
    }


async def without_ed25519(*account_ids: int) -> None:
    """As they were before there were such keys."""
    await db.execute(
        "UPDATE account_keys SET ed25519_private_pem = '', ed25519_public_pem = ''"
        " WHERE account_id = ANY($1)",
        list(account_ids),
    )


async def test_an_actor_publishes_both_keys_and_signs_documents_with_the_second(one: Echo) -> None:
    alice = await make.person("alice")
    document = await actor_at(one, alice.id)
    assert document["publicKey"]["id"] == f"{document['id']}#main-key"
    (published,) = document["assertionMethod"]
    signer = await network().keys.document_signer(alice.id)
    assert published["id"] == signer.key_id == f"{document['id']}#ed25519-key"
    assert (published["type"], published["controller"]) == ("Multikey", document["id"])
    assert read_ed25519_multikey(published["publicKeyMultibase"]) == signer.key.public_key()


async def test_the_server_actor_has_both_keys_too(one: Echo) -> None:
    document = await actor_at(one, await network().keys.server_actor_id())
    assert len(document["assertionMethod"]) == 1


async def test_older_accounts_get_a_key_in_batches_and_keep_it(one: Echo) -> None:
    people = [await make.person() for _ in range(3)]
    await without_ed25519(*(each.id for each in people))
    assert "assertionMethod" not in await actor_at(one, people[0].id)
    assert await keys.complete(60) == 3
    made = {row.account_id: row.ed25519_private_pem for row in await AccountKey.all()}
    assert len(set(made.values())) == len(made)
    assert await keys.complete(60) == 0
    assert {row.account_id: row.ed25519_private_pem for row in await AccountKey.all()} == made
    assert "assertionMethod" in await actor_at(one, people[0].id)


async def test_a_batch_that_ran_out_of_time_goes_on(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    people = [await make.person() for _ in range(3)]
    await without_ed25519(*(each.id for each in people))
    monkeypatch.setattr(keys, "_BATCH_ROWS", 2)
    assert await keys.complete(-1) == 2
    assert await keys.complete(-1) == 1


async def test_who_signs_first_makes_the_key_and_all_get_the_same(one: Echo) -> None:
    alice = await make.person("alice")
    await without_ed25519(alice.id)
    made = await asyncio.gather(*(keys.document_key(alice.id) for _ in range(5)))
    assert len(set(made)) == 1
    stranger = await make.stranger()
    with pytest.raises(NotFound):
        await network().keys.document_signer(stranger.id)


async def test_an_ed25519_key_of_a_peer_signs_requests(one: Echo, peer: Peer) -> None:
    pair = generate_ed25519()
    bob = peer.person("bob")
    peer.serve(bob.id, {**bob.document, "assertionMethod": [multikey(bob, pair)]})
    alice = await make.person("alice")
    follow = bob.does("Follow", alice.account.uri)
    for scheme in ("cavage", "rfc9421"):
        sent = await bob.sends(one, follow, scheme=scheme, keys=pair, key_id=f"{bob.id}#ed25519-key")
        assert sent.status_code == 202, scheme
    assert (
        await bob.sends(one, follow, keys=generate_ed25519(), key_id=f"{bob.id}#ed25519-key")
    ).status_code == 401


async def stored(actor: Actor) -> Account:
    return await resolve.account(actor.id)


async def test_keys_for_documents_are_read_and_told_apart(one: Echo, peer: Peer, evil: Peer) -> None:
    pair, other = generate_ed25519(), generate_ed25519()
    bob = peer.person("bob")
    mallory = evil.person("mallory")
    listed = [
        multikey(bob, pair),
        {**multikey(bob, other, name="theirs"), "controller": mallory.id},
        multikey(mallory, other),
        {**multikey(bob, other, name="odd"), "publicKeyMultibase": "z111"},
    ]
    peer.serve(bob.id, {**bob.document, "assertionMethod": listed})
    account = await stored(bob)
    assert [key["id"] for key in account.public_keys] == [bob.key_id, f"{bob.id}#ed25519-key"]
    found = await document_key(f"{bob.id}#ed25519-key", owner=bob.id)
    assert found == load_public_key(pair.public_pem)
    assert listed_key(account, bob.key_id) is None


async def test_S_A02_a_key_of_another_server_is_not_taken(one: Echo, victim: Peer, evil: Peer) -> None:
    innocent, mallory = victim.person("innocent"), evil.person("mallory")
    stolen = {"id": innocent.key_id, "owner": mallory.id, "publicKeyPem": mallory.keys.public_pem}
    evil.serve(mallory.id, {**mallory.document, "publicKey": [mallory.document["publicKey"], stolen]})
    assert [key["id"] for key in (await stored(mallory)).public_keys] == [mallory.key_id]
    with pytest.raises(Untrusted):
        await document_key(innocent.key_id, owner=mallory.id)


async def test_a_new_key_for_documents_is_asked_for_but_not_at_once_again(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    account = await stored(bob)
    peer.serve(bob.id, {**bob.document, "assertionMethod": [multikey(bob, generate_ed25519())]})
    await peer.forget()
    with pytest.raises(Untrusted):
        await document_key(f"{bob.id}#ed25519-key", owner=bob.id)
    assert peer.requests == []
    await Account.filter(id=account.id).update(fetched_at=None)
    with pytest.raises(Untrusted):
        await document_key(f"{bob.id}#ed25519-key", owner=bob.id, may_ask=False)
    await document_key(f"{bob.id}#ed25519-key", owner=bob.id)
    assert len(peer.requests) == 1


async def test_an_actor_without_keys_leaves_the_known_ones(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    account = await stored(bob)
    peer.serve(bob.id, {name: value for name, value in bob.document.items() if name != "publicKey"})
    assert [key["id"] for key in (await resolve.refresh(account)).public_keys] == [bob.key_id]


@pytest.mark.parametrize("listed", ["#main-key", "/#main-key", "", "/main-key"])
@pytest.mark.parametrize("claimed", ["#main-key", "/#main-key", ""])
async def test_odd_key_ids_are_understood(one: Echo, peer: Peer, listed: str, claimed: str) -> None:
    bob = peer.person("bob")
    key = {"id": f"{bob.id}{listed}", "owner": bob.id, "publicKeyPem": bob.keys.public_pem}
    document = {**bob.document, "publicKey": [key]}
    peer.serve(bob.id, document)
    peer.serve(f"{bob.id}/", document)
    alice = await make.person("alice")
    is_known = same_key_id(key["id"], f"{bob.id}{claimed}") or not claimed
    for _ in range(2):
        sent = await bob.sends(one, bob.does("Follow", alice.account.uri), key_id=f"{bob.id}{claimed}")
        assert sent.status_code == (202 if is_known else 401)


@pytest.mark.parametrize("is_listed", [True, False])
async def test_S_A02_a_key_that_is_listed_by_its_address_is_read_there(
    one: Echo, peer: Peer, is_listed: bool
) -> None:
    bob = peer.person("bob")
    key = {"id": f"{bob.id}/key", "owner": bob.id, "publicKeyPem": bob.keys.public_pem}
    peer.serve(key["id"], key)
    peer.serve(bob.id, {**bob.document, "publicKey": [key["id"] if is_listed else f"{bob.id}/other"]})
    alice = await make.person("alice")
    sent = await bob.sends(one, bob.does("Follow", alice.account.uri), key_id=key["id"])
    assert sent.status_code == (202 if is_listed else 401)


async def test_S_A11_an_update_of_a_stranger_by_itself_costs_nothing(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    assert (await bob.sends(one, bob.does("Update", bob.document))).status_code == 202
    assert peer.requests == []
    assert await Account.filter(host=peer.host).count() == 0


async def test_a_blocked_server_is_refused_before_its_words_are_read(one: Echo, peer: Peer) -> None:
    await fences.block("peer.test", BlockSeverity.SUSPEND)
    assert (await peer.person("bob").sends(one, b"nonsense")).status_code == 403
