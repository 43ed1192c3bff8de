"""Secure mode and allow-list mode: who gets documents, and with whom there is exchange."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec
import pytest

from activitypub.signatures import cavage
from activitypub.signatures.keys import load_private_key
from echo import clock
from echo.actions import (
    avoided_domains,
    blocks,
    boosts,
    follows,
    likes,
)
from echo.config import Config
from echo.errors import Invalid, NotFound
from echo.kinds import BlockSeverity, Visibility
from echo.models import Account, Delivery, Follow, Like, Post
from federation import fetch, resolve
from federation.blocked import REMEMBERED_SECONDS
from federation.errors import Refused
from federation.network import network
from tests import fences, make
from tests.api.asking import Api
from tests.emptying import empty
from tests.federation.peer import ACTIVITY, Actor, Peer
from tests.fediverse import Echo, Router, open_echo, settle_down
from tests.routes import all_routes


def with_federation(template: Config, **switches: bool) -> Config:
    replace = msgspec.structs.replace
    return replace(template, federation=replace(template.federation, **switches))


@pytest.fixture
async def secure(
    router: Router, migrated: Config, second_database: str, tmp_path: Path
) -> AsyncIterator[Echo]:
    """The server at two.test, in secure mode."""
    config = with_federation(migrated, secure_mode=True)
    async with open_echo("two.test", router, config, second_database, tmp_path) as server:
        await server.run(empty())
        yield server


@pytest.fixture
async def choosy(router: Router, migrated: Config, tmp_path: Path) -> AsyncIterator[Echo]:
    """The server at one.test, in allow-list mode, bound."""
    config = with_federation(migrated, only_allowed=True)
    async with open_echo("one.test", router, config, migrated.database.url, tmp_path) as server:
        await server.run(empty())
        server.runtime.bind()
        yield server


async def asks(
    server: Echo, path: str, by: Actor | None = None, *, accept: str = ACTIVITY, **changed: str
) -> httpx.Response:
    """Ask for a document, signed by somebody or nobody."""
    url = f"https://{server.host}{path}"
    headers: dict[str, str] = {"Host": server.host, "Accept": accept}
    if by is not None:
        key = load_private_key(by.keys.private_pem)
        headers |= cavage.sign_request("GET", url, key=key, key_id=by.key_id, now=clock.now())
    return await server.answer(httpx.Request("GET", url, headers=headers | changed))


async def test_s_g10_documents_need_a_signature_and_only_what_must_be_known_does_not(
    secure: Echo, peer: Peer
) -> None:
    bob = peer.person("bob")
    alice = await secure.run(make.person("alice"))
    post = await secure.run(make.post(alice, "hello"))
    closed = [
        f"/ap/posts/{post.id}",
        f"/ap/posts/{post.id}/activity",
        f"/ap/posts/{post.id}/replies",
        *(f"/ap/actors/{alice.id}/{name}" for name in ("outbox", "followers", "following", "featured")),
    ]
    for path in closed:
        refused = await asks(secure, path)
        assert refused.status_code == 401, path
        assert refused.headers["accept-signature"] == 'sig1=("@method" "@target-uri");created'
        answer = await asks(secure, path, bob)
        assert answer.status_code == 200, path
        for said in (refused, answer):
            assert said.headers["vary"] == "Accept, Signature"
            assert said.headers["cache-control"] == "private, no-store"
    forged = await asks(secure, closed[0], bob, Date="Thu, 26 Nov 2026 00:00:00 GMT")
    assert forged.status_code == 401
    for path in (
        "/.well-known/webfinger?resource=acct:alice@two.test",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
        "/.well-known/host-meta",
        "/.well-known/host-meta.json",
    ):
        assert (await asks(secure, path)).status_code == 200, path


async def test_s_g10_every_document_is_closed_in_secure_mode() -> None:
    """A new kind of document cannot be forgotten: it is closed by its mark."""
    documents = {route.path for route in all_routes() if route.mark == "signed" and route.method == "GET"}
    assert all(path.startswith(("/ap/", "/relay")) for path in documents)
    open_ones = {route.path for route in all_routes() if route.mark == "found"}
    assert all(path.startswith(("/.well-known/", "/nodeinfo/")) for path in open_ones)


async def test_a_server_that_chooses_with_whom_it_speaks_shows_passers_by_nothing(choosy: Echo) -> None:
    alice = await make.person("alice")
    post = await make.post(alice, "hello #all")
    opened = {
        route.path for route in all_routes() if route.mark.startswith("optional") and route.method == "GET"
    }
    for path in opened:
        filled = re.sub(r"<[^>]+>", str(post.id), path)
        refused = await asks(choosy, filled, accept="application/json")
        assert refused.status_code == 401, path
        assert refused.json() == {"error": "This method requires an authenticated user"}, path
    for page in ("/@alice", f"/@alice/{post.id}", "/tags/all", "/collections/1"):
        sent = await asks(choosy, page, accept="text/html")
        assert sent.status_code == 302, page
        assert sent.headers["location"] == f"/login?{urlencode({'next': page})}"
    assert "hello" not in (await asks(choosy, "/", accept="text/html")).text
    program = await asks(choosy, f"/@alice/{post.id}")
    assert program.headers["location"] == f"https://one.test/ap/posts/{post.id}"
    instance = (await asks(choosy, "/api/v2/instance", accept="application/json")).json()
    assert set(instance["configuration"]["timelines_access"]["live_feeds"].values()) == {"authenticated"}
    api = Api(choosy.app.test_client())
    statuses = await api.ask(
        "GET", f"/api/v1/accounts/{alice.id}/statuses", by=alice, headers={"Host": "one.test"}
    )
    assert [each["id"] for each in statuses.many("Status")] == [str(post.id)]


async def test_an_unsigned_question_for_an_actor_gets_the_key_and_no_more(secure: Echo, peer: Peer) -> None:
    alice = await secure.run(make.person("alice"))
    path = f"/ap/actors/{alice.id}"
    stranger = (await asks(secure, path)).json()
    assert set(stranger) == {
        "@context",
        "id",
        "type",
        "preferredUsername",
        "inbox",
        "outbox",
        "endpoints",
        "publicKey",
        "assertionMethod",
        "generator",
    }
    known = (await asks(secure, path, peer.person("bob"))).json()
    assert "name" in known
    assert {name: known[name] for name in stranger} == stranger
    page = await asks(secure, path, accept="text/html")
    assert (page.status_code, page.headers["location"]) == (302, "https://two.test/@alice")


async def test_a_page_is_shown_in_the_place_of_a_document_but_no_document_instead_of_it(
    secure: Echo,
) -> None:
    alice = await secure.run(make.person("alice"))
    post = await secure.run(make.post(alice, "hello"))
    assert (await asks(secure, f"/ap/posts/{post.id}", accept="text/html")).status_code == 302
    assert (await asks(secure, f"/ap/posts/{post.id}/activity", accept="text/html")).status_code == 401
    assert (await asks(secure, f"/ap/actors/{alice.id}/outbox", accept="text/html")).status_code == 401


async def test_s_g10_the_server_actor_is_open_and_the_same_for_all(secure: Echo) -> None:
    server_id = await secure.run(_server_actor_id())
    answer = await asks(secure, f"/ap/actors/{server_id}")
    assert answer.status_code == 200
    assert answer.json()["type"] == "Application"
    assert "public" in answer.headers["cache-control"]


async def _server_actor_id() -> int:
    return await network().keys.server_actor_id()


@pytest.mark.parametrize("is_secure", [True, False])
async def test_s_g10_a_blocked_server_is_refused(
    is_secure: bool, router: Router, migrated: Config, second_database: str, tmp_path: Path, peer: Peer
) -> None:
    config = with_federation(migrated, secure_mode=is_secure)
    async with open_echo("two.test", router, config, second_database, tmp_path) as server:
        await server.run(empty())
        alice = await server.run(make.person("alice"))
        await server.run(fences.block("peer.test", BlockSeverity.SUSPEND))
        answer = await asks(server, f"/ap/actors/{alice.id}", peer.person("bob"))
        assert answer.status_code == 403
        assert answer.headers["cache-control"] == "private, no-store"
        assert (await asks(server, f"/ap/actors/{alice.id}")).status_code == 200
        assert peer.requests == []


async def test_a_signature_that_is_none_is_no_hindrance_where_none_is_needed(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    answer = await asks(one, f"/ap/actors/{alice.id}", Signature="nonsense")
    assert answer.status_code == 200
    assert "public" in answer.headers["cache-control"]


@pytest.mark.parametrize("direction", ["ours", "theirs", "domain"])
async def test_people_who_block_each_other_see_nothing(secure: Echo, peer: Peer, direction: str) -> None:
    bob, eve = peer.person("bob"), peer.person("eve")
    alice = await secure.run(make.person("alice"))
    post = await secure.run(make.post(alice, "hello"))
    stored = await secure.run(resolve.account(bob.id))
    if direction == "ours":
        await secure.run(blocks.block(alice.id, stored.id))
    elif direction == "theirs":
        block = bob.does("Block", alice.account.uri)
        assert (await bob.sends(secure, block)).status_code == 202
        await settle_down([secure])
    else:
        await secure.run(avoided_domains.avoid(alice.id, "peer.test"))
    for path in (
        f"/ap/actors/{alice.id}",
        f"/ap/actors/{alice.id}/followers",
        f"/ap/posts/{post.id}",
        f"/ap/posts/{post.id}/replies",
    ):
        assert (await asks(secure, path, bob)).status_code == 404, path
        expected = 404 if direction == "domain" else 200
        assert (await asks(secure, path, eve)).status_code == expected, path


async def test_a_follower_may_read_what_followers_may(secure: Echo, peer: Peer) -> None:
    bob, eve = peer.person("bob"), peer.person("eve")
    alice = await secure.run(make.person("alice"))
    post = await secure.run(make.post(alice, "hello", visibility=Visibility.FOLLOWERS))
    await secure.run(_follow(bob, alice))
    assert (await asks(secure, f"/ap/posts/{post.id}", bob)).status_code == 200
    assert (await asks(secure, f"/ap/posts/{post.id}", eve)).status_code == 404


async def _follow(actor: Actor, alice: make.Person) -> None:
    await make.follow(await resolve.account(actor.id), alice)


async def test_two_echos_one_in_secure_mode_exchange_follow_post_like_and_boost(
    one: Echo, secure: Echo
) -> None:
    alice = await make.person("alice")
    bob = await secure.run(make.person("bob"))
    bob_at_one = await resolve.account(bob.account.uri)
    await follows.follow(alice.id, bob_at_one.id)
    await settle_down([one, secure])
    assert await Follow.filter(follower_id=alice.id, state="accepted").count() == 1
    await secure.run(make.post(bob, "from the secure one"))
    await settle_down([one, secure])
    seen = await Post.get(author_id=bob_at_one.id)
    await likes.like(alice.id, seen.id)
    await boosts.boost(alice.id, seen.id)
    await settle_down([one, secure])
    assert await secure.run(_count(Like)) == 1
    assert await secure.run(_boosts()) == 1
    private = await secure.run(make.post(bob, "quiet", visibility=Visibility.UNLISTED))
    found = await fetch.fetch(private.uri)
    assert found.id == private.uri


async def _count(model: Any) -> int:
    return int(await model.all().count())


async def _boosts() -> int:
    return await Post.filter(boost_of_id__not_isnull=True).count()


async def test_nothing_is_exchanged_with_those_who_are_not_allowed(choosy: Echo, peer: Peer) -> None:
    bob, alice = peer.person("bob"), await make.person("alice")
    follow = bob.does("Follow", alice.account.uri)
    assert (await bob.sends(choosy, follow)).status_code == 403
    with pytest.raises(Refused):
        await resolve.account(bob.id)
    assert await resolve.Directory().account_by_handle("bob", "peer.test") is None
    stranger = await make.stranger("eve", "peer.test")
    await make.follow(alice, stranger)
    await settle_down([choosy])
    assert await Delivery.all().count() == 0
    assert peer.requests == []
    assert (await asks(choosy, f"/ap/actors/{alice.id}/outbox", bob)).status_code == 403
    assert (await asks(choosy, f"/ap/actors/{alice.id}/outbox")).status_code == 401


async def test_those_who_are_allowed_are_as_always_but_their_subdomains_are_not(
    choosy: Echo, router: Router, peer: Peer
) -> None:
    await fences.allow("Peer.test")
    bob, alice = peer.person("bob"), await make.person("alice")
    assert (await bob.sends(choosy, bob.does("Follow", alice.account.uri))).status_code == 202
    await settle_down([choosy])
    assert [sent["type"] for sent in peer.delivered] == ["Accept"]
    below = Peer(router, "sub.peer.test").person("eve")
    assert (await below.sends(choosy, below.does("Follow", alice.account.uri))).status_code == 403
    await fences.disallow("peer.test")
    network().blocked = type(network().blocked)(lambda: REMEMBERED_SECONDS * 9)
    assert (await bob.sends(choosy, bob.does("Follow", alice.account.uri))).status_code == 403


async def test_a_block_counts_before_an_allowance(choosy: Echo, peer: Peer) -> None:
    await fences.allow("peer.test")
    await fences.block("peer.test", BlockSeverity.SUSPEND)
    bob, alice = peer.person("bob"), await make.person("alice")
    assert (await bob.sends(choosy, bob.does("Follow", alice.account.uri))).status_code == 403


async def test_pages_of_the_web_are_read_in_allow_list_mode_too(choosy: Echo, peer: Peer) -> None:
    peer.pages["/page"] = httpx.Response(200, text="hello", headers={"content-type": "text/html"})
    answer = await network().client.get("https://peer.test/page", accept="text/html")
    assert answer.body == b"hello"


async def test_allowing_is_idempotent_and_wants_a_domain(one: Echo) -> None:
    assert await fences.allow("peer.test") is True
    assert await fences.allow("PEER.test.") is False
    with pytest.raises(Invalid):
        await fences.allow("no domain")
    await fences.disallow("peer.test")
    with pytest.raises(NotFound):
        await fences.disallow("peer.test")
    assert await Account.all().count() == 0


async def test_apps_are_told_of_allow_list_mode(choosy: Echo) -> None:
    answer = await choosy.answer(httpx.Request("GET", "https://one.test/api/v2/instance"))
    assert answer.json()["configuration"]["limited_federation"] is True
