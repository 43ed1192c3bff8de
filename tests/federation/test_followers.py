"""Followers are compared along with private posts, and a list that has drifted is repaired, on both sides."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from activitypub.signatures import cavage
from activitypub.signatures.keys import load_private_key
from activitypub.synchronisation import Synchronisation, digest_of, read_header, write_header
from echo import clock
from echo.kinds import BlockSeverity, Visibility
from echo.models import Account, Follow
from federation import followers, resolve
from tests import fences, make
from tests.federation.peer import Actor, Json, Peer
from tests.federation.test_two_echos import follow
from tests.fediverse import Echo, Router, settle_down

PRIVATE = Visibility.FOLLOWERS


def headers(router: Router, host: str) -> list[str | None]:
    """What came along with the deliveries to a host."""
    posts = [request for request in router.asked_of(host) if request.method == "POST"]
    return [request.headers.get("collection-synchronization") for request in posts]


async def listed(server: Echo, path: str, asking: Actor | None) -> httpx.Response:
    """The list, as somebody's server asks for it."""
    url = f"https://{server.host}{path}"
    sent: dict[str, str] = {"Host": server.host, "Accept": "application/activity+json"}
    if asking is not None:
        sent |= cavage.sign_request(
            "GET",
            url,
            key=load_private_key(asking.keys.private_pem),
            key_id=asking.key_id,
            now=datetime.now(UTC),
        )
    return await server.answer(httpx.Request("GET", url, headers=sent))


# What is told


async def test_private_posts_carry_the_digest_of_each_servers_followers(
    one: Echo, peer: Peer, victim: Peer, router: Router
) -> None:
    alice = await make.person("alice")
    people = [peer.person("bob"), peer.person("carol"), victim.person("dave")]
    for person in people:
        await make.follow(await resolve.account(person.id), alice)
    await make.post(alice, visibility=Visibility.PUBLIC)
    await make.post(alice, "@bob@peer.test", visibility=Visibility.DIRECT)
    await settle_down([one])
    assert set(headers(router, peer.host)) == {None}
    router.asked.clear()
    await make.post(alice, visibility=PRIVATE)
    await settle_down([one])
    uri = alice.account.uri
    for host, followers_there in ((peer.host, people[:2]), (victim.host, people[2:])):
        [text] = headers(router, host)
        assert text is not None
        assert read_header(text) == Synchronisation(
            collection=f"{uri}/followers",
            url=f"{uri}/followers_synchronization",
            digest=digest_of(person.id for person in followers_there),
        )


