"""Interaction policies: what others allow us to do with their posts, and what we allow them (GoToSocial)."""

from __future__ import annotations

from typing import Any

import pytest

from echo import ports
from echo.actions import boosts, likes, posts, reactions
from echo.actions.drafts import PostDraft
from echo.errors import Forbidden
from echo.kinds import Visibility
from echo.models import Account, Like, Notification, Post, PostStats
from echo.policy.viewer import NOBODY, Viewer
from echo.store import posts as post_store
from federation import resolve
from tests import make
from tests.federation.peer import PUBLIC, Actor, Json, Peer
from tests.federation.peer import stamp as stamp_now
from tests.federation.test_handlers import says
from tests.federation.test_two_echos import post_by_uri
from tests.fediverse import Echo, settle_down
from tests.make import Person


async def known(author: Actor, **policy: Any) -> Post:
    """A post of a peer that says who may do what."""
    note = author.note("mine", interactionPolicy=policy)
    author.peer.serve(note["id"], note)
    post_id = await ports.directory().post_by_iri(note["id"])
    assert post_id is not None
    return await post_store.get_unscoped_for_worker(post_id)


async def reply(by: Person, parent: Post, **more: Any) -> Post:
    return await posts.publish(
        by.id, PostDraft(text="me too", visibility=Visibility.PUBLIC, in_reply_to_id=parent.id, **more)
    )


def nobody(author: Actor, spelling: str = "automaticApproval") -> Json:
    return {spelling: [author.id]}


@pytest.mark.parametrize("spelling", ["automaticApproval", "always"])
async def test_who_may_not_gets_an_error_and_nothing_leaves(one: Echo, peer: Peer, spelling: str) -> None:
    alice, author = await make.person("alice"), peer.person("gus")
    rule = nobody(author, spelling)
    post = await known(author, canLike=rule, canReply=rule, canAnnounce=rule)
    with pytest.raises(Forbidden):
        await likes.like(alice.id, post.id)
    with pytest.raises(Forbidden):
        await reactions.react(alice.id, post.id, "☕")
    with pytest.raises(Forbidden):
        await boosts.boost(alice.id, post.id)
    with pytest.raises(Forbidden):
        await reply(alice, post)
    await settle_down([one])
    assert peer.delivered == []


async def test_what_is_not_said_is_allowed(one: Echo, peer: Peer) -> None:
    alice, author = await make.person("alice"), peer.person("gus")
    post = await known(author, canQuote=nobody(author), canLike={"always": PUBLIC})
    await likes.like(alice.id, post.id)
    await boosts.boost(alice.id, post.id)
    made = await reply(alice, post)
    assert made.held == ""


async def test_one_who_is_named_may(one: Echo, peer: Peer) -> None:
    """By their id, or because the post mentions them: then they may answer, whatever is said."""
    alice, bob, author = await make.person("alice"), await make.person("bob"), peer.person("gus")
    post = await known(author, canLike={"automaticApproval": [alice.account.uri]}, canReply=nobody(author))
    await likes.like(alice.id, post.id)
    with pytest.raises(Forbidden):
        await likes.like(bob.id, post.id)
    await post_store.insert_mentions(post.id, [bob.id])
    assert (await reply(bob, post)).held == ""
    with pytest.raises(Forbidden):
        await reply(alice, post)


async def waiting(one: Echo, peer: Peer) -> tuple[Person, Actor, Post, Post]:
    """An answer of Alice, whom a follower elsewhere reads, that waits for the author of the parent."""
    alice, author = await make.person("alice"), peer.person("gus")
    await make.follow(await make.stranger("fan", "fans.test"), alice)
    rule = {"automaticApproval": [f"{author.id}/followers"], "manualApproval": [PUBLIC]}
    post = await known(author, canReply=rule, canAnnounce=rule)
    made = await reply(alice, post)
    await settle_down([one])
    return alice, author, post, made


async def replies(post: Post) -> int:
    stats = await PostStats.get_or_none(post_id=post.id)
    return 0 if stats is None else stats.replies


