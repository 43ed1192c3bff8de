"""Rows of parts A and D that no other file shows: silent servers, ids of ours, bodies without a length."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from echo.models import Account, InboundActivity, Post
from federation import resolve
from tests import make
from tests.federation.peer import PUBLIC, Actor, Peer, key_pair, stamp
from tests.federation.test_handlers import followed, says
from tests.fediverse import Echo, Router, settle_down


async def test_s_a11_a_goodbye_whose_server_is_silent_is_believed_by_nobody_and_asked_about_once(
    one: Echo, peer: Peer, router: Router
) -> None:
    bob = peer.person("bob")
    await resolve.account(bob.id)
    await Account.filter(uri=bob.id).update(fetched_at=datetime.now(UTC) - timedelta(hours=1))

    async def silent(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("nobody answers")

    router.hosts["peer.test"] = silent
    router.asked.clear()
    stranger = Actor(peer, "bob", key_pair(2))
    for _ in range(5):
        assert (await stranger.sends(one, bob.does("Delete", bob.id))).status_code == 202
    assert len(router.asked_of("peer.test")) <= 2  # a dropped connection is tried once more
    assert (await Account.get(uri=bob.id)).deleted_at is None
    assert await InboundActivity.all().count() == 0


async def test_s_a17_an_unknown_id_of_ours_makes_nothing(one: Echo, peer: Peer, router: Router) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    router.asked.clear()
    ours = "https://one.test/ap/posts/987654321"
    whole: Any = {**bob.note("forged"), "id": ours, "updated": stamp()}
    for kind in ("Create", "Update", "Announce", "Delete", "Like", "Add"):
        for about in (ours, whole):
            activity = bob.does(kind, about, to=[PUBLIC], target=f"{bob.id}/featured")
            assert await says(bob, one, activity) != ""
    assert await Post.all().count() == 0
    assert router.asked_of("one.test") == []


async def test_s_a17_somebody_here_cannot_be_written_over(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await resolve.account(bob.id)
    forged = {**bob.document, "id": alice.account.uri, "name": "Mallory"}
    assert await says(bob, one, bob.does("Update", forged)) == "foreign-object"
    assert (await Account.get(id=alice.id)).display_name == alice.account.display_name


async def test_s_d01_a_body_that_does_not_say_how_long_it_is_ends_at_the_lid(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    kept: list[httpx.Request] = []

    async def keep(request: httpx.Request) -> httpx.Response:
        kept.append(request)
        return httpx.Response(202)

    elsewhere = Echo.__new__(Echo)
    elsewhere.host, elsewhere.answer = one.host, keep  # type: ignore[method-assign]
    await bob.sends(elsewhere, bob.does("View", bob.id))
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        for _ in range(200):
            given += 65_536
            yield b" " * 65_536

    headers = {name: value for name, value in kept[0].headers.items() if name != "content-length"}
    request = httpx.Request("POST", kept[0].url, headers=headers, content=endless())
    assert "content-length" not in request.headers
    assert (await one.answer(request)).status_code == 413


async def test_s_d08_wide_lists_of_aliases_are_cut(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob", alsoKnownAs=[f"https://x{number}.test/u" for number in range(4_000)])
    account = await resolve.account(bob.id)
    assert 0 < len(account.also_known_as) <= 256
    wide = json.dumps(bob.does("View", [f"https://x{number}.test/u" for number in range(20_000)])).encode()
    assert (await bob.sends(one, wide)).status_code == 400
    await settle_down([one])
