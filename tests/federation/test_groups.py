"""Communities (FEP-1b12): followed, read, posted to; nothing is believed of one that is not its own."""

from __future__ import annotations

from typing import Any

import pytest

from echo import ports
from echo.actions import likes, posts
from echo.errors import Forbidden
from echo.kinds import Visibility
from echo.models import Account, Like, Notification, Post
from federation import moderators, resolve
from federation.reasons import Reason
from tests import make
from tests.api.asking import Api
from tests.federation.peer import PUBLIC, Actor, Json, Peer, stamp
from tests.federation.test_featured_tags import rest
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
    # Who has addressed it wants that; of others their word is asked.
    alone = {"canAnnounce": {"automaticApproval": [bob.id]}}
    wanted, unasked = page(bob, cats, interactionPolicy=alone), bob.note("away", interactionPolicy=alone)
    for note in (wanted, unasked):
        assert await hear(one, cats, bob.creates(note)) == Reason.EFFECT
    assert await boosts_of(cats) == {post["id"], wanted["id"]}


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


@pytest.mark.parametrize("kind", ["Add", "Remove", "Flag", "Announce", "Follow", "Nonsense"])
async def test_what_changes_nothing_here_is_counted(one: Echo, peer: Peer, cats: Actor, kind: str) -> None:
    bob = peer.person("bob")
    activity = bob.does(kind, f"{bob.id}/notes/1", target=f"{cats.id}/other")
    assert await hear(one, cats, activity) == Reason.UNSUPPORTED_OBJECT


# Moderators


async def with_moderator(one: Echo, peer: Peer, elsewhere: Peer) -> tuple[Actor, Actor]:
    """A community, and one of another server who leads it by its list."""
    group, carol = community(peer), elsewhere.person("carol")
    people: Json = {
        "id": f"{group.id}/moderators",
        "type": "OrderedCollection",
        "orderedItems": [carol.id],
    }
    peer.serve(people["id"], people)
    return group, carol


async def test_moderators_of_other_servers_delete(
    one: Echo, peer: Peer, victim: Peer, evil: Peer, cats: Actor
) -> None:
    """Who is on the list speaks for the community; the list is read again for who is not on it, not often."""
    group, carol = await with_moderator(one, peer, victim)
    bob, mallory = peer.person("bob"), evil.person("mallory")
    posts_of_bob = [page(bob, group) for _ in range(2)]
    for post in posts_of_bob:
        peer.serve(post["id"], post)
        await hear(one, group, bob.creates(post))
    assert await hear(one, group, mallory.does("Delete", posts_of_bob[0]["id"])) == Reason.UNPROVEN
    assert (await Account.get(uri=group.id)).moderators == [carol.id]
    before = len(peer.requests)
    assert await hear(one, group, mallory.does("Delete", posts_of_bob[0]["id"])) == Reason.UNPROVEN
    assert not [each for each in peer.requests[before:] if each.url.path.endswith("moderators")]
    assert await hear(one, group, carol.does("Delete", posts_of_bob[0]["id"])) == Reason.EFFECT
    assert await boosts_of(group) == {posts_of_bob[1]["id"]}
    # The list changes: that it does is a reason to look.
    peer.serve(f"{group.id}/moderators", {"id": f"{group.id}/moderators", "type": "Collection", "items": []})
    added = carol.does("Remove", carol.id, target=f"{group.id}/moderators")
    assert await hear(one, group, added) == Reason.EFFECT
    assert await hear(one, group, carol.does("Delete", posts_of_bob[1]["id"])) == Reason.UNPROVEN


async def test_moderators_lock_and_put_on_top(
    one: Echo, peer: Peer, victim: Peer, evil: Peer, alice: Person, cats: Actor
) -> None:
    group, carol = await with_moderator(one, peer, victim)
    bob, mallory = peer.person("bob"), evil.person("mallory")
    top = page(bob, group)
    await hear(one, group, bob.creates(top))
    known = await Post.get(uri=top["id"])
    api = Api(one.app.test_client())
    path = f"/api/v1/accounts/{(await Account.get(uri=group.id)).id}/statuses"

    async def pinned() -> list[str]:
        answer = await api.get(path, by=alice, query={"pinned": "true"})
        return [status["reblog"]["uri"] for status in answer.many("Status")]

    add = carol.does("Add", top["id"], target=f"{group.id}/featured")
    assert await hear(one, group, mallory.does("Add", top["id"], target=add["target"])) == Reason.UNPROVEN
    one.runtime.network.failures.forget(f"{group.id}/moderators")
    await moderators.refresh(await Account.get(uri=group.id))
    assert await hear(one, group, add) == Reason.EFFECT
    assert await pinned() == [top["id"]]
    assert await hear(one, group, add) == Reason.DUPLICATE
    assert await hear(one, group, {**add, "type": "Remove"}) == Reason.EFFECT
    assert await pinned() == []

    lock = carol.does("Lock", top["id"])
    assert await hear(one, group, mallory.does("Lock", top["id"])) == Reason.UNPROVEN
    assert await hear(one, group, lock) == Reason.EFFECT
    with pytest.raises(Forbidden):
        await make.post(alice, "late", reply_to=known.id)
    assert await hear(one, group, carol.does("Undo", lock)) == Reason.EFFECT
    assert (await make.post(alice, "in time", reply_to=known.id)).held == ""
    # Lemmy and PeerTube say the same in the post itself.
    closed = {**top, "commentsEnabled": False, "updated": stamp()}
    await says(bob, one, bob.does("Update", closed))
    with pytest.raises(Forbidden):
        await make.post(alice, "late", reply_to=known.id)


