"""Ids that posts may not have, and what accounts of one server can do to each other with ids."""

from __future__ import annotations

from typing import Any

import pytest

from echo import db, ports
from echo.models import Account, Post, Tombstone
from echo.store import inbound, posts
from federation import resolve
from federation.errors import FederationError
from federation.processing import MOST_TRIES
from tests import make
from tests.federation.peer import Actor, Json, Peer
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo, settle_down


async def test_s_c28_a_post_never_has_the_id_of_something_else(one: Echo, peer: Peer) -> None:
    bob, carol = peer.person("bob", featured="https://peer.test/bob/pins"), peer.person("carol", keys=2)
    await followed(bob, one)
    await resolve.account(carol.id)
    note = bob.note()
    wrong = [
        bob.id,
        *(bob.document[name] for name in ("inbox", "outbox", "followers", "following")),
        "https://peer.test/bob/pins",
        "https://peer.test/inbox",
        carol.id,
    ]
    for uri in wrong:
        odd = {**note, "id": uri}
        assert await says(bob, one, bob.creates(odd)) == "taken-id", uri
        assert await says(bob, one, bob.does("Update", odd)) in ("taken-id", ""), uri
    create = bob.creates(note)
    assert await says(bob, one, {**create, "id": note["id"]}) == "taken-id"
    # Nor when it is asked for.
    author = await Account.get(uri=bob.id)
    peer.serve("https://peer.test/bob/pins", {**note, "id": "https://peer.test/bob/pins"})
    with pytest.raises(FederationError):
        await resolve.post("https://peer.test/bob/pins", budget=resolve.Budget(1))
    assert not await Post.exists()
    # Both people are who they were, and go on.
    assert (await resolve.account(bob.id)).id == author.id
    assert await says(bob, one, bob.creates(note)) == ""


@pytest.mark.parametrize("way", ["Delete", "Undo", "Undo of a Like", "Undo of a Follow"])
async def test_s_c03_nobody_buries_what_a_neighbour_has_yet_to_say(one: Echo, peer: Peer, way: str) -> None:
    bob, mallory = peer.person("bob"), peer.person("mallory", keys=2)
    await followed(bob, one)
    note = bob.note()
    about: Any = note["id"]
    if " of a " in way:
        about = {"id": note["id"], "type": way.split()[-1], "actor": mallory.id, "object": bob.id}
    assert await says(mallory, one, mallory.does(way.split()[0], about)) == "unknown-object"
    assert await says(bob, one, bob.creates(note)) == ""
    # Whose it is takes it away for good, whatever the neighbour says.
    assert await says(bob, one, bob.does("Delete", note["id"])) == ""
    assert await says(mallory, one, mallory.does("Delete", note["id"])) == "unknown-object"
    assert await says(bob, one, bob.creates(note)) == "deleted"


async def test_many_neighbours_do_not_make_one_forget(one: Echo, peer: Peer) -> None:
    bob = await resolve.account(peer.person("bob").id)
    uri = "https://peer.test/notes/1"
    for neighbour in range(1, 150):
        await posts.bury(uri, neighbour)
    await posts.bury(uri, bob.id)
    await posts.bury(uri, bob.id)
    assert len((await Tombstone.get(uri=uri)).account_ids) == 100
    assert await posts.is_buried(uri, bob.id)
    assert not await posts.is_buried(uri, 1)
    assert await posts.lives(uri, bob.id) is False


async def test_s_a15_an_id_that_a_neighbour_took_is_given_back(one: Echo, peer: Peer) -> None:
    """Where people choose ids themselves, somebody may say something under the id of another's post."""
    bob, mallory = peer.person("bob"), peer.person("mallory", keys=2)
    await followed(bob, one)
    await followed(mallory, one)
    note = {**bob.note("what I say"), "id": "https://peer.test/objects/1"}
    peer.serve(note["id"], note)
    theirs = {**note, "attributedTo": mallory.id, "content": "what they say"}
    assert await says(mallory, one, mallory.creates(theirs)) == ""
    assert await says(bob, one, bob.creates(note)) == ""
    author = await Account.get(uri=bob.id)
    post = await Post.get(uri=note["id"])
    assert (post.author_id, "what I say" in post.html) == (author.id, True)
    assert await Post.filter(deleted_at=None).count() == 1
    # The other way round the origin is asked as well, and says whose it is.
    assert await says(mallory, one, mallory.creates(theirs)) == "duplicate"
    assert (await Post.get(uri=note["id"])).author_id == author.id


async def squatted(one: Echo, peer: Peer, *, below_bob: bool = False) -> tuple[Actor, Actor, Json]:
    """A post of Bob's that Mallory, of the same server, has said first; the origin knows whose it is.

    Shapes:  below_bob: whether its id lies below Bob's, of whom nobody had heard here when Mallory said it
    """
    bob, mallory = peer.person("bob"), peer.person("mallory", keys=2)
    await followed(mallory, one)
    note = bob.note("what I say")
    if not below_bob:
        note["id"] = "https://peer.test/objects/1"
    theirs = {**note, "attributedTo": mallory.id, "content": "what they say"}
    assert await says(mallory, one, mallory.creates(theirs)) == ""
    await followed(bob, one)
    peer.serve(note["id"], note)
    return bob, mallory, note