@pytest.mark.parametrize("shape", ["address", "request", "accept alone"])
async def test_an_answer_waits_for_the_authors_word(
    one: Echo, peer: Peer, evil: Peer, router: Any, shape: str
) -> None:
    fans = Peer(router, "fans.test")
    alice, author, post, made = await waiting(one, peer)
    bob = await make.person("bob")
    assert made.held == "waiting"
    # Only the author hears of it, with the audience that it shall have.
    [create] = peer.sent("Create")
    assert create["to"] == [PUBLIC]
    assert "replyAuthorization" not in create["object"]
    assert fans.sent("Create") == []
    for viewer, sees in ((Viewer(alice.id), True), (Viewer(bob.id), False), (NOBODY, False)):
        assert (await post_store.find(viewer, made.id) is not None) == sees
    assert await replies(post) == 0

    mallory, proof = evil.person("mallory"), f"{author.id}/approvals/1"
    assert await says(mallory, one, mallory.does("Accept", made.uri, result=proof)) != ""
    request = {"type": "ReplyRequest", "actor": alice.account.uri, "object": post.uri, "instrument": made.uri}
    obj: Any = request if shape == "request" else made.uri
    more = {} if shape == "accept alone" else {"result": proof}
    accept = author.does("Accept", obj, **more)
    assert await says(author, one, accept) == ""
    assert await says(author, one, accept | {"id": f"{author.id}/2"}) in ("", "duplicate")
    stored = await Post.get(id=made.id)
    assert stored.held == ""
    assert await post_store.find(NOBODY, made.id) is not None
    assert await replies(post) == 1
    [told] = fans.sent("Create")
    expected = accept["id"] if shape == "accept alone" else proof
    assert told["object"]["replyAuthorization"] == told["object"]["approvedBy"] == expected


async def test_an_answer_that_is_refused_is_its_authors_alone(one: Echo, peer: Peer, router: Any) -> None:
    fans = Peer(router, "fans.test")
    alice, author, post, made = await waiting(one, peer)
    other = peer.person("other")
    assert await says(other, one, other.does("Reject", made.uri)) != ""
    assert await says(author, one, author.does("Reject", made.uri)) == ""
    assert (await Post.get(id=made.id)).held == "refused"
    assert await post_store.find(NOBODY, made.id) is None
    assert await post_store.find(Viewer(alice.id), made.id) is not None
    assert fans.sent("Create") == []
    await posts.remove(alice.id, made.id)
    assert await replies(post) == 0


async def test_a_boost_waits_and_leaves_with_its_proof(one: Echo, peer: Peer, router: Any) -> None:
    fans = Peer(router, "fans.test")
    alice, author, post, _ = await waiting(one, peer)
    boost = await boosts.boost(alice.id, post.id)
    await settle_down([one])
    assert boost.held == "waiting"
    assert fans.sent("Announce") == []
    assert len(peer.sent("Announce")) == 1
    proof = f"{author.id}/approvals/2"
    assert await says(author, one, author.does("Accept", boost.uri, result=proof)) == ""
    [told] = fans.sent("Announce")
    assert told["announceAuthorization"] == proof
    assert await says(author, one, author.does("Reject", boost.uri)) == ""
    assert len(fans.sent("Undo")) == 1
    stats = await PostStats.get(post_id=post.id)
    assert stats.boosts == 0


async def test_a_like_that_is_refused_is_gone(one: Echo, peer: Peer) -> None:
    alice, author = await make.person("alice"), peer.person("gus")
    post = await known(author, canLike={"manualApproval": [PUBLIC]})
    await likes.like(alice.id, post.id)
    await settle_down([one])
    [like] = peer.sent("Like")
    assert await says(author, one, author.does("Reject", like["id"])) == ""
    assert await Like.all().count() == 0
    assert peer.sent("Undo") == []


async def test_an_answer_that_stays_here_can_ask_nobody(one: Echo, peer: Peer) -> None:
    alice, author = await make.person("alice"), peer.person("gus")
    post = await known(author, canReply={"manualApproval": [PUBLIC]})
    with pytest.raises(Forbidden):
        await reply(alice, post, local_only=True)


async def test_a_policy_changes_without_an_edit(one: Echo, peer: Peer) -> None:
    alice, author = await make.person("alice"), peer.person("gus")
    post = await known(author, canReply={"automaticApproval": [PUBLIC]})
    note = author.note("mine", id=post.uri, interactionPolicy={"canReply": nobody(author)})
    await says(author, one, author.does("Update", note))
    with pytest.raises(Forbidden):
        await reply(alice, await Post.get(id=post.id))


