"""Documents are believed only where they live."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from activitypub import signatures
from activitypub.signatures.keys import load_public_key
from echo import clock
from echo.errors import Gone
from echo.http import media_types
from echo.models import Account, AccountKey, Post
from echo.store import posts
from federation import ingest, resolve
from federation.errors import Refused, Unbelievable, Unreachable, Unwelcome
from federation.fetch import fetch, find
from tests.federation.peer import ACTIVITY, LINKED, Peer
from tests.fediverse import Echo, Router

pytestmark = pytest.mark.usefixtures("one")


async def test_a_document_is_fetched_from_its_home(peer: Peer) -> None:
    bob = peer.person("bob")
    assert (await fetch(f"{bob.id}#main-key")).id == bob.id


@pytest.mark.parametrize(
    ("content_type", "is_believed"),
    [
        (ACTIVITY, True),
        ("application/activity+json; charset=utf-8", True),
        ("Application/Activity+JSON", True),
        (LINKED, True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams https://x.test/y"', True),
        ("application/ld+json; charset=utf-8; profile=https://www.w3.org/ns/activitystreams", True),
        ("application/ld+json", False),
        ('application/ld+json; profile="https://x.test/https://www.w3.org/ns/activitystreams"', False),
        ("application/json", False),
        ("application/octet-stream", False),
        ("text/plain", False),
        ("text/html", False),
        ("", False),
        ('text/plain; x="application/activity+json"', False),
    ],
)
async def test_s_b01_only_activities_are_believed(
    peer: Peer, content_type: str, *, is_believed: bool
) -> None:
    note = peer.person("bob").note()
    peer.serve(note["id"], note, content_type=content_type)
    if is_believed:
        assert (await fetch(note["id"])).id == note["id"]
    else:
        with pytest.raises(Unbelievable):
            await fetch(note["id"])


async def test_s_a01_a_copy_elsewhere_proves_nothing(evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    note = vera.note("the truth")
    evil.serve("https://evil.test/n1", {**note, "content": "forged"})
    with pytest.raises(Unwelcome):
        await resolve.post("https://evil.test/n1", budget=resolve.Budget(5))
    assert await Post.all().count() == 0
    victim.serve(note["id"], note)
    evil.serve("https://evil.test/n2", {**note, "content": "forged"})
    stored = await resolve.post("https://evil.test/n2", budget=resolve.Budget(5))
    assert (stored.uri, stored.html) == (note["id"], "<p>the truth</p>")


async def test_s_a01_an_author_elsewhere_is_not_believed(evil: Peer, victim: Peer) -> None:
    vera = victim.person("vera")
    note = {**vera.note("forged"), "id": "https://evil.test/n3"}
    evil.serve("https://evil.test/n3", note)
    with pytest.raises(Unbelievable):
        await resolve.post("https://evil.test/n3", budget=resolve.Budget(5))
    assert await Post.all().count() == 0


async def test_s_a01_an_id_is_followed_once_only(evil: Peer, victim: Peer) -> None:
    note = victim.person("vera").note()
    evil.serve("https://evil.test/n4", {**note, "id": "https://evil.test/n5"})
    evil.serve("https://evil.test/n5", note)
    with pytest.raises(Unbelievable):
        await fetch("https://evil.test/n4")


async def test_s_a17_our_own_is_never_fetched(evil: Peer, router: Router) -> None:
    for address in ("https://one.test/ap/posts/1", "https://ONE.test/x", "https://one.test:443/x"):
        with pytest.raises(Refused):
            await fetch(address)
    evil.serve("https://evil.test/x", {"id": "https://one.test/ap/posts/1", "type": "Note"})
    with pytest.raises(Refused):
        await fetch("https://evil.test/x")
    assert router.asked_of("one.test") == []


@pytest.mark.parametrize("document", [{"type": "Note"}, {"id": 5}, {"id": "javascript:x"}])
async def test_a_document_without_a_good_id_is_nothing(peer: Peer, document: dict[str, object]) -> None:
    peer.serve("https://peer.test/x", document)
    with pytest.raises((Unbelievable, Refused)):
        await fetch("https://peer.test/x")


async def test_the_same_question_is_asked_once(peer: Peer) -> None:
    note = peer.person("bob").note()
    peer.serve(note["id"], note)
    await asyncio.gather(*(fetch(note["id"]) for _ in range(20)))
    assert len(peer.requests) == 1
    for _ in range(3):
        with pytest.raises(Unwelcome):
            await fetch("https://peer.test/missing")
    assert len(peer.requests) == 2


async def test_fetches_are_signed_by_the_server(one: Echo, peer: Peer) -> None:
    note = peer.person("bob").note()
    peer.serve(note["id"], note)
    await fetch(note["id"])
    [request] = peer.requests
    claim = signatures.claimed("GET", request.url.raw_path.decode(), list(request.headers.items()))
    server = await Account.get(kind="application")
    assert claim.key_id == f"{server.uri}#main-key"
    key = await AccountKey.get(account_id=server.id)
    public = load_public_key(key.public_pem)
    signatures.verify(claim, body=b"", public_key=public, our_hosts={"peer.test"}, now=clock.now())


async def test_s_b20_the_servers_own_key_is_read_without_a_signature(one: Echo, peer: Peer) -> None:
    """A peer that wants signatures looks up our key before it answers, unsigned."""
    note = peer.person("bob").note()
    peer.serve(note["id"], note)
    plain = peer.answer

    async def strict(request: httpx.Request) -> httpx.Response:
        claim = signatures.claimed("GET", request.url.raw_path.decode(), list(request.headers.items()))
        key = await one.answer(httpx.Request("GET", claim.key_id, headers={"accept": ACTIVITY}))
        assert key.status_code == 200
        assert key.json()["publicKey"]["id"] == claim.key_id
        return await plain(request)

    peer.router.hosts["peer.test"] = strict
    assert (await fetch(note["id"])).id == note["id"]


async def test_a_page_leads_to_its_document(peer: Peer) -> None:
    note = peer.person("bob").note()
    peer.serve(note["id"], note)
    link = f'<link rel="me alternate" type="application/activity+json" href="{note["id"]}">'
    page = f"<html><head><title>x</title>{link}</head>"
    peer.pages["/@bob/1"] = httpx.Response(
        200, text=page, headers={"content-type": "text/html; charset=utf-8"}
    )
    assert (await find("https://peer.test/@bob/1")).id == note["id"]
    header = f'<{note["id"]}>; rel="alternate"; type="application/activity+json"'
    peer.pages["/@bob/2"] = httpx.Response(
        200, text="<p>", headers={"content-type": "text/html", "link": header}
    )
    assert (await find("https://peer.test/@bob/2")).id == note["id"]
    peer.pages["/@bob/3"] = httpx.Response(200, text="<p>", headers={"content-type": "text/html"})
    with pytest.raises(Unbelievable):
        await find("https://peer.test/@bob/3")


async def test_parents_are_asked_for_up_to_a_limit(peer: Peer) -> None:
    bob = peer.person("bob")
    parent = None
    for number in range(30):
        note = bob.note(f"number {number}", inReplyTo=parent)
        peer.serve(note["id"], note)
        parent = note["id"]
    assert parent is not None
    stored = await resolve.post(parent, budget=resolve.Budget(ingest.PARENTS))
    assert await Post.all().count() == ingest.PARENTS
    assert stored.in_reply_to_id is not None


async def test_s_b17_a_circle_of_replies_ends(peer: Peer) -> None:
    bob = peer.person("bob")
    first, second = bob.note(), bob.note()
    for note, parent in ((first, second), (second, first)):
        peer.serve(note["id"], {**note, "inReplyTo": parent["id"]})
    await resolve.post(first["id"], budget=resolve.Budget(ingest.PARENTS))
    assert await Post.all().count() == 2


async def test_private_and_buried_posts_are_not_taken(peer: Peer) -> None:
    bob = peer.person("bob")
    note = bob.note(to=[f"{bob.id}/followers"], cc=[])
    peer.serve(note["id"], note)
    with pytest.raises(Unbelievable):
        await resolve.post(note["id"], budget=resolve.Budget(5))
    public = bob.note()
    peer.serve(public["id"], public)
    author = await resolve.account(bob.id)
    await posts.bury(public["id"], author.id)
    with pytest.raises(Gone):
        await resolve.post(public["id"], budget=resolve.Budget(5))


async def test_s_b09_nobody_is_asked_in_vain(router: Router) -> None:
    with pytest.raises(Unreachable):
        await fetch("https://away.test/x")


@pytest.mark.parametrize(
    ("accept", "wants_page"),
    [
        ([], False),
        (["*/*"], False),
        (["application/activity+json"], False),
        (["text/html"], True),
        (["text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"], True),
        (["application/activity+json", "text/html;q=0.1"], False),
        (['application/ld+json; profile="https://www.w3.org/ns/activitystreams"', "*/*;q=0.1"], False),
        (["text/html;q=0.5, application/json"], False),
        (["text/html, application/activity+json;q=0.9"], True),
        (["text/html;q=nonsense"], False),
    ],
)
def test_who_wants_a_page(accept: list[str], *, wants_page: bool) -> None:
    assert media_types.prefers_page(accept) == wants_page


@pytest.mark.parametrize(
    ("accept", "wants_it"),
    [
        ([], False),
        (["*/*"], False),
        (["application/json"], False),
        (["application/activity+json"], True),
        (["application/activity+json, application/ld+json"], True),
        (["application/activity+json", "text/html;q=0.1"], True),
        (['application/ld+json; profile="https://a.test/x, https://www.w3.org/ns/activitystreams"'], True),
        (["text/html, application/activity+json"], False),
        (["text/html", "application/activity+json;q=0.9"], False),
        (["application/activity+json;q=0"], False),
    ],
)
def test_who_asks_a_page_for_its_document(accept: list[str], *, wants_it: bool) -> None:
    assert media_types.prefers_activity(accept) == wants_it


@pytest.mark.parametrize(
    ("content_type", "is_one"),
    [
        ("application/activity+json", True),
        ("Application/Activity+JSON; charset=utf-8", True),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', True),
        ('application/ld+json;profile="https://other.test/ https://www.w3.org/ns/activitystreams"', True),
        ("application/ld+json", False),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams-x"', False),
        ("application/json", False),
        ("text/html", False),
        ("text/plain; application/activity+json", False),
        ("", False),
    ],
)
def test_s_b01_what_says_that_it_is_a_document(content_type: str, *, is_one: bool) -> None:
    assert media_types.is_activity(content_type) == is_one
