"""Communities (FEP-1b12): followed, read, posted to; nothing is believed of one that is not its own."""

from __future__ import annotations

from typing import Any

import pytest

from echo.actions import likes, posts
from echo.kinds import Visibility
from echo.models import Account, Like, Notification, Post
from federation import resolve
from federation.reasons import Reason
from tests import make
from tests.api.asking import Api
from tests.federation.peer import PUBLIC, Actor, Json, Peer, stamp
from tests.federation.test_handlers import says
from tests.fediverse import Echo, settle_down
from tests.make import Person


def community(peer: Peer, name: str = "cats", **more: Any) -> Actor:
    """A community as Lemmy describes one: its moderators are a collection."""
    place = f"https://{peer.host}/users/{name}"
    details: Json = {
        "type": "Group",
        "attributedTo": f"{place}/moderators",
        "postingRestrictedToMods": False,
        "featured": f"{place}/featured",
        "sensitive": False,
        "language": [{"identifier": "en", "name": "English"}],
    }
    return peer.person(name, **(details | more))


def page(author: Actor, group: Actor, title: str = "A title", **more: Any) -> Json:
    """What begins a thread in a community, as Lemmy writes it."""
    note = author.note("body", to=[group.id, PUBLIC], cc=[], audience=group.id, name=title, **more)
    details: Json = {
        "type": "Page",
        "source": {"content": "body", "mediaType": "text/markdown"},
        "attachment": [{"type": "Link", "href": "https://example.org/article"}],
        "commentsEnabled": True,
        "stickied": False,
        "language": {"identifier": "de", "name": "Deutsch"},
    }
    note.update(details)
    return note


def comment(author: Actor, group: Actor, parent: str) -> Json:
    return author.note("comment", to=[PUBLIC], cc=[group.id], audience=group.id, inReplyTo=parent)


def passed_on(group: Actor, activity: Json) -> Json:
    """An activity as a community passes it on to its followers."""
    inner = {name: value for name, value in activity.items() if name != "@context"}
    return group.does("Announce", inner, to=[PUBLIC], cc=[f"{group.id}/followers"])


@pytest.fixture
async def alice(one: Echo) -> Person:
    return await make.person("alice")


@pytest.fixture
async def cats(one: Echo, peer: Peer, alice: Person) -> Actor:
    """A community that alice follows."""
    group = community(peer)
    await make.follow(alice, await resolve.account(group.id))
    return group


async def hear(server: Echo, group: Actor, activity: Json) -> str:
    """Let a community pass something on. Returns why it had no effect."""
    return await says(group, server, passed_on(group, activity))


async def boosts_of(group: Actor) -> set[str]:
    """What a community shows."""
    account = await Account.get(uri=group.id)
    rows = await Post.filter(author_id=account.id, deleted_at=None).exclude(boost_of_id=None)
    return {(await Post.get(id=row.boost_of_id)).uri for row in rows if row.boost_of_id is not None}


# Following and reading


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"attributedTo": [{"type": "Person", "id": "https://peer.test/users/mod"}]},  # PeerTube
        {"attributedTo": ["https://peer.test/users/mod"]},  # PieFed
        {"attributedTo": None, "featured": None, "endpoints": None, "language": None},
    ],
)
async def test_a_community_is_followed_and_looks_like_one(
    one: Echo, peer: Peer, alice: Person, shape: Json
) -> None:
    group = community(peer, **shape)
    account = await resolve.account(group.id)
    api = Api(one.app.test_client())
    shown = (await api.get(f"/api/v1/accounts/{account.id}", by=alice)).one("Account")
    assert shown["group"]
    await api.post(f"/api/v1/accounts/{account.id}/follow", by=alice)
    await settle_down([one])
    [follow] = peer.sent("Follow")
    assert await says(group, one, group.does("Accept", follow)) == Reason.EFFECT
    relation = (await api.get("/api/v1/accounts/relationships", by=alice, query={"id[]": account.id})).json
    assert relation[0]["following"]


