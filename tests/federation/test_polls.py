"""Polls between servers: asked, voted in, counted, over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from echo import clock
from echo.actions import editing, polls
from echo.actions.drafts import EditDraft, PollDraft
from echo.errors import Invalid
from echo.kinds import Visibility
from echo.models import Account, Notification, Poll, PollOption, PollVote, Post
from echo.store import polls as store
from federation import resolve
from tests import make
from tests.federation.peer import PUBLIC, Actor, Json, Peer, stamp
from tests.federation.test_handlers import followed, says
from tests.federation.test_outbox import follow_of
from tests.federation.test_two_echos import follow, post_by_uri
from tests.fediverse import Echo, settle_down
from tests.make import Person

ASKED = PollDraft(options=("yes", "no"), duration_seconds=3600)
SEVERAL = PollDraft(options=("a", "b", "c"), duration_seconds=3600, multiple=True)


def question(actor: Actor, votes: dict[str, int], *, key: str = "oneOf", **more: Any) -> Json:
    """A poll of the actor."""
    options = [
        {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
        for name, count in votes.items()
    ]
    ends = {"endTime": stamp(-timedelta(hours=1)), "votersCount": sum(votes.values())}
    return actor.note("asks", **{"type": "Question", key: options, **ends, **more})


def choice(actor: Actor, post: Post, name: str, **more: Any) -> Json:
    """A vote, as Mastodon sends it."""
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{actor.id}#votes/{post.id}/{name}",
        "type": "Note",
        "name": name,
        "attributedTo": actor.id,
        "inReplyTo": post.uri,
        "to": [post.uri.partition("/posts/")[0]],
        **more,
    }


async def counts(poll_id: int | None) -> list[int]:
    rows = await PollOption.filter(poll_id=poll_id or 0).order_by("position")
    return [row.votes for row in rows]


async def voters(poll_id: int | None) -> int | None:
    return (await Poll.get(id=poll_id)).voters


async def asks(by: Person, draft: PollDraft = ASKED, **more: Any) -> Post:
    return await make.post(by, "Well?", poll=draft, **more)


# Out


async def test_a_poll_leaves_as_a_question(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follow_of(bob, alice)
    voter = await make.person()
    post = await asks(alice, SEVERAL)
    await polls.vote(voter.id, post.poll_id or 0, [0, 2])
    await settle_down([one])
    (create,) = peer.sent("Create")
    asked = create["object"]
    assert asked["type"] == "Question"
    assert [(o["type"], o["name"], o["replies"]["totalItems"]) for o in asked["anyOf"]] == [
        ("Note", "a", 1),
        ("Note", "b", 0),
        ("Note", "c", 1),
    ]
    poll = await Poll.get()
    assert poll.expires_at is not None
    assert asked["endTime"][:19] == poll.expires_at.isoformat()[:19]
    assert asked["votersCount"] == 1
    assert "closed" not in asked


async def test_new_counts_are_told_once_for_many_votes_and_when_it_is_over(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follow_of(bob, alice)
    post = await asks(alice)
    for choice_ in (0, 1, 1):
        await polls.vote((await make.person()).id, post.poll_id or 0, [choice_])
    await settle_down([one])
    assert await polls.do_due(10) == 0
    clock.shift(timedelta(minutes=3, seconds=1))
    assert await polls.do_due(10) == 1
    assert await polls.do_due(10) == 0
    await settle_down([one])
    (update,) = peer.sent("Update")
    assert [o["replies"]["totalItems"] for o in update["object"]["oneOf"]] == [1, 2]
    assert "updated" not in update["object"], "it is no edit"
    clock.shift(timedelta(hours=1, seconds=1))
    assert await polls.do_due(10) == 1
    await settle_down([one])
    assert peer.sent("Update")[-1]["object"]["closed"]
    assert len(peer.sent("Update")) == 2


async def test_hidden_totals_do_not_leave_before_the_end(one: Echo, peer: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    await follow_of(bob, alice)
    hidden = PollDraft(options=("yes", "no"), duration_seconds=3600, hide_totals=True)
    post = await asks(alice, hidden)
    await polls.vote((await make.person()).id, post.poll_id or 0, [0])
    clock.shift(timedelta(minutes=4))
    assert await polls.do_due(10) == 0, "nothing to tell before the end"
    await editing.edit(alice.id, post.id, EditDraft(text="Well, well?"))
    await settle_down([one])
    assert [o["replies"]["totalItems"] for o in peer.sent("Update")[0]["object"]["oneOf"]] == [0, 0]
    clock.shift(timedelta(hours=1, seconds=1))
    await polls.do_due(10)
    await settle_down([one])
    assert [o["replies"]["totalItems"] for o in peer.sent("Update")[1]["object"]["oneOf"]] == [1, 0]


async def test_a_vote_leaves_as_a_note_for_the_author_alone(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    alice = await followed(bob, one)
    asked = question(bob, {"yes": 2, "no": 1}, key="anyOf")
    assert await says(bob, one, bob.creates(asked)) == ""
    post = await Post.get(uri=asked["id"])
    await polls.vote(alice.id, post.poll_id or 0, [1, 0])
    await settle_down([one])
    votes = [create["object"] for create in peer.sent("Create")]
    assert sorted(vote["name"] for vote in votes) == ["no", "yes"]
    for vote in votes:
        assert (vote["inReplyTo"], vote["attributedTo"]) == (asked["id"], alice.account.uri)
        assert vote["to"] == [bob.id]
        assert "content" not in vote
        assert PUBLIC not in str(vote)
    assert await counts(post.poll_id) == [3, 2]
    # More of them later: what was sent is not sent again.
    await settle_down([one])
    assert len(peer.sent("Create")) == 2


# In


async def test_a_question_becomes_a_poll(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    asked = question(bob, {"yes": 7, "no": 3}, votersCount=9)
    assert await says(bob, one, bob.creates(asked)) == ""
    post = await Post.get(uri=asked["id"])
    assert post.html == "<p>asks</p>"
    poll = await Poll.get(id=post.poll_id)
    assert (poll.multiple, poll.voters, await counts(poll.id)) == (False, 9, [7, 3])
    for endless in ({"endTime": None}, {"endTime": None, "closed": stamp(-timedelta(days=1))}):
        other = question(bob, {"yes": 7, "no": 3}, **endless)
        assert await says(bob, one, bob.creates(other)) == ""
        stored = await store.find_of_post((await Post.get(uri=other["id"])).id)
        assert stored is not None
        assert (stored.expires_at is None) == ("closed" not in endless)
    closed = question(bob, {"yes": 7}, endTime=None, closed=True)
    assert await says(bob, one, bob.creates(closed)) == ""
    over = await Poll.get(post_id=(await Post.get(uri=closed["id"])).id)
    assert over.told_at is not None, "nobody is told of what was over before"


async def test_an_update_without_a_stamp_brings_counts_and_nothing_else(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    alice = await followed(bob, one)
    asked = question(bob, {"yes": 1, "no": 0})
    await says(bob, one, bob.creates(asked))
    post = await Post.get(uri=asked["id"])
    await polls.vote(alice.id, post.poll_id or 0, [1])
    newer = {**question(bob, {"yes": 5, "no": 2}), "id": asked["id"], "content": "<p>other</p>"}
    newer["endTime"] = asked["endTime"]
    assert await says(bob, one, bob.does("Update", newer)) == ""
    post = await Post.get(uri=asked["id"])
    assert (post.html, post.edited_at) == ("<p>asks</p>", None)
    assert (await counts(post.poll_id), await voters(post.poll_id)) == ([5, 2], 7)
    assert await store.chosen(post.poll_id or 0, alice.id) == [1]
    assert await says(bob, one, bob.does("Update", newer)) == "stale"
    # Other answers without a stamp are not believed.
    other = {**question(bob, {"nay": 9, "no": 2}), "id": asked["id"]}
    assert await says(bob, one, bob.does("Update", other)) == "stale"
    assert await counts(post.poll_id) == [5, 2]


async def test_other_answers_with_a_stamp_forget_the_votes(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    alice = await followed(bob, one)
    asked = question(bob, {"yes": 1, "no": 0})
    await says(bob, one, bob.creates(asked))
    post = await Post.get(uri=asked["id"])
    await polls.vote(alice.id, post.poll_id or 0, [1])
    later = stamp(-timedelta(seconds=5))
    other = {**question(bob, {"nay": 9, "aye": 2}), "id": asked["id"], "updated": later}
    assert await says(bob, one, bob.does("Update", other)) == ""
    assert await store.chosen(post.poll_id or 0, alice.id) == []
    assert await counts(post.poll_id) == [9, 2]
    gone = {**bob.note("asks nothing"), "id": asked["id"], "updated": stamp(-timedelta(seconds=9))}
    assert await says(bob, one, bob.does("Update", gone)) == ""
    assert await Poll.all().count() == 0
    assert (await Post.get(uri=asked["id"])).poll_id is None


async def test_votes_of_others_are_counted_and_no_posts(one: Echo, peer: Peer) -> None:
    alice, bob, carol = await make.person("alice"), peer.person("bob"), peer.person("carol")
    post = await asks(alice)
    assert await says(bob, one, bob.does("Create", choice(bob, post, "yes"))) == ""
    assert await says(carol, one, carol.does("Create", choice(carol, post, "no", content=""))) == ""
    assert (await counts(post.poll_id), await voters(post.poll_id)) == ([1, 1], 2)
    assert await Post.all().count() == 1
    assert await Notification.all().count() == 0


async def test_s_c16_votes_that_do_not_count(one: Echo, peer: Peer, evil: Peer) -> None:
    alice, bob = await make.person("alice"), peer.person("bob")
    post = await asks(alice)
    assert await says(bob, one, bob.does("Create", choice(bob, post, "maybe"))) == "vote"
    assert await says(bob, one, bob.does("Create", choice(bob, post, "yes"))) == ""
    for again in ("yes", "no"):
        vote = {**choice(bob, post, again), "id": f"{bob.id}#votes/again/{again}"}
        assert await says(bob, one, bob.does("Create", vote)) == "vote"
    mallory = evil.person("mallory", keys=2)
    forged = choice(mallory, post, "no", attributedTo=bob.id)
    assert await says(mallory, one, mallory.does("Create", forged)) == "foreign-author"
    private = await asks(alice, visibility=Visibility.FOLLOWERS)
    assert await says(bob, one, bob.does("Create", choice(bob, private, "yes"))) == "not-found"
    plain = await make.post(alice)
    assert await says(bob, one, bob.does("Create", choice(bob, plain, "yes"))) == "vote"
    elsewhere = {**choice(bob, post, "yes"), "inReplyTo": "https://evil.test/polls/1"}
    assert await says(bob, one, bob.does("Create", elsewhere)) == "not-ours"
    clock.shift(timedelta(hours=2))
    late = evil.person("late", keys=3)
    assert await says(late, one, late.does("Create", choice(late, post, "yes"))) == "vote"
    assert (await counts(post.poll_id), await voters(post.poll_id)) == ([1, 0], 1)


async def test_gotosocial_sends_several_votes_in_one(one: Echo, peer: Peer) -> None:
    alice, bob, carol = await make.person("alice"), peer.person("bob"), peer.person("carol")
    post = await asks(alice, SEVERAL)
    several = [choice(bob, post, "a"), choice(bob, post, "c"), choice(carol, post, "b")]
    assert await says(bob, one, bob.does("Create", several)) == ""
    assert await counts(post.poll_id) == [1, 0, 1], "nobody votes for another"
    assert await voters(post.poll_id) == 1


async def test_a_poll_is_asked_for_again_when_somebody_looks(one: Echo, peer: Peer) -> None:
    bob = peer.person("bob")
    await followed(bob, one)
    asked = question(bob, {"yes": 1, "no": 0})
    await says(bob, one, bob.creates(asked))
    post = await Post.get(uri=asked["id"])
    stored = await store.get(post.poll_id or 0)
    newer = {**question(bob, {"yes": 4, "no": 2}), "id": asked["id"]}
    peer.serve(asked["id"], newer)
    await polls.ask_again(stored)
    assert await counts(post.poll_id) == [1, 0], "it is fresh"
    clock.shift(timedelta(minutes=2))
    await polls.ask_again(stored)
    assert await counts(post.poll_id) == [4, 2]
    peer.serve_status(asked["id"], 500)
    clock.shift(timedelta(minutes=4))
    await polls.ask_again(stored)
    assert await counts(post.poll_id) == [4, 2]


# Two Echos


async def test_a_poll_between_two_echos(one: Echo, two: Echo) -> None:
    """Asked here, voted in there, counted here, seen there, told to both when it is over."""
    alice, near = await make.person("alice"), await make.person("near")
    bob = await two.run(make.person("bob"))
    far = await two.run(make.person("far"))
    for person in (bob, far):
        await two.run(follow(person, "alice", "one.test"))
    await settle_down([one, two])
    post = await asks(alice)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    assert copy.poll_id is not None
    await two.run(polls.vote(bob.id, copy.poll_id, [1]))
    await polls.vote(near.id, post.poll_id or 0, [0])
    await settle_down([one, two])
    assert (await counts(post.poll_id), await voters(post.poll_id)) == ([1, 1], 2)
    assert await two.run(counts(copy.poll_id)) == [0, 1], "what it knows so far"
    with pytest.raises(Invalid):
        await two.run(polls.vote(bob.id, copy.poll_id, [0]))
    clock.shift(timedelta(minutes=4))
    await polls.do_due(10)
    await settle_down([one, two])
    assert await two.run(counts(copy.poll_id)) == [1, 1]
    assert await two.run(voters(copy.poll_id)) == 2

    clock.shift(timedelta(hours=1, minutes=10))
    for server in (one, two):
        for _ in range(2):
            await server.run(polls.do_due(10))
    await settle_down([one, two])

    async def told() -> dict[str, int]:
        rows = await Notification.filter(kind="poll")
        names = {account.id: account.username for account in await Account.all()}
        return {names[row.account_id]: row.post_id or 0 for row in rows}

    assert await told() == {"alice": post.id, "near": post.id}
    assert await two.run(told()) == {"bob": copy.id}

    async def votes() -> int:
        return await PollVote.all().count()

    assert (await votes(), await two.run(votes())) == (2, 1)
    assert await Post.all().count() == 1, "a vote is no post"


async def test_an_edited_poll_begins_anew_on_both_sides(one: Echo, two: Echo) -> None:
    alice = await make.person("alice")
    bob = await two.run(make.person("bob"))
    await two.run(follow(bob, "alice", "one.test"))
    await settle_down([one, two])
    post = await asks(alice)
    await settle_down([one, two])
    copy = await two.run(post_by_uri(post.uri))
    assert copy is not None
    await two.run(polls.vote(bob.id, copy.poll_id or 0, [1]))
    await settle_down([one, two])
    assert await counts(post.poll_id) == [0, 1]
    other = PollDraft(options=("now", "never"), duration_seconds=7200)
    await editing.edit(alice.id, post.id, EditDraft(text="Well?", poll=other))
    await settle_down([one, two])
    assert await counts(post.poll_id) == [0, 0]

    async def titles() -> list[str]:
        return [row.title for row in await PollOption.all().order_by("position")]

    assert await two.run(titles()) == ["now", "never"]
    assert await two.run(store.chosen(copy.poll_id or 0, bob.id)) == []
    await two.run(polls.vote(bob.id, copy.poll_id or 0, [0]))
    await settle_down([one, two])
    assert await counts(post.poll_id) == [1, 0]
    stranger = await resolve.account(bob.account.uri)
    assert await store.chosen(post.poll_id or 0, stranger.id) == [0]
