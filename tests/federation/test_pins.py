"""Pinned posts and posts for one server alone, as other servers see them."""

from __future__ import annotations

from typing import Any

from echo.actions import boosts, editing, pins, posts
from echo.actions.drafts import EditDraft
from echo.kinds import Visibility
from tests import make
from tests.federation.peer import Peer
from tests.federation.test_two_echos import follow, post_by_uri
from tests.fediverse import Echo, settle_down, work

Json = dict[str, Any]
ACCEPT = {"Accept": "application/activity+json"}


async def featured(server: Echo, account_id: int) -> Json:
    response = await server.app.test_client().get(f"/ap/actors/{account_id}/featured", headers=ACCEPT)
    found: Json = await response.json
    return found


async def test_pins_travel(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    post = await make.post(alice, "keep this")
    await settle_down([one, two])
    await pins.pin(alice.id, post.id)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.pinned_at is not None
    found = await featured(one, alice.id)
    assert (found["totalItems"], found["orderedItems"]) == (1, [post.uri])
    await pins.unpin(alice.id, post.id)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.pinned_at is None
    assert (await featured(one, alice.id))["totalItems"] == 0


async def test_private_pins_are_not_told(one: Echo, peer: Peer) -> None:
    alice, follower = await make.person("alice"), peer.person()
    await follower.sends(one, follower.does("Follow", alice.account.uri))
    await work()
    private = await make.post(alice, visibility=Visibility.FOLLOWERS)
    await pins.pin(alice.id, private.id)
    await work()
    assert peer.sent("Add") == []
    assert (await featured(one, alice.id))["totalItems"] == 0


async def test_s_c15_only_the_owner_of_a_collection_pins(one: Echo, peer: Peer, evil: Peer) -> None:
    reader, author = await make.person("reader"), peer.person("quinn", featured="https://peer.test/f")
    mallory = evil.person("mallory", featured="https://evil.test/f")
    await follow(reader, "quinn", "peer.test")
    await work()
    note = author.note()
    await author.sends(one, author.does("Accept", peer.sent("Follow")[0]))
    await author.sends(one, author.creates(note))
    await work()
    await mallory.sends(one, mallory.does("Add", note["id"], target="https://evil.test/f"))
    await mallory.sends(one, mallory.does("Add", note["id"], target="https://peer.test/f"))
    await author.sends(one, author.does("Add", note["id"], target="https://peer.test/other"))
    await work()
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert stored.pinned_at is None
    await author.sends(one, author.does("Add", note, target="https://peer.test/f"))
    await work()
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert stored.pinned_at is not None


async def test_what_is_pinned_is_asked_for(one: Echo, peer: Peer) -> None:
    reader, author = await make.person("reader"), peer.person("quinn", featured="https://peer.test/f")
    await follow(reader, "quinn", "peer.test")
    await work()
    await author.sends(one, author.does("Accept", peer.sent("Follow")[0]))
    note = author.note()
    peer.serve(note["id"], note)
    await author.sends(one, author.does("Add", note["id"], target="https://peer.test/f"))
    await work()
    await work()
    stored = await post_by_uri(note["id"])
    assert stored is not None
    assert stored.pinned_at is not None


async def test_what_stays_here_is_told_to_nobody(one: Echo, peer: Peer) -> None:
    alice, follower = await make.person("alice"), peer.person("quinn")
    booster = await make.person("booster")
    for person in (alice, booster):
        await follower.sends(one, follower.does("Follow", person.account.uri))
    await work()
    await work()
    before = len(peer.delivered)
    post = await make.post(alice, "@quinn@peer.test here", local_only=True)
    await pins.pin(alice.id, post.id)
    boost = await boosts.boost(booster.id, post.id)
    await editing.edit(alice.id, post.id, EditDraft(text="@quinn@peer.test still here"))
    client = one.app.test_client()
    paths = (f"/ap/posts/{post.id}", f"/ap/posts/{post.id}/activity", f"/ap/activities/boost/{boost.id}")
    for path in (*paths, f"/ap/posts/{post.id}/replies"):
        assert (await client.get(path, headers=ACCEPT)).status_code == 404
    outbox = await (await client.get(f"/ap/actors/{alice.id}/outbox?page=true", headers=ACCEPT)).json
    assert outbox["orderedItems"] == []
    assert (await featured(one, alice.id))["totalItems"] == 0
    await boosts.unboost(booster.id, post.id)
    await posts.remove(alice.id, post.id)
    for _ in range(3):
        await work()
    assert len(peer.delivered) == before
    assert (await client.get(f"/ap/posts/{post.id}", headers=ACCEPT)).status_code == 404


async def test_nothing_is_done_with_it_from_elsewhere(one: Echo, peer: Peer) -> None:
    alice, stranger = await make.person("alice"), peer.person("quinn")
    post = await make.post(alice, "here", local_only=True)
    for activity in (
        stranger.does("Like", post.uri),
        stranger.does("Announce", post.uri),
        stranger.does("QuoteRequest", post.uri, instrument=stranger.note("look", quote=post.uri)),
    ):
        await stranger.sends(one, activity)
    await work()
    await work()
    assert peer.delivered == []
    response = await one.app.test_client().get(f"/ap/actors/{alice.id}/outbox?page=true", headers=ACCEPT)
    assert (await response.json)["orderedItems"] == []