@pytest.mark.parametrize(
    ("kind", "authorization"),
    [
        ("LikeRequest", "LikeAuthorization"),
        ("ReplyRequest", "ReplyAuthorization"),
        ("AnnounceRequest", "AnnounceAuthorization"),
    ],
)
async def test_who_asks_politely_is_answered(one: Echo, peer: Peer, kind: str, authorization: str) -> None:
    alice, asker = await make.person("alice"), peer.person("gus")
    post = await make.post(alice)
    instrument = f"{asker.id}/things/1"
    request = asker.does(kind, post.uri, instrument=instrument)
    assert await says(asker, one, request) == ""
    assert await says(asker, one, request | {"id": f"{asker.id}/again"}) == ""
    first, again = peer.sent("Accept")
    assert (first["object"]["type"], first["object"]["id"]) == (kind, request["id"])
    assert first["result"] == again["result"]
    path = first["result"].removeprefix("https://one.test")
    found = await (await one.app.test_client().get(path)).json
    assert {key: found[key] for key in found if key != "@context"} == {
        "id": first["result"],
        "type": authorization,
        "attributedTo": alice.account.uri,
        "interactingObject": instrument,
        "interactionTarget": post.uri,
    }
    await posts.remove(alice.id, post.id)
    assert (await one.app.test_client().get(path)).status_code == 404


async def test_what_may_not_be_is_refused_and_what_is_private_not_known(one: Echo, peer: Peer) -> None:
    alice, asker = await make.person("alice"), peer.person("gus")
    private = await make.post(alice, visibility=Visibility.FOLLOWERS)
    ask = asker.does("AnnounceRequest", private.uri, instrument=f"{asker.id}/1")
    assert await says(asker, one, ask) == "unknown-object"
    stored = await post_by_uri(private.uri)
    assert stored is not None
    await make.follow(await Account.get(uri=asker.id), alice)
    assert await says(asker, one, ask | {"id": f"{asker.id}/2"}) == ""
    assert [reject["object"]["id"] for reject in peer.sent("Reject")] == [f"{asker.id}/2"]
    foreign = asker.does("LikeRequest", private.uri, instrument="https://evil.test/1")
    assert await says(asker, one, foreign) == "foreign-object"


async def test_our_posts_say_what_holds(one: Echo) -> None:
    alice = await make.person("alice")
    said = {}
    for visibility in (Visibility.PUBLIC, Visibility.FOLLOWERS):
        from federation import outbox
        from federation.sending import any_post

        post = await make.post(alice, visibility=visibility)
        source = await any_post(post.id)
        assert source is not None
        import json

        said[visibility] = json.loads(outbox.post(source).body)["object"]["interactionPolicy"]
    rule = {
        "automaticApproval": [PUBLIC],
        "manualApproval": [],
        "always": [PUBLIC],
        "approvalRequired": [],
    }
    public = said[Visibility.PUBLIC]
    assert public["canLike"] == public["canReply"] == public["canAnnounce"] == rule
    assert set(said[Visibility.FOLLOWERS]) == {"canAnnounce", "canQuote"}
    assert said[Visibility.FOLLOWERS]["canAnnounce"]["always"] == [alice.account.uri]


# What others do with posts of others


def stamp_for(author: Actor, post: Post, answer: Json, kind: str = "ReplyAuthorization") -> Json:
    """The author's word, served where the author lives."""
    stamp: Json = {
        "id": f"{author.id}/approvals/{kind}",
        "type": kind,
        "attributedTo": author.id,
        "interactingObject": answer["id"],
        "interactionTarget": post.uri,
    }
    author.peer.serve(stamp["id"], stamp)
    return stamp


async def is_shown(uri: str) -> bool:
    stored = await Post.get_or_none(uri=uri)
    return stored is not None and await post_store.find(NOBODY, stored.id) is not None


async def asked_for_answers(one: Echo, peer: Peer, victim: Peer) -> tuple[Person, Actor, Actor, Post]:
    """Gus, who wants to be asked before others answer, and Vera elsewhere, whom Alice follows."""
    alice, author, vera = await make.person("alice"), peer.person("gus"), victim.person("vera")
    await make.follow(alice, await resolve.account(vera.id))
    rule = {"automaticApproval": [f"{author.id}/followers"], "manualApproval": [PUBLIC]}
    return alice, author, vera, await known(author, canReply=rule, canAnnounce=rule)


