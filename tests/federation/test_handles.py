"""Names: believed when the host and the actor agree."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from activitypub.webfinger import SUBSCRIBE
from echo import ports
from echo.models import Account
from federation import resolve
from federation.errors import FederationError, Unbelievable
from federation.handles import read_host_meta
from tests.federation.peer import Actor, Peer, jrd, key_pair
from tests.fediverse import Echo, Router

pytestmark = pytest.mark.usefixtures("one")


async def look_up(name: str, host: str) -> Account | None:
    """What a search for a handle finds."""
    found = await ports.directory().account_by_handle(name, host)
    return None if found is None else await Account.get(id=found)


def names(peer: Peer, handle: str, actor: str, *, subject: str = "") -> None:
    """Let WebFinger of a peer answer for a handle."""
    peer.pages[f"/.well-known/webfinger?resource=acct:{handle}"] = jrd(f"acct:{subject or handle}", actor)


async def test_somebody_is_found_by_handle(peer: Peer) -> None:
    bob = peer.person("bob")
    found = await look_up("BOB", "Peer.Test")
    assert found is not None
    assert (found.username, found.domain, found.uri) == ("bob", "peer.test", bob.id)
    await peer.forget()
    assert await look_up("bob", "peer.test") == found
    assert peer.requests == []


async def test_a_host_says_where_its_people_follow_others(peer: Peer) -> None:
    bob = peer.person("bob")
    asked = ports.directory().interaction_template
    usual = "https://peer.test/authorize_interaction?uri={uri}"
    assert await asked("", "peer.test") == usual
    assert await asked("bob", "peer.test") == usual, "WebFinger says nothing of it"
    for template, expected in (("https://peer.test/f?u={uri}", None), ("javascript:alert(1)//{uri}", usual)):
        answer = jrd("acct:zoe@peer.test", bob.id)
        answer["links"].append({"rel": SUBSCRIBE, "template": template})
        peer.pages["/.well-known/webfinger?resource=acct:zoe@peer.test"] = answer
        assert await asked("zoe", "peer.test") == (expected or template)
    assert await asked("nobody", "peer.test") is None
    assert await asked("bob", "not a host") is None


async def test_a_handle_may_be_at_another_host_than_its_actor(peer: Peer, router: Router) -> None:
    """Split domain: example.test answers for names, peer.test holds the actors."""
    bob = peer.person("bob")
    names(peer, "bob@peer.test", bob.id, subject="bob@example.test")
    front = Peer(router, "example.test")
    names(front, "bob@example.test", bob.id)
    found = await look_up("bob", "example.test")
    assert found is not None
    assert (found.username, found.domain, found.host) == ("bob", "example.test", "peer.test")


async def test_fep_2c59_the_actor_says_its_handle(peer: Peer, router: Router) -> None:
    bob = peer.person("bob", webfinger="robert@example.test")
    front = Peer(router, "example.test")
    names(front, "robert@example.test", bob.id)
    stored = await resolve.account(bob.id)
    assert (stored.username, stored.domain) == ("robert", "example.test")


async def test_s_l01_a_host_cannot_give_its_names_to_others(evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    names(evil, "admin@evil.test", vera.id)
    found = await look_up("admin", "evil.test")
    assert found is not None
    assert (found.username, found.domain) == ("vera", "victim.test")


async def test_s_l01_an_actor_cannot_take_the_name_of_another_host(evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    mallory = evil.person("mallory", webfinger="vera@victim.test")
    with pytest.raises(Unbelievable):
        await resolve.account(mallory.id)
    posing = evil.person("posing")
    names(evil, "posing@evil.test", posing.id, subject="vera@victim.test")
    with pytest.raises(Unbelievable):
        await resolve.account(posing.id)
    assert (await resolve.account(vera.id)).domain == "victim.test"
    assert await Account.filter(host="evil.test").count() == 0


async def test_s_l01_an_actor_cannot_be_called_like_us(evil: Peer) -> None:
    mallory = evil.person("mallory", webfinger="admin@one.test")
    stored = await resolve.account(mallory.id)
    assert (stored.username, stored.domain) == ("mallory", "evil.test")


async def test_s_l02_subjects_that_point_at_each_other_end(evil: Peer) -> None:
    mallory = evil.person("mallory")
    names(evil, "mallory@evil.test", mallory.id, subject="a@evil.test")
    names(evil, "a@evil.test", mallory.id, subject="b@evil.test")
    names(evil, "b@evil.test", mallory.id, subject="a@evil.test")
    with pytest.raises(Unbelievable):
        await resolve.account(mallory.id)
    assert len(evil.requests) <= 4


async def test_a_host_without_webfinger_is_named_by_its_id(peer: Peer) -> None:
    bob = Actor(peer, "bob", key_pair(1))
    peer.serve(bob.id, bob.document)
    stored = await resolve.account(bob.id)
    assert (stored.username, stored.domain) == ("bob", "peer.test")


async def test_s_a15_twenty_at_once_make_one(peer: Peer) -> None:
    bob = peer.person("bob")
    found = await asyncio.gather(*(resolve.account(bob.id) for _ in range(20)))
    assert len({account.id for account in found}) == 1
    assert len([request for request in peer.requests if "/users/" in str(request.url)]) == 1


async def test_s_a15_a_verified_handle_stays_with_its_owner(peer: Peer) -> None:
    bob = peer.person("bob")
    first = await resolve.account(bob.id)
    thief = Actor(peer, "bob", key_pair(2))
    document = {**thief.document, "id": "https://peer.test/users/bob2", "inbox": "https://peer.test/b2/inbox"}
    peer.serve("https://peer.test/users/bob2", document)
    names(peer, "bob@peer.test", "https://peer.test/users/bob2")
    with pytest.raises(FederationError):
        await resolve.account("https://peer.test/users/bob2")
    assert (await Account.get(username="bob")).id == first.id


@pytest.mark.parametrize(
    "handle",
    [
        "bob@peer.test/x",
        "bo b@peer.test",
        "bob@@peer.test",
        "bob@peer.test.",
        "bob@",
        "bob@peer..test",
        "@peer.test",
        "bob@127.0.0.1:80/",
        f"bob@{'x' * 300}.test",
        f"{'x' * 600}@peer.test",
    ],
)
async def test_s_l04_odd_handles_are_none(router: Router, handle: str) -> None:
    name, _, host = handle.partition("@")
    assert await look_up(name, host) is None
    assert router.asked == []


async def test_our_own_handles_are_only_looked_up(router: Router) -> None:
    assert await look_up("nobody", "one.test") is None
    assert await look_up("nobody", "ONE.test") is None
    assert router.asked == []


async def test_host_meta_tells_where_to_ask(peer: Peer) -> None:
    bob = peer.person("bob")
    del peer.pages["/.well-known/webfinger?resource=acct:bob@peer.test"]
    template = "https://peer.test/finger?q={uri}"
    body = (
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">'
        f'<Link rel="lrdd" template="{template}"/></XRD>'
    )
    peer.pages["/.well-known/host-meta"] = httpx.Response(200, text=body)
    peer.pages["/finger?q=acct:bob@peer.test"] = jrd("acct:bob@peer.test", bob.id)
    found = await look_up("bob", "peer.test")
    assert found is not None
    assert found.uri == bob.id


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><XRD><Link rel="lrdd" template="https://x/{uri}&a;"/></XRD>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><XRD/>',
        b'<?xml version="1.0"?><!-- <!DOCTYPE --><!ENTITY x "y"><XRD/>',
        b"<XRD>",
        b"",
        b"\xff\xfe",
        b'<XRD><Link rel="lrdd" template="https://x/no-place"/></XRD>',
    ],
)
def test_s_l03_entities_and_garbage_are_no_host_meta(body: bytes) -> None:
    assert read_host_meta(body) is None


def test_an_honest_host_meta() -> None:
    body = b'<!-- hi --><XRD><Link rel="lrdd" template="https://x.test/{uri}"/></XRD>'
    assert read_host_meta(body) == "https://x.test/{uri}"


async def test_people_and_posts_are_found_by_page_address(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    note = bob.note()
    peer.serve(note["id"], note)
    for address, target in (("/@bob", bob.id), ("/@bob/1", note["id"])):
        link = f'<link rel="alternate" type="application/activity+json" href="{target}">'
        peer.pages[address] = httpx.Response(200, text=link, headers={"content-type": "text/html"})
    directory = ports.directory()
    found = await directory.account_by_iri("https://peer.test/@bob")
    assert found == (await Account.get(uri=bob.id)).id
    assert await directory.post_by_iri("https://peer.test/@bob/1") is not None
    assert await directory.post_by_iri("https://peer.test/@bob") is None
    assert await directory.account_by_iri("https://peer.test/@nobody") is None
    assert await directory.account_by_iri("not an address") is None


@pytest.mark.parametrize("typed", ["bücher.test", "BÜCHER.test", "xn--bcher-kva.test", "XN--BCHER-KVA.test"])
async def test_a_host_has_two_spellings_and_is_stored_in_one(router: Router, typed: str) -> None:
    shop = Peer(router, "xn--bcher-kva.test")
    bob = shop.person("bob")
    found = await look_up("bob", typed)
    assert found is not None
    assert (found.domain, found.uri) == ("xn--bcher-kva.test", bob.id)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, json={"subject": "acct:bob@peer.test", "links": []}),
        httpx.Response(
            200, json={"links": [{"rel": "self", "type": "text/html", "href": "https://peer.test/"}]}
        ),
        httpx.Response(200, json={"links": "none", "subject": 7}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text="<p>404</p>", headers={"content-type": "text/html"}),
        httpx.Response(204),
        httpx.Response(410),
    ],
)
async def test_an_answer_for_nobody_names_nobody(peer: Peer, answer: httpx.Response) -> None:
    """WordPress and PieFed answer 200 for names that nobody has."""
    peer.pages["/.well-known/webfinger?resource=acct:bob@peer.test"] = answer
    assert await look_up("bob", "peer.test") is None
    assert await Account.filter(domain="peer.test").count() == 0


async def test_a_page_behind_a_self_link_is_no_actor(peer: Peer) -> None:
    names(peer, "bob@peer.test", "https://peer.test/about")
    peer.pages["/about"] = httpx.Response(200, text="<p>us</p>", headers={"content-type": "text/html"})
    assert await look_up("bob", "peer.test") is None
    peer.serve("https://peer.test/about", {"id": "https://peer.test/about", "type": "Collection"})
    assert await look_up("bob", "peer.test") is None