async def test_what_is_posted_is_shown_as_boosted_by_the_community(
    one: Echo, peer: Peer, alice: Person, cats: Actor
) -> None:
    bob = peer.person("bob")
    post = page(bob, cats)
    assert await hear(one, cats, bob.creates(post)) == Reason.EFFECT
    api = Api(one.app.test_client())
    [status] = (await api.get("/api/v1/timelines/home", by=alice)).many("Status")
    assert (status["account"]["acct"], status["reblog"]["uri"]) == ("cats@peer.test", post["id"])
    assert status["reblog"]["account"]["acct"] == "bob@peer.test"
    assert status["reblog"]["language"] == "de"
    # Lemmy tells plain servers of the same once more.
    assert await says(cats, one, cats.does("Announce", post["id"])) == Reason.DUPLICATE
    reply = comment(bob, cats, post["id"])
    assert await hear(one, cats, bob.creates(reply)) == Reason.EFFECT
    assert len((await api.get("/api/v1/timelines/home", by=alice)).json) == 1
    assert (await Post.get(uri=reply["id"])).in_reply_to_id == (await Post.get(uri=post["id"])).id


async def test_a_community_that_nobody_follows_is_not_heard(one: Echo, peer: Peer) -> None:
    group, bob = community(peer), peer.person("bob")
    assert await hear(one, group, bob.creates(page(bob, group))) == Reason.UNRELATED
    dog = peer.person("dog")
    assert await hear(one, dog, bob.creates(page(bob, dog))) == Reason.UNSUPPORTED_OBJECT


async def test_s_c03_of_another_server_the_origin_is_asked(
    one: Echo, peer: Peer, victim: Peer, cats: Actor
) -> None:
    """A community cannot put words into anybody's mouth."""
    carol = victim.person("carol")
    said, forged = page(carol, cats, "said"), page(carol, cats, "forged")
    victim.serve(said["id"], said)
    assert await hear(one, cats, carol.creates({**said, "content": "<p>other words</p>"})) == Reason.EFFECT
    assert "other words" not in (await Post.get(uri=said["id"])).html
    assert await hear(one, cats, carol.creates(forged)) == "not-served"
    assert await boosts_of(cats) == {said["id"]}
    changed = {**said, "content": "<p>changed</p>", "updated": stamp()}
    await hear(one, cats, carol.does("Update", {**changed, "content": "<p>forged</p>"}))
    assert "forged" not in (await Post.get(uri=said["id"])).html
    victim.serve(said["id"], changed)
    assert await hear(one, cats, carol.does("Update", changed)) == Reason.EFFECT
    assert "changed" in (await Post.get(uri=said["id"])).html


async def test_edits_of_its_own_people_are_taken_as_they_are(one: Echo, peer: Peer, cats: Actor) -> None:
    bob = peer.person("bob")
    post = page(bob, cats)
    await hear(one, cats, bob.creates(post))
    changed = {**post, "content": "<p>changed</p>", "updated": stamp()}
    assert await hear(one, cats, bob.does("Update", changed)) == Reason.EFFECT
    assert "changed" in (await Post.get(uri=post["id"])).html
    stolen = {**changed, "attributedTo": cats.id, "content": "<p>stolen</p>"}
    assert await hear(one, cats, bob.does("Update", stolen)) == Reason.DUPLICATE
    assert "stolen" not in (await Post.get(uri=post["id"])).html


async def test_moderators_delete_what_is_the_communitys(
    one: Echo, peer: Peer, victim: Peer, evil: Peer, cats: Actor
) -> None:
    bob, carol, mod = peer.person("bob"), victim.person("carol"), peer.person("mod")
    near, far = page(bob, cats), page(carol, cats)
    victim.serve(far["id"], far)
    for author, post in ((bob, near), (carol, far)):
        await hear(one, cats, author.creates(post))
    mallory = evil.person("mallory")
    assert await hear(one, cats, mallory.does("Delete", far["id"])) == Reason.UNPROVEN
    assert await boosts_of(cats) == {near["id"], far["id"]}
    assert await hear(one, cats, mod.does("Delete", near["id"])) == Reason.EFFECT
    assert await hear(one, cats, mod.does("Delete", far["id"])) == Reason.EFFECT
    assert await boosts_of(cats) == set()
    # Somebody else's post is no longer shown by the community; it is not deleted.
    lives = {post.uri: post.deleted_at is None for post in await Post.filter(boost_of_id=None)}
    assert lives == {near["id"]: False, far["id"]: True}
    victim.serve_status(far["id"], 410)
    one.runtime.network.failures.forget(far["id"])
    assert await hear(one, cats, carol.does("Delete", far["id"])) == Reason.EFFECT


