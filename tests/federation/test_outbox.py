"""What leaves: to whom, and that our own reader understands all of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from activitypub import document as documents
from activitypub.read import read_activity
from echo import addresses
from echo.actions import accounts, blocks, boosts, editing, follows, likes, polls, posts
from echo.actions.drafts import EditDraft, PollDraft, ProfileDraft, RemotePoll
from echo.effects import EFFECTS
from echo.events import Event
from echo.kinds import FollowState, Visibility
from echo.models import Account, Follow, Media, OutboundActivity, Post
from echo.store import federation_reads, host_pages
from federation import resolve, sending
from federation.translate.posts import note_of
from tests import make
from tests.federation.peer import Actor, Json, Peer
from tests.fediverse import Echo, settle_down
from tests.make import Person
from workers.outbound import JOBS


async def follow_of(actor: Actor, person: Person) -> Account:
    """Let somebody elsewhere follow somebody here."""
    account = await resolve.account(actor.id)
    await Follow.create(
        follower_id=account.id,
        followee_id=person.id,
        state=FollowState.ACCEPTED.value,
        uri=f"{actor.id}/follows/{person.id}",
        created_at=account.fetched_at,
    )
    return account


async def inboxes(kind: str) -> set[str]:
    """Where the activities of a kind were addressed to."""
    return {row["inbox"] for row in await host_pages.delivery_listing() if row["kind"] == kind}


def test_law_every_job_of_the_table_exists() -> None:
    named = {name for effects in EFFECTS.values() for name in effects.local_jobs + effects.jobs}
    assert {name for name in named if name.startswith("federation.")} == set(JOBS)
    assert all(issubclass(event, Event) for event in EFFECTS)


# Recipients


async def test_a_shared_inbox_serves_everybody_there(one: Echo, peer: Peer, victim: Peer) -> None:
    alice = await make.person("alice")
    for actor in (peer.person("a"), peer.person("b"), peer.person("c")):
        await follow_of(actor, alice)
    lone = victim.person("lone", endpoints=None)
    await follow_of(lone, alice)
    await make.post(alice)
    await settle_down([one])
    assert await inboxes("Create") == {"https://peer.test/inbox", f"{lone.id}/inbox"}
    assert len(peer.delivered) == len(victim.delivered) == 1


async def test_a_shared_inbox_elsewhere_is_not_used(one: Echo, evil: Peer, victim: Peer) -> None:
    alice, mallory = (
        await make.person("alice"),
        evil.person("mallory", endpoints={"sharedInbox": "https://victim.test/inbox"}),
    )
    await follow_of(mallory, alice)
    await make.post(alice, visibility=Visibility.FOLLOWERS)
    await settle_down([one])
    assert victim.delivered == []
    assert len(evil.delivered) == 1


async def test_a_direct_post_goes_to_those_it_names_only(one: Echo, peer: Peer, victim: Peer) -> None:
    alice, bob, vera = await make.person("alice"), peer.person("bob"), victim.person("vera")
    await follow_of(vera, alice)
    await make.post(alice, "psst @bob@peer.test", visibility=Visibility.DIRECT)
    await settle_down([one])
    assert await inboxes("Create") == {f"{bob.id}/inbox"}
    [create] = peer.sent("Create")
    assert create["to"] == [bob.id]
    assert create["cc"] == []
    assert create["object"]["to"] == [bob.id]


async def test_two_people_of_a_server_get_a_direct_post_once(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    peer.person("bob")
    peer.person("eve")
    await make.post(alice, "psst @bob@peer.test @eve@peer.test", visibility=Visibility.DIRECT)
    await settle_down([one])
    assert await inboxes("Create") == {"https://peer.test/inbox"}


async def test_whoever_is_answered_is_told(one: Echo, peer: Peer) -> None:
    bob = await resolve.account(peer.person("bob").id)
    alice = await make.person("alice")
    post = await make.remote_post(bob)
    await make.post(alice, "no name in it", reply_to=post.id)
    await settle_down([one])
    [create] = peer.sent("Create")
    assert create["object"]["inReplyTo"] == post.uri


async def test_s_g05_suspended_and_blocked_people_get_nothing(
    one: Echo, peer: Peer, victim: Peer, evil: Peer
) -> None:
    alice = await make.person("alice")
    bob = await follow_of(peer.person("bob"), alice)
    await follow_of(victim.person("vera"), alice)
    mallory = await resolve.account(evil.person("mallory").id)
    await Account.filter(id=bob.id).update(suspended_at=bob.fetched_at)
    await blocks.block(mallory.id, alice.id)
    for visibility in (Visibility.FOLLOWERS, Visibility.DIRECT, Visibility.PUBLIC):
        await make.post(alice, "x @bob@peer.test @mallory@evil.test", visibility=visibility)
    await settle_down([one])
    assert peer.sent("Create") + evil.sent("Create") == []
    assert len(victim.sent("Create")) == 2


async def test_an_edit_reaches_whom_the_post_reached(one: Echo, peer: Peer, victim: Peer, evil: Peer) -> None:
    alice = await make.person("alice")
    bob = await follow_of(peer.person("bob"), alice)
    vera = await resolve.account(victim.person("vera").id)
    await resolve.account(evil.person("new").id)
    post = await make.post(alice, "first")
    await settle_down([one])
    await follows.receive_undo(bob, followee_id=alice.id)
    await likes.receive(vera, post.id, "https://victim.test/likes/1")
    await editing.edit(alice.id, post.id, EditDraft(text="second @new@evil.test"))
    await settle_down([one])
    for where in (peer, victim, evil):
        [update] = where.sent("Update")
        assert "second" in update["object"]["content"]
        assert update["object"]["updated"]
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    for where in (peer, victim, evil):
        [delete] = where.sent("Delete")
        assert delete["object"] == {"id": post.uri, "type": "Tombstone"}


async def test_s_g08_an_edit_of_a_private_post_stays_private(one: Echo, peer: Peer, victim: Peer) -> None:
    alice = await make.person("alice")
    bob = await follow_of(peer.person("bob"), alice)
    await follow_of(victim.person("vera"), alice)
    post = await make.post(alice, "first", visibility=Visibility.FOLLOWERS)
    await settle_down([one])
    await follows.receive_undo(bob, followee_id=alice.id)
    await editing.edit(alice.id, post.id, EditDraft(text="second"))
    await settle_down([one])
    assert peer.sent("Update") == []
    assert len(victim.sent("Update")) == 1


async def test_local_only_talk_leaves_nothing(one: Echo) -> None:
    alice, carol = await make.person("alice"), await make.person("carol")
    await follows.follow(carol.id, alice.id)
    post = await make.post(alice, "hi @carol")
    await likes.like(carol.id, post.id)
    await boosts.boost(carol.id, post.id)
    await blocks.block(alice.id, carol.id)
    await settle_down([one])
    assert await OutboundActivity.all().count() == 0


async def test_nothing_leaves_when_federation_is_off(
    one: Echo, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    from echo import settings
    from tests.conftest import changed

    settings.bind(changed(one.runtime.config, federation={"enabled": False}))
    await sending.send_post((await make.post(alice)).id)
    assert await OutboundActivity.all().count() == 0


# Every activity, understood by our own reader, with an id of ours and a stable one


async def everything(one: Echo, peer: Peer) -> tuple[Person, Actor]:
    """Do everything that leaves, once."""
    alice, bob = await make.person("alice"), peer.person("bob")
    account = await follow_of(bob, alice)
    post = await make.post(alice, "Hello @bob@peer.test #tag")
    theirs = await make.remote_post(account, poll=RemotePoll(options=(("a", 0), ("b", 0))))
    mine = await make.post(alice, "Well?", poll=PollDraft(options=("a", "b"), duration_seconds=600))
    steps: list[Callable[[], Awaitable[Any]]] = [
        lambda: editing.edit(alice.id, post.id, EditDraft(text="Hello again")),
        lambda: posts.remove(alice.id, post.id),
        lambda: polls.vote(alice.id, theirs.poll_id or 0, [1]),
        lambda: sending.send_counts(mine.id),
        lambda: likes.like(alice.id, theirs.id),
        lambda: likes.unlike(alice.id, theirs.id),
        lambda: boosts.boost(alice.id, theirs.id),
        lambda: boosts.unboost(alice.id, theirs.id),
        lambda: follows.follow(alice.id, account.id),
        lambda: follows.unfollow(alice.id, account.id),
        lambda: follows.receive(account, alice.id, f"{bob.id}/follows/again"),
        lambda: accounts.change_profile(alice.id, ProfileDraft(display_name="Alice")),
        lambda: follows.remove_follower(alice.id, account.id),
        lambda: blocks.block(alice.id, account.id),
        lambda: blocks.unblock(alice.id, account.id),
        lambda: accounts.delete_local(alice.id),
    ]
    await settle_down([one])
    for step in steps:
        await step()
        await settle_down([one])
    return alice, bob


async def test_law_every_outgoing_activity_is_read_by_our_own_reader(one: Echo, peer: Peer) -> None:
    alice, _ = await everything(one, peer)
    kinds = [activity["type"] for activity in peer.delivered]
    assert kinds == [
        "Create",
        "Create",
        "Update",
        "Delete",
        "Create",
        "Update",
        "Like",
        "Undo",
        "Announce",
        "Undo",
        "Follow",
        "Undo",
        "Accept",
        "Update",
        "Reject",
        "Block",
        "Undo",
        "Delete",
    ]
    seen = set()
    for sent in peer.delivered:
        activity = read_activity(documents.parse(documents.encode(sent)))
        assert activity.type == sent["type"]
        assert activity.actor == alice.account.uri
        assert activity.id is not None
        assert activity.id.startswith("https://one.test/")
        assert activity.id not in seen
        seen.add(activity.id)
        assert isinstance(sent["to"], list)
        assert isinstance(sent["cc"], list)
        assert "bto" not in sent
        assert "bcc" not in sent


async def test_undone_things_are_inside_their_undo(one: Echo, peer: Peer) -> None:
    await everything(one, peer)
    originals = {activity["id"]: activity for activity in peer.delivered}
    for undo in peer.sent("Undo"):
        inner: Json = undo["object"]
        original = originals[inner["id"]]
        assert inner["type"] == original["type"]
        assert inner["object"] == original["object"]
        assert "@context" not in inner


async def test_a_job_that_runs_twice_writes_once(one: Echo, peer: Peer) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    post = await make.post(alice)
    for _ in range(3):
        await sending.send_post(post.id)
    await settle_down([one])
    assert len(peer.delivered) == 1
    assert await OutboundActivity.all().count() == 1


async def test_a_post_that_was_never_sent_is_called_back_and_nobody_hears_of_it(
    one: Echo, peer: Peer
) -> None:
    alice = await make.person("alice")
    await follow_of(peer.person("bob"), alice)
    post = await make.post(alice)
    await sending.send_post(post.id)
    await posts.remove(alice.id, post.id)
    await settle_down([one])
    assert peer.delivered == []
    assert await Post.filter(deleted_at=None).count() == 0


async def test_a_video_leaves_with_its_poster_and_without_what_an_edit_left_out(one: Echo) -> None:
    alice = await make.person()
    left_out, video = await make.image(alice), await make.image(alice)
    await Media.filter(id=video.id).update(kind="video", content_type="video/mp4")
    post = await make.post(alice, "look", media_ids=(left_out.id,))
    await editing.edit(alice.id, post.id, EditDraft(text="look", media_ids=(video.id,)))
    source = (await federation_reads.posts_for_worker([post.id]))[post.id]
    (attached,) = note_of(source).attachments
    stored = await Media.get(id=video.id)
    assert (attached.kind, attached.media_type) == ("Document", "video/mp4")
    assert attached.url == addresses.here().file(stored.file_key)
    assert attached.thumbnail is not None
    assert attached.thumbnail.url == addresses.here().file(stored.preview_key)
    assert (attached.width, attached.height) == (60, 40)
