"""A parent that comes late: its replies, and all that hangs on them, are in one thread then."""

from __future__ import annotations

import asyncio

from echo import clock, db
from echo.actions import adopting, posts, threads
from echo.actions.drafts import RemotePost
from echo.kinds import Visibility
from echo.models import Account, Conversation, ConversationPost, Notification, Post, ThreadMute
from echo.store import threads as thread_store
from echo.store.threads import SIGNED_IN
from tests import make


def draft(author: Account, name: str, parent: str = "", **more: object) -> RemotePost:
    """A post of somebody elsewhere that names its parent, known or not."""
    return RemotePost(
        uri=f"{author.uri}/{name}",
        url=f"{author.uri}/{name}",
        html=f"<p>{name}</p>",
        visibility=more.pop("visibility", Visibility.PUBLIC),  # type: ignore[arg-type]
        published_at=clock.now(),
        in_reply_to_uri=f"{author.uri}/{parent}" if parent else "",
        **more,  # type: ignore[arg-type]
    )


async def test_what_hangs_on_an_adopted_reply_comes_along(runtime: object) -> None:
    author, alice = await make.stranger(), await make.person()
    reply = await posts.receive(author, draft(author, "reply", "root"))
    below = await make.post(alice, reply_to=reply.id)
    deeper = await make.remote_post(author, in_reply_to_id=below.id)
    root = await posts.receive(author, draft(author, "root"))
    threads_of = {(await Post.get(id=one.id)).thread_id for one in (root, reply, below, deeper)}
    assert threads_of == {root.id}
    stored = await Post.get(id=reply.id)
    assert (stored.in_reply_to_id, stored.in_reply_to_uri) == (root.id, "")


async def test_a_muted_thread_stays_muted_when_its_beginning_comes(runtime: object) -> None:
    author, alice, bob = await make.stranger(), await make.person(), await make.person()
    reply = await posts.receive(author, draft(author, "reply", "root", mentioned_ids=(alice.id,)))
    await threads.mute(alice.id, reply.id)
    await threads.mute(bob.id, reply.id)
    await Notification.all().delete()
    root = await posts.receive(author, draft(author, "root"))
    for parent in (root, await Post.get(id=reply.id)):
        await make.remote_post(author, in_reply_to_id=parent.id, mentioned_ids=(alice.id,))
    assert await Notification.filter(account_id=alice.id).count() == 0
    assert {row.thread_id for row in await ThreadMute.all()} == {root.id}
    await threads.unmute(alice.id, reply.id)
    await make.remote_post(author, in_reply_to_id=root.id, mentioned_ids=(alice.id,))
    assert await Notification.filter(account_id=alice.id).count() == 1


async def test_two_halves_of_a_conversation_become_one(runtime: object) -> None:
    author, alice = await make.stranger(), await make.person()
    await make.follow(alice, author)
    direct = {"visibility": Visibility.DIRECT, "mentioned_ids": (alice.id,)}
    first = await posts.receive(author, draft(author, "first", "root", **direct))
    second = await posts.receive(author, draft(author, "second", "root", **direct))
    assert await Conversation.filter(account_id=alice.id).count() == 2
    root = await posts.receive(author, draft(author, "root", **direct))
    [left] = await Conversation.filter(account_id=alice.id)
    assert (left.thread_id, left.last_post_id, left.unread) == (
        root.id,
        max(first.id, second.id, root.id),
        True,
    )
    filed = {row.post_id for row in await ConversationPost.filter(conversation_id=left.id)}
    assert filed == {first.id, second.id, root.id}


async def test_what_was_stored_meanwhile_is_taken_along_afterwards(runtime: object) -> None:
    """A reply that read the old thread just before it was joined: the job that follows finds it."""
    author = await make.stranger()
    reply = await posts.receive(author, draft(author, "reply", "root"))
    root = await posts.receive(author, draft(author, "root"))
    late = await make.remote_post(author, in_reply_to_id=reply.id)
    await db.execute("UPDATE posts SET thread_id = $2 WHERE id = $1", late.id, reply.id)
    [row] = await db.fetch("SELECT arguments FROM jobs WHERE name = 'threads.join_again'")
    assert str(reply.id) in row["arguments"]
    await adopting.join_again(root.id, [reply.id])
    assert (await Post.get(id=late.id)).thread_id == root.id


async def test_a_parent_and_its_reply_that_come_at_once_find_each_other(runtime: object) -> None:
    author = await make.stranger()
    for number in range(5):
        pair = draft(author, f"root{number}"), draft(author, f"reply{number}", f"root{number}")
        root, reply = await asyncio.gather(*(posts.receive(author, one) for one in pair))
        stored = await Post.get(id=reply.id)
        assert (stored.in_reply_to_id, stored.thread_id) == (root.id, root.id)


async def test_circles_end(runtime: object) -> None:
    author = await make.stranger()
    alone = await posts.receive(author, draft(author, "alone", "alone"))
    assert (await Post.get(id=alone.id)).in_reply_to_id is None
    first = await posts.receive(author, draft(author, "first", "second"))
    second = await posts.receive(author, draft(author, "second", "first"))
    parents = [(await Post.get(id=one.id)).in_reply_to_id for one in (first, second)]
    assert parents == [None, first.id]
    # As rows may be that are older than this rule.
    await Post.filter(id=first.id).update(in_reply_to_id=second.id)
    stored = await Post.get(id=first.id)
    assert await thread_store.ancestor_ids(stored, SIGNED_IN) == [second.id]
    assert await thread_store.descendant_ids(stored, SIGNED_IN) == [second.id]