async def test_who_has_too_many_followers_sends_none(
    one: Echo, peer: Peer, router: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(followers, "MOST_FOLLOWERS", 2)
    alice = await make.person("alice")
    for _ in range(2):
        await make.follow(await resolve.account(peer.person().id), alice)
    router.asked.clear()
    await make.post(alice, visibility=PRIVATE)
    await settle_down([one])
    assert headers(router, peer.host)[-1] is None


async def test_s_g08_each_server_is_told_of_its_own_people_alone(one: Echo, peer: Peer, victim: Peer) -> None:
    alice = await make.person("alice")
    bob, dave = peer.person("bob"), victim.person("dave")
    for person in (bob, dave):
        await make.follow(await resolve.account(person.id), alice)
    path = f"/ap/actors/{alice.id}/followers_synchronization"
    answer = await listed(one, path, bob)
    assert (answer.status_code, answer.json()["orderedItems"]) == (200, [bob.id])
    assert answer.headers["cache-control"] == "private, no-store"
    assert (await listed(one, path, dave)).json()["orderedItems"] == [dave.id]
    assert (await listed(one, path, None)).status_code == 401
    assert (await listed(one, "/ap/actors/1/followers_synchronization", bob)).status_code == 404
    await fences.block(peer.host, severity=BlockSeverity.SUSPEND)
    one.runtime.network.blocked._read_at = None
    assert (await listed(one, path, bob)).status_code == 403


# What is heard


async def drifted(one: Echo, two: Echo) -> tuple[int, int]:
    """Alice and carol here follow bob on `two`: there only alice, and dave who does not."""
    alice, carol, dave = [await make.person(name) for name in ("alice", "carol", "dave")]
    bob = await two.run(make.person("bob"))
    for person in (alice, carol):
        await follow(person, "bob", two.host)
    await settle_down([one, two])

    async def drift() -> None:
        theirs = await Account.get(username="carol")
        await Follow.filter(follower_id=theirs.id).delete()
        stranger = await resolve.account(dave.account.uri)
        await Follow.create(
            follower_id=stranger.id, followee_id=bob.id, state="accepted", uri="x", created_at=clock.now()
        )
        two.runtime.network.digests.forget(bob.id)

    await two.run(drift())
    await Follow.all().update(created_at=clock.now() - timedelta(hours=1))
    return bob.id, dave.id


async def test_a_list_that_has_drifted_is_repaired_on_both_sides(one: Echo, two: Echo) -> None:
    bob_id, _ = await drifted(one, two)
    bob = await two.run(_person(bob_id))
    await two.run(make.post(bob, visibility=PRIVATE))
    await settle_down([one, two])

    async def names() -> list[str]:
        rows = await Follow.filter(state="accepted")
        return sorted([(await Account.get(id=row.follower_id)).username for row in rows])

    assert await names() == ["alice"]
    assert await two.run(names()) == ["alice"]


async def _person(account_id: int) -> make.Person:
    return make.Person(await Account.get(id=account_id), "")


async def test_young_follows_and_unproven_lists_end_nothing(one: Echo, peer: Peer) -> None:
    """What may have been on its way when the list was made stays; all does when it is another list."""
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    await make.follow(alice, account)
    url = f"{bob.id}/followers_synchronization"
    peer.serve(url, {"id": url, "type": "OrderedCollection", "orderedItems": []})
    await followers.mend_followers(account.id, url, digest_of([]))
    assert await Follow.all().count() == 1
    await Follow.all().update(created_at=clock.now() - timedelta(hours=1))
    await followers.mend_followers(account.id, url, digest_of(["https://one.test/ap/actors/1"]))
    assert await Follow.all().count() == 1
    await followers.mend_followers(account.id, url, digest_of([]))
    assert await Follow.all().count() == 0


async def test_a_lost_accept_is_found(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    await follow(alice, "bob", peer.host)
    url = f"{bob.id}/followers_synchronization"
    first = {"type": "OrderedCollectionPage", "orderedItems": [alice.account.uri]}
    peer.serve(url, {"id": url, "type": "OrderedCollection", "first": first})
    await followers.mend_followers(account.id, url, digest_of([alice.account.uri]))
    assert (await Follow.get()).state == "accepted"


async def test_s_c12_a_digest_counts_only_from_the_server_it_is_about(
    one: Echo, peer: Peer, evil: Peer
) -> None:
    alice, bob, mallory = await make.person("alice"), peer.person("bob"), evil.person("mallory")
    account = await resolve.account(bob.id)
    await make.follow(alice, account)
    await Follow.all().update(created_at=clock.now() - timedelta(hours=1))
    lie = f"{mallory.id}/followers_synchronization"
    evil.serve(lie, {"id": lie, "type": "OrderedCollection", "orderedItems": []})
    right = Synchronisation(f"{bob.id}/followers", lie, digest_of([]))
    for sender, value in (
        (mallory, right),  # about somebody else
        (bob, right),  # a list that lies elsewhere
        (mallory, Synchronisation(f"{mallory.id}/followers", f"{bob.id}/x", digest_of(["y"]))),
    ):
        note: Json = sender.note(cc=[alice.account.uri])
        sent = await sender.sends(one, sender.creates(note), collection_synchronization=write_header(value))
        assert sent.status_code == 202
        await settle_down([one])
    await followers.mend_followers(account.id, lie, digest_of([]))
    assert await Follow.all().count() == 1
    assert [request for request in evil.requests if "synchronization" in request.url.path] == []


async def test_endless_lists_end(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    account = await resolve.account(bob.id)
    for number in range(20):
        place = f"{bob.id}/list?page={number}"
        peer.serve(place, {"type": "OrderedCollectionPage", "next": f"{bob.id}/list?page={number + 1}"})
    await peer.forget()
    await followers.mend_followers(account.id, f"{bob.id}/list?page=0", digest_of([]))
    assert len(peer.requests) == followers.MOST_PAGES


async def test_an_unfollow_of_somebody_unknown_is_sent_by_who_and_whom(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    url = f"{bob.id}/followers_synchronization"
    items = [alice.account.uri, f"{alice.account.uri}0", "https://victim.test/users/x"]
    peer.serve(url, {"id": url, "type": "OrderedCollection", "orderedItems": items})
    await followers.mend_followers(account.id, url, digest_of([]))
    await settle_down([one])
    [undo] = peer.sent("Undo")
    assert undo["actor"] == undo["object"]["actor"] == alice.account.uri
    assert undo["object"]["object"] == bob.id