def counts(account: Json) -> tuple[int, int, int]:
    return account["followers_count"], account["following_count"], account["statuses_count"]


async def test_what_hangs_on_a_profile_is_read_with_it(
    one: Echo, peer: Peer, evil: Peer, alice: Person
) -> None:
    """GoToSocial tells nobody of its pins, so their collection is read; Akkoma's stands inside."""
    place = "https://peer.test/f"
    bob, mallory = peer.person("bob", featured=place), evil.person("mallory")
    first, second, forged = bob.note("first"), bob.note("second"), mallory.note("not mine")
    for note in (first, second, forged):
        (evil if note is forged else peer).serve(note["id"], note)
    listed = [first["id"], {**second, "content": "forged"}, forged["id"]]
    peer.serve(place, {"id": place, "type": "OrderedCollection", "orderedItems": listed})
    for name, total in (("followers", 1200), ("following", "many"), ("outbox", 34)):
        peer.serve(f"{bob.id}/{name}", {"type": "OrderedCollection", "totalItems": total})
    account_id = await ports.directory().account_by_handle("bob", "peer.test")
    await rest(one)
    api = Api(one.app.test_client())
    path = f"/api/v1/accounts/{account_id}/statuses"
    shown = (await api.get(path, by=alice, query={"pinned": "true"})).many("Status")
    assert [status["content"] for status in shown] == ["<p>first</p>", "<p>second</p>"]
    assert counts(shown[0]["account"]) == (1200, 0, 34)
    peer.serve(place, {"id": place, "type": "OrderedCollection", "orderedItems": [second["id"]]})
    # What is less than what is known here is not believed, and what is not said any more stays.
    peer.serve(f"{bob.id}/followers", {"type": "OrderedCollection", "totalItems": 0})
    peer.serve(f"{bob.id}/outbox", {"type": "OrderedCollection"})
    await make.follow(alice, await Account.get(uri=bob.id))
    await resolve.refresh(await Account.get(uri=bob.id))
    await rest(one)
    shown = (await api.get(path, by=alice, query={"pinned": "true"})).many("Status")
    assert [status["content"] for status in shown] == ["<p>second</p>"]
    assert counts((await api.get(f"/api/v1/accounts/{account_id}", by=alice)).one("Account")) == (1, 0, 34)


# Named by an id alone


async def test_an_activity_that_is_named_by_its_id_is_asked_for(
    one: Echo, peer: Peer, victim: Peer, alice: Person, cats: Actor
) -> None:
    """What its own server serves is believed, whoever named it, and no copy of it."""
    carol = victim.person("carol")
    post = page(carol, cats, "said")
    create = carol.creates(post)
    victim.serve(create["id"], create)
    for shape in (create["id"], {"id": create["id"], "type": "Create"}):
        announce = cats.does("Announce", shape)
        assert await says(cats, one, announce) in (Reason.EFFECT, Reason.DUPLICATE)
    assert await boosts_of(cats) == {post["id"]}
    mine = await make.post(alice, "@cats@peer.test Look")
    like, delete = carol.does("Like", mine.uri), carol.does("Delete", post["id"])
    for activity in (like, delete):
        victim.serve(activity["id"], activity)
    assert await says(cats, one, cats.does("Announce", like["id"])) == Reason.EFFECT
    assert await Like.filter(post_id=mine.id).count() == 1
    victim.serve_status(post["id"], 410)
    assert await says(cats, one, cats.does("Announce", delete["id"])) == Reason.EFFECT
    assert await Post.filter(uri=post["id"], deleted_at=None).count() == 0
    assert await says(cats, one, cats.does("Announce", f"{mine.uri}/activity")) == Reason.EFFECT
    assert await boosts_of(cats) == {mine.uri}


async def test_s_c06_an_activity_counts_for_its_own_server_alone(
    one: Echo, peer: Peer, victim: Peer, evil: Peer, alice: Person, cats: Actor
) -> None:
    carol, mallory = victim.person("carol"), evil.person("mallory")
    forged = carol.creates(page(carol, cats, "forged"))
    served = {**forged, "id": f"{mallory.id}/activities/forged"}
    evil.serve(served["id"], served)
    assert await says(cats, one, cats.does("Announce", served["id"])) == Reason.FOREIGN_ID
    other = mallory.creates({**page(carol, cats, "forged"), "attributedTo": carol.id})
    evil.serve(other["id"], other)
    assert await says(cats, one, cats.does("Announce", other["id"])) == "not-served"
    assert await boosts_of(cats) == set()
    # Whom nobody here has to do with sends us asking nowhere.
    stranger, before = community(evil, "dogs"), len(victim.requests)
    real = carol.creates(page(carol, stranger))
    victim.serve(real["id"], real)
    assert await says(stranger, one, stranger.does("Announce", real["id"])) == Reason.UNRELATED
    assert len(victim.requests) == before
    person = peer.person("pat")
    await make.follow(alice, await resolve.account(person.id))
    assert await says(person, one, person.does("Announce", real["id"])) == Reason.UNSUPPORTED_OBJECT


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