async def test_s_c04_a_community_deletes_nothing_of_ours(
    one: Echo, peer: Peer, alice: Person, cats: Actor
) -> None:
    post = await make.post(alice, "@cats@peer.test Look")
    note = {"id": post.uri, "type": "Note", "attributedTo": alice.account.uri}
    create = {"type": "Create", "id": f"{post.uri}/activity", "actor": alice.account.uri, "object": note}
    assert await hear(one, cats, create) == Reason.EFFECT
    assert await boosts_of(cats) == {post.uri}
    mod = peer.person("mod")
    assert await hear(one, cats, mod.does("Delete", post.uri)) == Reason.EFFECT
    assert await boosts_of(cats) == set()
    assert (await Post.get(id=post.id)).deleted_at is None


async def test_votes(one: Echo, peer: Peer, victim: Peer, alice: Person, cats: Actor) -> None:
    bob, carol = peer.person("bob"), victim.person("carol")
    post = page(bob, cats)
    await hear(one, cats, bob.creates(post))
    like = bob.does("Like", post["id"])
    assert await hear(one, cats, like) == Reason.EFFECT
    assert await hear(one, cats, like) == Reason.DUPLICATE
    assert await hear(one, cats, bob.does("Dislike", post["id"])) == Reason.DISLIKE
    assert await says(bob, one, bob.does("Dislike", post["id"])) == Reason.DISLIKE
    assert await hear(one, cats, carol.does("Like", post["id"])) == Reason.UNPROVEN
    assert await hear(one, cats, bob.does("Undo", like)) == Reason.EFFECT
    assert await hear(one, cats, bob.does("Undo", bob.does("Dislike", post["id"]))) == Reason.DISLIKE
    assert await Like.all().count() == 0


async def test_votes_for_posts_of_ours_are_asked_for(
    one: Echo, victim: Peer, evil: Peer, alice: Person, cats: Actor
) -> None:
    post = await make.post(alice, "@cats@peer.test Look")
    carol = victim.person("carol")
    forged, real = carol.does("Like", post.uri), carol.does("Like", post.uri)
    victim.serve(real["id"], real)
    assert await hear(one, cats, forged) == Reason.UNPROVEN
    assert await hear(one, cats, real) == Reason.EFFECT
    assert [row.account_id for row in await Like.all()] == [(await Account.get(username="carol")).id]
    # Whom nobody here has to do with sends us asking nowhere.
    other = community(evil, "dogs")
    again = victim.person("dave").does("Like", post.uri)
    before = len(victim.requests)
    assert await hear(one, other, again) == Reason.UNPROVEN
    assert len(victim.requests) == before


async def test_a_ban_is_no_block(one: Echo, peer: Peer, alice: Person, cats: Actor) -> None:
    mod = peer.person("mod")
    ban = mod.does("Block", alice.account.uri, target=cats.id, removeData=True)
    api = Api(one.app.test_client())
    mod_id = (await resolve.account(mod.id)).id
    await api.post(f"/api/v1/accounts/{mod_id}/follow", by=alice)
    for reason in (
        await says(mod, one, ban),
        await hear(one, cats, ban),
        await says(mod, one, mod.does("Undo", ban)),
        await hear(one, cats, mod.does("Undo", ban)),
    ):
        assert reason == Reason.BAN
    relation = (await api.get("/api/v1/accounts/relationships", by=alice, query={"id[]": mod_id})).json[0]
    assert relation["requested"] or relation["following"]
    assert not relation["blocked_by"]


@pytest.mark.parametrize("kind", ["Add", "Remove", "Lock", "Flag", "Announce", "Follow", "Nonsense"])
async def test_what_changes_nothing_here_is_counted(one: Echo, peer: Peer, cats: Actor, kind: str) -> None:
    bob = peer.person("bob")
    activity = bob.does(kind, f"{bob.id}/notes/1", target=f"{cats.id}/featured")
    assert await hear(one, cats, activity) == Reason.UNSUPPORTED_OBJECT


