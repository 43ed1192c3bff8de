"""What anybody may ask of us, and what nobody gets."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from activitypub import document as documents
from activitypub.read import read_activity, read_actor, read_collection, read_note, read_tombstone
from echo.actions import blocks, boosts, posts
from echo.kinds import Visibility
from echo.models import Account
from federation import resolve
from tests import make
from tests.federation.peer import ACTIVITY, Peer
from tests.fediverse import Echo, settle_down
from tests.make import Person

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


async def get(server: Echo, path: str, *, accept: str = ACTIVITY) -> httpx.Response:
    """Ask, as a stranger."""
    url = path if "://" in path else f"https://{server.host}{path}"
    return await server.answer(httpx.Request("GET", url, headers={"accept": accept}))


async def finger(server: Echo, resource: str) -> httpx.Response:
    return await server.answer(
        httpx.Request("GET", f"https://{server.host}/.well-known/webfinger", params={"resource": resource})
    )


def parsed(answer: httpx.Response) -> documents.Document:
    return documents.parse(answer.content)


# WebFinger, host-meta, NodeInfo


@pytest.mark.parametrize(
    "resource",
    [
        "acct:alice@one.test",
        "alice@one.test",
        "acct:ALICE@One.Test",
        "@alice@one.test",
        "https://one.test/@alice",
        "acct%3Aalice%40one.test",
    ],
)
async def test_people_are_named_in_many_ways_and_answered_in_one(one: Echo, resource: str) -> None:
    alice = await make.person("alice")
    answer = await finger(one, resource)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jrd+json; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "public, max-age=259200"
    found = answer.json()
    assert found["subject"] == "acct:alice@one.test"
    assert found["links"][0] == {"rel": "self", "type": ACTIVITY, "href": alice.account.uri}
    by_id = await finger(one, alice.account.uri)
    assert by_id.json() == found


async def test_rel_chooses_links(one: Echo) -> None:
    await make.person("alice")
    answer = await get(one, "/.well-known/webfinger?resource=acct:alice@one.test&rel=self")
    assert [link["rel"] for link in answer.json()["links"]] == ["self"]


async def test_the_server_has_names_too(one: Echo) -> None:
    server_id = await one.runtime.network.keys.server_actor_id()
    for resource in ("acct:one.test@one.test", "https://one.test/", "https://one.test"):
        answer = await finger(one, resource)
        assert answer.status_code == 200
        assert answer.json()["links"][0]["href"] == f"https://one.test/ap/actors/{server_id}"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("resource=", 400),
        ("resource=a&resource=b", 400),
        ("resource[]=acct:alice@one.test", 400),
        ("resource=" + "x" * 10_000, 400),
        ("resource=alice", 400),
        ("resource=acct:nobody@one.test", 404),
        ("resource=acct:alice@other.test", 404),
        ("resource=https://other.test/@alice", 404),
        ("resource=acct:%F0%9F%92%A9@one.test", 404),
        ("resource=https://one.test/ap/actors/99999999999999999999", 404),
        ("resource=https://one.test/@", 404),
    ],
)
async def test_s_l07_bad_resources(one: Echo, query: str, status: int) -> None:
    await make.person("alice")
    answer = await get(one, f"/.well-known/webfinger?{query}")
    assert answer.status_code == status


async def test_the_deleted_are_gone(one: Echo) -> None:
    alice = await make.person("alice")
    await Account.filter(id=alice.id).update(deleted_at=datetime.now(UTC))
    assert (await finger(one, "acct:alice@one.test")).status_code == 410
    assert (await get(one, alice.account.uri)).status_code == 410


async def test_the_suspended_are_not_shown(one: Echo) -> None:
    alice = await make.person("alice")
    await Account.filter(id=alice.id).update(suspended_at=datetime.now(UTC))
    assert (await finger(one, "acct:alice@one.test")).status_code == 404
    assert (await get(one, alice.account.uri)).status_code == 403


async def test_host_meta_and_nodeinfo(one: Echo) -> None:
    await make.person("alice")
    xml = await get(one, "/.well-known/host-meta")
    assert xml.headers["content-type"].startswith("application/xrd+xml")
    assert 'template="https://one.test/.well-known/webfinger?resource={uri}"' in xml.text
    assert (await get(one, "/.well-known/host-meta.json")).json()["links"][0]["rel"] == "lrdd"
    links = (await get(one, "/.well-known/nodeinfo")).json()["links"]
    for link, version in zip(links, ("2.1", "2.0"), strict=True):
        answer = await get(one, link["href"])
        assert f"schema/{version}#" in answer.headers["content-type"]
        info = answer.json()
        assert info["version"] == version
        assert info["software"]["name"] == "echo"
        assert info["protocols"] == ["activitypub"]
        assert info["usage"]["users"]["total"] == 1
        assert info["metadata"]["upstream"] == {"name": "mastodon", "version": "4.6.5"}
    assert (await get(one, "/nodeinfo/1.0")).status_code == 404


# Actors


async def test_an_actor_is_served_whole(one: Echo) -> None:
    alice = await make.person("alice", locked=True)
    answer = await get(one, alice.account.uri)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/activity+json; charset=utf-8"
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["cache-control"] == "public, max-age=180"
    actor = read_actor(parsed(answer))
    assert actor.id == alice.account.uri
    assert actor.preferred_username == "alice"
    assert actor.webfinger == "alice@one.test"
    assert actor.manually_approves_followers
    assert actor.shared_inbox == "https://one.test/ap/inbox"
    [key] = actor.public_keys
    assert (key.id, key.owner) == (f"{alice.account.uri}#main-key", alice.account.uri)


async def test_people_are_sent_to_the_page(one: Echo) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    for address, page in ((alice.account.uri, alice.account.url), (post.uri, post.url)):
        answer = await get(one, address, accept=HTML)
        assert (answer.status_code, answer.headers["location"]) == (302, page)
        assert answer.headers["vary"] == "Accept"


async def test_the_server_actor_is_served(one: Echo) -> None:
    server_id = await one.runtime.network.keys.server_actor_id()
    actor = read_actor(parsed(await get(one, f"/ap/actors/{server_id}")))
    assert actor.kind == "Application"
    assert actor.preferred_username == "one.test"
    assert actor.manually_approves_followers
    assert await one.runtime.network.keys.server_actor_id() == server_id
    assert await Account.filter(kind="application").count() == 1


@pytest.mark.parametrize("number", ["0", "abc", "-1", "1e3", "%00", "9" * 40, "²"])
async def test_s_i06_odd_ids_are_404(one: Echo, number: str) -> None:
    for path in ("/ap/actors/{}", "/ap/posts/{}", "/ap/posts/{}/replies", "/ap/actors/{}/outbox"):
        assert (await get(one, path.format(number))).status_code == 404


# Posts


async def test_a_post_is_served_whole(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    first = await make.post(alice, "root")
    post = await make.post(alice, "Hello @bob@peer.test #Tag", reply_to=first.id)
    answer = await get(one, post.uri)
    assert answer.headers["cache-control"] == "public, max-age=180"
    note = read_note(parsed(answer))
    assert (note.id, note.attributed_to, note.in_reply_to) == (post.uri, alice.account.uri, first.uri)
    assert [mention.href for mention in note.mentions] == [bob.id]
    assert [tag.name.lower() for tag in note.hashtags] == ["tag"]
    assert bob.id in note.cc
    assert note.source is not None
    assert note.source.content == "Hello @bob@peer.test #Tag"
    created = read_activity(parsed(await get(one, f"{post.uri}/activity")))
    assert (created.type, created.object.id) == ("Create", post.uri)


READERS = ["public", "unlisted", "followers", "direct", "blocked by author", "deleted", "unknown"]


@pytest.mark.parametrize("kind", READERS)
async def test_s_g01_s_g03_only_open_posts_are_served(one: Echo, peer: Peer, kind: str) -> None:
    alice = await make.person("alice")
    visibility = Visibility(kind) if kind in set(Visibility) else Visibility.PUBLIC
    if kind == "unknown":
        visibility = Visibility.FOLLOWERS
    post = await make.post(alice, "secret", visibility=visibility)
    post_id = 12345 if kind == "unknown" else post.id
    if kind == "deleted":
        await posts.remove(alice.id, post.id)
    if kind == "blocked by author":
        await blocks.block(alice.id, (await resolve.account(peer.person("bob").id)).id)
    is_open = kind in ("public", "unlisted", "blocked by author")
    for path in ("", "/activity", "/replies"):
        answer = await get(one, f"/ap/posts/{post_id}{path}")
        expected = 200 if is_open else 410 if kind == "deleted" and path != "/replies" else 404
        assert answer.status_code == expected, path
        assert is_open or "secret" not in answer.text
        if expected == 410:
            assert read_tombstone(parsed(answer)).id == post.uri
    outbox = await get(one, f"{alice.account.uri}/outbox?page=true")
    assert ("secret" in outbox.text) == is_open


async def test_s_g03_private_and_unknown_look_alike(one: Echo) -> None:
    alice = await make.person("alice")
    private = await make.post(alice, visibility=Visibility.FOLLOWERS)
    removed = await make.post(alice, visibility=Visibility.DIRECT)
    await posts.remove(alice.id, removed.id)
    answers = [await get(one, f"/ap/posts/{each}") for each in (private.id, removed.id, 12345)]
    assert len({answer.content for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {404}


async def test_remote_posts_are_not_served_as_ours(one: Echo, peer: Peer) -> None:
    bob = await resolve.account(peer.person("bob").id)
    post = await make.remote_post(bob)
    assert (await get(one, f"/ap/posts/{post.id}")).status_code == 404
    assert (await get(one, f"/ap/actors/{bob.id}")).status_code == 404


async def test_boosts_are_served_at_their_own_id(one: Echo) -> None:
    alice = await make.person("alice")
    post = await make.post(alice)
    boost = await boosts.boost(alice.id, post.id)
    announce = read_activity(parsed(await get(one, boost.uri)))
    assert (announce.type, announce.object.id) == ("Announce", post.uri)
    assert (await get(one, f"/ap/posts/{boost.id}")).status_code == 404


# Collections


async def test_the_outbox_has_pages(one: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.collections.OUTBOX_ITEMS", 2)
    alice = await make.person("alice")
    made = [await make.post(alice) for _ in range(5)]
    front = read_collection(parsed(await get(one, f"{alice.account.uri}/outbox")))
    assert front.total_items == 5
    assert front.first is not None
    seen, address = [], front.first.id
    while address:
        page = read_collection(parsed(await get(one, address)))
        seen += [item.document.reference("object") for item in page.items if item.document]
        address = page.next
    assert seen == [post.uri for post in reversed(made)]


async def following(person: Person, peer: Peer, server: Echo, count: int) -> list[str]:
    """Let strangers follow somebody."""
    people = [peer.person() for _ in range(count)]
    for each in people:
        await each.sends(server, each.does("Follow", person.account.uri))
    await settle_down([server])
    return [each.id for each in people]


async def test_s_g12_followers_are_listed_unless_hidden(
    one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("federation.collections.PEOPLE", 2)
    alice = await make.person("alice")
    expected = await following(alice, peer, one, 3)
    place = f"{alice.account.uri}/followers"
    first = read_collection(parsed(await get(one, f"{place}?page=true")))
    assert first.next is not None
    second = read_collection(parsed(await get(one, first.next)))
    assert sorted(item.id or "" for item in (*first.items, *second.items)) == sorted(expected)
    await Account.filter(id=alice.id).update(hide_collections=True)
    for path in ("", "?page=true"):
        hidden = read_collection(parsed(await get(one, place + path)))
        assert (hidden.total_items, hidden.first, hidden.items) == (3, None, ())
    empty = read_collection(parsed(await get(one, f"{alice.account.uri}/following?page=true")))
    assert empty.items == ()


async def test_featured_is_empty(one: Echo) -> None:
    alice = await make.person("alice")
    assert read_collection(parsed(await get(one, f"{alice.account.uri}/featured"))).total_items == 0


async def test_replies_are_named_and_private_ones_are_not(one: Echo) -> None:
    alice, carol = await make.person("alice"), await make.person("carol")
    post = await make.post(alice)
    open_reply = await make.post(carol, reply_to=post.id)
    await make.post(carol, reply_to=post.id, visibility=Visibility.FOLLOWERS)
    answer = await get(one, f"{post.uri}/replies?page=true&others=true")
    assert [item.id for item in read_collection(parsed(answer)).items] == [open_reply.uri]
    note = json.loads((await get(one, post.uri)).content)
    assert note["replies"]["first"] == f"{post.uri}/replies?page=true"


async def test_inboxes_cannot_be_read(one: Echo) -> None:
    alice = await make.person("alice")
    for path in ("/ap/inbox", f"/ap/actors/{alice.id}/inbox"):
        assert (await get(one, path)).status_code in (404, 405)
