"""Replies, counts and contexts as they are served: open posts only, the author's own replies first."""

from __future__ import annotations

import json

import pytest

from activitypub.document import parse
from activitypub.objects import Collection
from activitypub.read import read_collection
from echo.actions import blocks, boosts, likes, posts
from echo.kinds import Visibility
from echo.models import Post
from federation import thread_collections
from tests import make
from tests.federation.peer import Json, Peer
from tests.federation.test_documents import get
from tests.fediverse import Echo


async def collection(server: Echo, address: str) -> Collection:
    answer = await get(server, address)
    assert answer.status_code == 200, address
    return read_collection(parse(answer.content))


async def walk(server: Echo, address: str) -> list[list[str | None]]:
    """All pages, as ids of items."""
    front = await collection(server, address)
    assert front.first is not None
    pages, place = [], front.first.id
    while place is not None:
        assert len(pages) < 10
        page = await collection(server, place)
        assert page.part_of == address
        pages.append([item.id for item in page.items])
        place = page.next
    return pages


async def note(server: Echo, post: Post) -> Json:
    found: Json = json.loads((await get(server, post.uri)).content)
    return found


async def test_own_replies_come_first_and_private_ones_never(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_collections, "REPLIES", 2)
    alice, carol = await make.person("alice"), await make.person("carol")
    post = await make.post(alice)
    others = [await make.post(carol, reply_to=post.id) for _ in range(3)]
    own = [await make.post(alice, reply_to=post.id) for _ in range(3)]
    for author in (alice, carol):
        await make.post(author, reply_to=post.id, visibility=Visibility.FOLLOWERS)
        await make.post(author, reply_to=post.id, local_only=True)
    pages = await walk(one, f"{post.uri}/replies")
    assert [uri for page in pages for uri in page] == [reply.uri for reply in (*own, *others)]
    assert not any(set(page) & {reply.uri for reply in own} and len(page) > 2 for page in pages)


async def test_counts_are_told_and_nobody_is_named(one: Echo) -> None:
    alice, carol = await make.person("alice"), await make.person("carol")
    post = await make.post(alice)
    await likes.like(carol.id, post.id)
    document = await note(one, post)
    assert document["likes"] == {"id": f"{post.uri}/likes", "type": "Collection", "totalItems": 1}
    assert document["shares"]["totalItems"] == 0
    for name, total in (("likes", 1), ("shares", 0)):
        found = await collection(one, f"{post.uri}/{name}")
        assert (found.total_items, found.items, found.first) == (total, (), None)


async def test_a_context_holds_all_open_posts_of_a_thread_in_time(
    one: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread_collections, "THREAD_POSTS", 2)
    alice = await make.person("alice")
    post = await make.post(alice)
    reply = await make.remote_post(await make.stranger(), in_reply_to_id=post.id)
    own = await make.post(alice, reply_to=reply.id)
    await make.post(alice, reply_to=post.id, visibility=Visibility.FOLLOWERS)
    removed = await make.post(alice, reply_to=own.id)
    await posts.remove(alice.id, removed.id)
    document = await note(one, post)
    assert document["context"] == document["conversation"] == f"https://one.test/ap/contexts/{post.id}"
    assert (await note(one, own))["context"] == document["context"]
    pages = await walk(one, document["context"])
    assert pages == [[post.uri, reply.uri], [own.uri]]


async def test_a_reply_copies_the_context_of_a_thread_that_began_elsewhere(one: Echo) -> None:
    alice = await make.person("alice")
    root = await make.remote_post(await make.stranger(), conversation_uri="https://peer.test/contexts/7")
    reply = await make.post(alice, reply_to=root.id)
    assert (await note(one, reply))["context"] == "https://peer.test/contexts/7"
    plain = await make.post(alice, reply_to=(await make.remote_post(await make.stranger())).id)
    assert "context" not in await note(one, plain)
    assert (await get(one, f"/ap/contexts/{root.id}")).status_code == 404


@pytest.mark.parametrize("visibility", [Visibility.FOLLOWERS, Visibility.DIRECT])
async def test_s_g03_nothing_of_a_private_thread_is_told(one: Echo, visibility: Visibility) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, visibility=visibility)
    for path in (f"/ap/posts/{post.id}/{name}" for name in ("replies", "likes", "shares")):
        assert (await get(one, path)).status_code == 404
    assert (await get(one, f"/ap/contexts/{post.id}")).status_code == 404
    for number in ("0", "abc", "9" * 40):
        assert (await get(one, f"/ap/contexts/{number}")).status_code == 404


async def test_boosts_have_no_context(one: Echo, peer: Peer) -> None:
    alice, carol = await make.person("alice"), await make.person("carol")
    post = await make.post(alice)
    boost = await boosts.boost(carol.id, post.id)
    assert (await get(one, f"/ap/contexts/{boost.id}")).status_code == 404
    await blocks.block(alice.id, carol.id)
    assert (await get(one, f"/ap/contexts/{post.id}")).status_code == 200
