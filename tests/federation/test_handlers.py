"""What activities do: authority is looked up in our own rows, never in the message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activitypub import document as documents
from activitypub.read import read_activity
from echo.actions import blocks, follows, likes
from echo.kinds import FollowState
from echo.models import (
    Account,
    Block,
    Follow,
    InboundActivity,
    Like,
    Mention,
    Notification,
    OutboundActivity,
    Post,
    PostVersion,
    Tombstone,
)
from echo.store import inbound
from federation import resolve
from federation.handlers import HANDLERS
from federation.reasons import Reason
from tests import make
from tests.federation.peer import PUBLIC, Actor, Json, Peer, stamp
from tests.fediverse import Echo, Router, settle_down
from tests.make import Person


async def says(actor: Actor, server: Echo, activity: Json) -> str:
    """Deliver and process, as somebody who is known here; the reason why it had no effect."""
    if await Account.get_or_none(uri=actor.id) is None:
        await resolve.account(actor.id)
    answer = await actor.sends(server, activity)
    assert answer.status_code == 202
    await settle_down([server])
    [row] = await inbound.listing(limit=1)
    return str(row["reason"])


async def followed(actor: Actor, server: Echo) -> Person:
    """Somebody here who follows the actor."""
    person = await make.person()
    account = await resolve.account(actor.id)
    await follows.follow(person.id, account.id)
    await Follow.filter(followee_id=account.id).update(state=FollowState.ACCEPTED.value)
    await settle_down([server])
    return person


def mentioning(actor: Actor, person: Person, **more: Any) -> Json:
    """A post that names somebody."""
    tag = {"type": "Mention", "href": person.account.uri, "name": f"@{person.account.username}@one.test"}
    return actor.note("hi", **{"to": [PUBLIC, person.account.uri], "cc": [], "tag": [tag], **more})


# Laws


@pytest.mark.parametrize("kind", HANDLERS)
async def test_law_no_handler_takes_an_object_of_a_foreign_origin(
    one: Echo, evil: Peer, victim: Peer, router: Router, kind: str
) -> None:
    mallory = await resolve.account(evil.person("mallory", keys=2).id)
    vera = victim.person("vera")
    theirs: list[Any] = [
        vera.note("stolen"),
        vera.id,
        vera.document,
        vera.does("Follow", mallory.uri),
        vera.does("Like", f"{vera.id}/notes/1"),
        {**vera.note(), "id": "https://one.test/ap/posts/1"},
    ]
    router.asked.clear()
    for about in theirs:
        activity = {
            "id": f"{mallory.uri}/x",
            "type": kind,
            "actor": mallory.uri,
            "object": about,
            "to": [PUBLIC],
        }
        document = documents.parse(documents.encode(activity))
        assert await HANDLERS[kind](read_activity(document), mallory) != Reason.EFFECT
    assert router.asked == []
    assert await Post.all().count() == 0
    assert await Tombstone.all().count() == 0
    assert await Account.filter(uri=vera.id).count() == 0


# Follow, Accept, Reject


async def test_a_follow_is_accepted_and_answered_again_when_repeated(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    follow = bob.does("Follow", alice.account.uri)
    assert await says(bob, one, follow) == ""
    [accept] = peer.sent("Accept")
    assert accept["object"]["id"] == follow["id"]
    assert accept["object"]["actor"] == bob.id
    again = {**follow, "id": f"{bob.id}/follows/again"}
    assert await says(bob, one, again) == ""
    assert [sent["object"]["id"] for sent in peer.sent("Accept")] == [follow["id"], again["id"]]
    assert await Follow.all().count() == 1


async def test_the_same_follow_long_after_is_answered_with_the_same_accept(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    follow = bob.does("Follow", alice.account.uri)
    await says(bob, one, follow)
    await says(bob, one, follow)
    assert len(peer.sent("Accept")) == 1  # the same activity a moment later is the same activity
    await InboundActivity.all().update(finished_at=datetime.now(UTC) - timedelta(minutes=5))
    await says(bob, one, follow)
    first, second = peer.sent("Accept")
    assert first == second


async def test_a_locked_person_is_asked(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice", locked=True), peer.person("bob")
    assert await says(bob, one, bob.does("Follow", alice.account.uri)) == ""
    assert peer.delivered == []
    account = await Account.get(uri=bob.id)
    await follows.accept(alice.id, account.id)
    await settle_down([one])
    assert len(peer.sent("Accept")) == 1


async def test_the_server_itself_cannot_be_followed(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    server_id = await one.runtime.network.keys.server_actor_id()
    assert await says(bob, one, bob.does("Follow", f"https://one.test/ap/actors/{server_id}")) == "not-ours"


async def test_s_c08_a_follow_waits_for_that_very_person(one: Echo, peer: Peer, evil: Peer) -> None:
    alice, bob, mallory = await make.person("alice"), peer.person("bob"), evil.person("mallory", keys=2)
    account = await resolve.account(bob.id)
    await follows.follow(alice.id, account.id)
    await settle_down([one])
    [follow] = peer.sent("Follow")
    assert await says(mallory, one, mallory.does("Accept", follow)) == "foreign-object"
    assert await says(mallory, one, mallory.does("Accept", follow["id"])) == "unknown-object"
    assert (await Follow.get()).state == "requested"
    assert await says(bob, one, bob.does("Accept", follow["id"])) == ""
    assert (await Follow.get()).state == "accepted"
    assert await says(bob, one, bob.does("Accept", follow)) == "unknown-object"
    assert await says(bob, one, bob.does("Reject", follow)) == ""
    assert await Follow.all().count() == 0


@pytest.mark.parametrize("shape", ["address", "whole", "without id"])
async def test_an_accept_comes_in_three_shapes(one: Echo, peer: Peer, shape: str) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follows.follow(alice.id, (await resolve.account(bob.id)).id)
    await settle_down([one])
    [follow] = peer.sent("Follow")
    shapes = {
        "address": follow["id"],
        "whole": follow,
        "without id": {"type": "Follow", "actor": alice.account.uri, "object": bob.id},
    }
    assert await says(bob, one, bob.does("Accept", shapes[shape])) == ""


# Create


async def test_a_post_for_nobody_here_is_not_kept(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    assert await says(bob, one, bob.creates(bob.note())) == "unrelated"
    assert await Post.all().count() == 0


async def test_a_post_of_somebody_followed_is_kept(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    note = bob.note("<script>x</script>text", summary="careful", sensitive=True)
    assert await says(bob, one, bob.creates(note)) == ""
    stored = await Post.get(uri=note["id"])
    assert (stored.html, stored.spoiler, stored.sensitive) == ("<p>text</p>", "careful", True)
    assert await says(bob, one, {**bob.creates(note)}) == "duplicate"


async def test_a_reply_to_somebody_here_is_kept_and_hangs_on_its_parent(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    note = mentioning(bob, alice, inReplyTo=post.uri)
    assert await says(bob, one, bob.creates(note)) == ""
    reply = await Post.get(uri=note["id"])
    assert reply.in_reply_to_id == post.id
    assert await Notification.filter(account_id=alice.id, kind="mention").count() == 1


async def test_a_create_may_name_its_object_only(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    note = bob.note("fetched")
    peer.serve(note["id"], note)
    assert await says(bob, one, bob.creates(note) | {"object": note["id"]}) == ""
    assert await Post.filter(uri=note["id"]).count() == 1


async def test_an_unknown_parent_is_asked_for(one: Echo, peer: Peer, victim: Peer) -> None:
    bob, vera = peer.person("bob"), victim.person("vera")
    await followed(bob, one)
    parent = vera.note("root")
    victim.serve(parent["id"], parent)
    note = bob.note("reply", inReplyTo=parent["id"])
    assert await says(bob, one, bob.creates(note)) == ""
    for task in list(one.runtime.network.background):
        await task
    stored = await Post.get(uri=note["id"])
    assert stored.in_reply_to_id == (await Post.get(uri=parent["id"])).id


async def test_s_c05_a_create_of_anothers_post_changes_nothing(one: Echo, evil: Peer, victim: Peer) -> None:
    alice, vera, mallory = await make.person("alice"), victim.person("vera"), evil.person("m", keys=2)
    await followed(vera, one)
    note = vera.note("mine")
    await says(vera, one, vera.creates(note))
    stolen = {**mentioning(mallory, alice), "id": note["id"]}
    assert await says(mallory, one, mallory.creates(stolen)) == "foreign-object"
    twisted = {**mentioning(vera, alice), "id": f"{mallory.id}/notes/9"}
    assert await says(mallory, one, mallory.creates(twisted)) == "foreign-author"
    assert await Notification.all().count() == 0
    assert await Post.all().count() == 1


async def test_s_a17_nobody_creates_what_lives_here(one: Echo, evil: Peer, router: Router) -> None:
    alice, mallory = await make.person("alice"), evil.person("mallory", keys=2)
    note = {**mentioning(mallory, alice), "id": "https://one.test/ap/posts/77"}
    assert await says(mallory, one, mallory.creates(note)) == "foreign-object"
    assert await says(mallory, one, mallory.does("Announce", note["id"])) == "unknown-object"
    assert await says(mallory, one, mallory.does("Like", note["id"])) == "unknown-object"
    assert router.asked_of("one.test") == []
    assert await Post.all().count() == 0


async def test_a_vote_is_no_post(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    vote = {**mentioning(bob, alice, inReplyTo=post.uri), "name": "yes", "content": None}
    assert await says(bob, one, bob.creates(vote)) == "vote"


async def test_s_c21_private_posts_are_for_those_named(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await followed(bob, one)
    direct = mentioning(bob, alice, to=[alice.account.uri])
    assert await says(bob, one, bob.creates(direct)) == ""
    assert (await Post.get(uri=direct["id"])).visibility == "direct"
    private = bob.note("f", to=[f"{bob.id}/followers"], cc=[])
    assert await says(bob, one, bob.creates(private)) == ""
    assert (await Post.get(uri=private["id"])).visibility == "followers"
    lost = bob.note("nobody", to=[], cc=[])
    assert await says(bob, one, bob.creates(lost)) == "unrelated"
    odd = bob.note("as", to="as:Public", cc=None)
    assert await says(bob, one, bob.creates(odd)) == ""
    assert (await Post.get(uri=odd["id"])).visibility == "public"
    others = bob.note("o", to=["https://x.test/users/y/followers"], cc=[alice.account.uri])
    assert await says(bob, one, bob.creates(others)) == ""
    assert (await Post.get(uri=others["id"])).visibility == "direct"


async def test_silent_recipients_are_not_told(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    note = bob.note("psst", to=[alice.account.uri], cc=[])
    assert await says(bob, one, bob.creates(note)) == ""
    assert (await Mention.get()).silent
    assert await Notification.all().count() == 0


async def test_s_c12_the_blocked_reach_nobody_who_blocks_them(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await resolve.account(bob.id)
    post = await make.post(alice)
    await blocks.block(alice.id, account.id)
    await settle_down([one])
    assert await says(bob, one, bob.creates(mentioning(bob, alice))) == "unrelated"
    assert await says(bob, one, bob.does("Like", post.uri)) == "unreadable"
    assert await says(bob, one, bob.does("Announce", post.uri)) == "unreadable"
    assert await says(bob, one, bob.does("Follow", alice.account.uri)) == "blocked"
    assert len(peer.sent("Reject")) == 1
    assert await Post.filter(local=False).count() + await Like.all().count() == 0
    assert await Follow.all().count() + await Notification.all().count() == 0


async def test_s_c23_many_people_are_counted_before_they_are_looked_up(
    one: Echo, peer: Peer, router: Router
) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    crowd = [f"https://crowd.test/users/{number}" for number in range(2_000)]
    tags = [{"type": "Mention", "href": uri, "name": "@x@crowd.test"} for uri in crowd]
    note = bob.note("all", to=[PUBLIC, alice.account.uri, *crowd[:500]], tag=tags)
    assert await says(bob, one, bob.creates(note)) == ""
    assert len(router.asked_of("crowd.test")) <= 5


# Update


async def test_s_c20_an_older_version_never_replaces_a_newer_one(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    note = bob.note("one", published=stamp(timedelta(hours=1)))
    await says(bob, one, bob.creates(note))
    third, second = stamp(timedelta(minutes=1)), stamp(timedelta(minutes=30))
    for text, moment, reason in (("three", third, ""), ("two", second, "stale"), ("again", third, "stale")):
        version = {**note, "content": text, "updated": moment}
        assert await says(bob, one, bob.does("Update", version)) == reason
    assert (await Post.get(uri=note["id"])).html == "three"
    assert await PostVersion.all().count() == 1


async def test_s_c01_only_the_author_edits(one: Echo, evil: Peer, victim: Peer) -> None:
    vera, mallory = victim.person("vera"), evil.person("mallory", keys=2)
    await followed(vera, one)
    note = vera.note("mine", published=stamp(timedelta(hours=1)))
    await says(vera, one, vera.creates(note))
    forged = {**note, "content": "forged", "updated": stamp()}
    assert await says(mallory, one, mallory.does("Update", forged)) == "foreign-object"
    neighbour = victim.person("neighbour", keys=2)
    assert await says(neighbour, one, neighbour.does("Update", forged)) == "foreign-object"
    assert await says(mallory, one, mallory.does("Update", vera.document)) == "foreign-object"
    unknown = {**vera.note("never seen"), "updated": stamp()}
    assert await says(mallory, one, mallory.does("Update", unknown)) == "foreign-object"
    assert [post.html for post in await Post.all()] == ["<p>mine</p>"]


async def test_an_update_of_something_new_makes_it_known(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    fresh, old = bob.note("fresh"), bob.note("old", published=stamp(timedelta(days=3)))
    assert await says(bob, one, bob.does("Update", fresh)) == ""
    assert await says(bob, one, bob.does("Update", old)) == "unknown-object"


async def test_a_profile_changes_and_its_handle_stays(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    before = await resolve.account(bob.id)
    changed = {**bob.document, "name": "Robert", "preferredUsername": "somebodyelse"}
    assert await says(bob, one, bob.does("Update", changed)) == ""
    after = await Account.get(uri=bob.id)
    assert (after.id, after.display_name, after.username) == (before.id, "Robert", "bob")
    # What is for him would come back to us.
    here = {**bob.document, "name": "Echo", "inbox": "https://one.test/ap/inbox", "endpoints": {}}
    assert await says(bob, one, bob.does("Update", here)) != ""
    stored = await Account.get(uri=bob.id)
    assert (stored.display_name, stored.inbox) == ("Robert", f"{bob.id}/inbox")


async def test_a_stripped_profile_is_read_from_its_origin(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await resolve.account(bob.id)
    peer.serve(bob.id, {**bob.document, "name": "Served"})
    stripped = {"id": bob.id, "type": "Person", "name": "Stripped"}
    assert await says(bob, one, bob.does("Update", stripped)) == ""
    stored = await Account.get(uri=bob.id)
    assert stored.display_name == "Served"
    assert stored.public_keys[0]["id"] == bob.key_id


# Delete


async def test_s_c03_only_the_author_deletes(one: Echo, evil: Peer, victim: Peer) -> None:
    alice, vera, mallory = await make.person("alice"), victim.person("vera"), evil.person("m", keys=2)
    await followed(vera, one)
    post, note = await make.post(alice), vera.note()
    await says(vera, one, vera.creates(note))
    for target in (note["id"], vera.id, post.uri, alice.account.uri):
        assert await says(mallory, one, mallory.does("Delete", target)) == "foreign-object"
    neighbour = victim.person("neighbour", keys=2)
    assert await says(neighbour, one, neighbour.does("Delete", note["id"])) == "foreign-object"
    assert await Post.filter(deleted_at=None).count() == 2
    assert await Tombstone.all().count() == 0


@pytest.mark.parametrize("shape", ["address", "tombstone"])
async def test_s_c18_a_deleted_post_is_gone_and_stays_gone(one: Echo, peer: Peer, shape: str) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    note = bob.note()
    await says(bob, one, bob.creates(note))
    about = note["id"] if shape == "address" else {"id": note["id"], "type": "Tombstone"}
    assert await says(bob, one, bob.does("Delete", about)) == ""
    assert await says(bob, one, bob.creates(note)) == "deleted"  # S-C18
    assert await says(bob, one, bob.does("Update", {**note, "updated": stamp()})) == "deleted"
    assert await Post.filter(deleted_at=None).count() == 0


async def test_a_delete_may_come_before_its_create(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    note = bob.note()
    assert await says(bob, one, bob.does("Delete", note["id"])) == "unknown-object"
    assert await says(bob, one, bob.creates(note)) == "deleted"
    # So may the end of a follow, and of a block.
    alice = await make.person("alice")
    for kind, rows in (("Follow", Follow.filter(followee_id=alice.id)), ("Block", Block.all())):
        wish = bob.does(kind, alice.account.uri)
        assert await says(bob, one, bob.does("Undo", wish)) == "unknown-object"
        assert await says(bob, one, wish) == "deleted"
        assert await rows.count() == 0
    # Misskey gives the next follow of the same two the same id.
    wish = bob.does("Follow", alice.account.uri)
    await says(bob, one, bob.does("Undo", wish))
    await Tombstone.filter(uri=wish["id"]).update(created_at=datetime.now(UTC) - timedelta(hours=1))
    assert await says(bob, one, wish) == ""


async def test_somebody_leaves(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await resolve.account(bob.id)
    assert await says(bob, one, bob.does("Delete", bob.id)) == ""
    assert (await Account.get(uri=bob.id)).deleted_at is not None


# Like, Announce, Undo, Block


async def test_likes_and_their_end(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    like = bob.does("Like", post.uri)
    assert await says(bob, one, like) == ""
    assert await says(bob, one, bob.does("Like", post.uri)) == "duplicate"
    assert await says(bob, one, bob.does("Undo", like)) == ""
    assert await Like.all().count() == 0
    assert await says(bob, one, bob.does("Undo", like)) == "unknown-object"


async def test_a_private_post_cannot_be_liked_by_others(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice, visibility=make.Visibility.FOLLOWERS)
    assert await says(bob, one, bob.does("Like", post.uri)) == "unreadable"
    assert await says(bob, one, bob.does("Announce", post.uri)) == "unreadable"
    assert await Like.all().count() == 0


async def test_boosts_and_their_end(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    boost = bob.does("Announce", post.uri, published=stamp())
    assert await says(bob, one, boost) == ""
    assert await says(bob, one, bob.does("Announce", post.uri)) == "duplicate"
    inner = {"type": "Announce", "actor": bob.id, "object": post.uri}
    assert await says(bob, one, bob.does("Undo", inner)) == ""
    assert await Post.filter(boost_of_id=post.id, deleted_at=None).count() == 0


async def test_s_c06_a_boosted_post_is_read_from_its_origin(one: Echo, evil: Peer, victim: Peer) -> None:
    vera, mallory = victim.person("vera"), evil.person("mallory", keys=2)
    await followed(mallory, one)
    note = vera.note("the truth")
    forged = {**note, "content": "forged"}
    assert await says(mallory, one, mallory.does("Announce", forged)) == "not-served"
    victim.serve(note["id"], note)
    one.runtime.network.failures.forget(note["id"])
    assert await says(mallory, one, mallory.does("Announce", forged)) == ""
    assert (await Post.get(uri=note["id"])).html == "<p>the truth</p>"


async def test_a_boost_that_nobody_sees_is_not_asked_for(one: Echo, evil: Peer, victim: Peer) -> None:
    vera, mallory = victim.person("vera"), evil.person("mallory", keys=2)
    note = vera.note()
    victim.serve(note["id"], note)
    assert await says(mallory, one, mallory.does("Announce", note["id"])) == "unrelated"
    assert victim.requests == []


async def test_an_unreachable_origin_is_asked_again_later(one: Echo, peer: Peer, router: Router) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    await bob.sends(one, bob.does("Announce", "https://away.test/notes/1"))
    await settle_down([one])
    [row] = await inbound.listing(state="pending")
    assert row["due_at"] > datetime.now(UTC)
    assert "away.test" in row["last_error"]


async def test_s_c04_only_ones_own_is_undone(one: Echo, evil: Peer, victim: Peer) -> None:
    alice, vera, mallory = await make.person("alice"), victim.person("vera"), evil.person("m", keys=2)
    post = await make.post(alice)
    done = [
        vera.does("Follow", alice.account.uri),
        vera.does("Like", post.uri),
        vera.does("Announce", post.uri),
    ]
    for activity in done:
        assert await says(vera, one, activity) == ""
    for activity in done:
        assert await says(mallory, one, mallory.does("Undo", activity)) == "foreign-object"
        assert await says(mallory, one, mallory.does("Undo", activity["id"])) == "foreign-object"
        posing = {**activity, "id": f"{mallory.id}/x", "actor": mallory.id}
        assert await says(mallory, one, mallory.does("Undo", posing)) == "unknown-object"
        anonymous = {"type": activity["type"], "object": activity["object"]}
        assert await says(mallory, one, mallory.does("Undo", anonymous)) == "unknown-object"
    assert await says(mallory, one, mallory.does("Undo", mallory.does("Undo", done[0]))) != ""
    marks = await Follow.all().count(), await Like.all().count(), await Post.filter(local=False).count()
    assert marks == (1, 1, 1)
    for activity in done:
        assert await says(vera, one, vera.does("Undo", activity["id"])) == ""


async def test_a_block_parts_two_people(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await says(bob, one, bob.does("Follow", alice.account.uri))
    block = bob.does("Block", alice.account.uri)
    assert await says(bob, one, block) == ""
    assert await Follow.all().count() == 0
    assert await says(bob, one, bob.does("Block", alice.account.uri, target="https://peer.test/c/x")) != ""
    del block["id"]
    assert await says(bob, one, bob.does("Undo", block)) == ""
    assert await Block.all().count() == 0


# Forwarded


async def test_s_a13_a_forwarded_reply_is_read_from_its_origin(one: Echo, peer: Peer, victim: Peer) -> None:
    alice, bob, vera = await make.person("alice"), peer.person("bob"), victim.person("vera", keys=2)
    post = await make.post(alice)
    note = vera.note("the truth", inReplyTo=post.uri)
    victim.serve(note["id"], note)
    copy = vera.creates({**note, "content": "forged"})
    copy["signature"] = {"type": "RsaSignature2017", "signatureValue": "x"}
    copy["@graph"] = [{"id": note["id"], "content": "forged"}]
    assert await says(bob, one, copy) == ""
    assert (await Post.get(uri=note["id"])).html == "<p>the truth</p>"
    # Without a signature inside, or about a thread that is not known, nobody is asked.
    await victim.forget()
    other = vera.creates(vera.note("x", inReplyTo="https://far.test/1"))
    assert await says(bob, one, {**other, "signature": copy["signature"]}) == "forwarded"
    assert await says(bob, one, vera.creates(vera.note("y", inReplyTo=post.uri))) == "forwarded"
    assert victim.requests == []


async def test_a_forwarded_deletion_is_checked_at_its_origin(one: Echo, peer: Peer, victim: Peer) -> None:
    alice, bob, vera = await make.person("alice"), peer.person("bob"), victim.person("vera", keys=2)
    note = mentioning(vera, alice)
    await says(vera, one, vera.creates(note))
    victim.serve(note["id"], note)
    signature = {"type": "RsaSignature2017", "signatureValue": "x"}
    assert await says(bob, one, {**vera.does("Delete", note["id"]), "signature": signature}) == "unproven"
    assert await Post.filter(uri=note["id"], deleted_at=None).count() == 1
    victim.serve_status(note["id"], 410)
    assert await says(bob, one, {**vera.does("Delete", note["id"]), "signature": signature}) == ""
    assert await Post.filter(uri=note["id"], deleted_at=None).count() == 0


# What goes wrong


async def test_r_22_a_poisoned_activity_is_given_up_and_disturbs_nobody(
    one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")

    async def explode(*_: object) -> Reason:
        raise RuntimeError("boom")

    monkeypatch.setitem(HANDLERS, "Block", explode)  # type: ignore[arg-type]
    await bob.sends(one, bob.does("Block", alice.account.uri))
    for _ in range(8):
        await InboundActivity.filter(kind="Block").update(due_at=datetime.now(UTC))
        await settle_down([one])
    post = await make.post(alice)
    assert await says(bob, one, bob.does("Like", post.uri)) == ""
    [dead] = await inbound.listing(state="dead")
    assert (dead["kind"], dead["reason"]) == ("Block", "gave-up")
    assert "boom" in dead["last_error"]
    assert await inbound.requeue() == 1


async def test_likes_go_out_and_come_back(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    alice = await followed(bob, one)
    note = bob.note()
    await says(bob, one, bob.creates(note))
    post = await Post.get(uri=note["id"])
    await likes.like(alice.id, post.id)
    await settle_down([one])
    await likes.unlike(alice.id, post.id)
    await settle_down([one])
    [like], [undo] = peer.sent("Like"), peer.sent("Undo")
    assert like["object"] == note["id"]
    assert undo["object"]["id"] == like["id"]
    assert await OutboundActivity.filter(kind="Like").count() == 1


@pytest.mark.parametrize("kind", ["View", "Listen", "Read", "Join", "Invite", "Offer", "Arrive"])
async def test_what_means_nothing_here_is_taken_and_counted(one: Echo, peer: Peer, kind: str) -> None:
    """PeerTube, Lemmy, Pleroma, Mobilizon send them; no answer but 202 would only bring them again."""
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await make.post(alice)
    assert await says(bob, one, bob.does(kind, post.uri)) == "unsupported"
    assert await says(bob, one, bob.does(kind, {"type": "Event", "name": "party"})) == "unsupported"
