"""Ids that posts may not have, and what accounts of one server can do to each other with ids."""

from __future__ import annotations

from typing import Any

import pytest

from echo.models import Account, Post, Tombstone
from echo.store import posts
from federation import resolve
from federation.errors import FederationError
from tests.federation.peer import Peer
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo


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
    note = bob.note("what I say")
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