@pytest.mark.parametrize("kind", ["ReplyAuthorization", "ReplyApproval", "Accept"])
async def test_s_c24_an_answer_of_others_is_shown_with_the_authors_word(
    one: Echo, peer: Peer, victim: Peer, kind: str
) -> None:
    alice, author, vera, post = await asked_for_answers(one, peer, victim)
    answer = vera.note("@alice look", inReplyTo=post.uri, cc=[alice.account.uri])
    answer["tag"] = [{"type": "Mention", "href": alice.account.uri, "name": "@alice@one.test"}]
    assert await says(vera, one, vera.creates(answer)) == ""
    assert not await is_shown(answer["id"])
    assert await replies(post) == 0
    assert await Notification.filter(account_id=alice.id).count() == 0
    stamp = stamp_for(author, post, answer, kind)
    if kind == "Accept":
        stamp = {"id": stamp["id"], "type": kind, "actor": author.id, "object": answer["id"]}
        peer.serve(stamp["id"], stamp)
    word = {"replyAuthorization" if kind == "ReplyAuthorization" else "approvedBy": stamp["id"]}
    assert await says(vera, one, vera.does("Update", {**answer, **word})) == ""
    assert await is_shown(answer["id"])
    assert await replies(post) == 1
    assert await Notification.filter(account_id=alice.id, kind="mention").count() == 1
    # The word is taken back, by nobody but who gave it.
    assert await says(vera, one, vera.does("Delete", stamp["id"])) == "foreign-object"
    other = peer.person("other")
    await says(other, one, other.does("Delete", stamp["id"]))
    assert await is_shown(answer["id"])
    assert await says(author, one, author.does("Delete", stamp["id"])) == ""
    assert not await is_shown(answer["id"])
    assert await replies(post) == 0
    await says(vera, one, vera.does("Update", {**answer, **word, "updated": stamp_now()}))
    assert not await is_shown(answer["id"])


async def test_s_c24_a_word_for_something_else_is_none(one: Echo, peer: Peer, victim: Peer) -> None:
    _, author, vera, post = await asked_for_answers(one, peer, victim)
    answer, other = vera.note("answer", inReplyTo=post.uri), vera.note("other", inReplyTo=post.uri)
    forged = stamp_for(author, post, other)
    own = {**forged, "id": f"{vera.id}/approvals/1", "interactingObject": f"{answer['id']}1"}
    victim.serve(own["id"], own)
    liked = {
        **forged,
        "id": f"{author.id}/l",
        "type": "LikeAuthorization",
        "interactingObject": f"{answer['id']}2",
    }
    peer.serve(liked["id"], liked)
    for number, word in enumerate((forged["id"], own["id"], liked["id"], f"{author.id}/approvals/none")):
        claimed = {**answer, "id": f"{answer['id']}{number}", "replyAuthorization": word}
        assert await says(vera, one, vera.creates(claimed)) == ""
        assert not await is_shown(claimed["id"])
    # The author answers as they like, and so does who is named in the post.
    mine = author.note("mine", inReplyTo=post.uri)
    peer.serve(mine["id"], mine)
    assert await ports.directory().post_by_iri(mine["id"]) is not None
    assert await is_shown(mine["id"])
    await post_store.insert_mentions(post.id, [(await Account.get(uri=vera.id)).id])
    free = vera.note("I am named", inReplyTo=post.uri)
    assert await says(vera, one, vera.creates(free)) == ""
    assert await is_shown(free["id"])


async def test_an_answer_that_came_before_its_parent_is_looked_at(
    one: Echo, peer: Peer, victim: Peer
) -> None:
    _, author, vera, _ = await asked_for_answers(one, peer, victim)
    rule = {"canReply": {"automaticApproval": [], "manualApproval": [PUBLIC]}}
    parent = author.note("asked", interactionPolicy=rule)
    answer = vera.note("early", inReplyTo=parent["id"])
    victim.serve(answer["id"], answer)
    peer.serve(parent["id"], parent)
    assert await says(vera, one, vera.creates(answer)) == ""
    await settle_down([one])
    stored = await Post.get(uri=answer["id"])
    assert (stored.in_reply_to_id is not None, stored.held) == (True, "waiting")


async def test_s_c24_a_boost_of_others_needs_the_authors_word(one: Echo, peer: Peer, victim: Peer) -> None:
    _, author, vera, post = await asked_for_answers(one, peer, victim)
    assert await says(vera, one, vera.does("Announce", post.uri)) == "unproven"
    assert await Post.filter(boost_of_id=post.id).count() == 0
    allowed = vera.does("Announce", post.uri)
    stamp = stamp_for(author, post, allowed, "AnnounceAuthorization")
    assert await says(vera, one, {**allowed, "announceAuthorization": stamp["id"]}) == ""
    assert await Post.filter(boost_of_id=post.id, deleted_at=None).count() == 1