async def test_s_a15_nobody_says_something_below_the_id_of_a_neighbour(one: Echo, peer: Peer) -> None:
    bob, mallory = peer.person("bob"), peer.person("mallory", keys=2)
    await followed(bob, one)
    await followed(mallory, one)
    for is_served, reason in ((False, "foreign-author"), (True, "foreign-author"), (True, "")):
        note = bob.note("what I say")
        theirs = {**note, "attributedTo": mallory.id, "content": "what they say"}
        if is_served:  # where the origin says that it is theirs, it is
            peer.serve(note["id"], note if reason else theirs)
        assert await says(mallory, one, mallory.creates(theirs)) == reason
    assert await Post.all().count() == 1


@pytest.mark.parametrize("way", ["update", "old update", "look", "passed on"])
async def test_s_a15_an_id_is_given_back_whenever_its_origin_is_asked(
    one: Echo, peer: Peer, way: str
) -> None:
    bob, mallory, note = await squatted(one, peer)
    if way == "look":
        await ports.directory().refresh_post(note["id"])
    elif way == "passed on":
        passer = Peer(peer.router, "else.test").person("passer", keys=2)
        await resolve.account(passer.id)
        signature = {"type": "RsaSignature2017", "creator": bob.key_id, "signatureValue": "x"}
        parent = await make.remote_post(await Account.get(uri=bob.id))
        peer.serve(note["id"], {**note, "inReplyTo": parent.uri})
        assert await says(passer, one, {**bob.creates(note), "signature": signature}) == ""
    else:
        published = {"published": "2020-01-01T00:00:00Z"} if way == "old update" else {}
        assert await says(bob, one, bob.does("Update", {**note, **published})) == ""
    author, post = await Account.get(uri=bob.id), await Post.get(uri=note["id"])
    assert (post.author_id, "what I say" in post.html) == (author.id, True)
    assert not await Post.filter(deleted_at=None).exclude(author_id=author.id).exists()
    assert await says(mallory, one, mallory.does("Update", {**note, "attributedTo": mallory.id})) == (
        "foreign-object"
    )


@pytest.mark.parametrize(
    ("status", "below_bob", "reason"),
    [
        (410, False, ""),
        (404, False, "foreign-object"),
        (403, False, "foreign-object"),
        (410, True, ""),
        (404, True, ""),
        (403, True, "foreign-object"),
    ],
)
async def test_s_a15_what_a_neighbour_took_goes_when_its_origin_does_not_stand_for_it(
    one: Echo, peer: Peer, status: int, below_bob: bool, reason: str
) -> None:
    """What is not served may be for some people only: that counts where the id lies below who says so."""
    bob, mallory, note = await squatted(one, peer, below_bob=below_bob)
    peer.serve_status(note["id"], status)
    assert await says(bob, one, bob.does("Delete", note["id"])) == reason
    assert await Post.filter(deleted_at=None).exists() is (reason != "")
    # Of a post of one's own nobody else says that it is gone, whether it is served or not.
    own = mallory.note("for friends")
    assert await says(mallory, one, mallory.creates(own)) == ""
    assert await says(bob, one, bob.does("Delete", own["id"])) == "foreign-object"
    assert await Post.filter(uri=own["id"], deleted_at=None).exists()


@pytest.mark.parametrize("way", ["Delete", "Create"])
async def test_s_a15_an_origin_that_is_broken_is_asked_again(one: Echo, peer: Peer, way: str) -> None:
    """Meanwhile everything stays as it is; after some tries it is left at that."""
    bob, _, note = await squatted(one, peer, below_bob=True)
    peer.serve_status(note["id"], 500)
    assert (
        await says(bob, one, bob.does("Delete", note["id"]) if way == "Delete" else bob.creates(note)) == ""
    )
    [row] = await inbound.listing(limit=1)
    assert (row["state"], row["attempts"]) == ("pending", 1)
    assert "what they say" in (await Post.get(uri=note["id"], deleted_at=None)).html
    peer.serve_status(note["id"], 404)
    one.runtime.network.failures.forget(note["id"])
    await db.execute("UPDATE inbound_activities SET due_at = now() WHERE id = $1", row["id"])
    await settle_down([one])
    [row] = await inbound.listing(limit=1)
    assert (row["state"], row["reason"]) == ("done", "")
    assert [post.html for post in await Post.filter(deleted_at=None)] == (
        [] if way == "Delete" else ["<p>what I say</p>"]
    )


async def test_s_a15_a_broken_origin_is_not_asked_for_ever(one: Echo, peer: Peer) -> None:
    bob, _, note = await squatted(one, peer, below_bob=True)
    peer.serve_status(note["id"], 503)
    assert await says(bob, one, bob.does("Delete", note["id"])) == ""
    for _ in range(MOST_TRIES):
        await db.execute("UPDATE inbound_activities SET due_at = now() WHERE state = 'pending'")
        await settle_down([one])
    [row] = await inbound.listing(limit=1)
    assert (row["state"], row["attempts"]) == ("ignored", MOST_TRIES)
    assert await Post.filter(uri=note["id"], deleted_at=None).exists()


@pytest.mark.parametrize(("below_bob", "reason"), [(True, ""), (False, "duplicate")])
@pytest.mark.parametrize("status", [404, 410])
async def test_s_a15_what_is_not_served_is_given_back_to_whose_id_it_lies_below(
    one: Echo, peer: Peer, status: int, below_bob: bool, reason: str
) -> None:
    bob, mallory, note = await squatted(one, peer, below_bob=below_bob)
    peer.serve_status(note["id"], status)
    assert await says(bob, one, bob.creates(note)) == reason
    [post] = await Post.filter(deleted_at=None)
    assert post.author_id == (await Account.get(uri=bob.id if below_bob else mallory.id)).id
