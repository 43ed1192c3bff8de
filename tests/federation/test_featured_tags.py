"""Hashtags on profiles, between servers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from echo import ports
from echo.actions import featured_tags
from echo.models import Account
from echo.store import hashtags
from federation import resolve
from tests import make
from tests.federation.peer import Json, Peer
from tests.federation.test_handlers import says
from tests.federation.test_two_echos import follow
from tests.fediverse import Echo, settle_down


async def shown(uri: str) -> set[str]:
    account = await Account.get(uri=uri)
    return {row["shown"] for row in await hashtags.featured(account.id)}


async def rest(server: Echo) -> None:
    """Wait for what is done beside."""
    while server.runtime.network.background:
        await asyncio.gather(*server.runtime.network.background)


def tag(name: str) -> Json:
    return {"type": "Hashtag", "href": f"https://peer.test/tags/{name}", "name": f"#{name}"}


async def test_hashtags_of_profiles_travel(one: Echo, two: Echo) -> None:
    """Those that are there when somebody looks, and those that come and go later."""
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await featured_tags.feature(alice.id, "Cats")
    await two.run(follow(bob, "alice", "one.test"))
    await two.run(rest(two))
    await settle_down([one, two])
    assert await two.run(shown(alice.account.uri)) == {"Cats"}
    await featured_tags.feature(alice.id, "DogsOfEcho")
    await featured_tags.unfeature(alice.id, "cats")
    await settle_down([one, two])
    assert await two.run(shown(alice.account.uri)) == {"DogsOfEcho"}
    page = await one.app.test_client().get(f"/ap/actors/{alice.id}/featured_tags")
    found = await page.json
    assert (found["type"], found["totalItems"]) == ("Collection", 1)
    assert found["items"] == [
        {"type": "Hashtag", "href": "https://one.test/tags/dogsofecho", "name": "#DogsOfEcho"}
    ]


async def test_mastodon_adds_to_the_collection_of_posts(one: Echo, peer: Peer, evil: Peer) -> None:
    quinn = peer.person("quinn", featured="https://peer.test/f")
    add = quinn.does("Add", tag("Cats"), target="https://peer.test/f")
    assert await says(quinn, one, add) == ""
    assert await says(quinn, one, add | {"id": f"{quinn.id}/again"}) == "duplicate"
    mallory = evil.person("mallory")
    theft = mallory.does("Remove", tag("cats"), target="https://peer.test/f")
    assert await says(mallory, one, theft) == "foreign-object"
    assert await shown(quinn.id) == {"Cats"}
    remove = quinn.does("Remove", tag("cats"), target=f"{quinn.id}/tags")
    assert await says(quinn, one, remove) == ""
    assert await shown(quinn.id) == set()
    nothing = quinn.does("Add", {"type": "Hashtag", "name": "#"}, target="https://peer.test/f")
    assert await says(quinn, one, nothing) == "unsupported-object"


@pytest.mark.parametrize("shape", ["items", "page", "link"])
async def test_a_collection_is_read_when_somebody_looks(one: Echo, peer: Peer, shape: str) -> None:
    place = "https://peer.test/tags"
    quinn = peer.person("quinn", featuredTags=place)
    items: Any = [
        tag("Cats"),
        tag("dogs"),
        {"type": "Note"},
        None,
        "https://peer.test/x",
        {"type": "Hashtag"},
    ]
    page = {"type": "CollectionPage", "items": items}
    document = {"id": place, "type": "Collection"} | {
        "items": {"items": items},
        "page": {"first": page},
        "link": {"first": f"{place}?page=1"},
    }[shape]
    peer.serve(place, document)
    peer.serve(f"{place}?page=1", page | {"id": f"{place}?page=1"})
    await ports.directory().account_by_handle("quinn", "peer.test")
    await rest(one)
    assert await shown(quinn.id) == {"Cats", "dogs"}


async def test_more_than_can_be_shown_is_not_kept(one: Echo, peer: Peer) -> None:
    place = "https://peer.test/tags"
    quinn = peer.person("quinn", featuredTags=place)
    items = [tag(f"tag{number}") for number in range(50)]
    peer.serve(place, {"id": place, "type": "OrderedCollection", "orderedItems": items})
    await ports.directory().account_by_handle("quinn", "peer.test")
    await rest(one)
    assert len(await shown(quinn.id)) == featured_tags.MOST_FEATURED
    more = quinn.does("Add", tag("more"), target=place)
    assert await says(quinn, one, more) == "duplicate"


async def test_a_collection_elsewhere_is_not_asked_for(one: Echo, peer: Peer, victim: Peer) -> None:
    peer.person("quinn", featuredTags="https://victim.test/tags")
    await ports.directory().account_by_handle("quinn", "peer.test")
    await rest(one)
    assert victim.requests == []


async def test_strangers_are_not_asked(one: Echo, peer: Peer) -> None:
    """Somebody who only speaks to us costs one document."""
    quinn = peer.person("quinn", featuredTags="https://peer.test/tags")
    await resolve.account(quinn.id)
    await rest(one)
    assert not any(request.url.path == "/tags" for request in peer.requests)