@pytest.mark.parametrize(
    "inner",
    [
        {"type": "Create"},
        {"type": "Create", "actor": "https://peer.test/users/bob", "object": {"type": "Note"}},
        {"type": "Delete", "actor": "https://peer.test/users/bob", "object": "https://peer.test/unknown"},
        {"type": "Undo", "actor": "https://peer.test/users/bob", "object": "https://peer.test/likes/1"},
        {"type": "Undo", "actor": "https://peer.test/users/bob", "object": {"type": "Like", "object": []}},
        {"type": "Update", "actor": "https://peer.test/users/bob", "object": {"type": "Group", "id": "x"}},
    ],
)
async def test_odd_things_inside_have_no_effect(one: Echo, cats: Actor, inner: Json) -> None:
    reason = await says(cats, one, cats.does("Announce", inner))
    assert reason not in (Reason.EFFECT, Reason.GAVE_UP)


async def test_members_posts_are_boosted_without_a_word(one: Echo, alice: Person, cats: Actor) -> None:
    post = await make.post(alice, "@cats@peer.test Look")
    assert await says(cats, one, cats.does("Announce", post.uri)) == Reason.EFFECT
    assert await boosts_of(cats) == {post.uri}
    assert await Notification.filter(account_id=alice.id, kind="boost").count() == 0


# Posting


async def test_a_post_that_names_a_community_is_addressed_to_it(
    one: Echo, peer: Peer, alice: Person, cats: Actor
) -> None:
    await make.post(alice, "A title\n\nMore @cats@peer.test")
    await settle_down([one])
    [create] = peer.sent("Create")
    for addressed in (create, create["object"]):
        assert addressed["to"] == [PUBLIC]
        assert {cats.id, f"{cats.id}/followers"} <= set(addressed["cc"])
    assert create["object"]["audience"] == [cats.id]
    assert "name" not in create["object"]  # Lemmy takes the first line; with a name others see an article
    secret = await make.post(alice, "@cats@peer.test psst", visibility=Visibility.DIRECT)
    await settle_down([one])
    told = next(each for each in peer.sent("Create") if each["object"]["id"] == secret.uri)
    assert "audience" not in told["object"]


async def test_replies_and_likes_reach_the_community(
    one: Echo, peer: Peer, victim: Peer, alice: Person, cats: Actor
) -> None:
    """The server of the author passes nothing on that is about a community elsewhere."""
    carol = victim.person("carol")
    post = page(carol, cats)
    victim.serve(post["id"], post)
    await hear(one, cats, carol.creates(post))
    parent = await Post.get(uri=post["id"])
    reply = await make.post(alice, "I agree", reply_to=parent.id)
    await likes.like(alice.id, parent.id)
    await settle_down([one])
    assert [each["object"]["id"] for each in peer.sent("Create")] == [reply.uri]
    assert cats.id in peer.sent("Create")[0]["cc"]
    assert [each["object"] for each in peer.sent("Like")] == [post["id"]]
    assert [each["object"] for each in victim.sent("Like")] == [post["id"]]
    api = Api(one.app.test_client())
    shown = (await api.get(f"/api/v1/statuses/{reply.id}", by=alice)).one("Status")
    assert [mention["acct"] for mention in shown["mentions"]] == []
    private = await make.post(alice, "among us", reply_to=parent.id, visibility=Visibility.FOLLOWERS)
    await posts.remove(alice.id, private.id)
    await settle_down([one])
    assert all(each["object"]["id"] != private.uri for each in peer.sent("Create"))


async def test_replies_to_ours_in_a_community_that_nobody_follows(
    one: Echo, peer: Peer, alice: Person
) -> None:
    group, bob = community(peer, "dogs"), peer.person("bob")
    post = await make.post(alice, "@dogs@peer.test Look")
    reply = comment(bob, group, post.uri)
    assert await hear(one, group, bob.creates(reply)) == Reason.EFFECT
    assert (await Post.get(uri=reply["id"])).in_reply_to_id == post.id
