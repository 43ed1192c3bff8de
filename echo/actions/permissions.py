"""What authors elsewhere allow people here to do with their posts, and what people here allow others.

An answer or a boost that has to wait is read by who made it alone, and goes to the asked author alone, until
that author says yes.
"""

from __future__ import annotations

import secrets

from echo import addresses, db
from echo.actions import posting
from echo.actions.notify import tell
from echo.db import UnitOfWork
from echo.errors import Forbidden
from echo.events import Approved, InteractionAnswered, PostDeleted
from echo.kinds import Held, NotificationKind
from echo.models import Account, Like, Post, Reaction
from echo.policy.interacting import Interaction, Leave, leave_to
from echo.store import accounts, counters, notifications, permissions, posts

_REFUSED = {
    Interaction.LIKE: "The author does not let you like this post",
    Interaction.REPLY: "The author does not let you reply to this post",
    Interaction.BOOST: "The author does not let you boost this post",
}


async def require(account_id: int, post: Post, interaction: Interaction, *, may_ask: bool = True) -> Held:
    """Whether somebody here may do something with a post.

    Shapes:  may_ask: the author would hear of it, and can say yes
    Returns: whether it waits for the author's word
    Raises:  Forbidden when the author does not want it
    """
    if post.local or post.interaction_policy is None or post.author_id == account_id:
        return Held.NOT
    closeness = await permissions.closeness(await accounts.get(account_id), post)
    leave = leave_to(interaction, post.interaction_policy, closeness)
    if leave == Leave.NO or (leave == Leave.ASKED and not may_ask):
        raise Forbidden(_REFUSED[interaction])
    return Held.WAITING if leave == Leave.ASKED else Held.NOT


async def accept(author: Account, post_id: int, approval_uri: str) -> bool:
    """The asked author says yes to an answer or a boost of somebody here; False when that is nothing new."""
    async with db.unit_of_work() as unit:
        post = await _asked(author, post_id)
        if post is None or (post.approval_uri == approval_uri and not post.held):
            return False
        await permissions.settle(post.id, Held.NOT, approval_uri)
        if post.held:
            await _release(unit, post)
        elif post.boost_of_id is None:
            unit.emit(Approved(local=True, post_id=post.id))
    return True


async def refuse(author: Account, post_id: int) -> bool:
    """The asked author says no: an answer is read by its author alone from now on, a boost is taken back."""
    async with db.unit_of_work() as unit:
        post = await _asked(author, post_id)
        if post is None or post.held == Held.REFUSED:
            return False
        await _shut(unit, post)
    return True


async def refuse_like(author: Account, uri: str) -> bool:
    """The author does not want a like or an emoji of somebody here: it is gone, and nobody needs be told."""
    async with db.unit_of_work():
        for model, column in ((Like, "likes"), (Reaction, "reactions")):
            known = await model.get_or_none(uri=uri)
            post = None if known is None else await posts.get_unscoped_for_worker(known.post_id)
            if known is not None and post is not None and post.author_id == author.id:
                if await model.filter(id=known.id).delete():
                    await counters.count_post_use(column, known.post_id, -1)
                return True
    return False


async def receive_standing(post_id: int, held: Held, approval_uri: str) -> bool:
    """An answer from elsewhere may be shown now, or not any more; False when that is as it was."""
    async with db.unit_of_work() as unit:
        await posts.lock(post_id)
        post = await Post.get_or_none(id=post_id, local=False, deleted_at=None)
        if post is None or post.held in (Held.REFUSED, Held.REVIEW):
            return False
        if (post.held, post.approval_uri) == (held, approval_uri):
            return False
        await permissions.settle(post.id, held, approval_uri)
        if post.held and not held:
            await _release(unit, post)
        elif held and not post.held:
            await _count(post, -1)
            await notifications.delete_about_post(post.id)
    return True


async def receive_revocation(author: Account, stamp_uri: str) -> bool:
    """An author elsewhere takes their word back; True when it was about an answer or a boost that is here."""
    done = False
    for post_id in await permissions.approved_by(stamp_uri):
        post = await posts.get_unscoped_for_worker(post_id)
        if await permissions.asked_account(post) != author.id:
            continue
        async with db.unit_of_work() as unit:
            await posts.lock(post_id)
            post = await posts.get_unscoped_for_worker(post_id)
            if post.deleted_at is not None or post.held:
                continue
            await _shut(unit, post)
            done = True
    return done


async def close_answers(post_id: int, *, is_closed: bool) -> bool:
    """Let nobody answer a post of elsewhere any more, or everybody again; False when it was so before."""
    async with db.unit_of_work():
        await posts.lock(post_id)
        post = await posts.get_unscoped_for_worker(post_id)
        policy = dict(post.interaction_policy or {})
        if is_closed:
            policy[Interaction.REPLY.value] = {"automatic": [], "manual": []}
        else:
            policy.pop(Interaction.REPLY.value, None)
        return await permissions.set_policy(post_id, policy or None)


async def answer(
    asker: Account, post: Post, interaction: Interaction, *, instrument: str, request: str, may: bool
) -> None:
    """Say to somebody elsewhere whether they may do something with a post of somebody here.

    Shapes:  instrument, request: ids of what they want to do, and of how they asked
    """
    async with db.unit_of_work() as unit:
        stamp = ""
        if may:
            fresh = addresses.here().stamp(secrets.token_urlsafe(18))
            stamp = await permissions.give(asker.id, post.id, interaction, instrument, fresh)
        unit.emit(
            InteractionAnswered(
                local=True,
                account_id=asker.id,
                post_id=post.id,
                interaction=interaction.value,
                instrument_uri=instrument,
                request_uri=request,
                stamp_uri=stamp,
            )
        )


async def _asked(author: Account, post_id: int) -> Post | None:
    """An answer or a boost of somebody here that is this author's to allow, locked."""
    await posts.lock(post_id)
    post = await Post.get_or_none(id=post_id, local=True, deleted_at=None)
    if post is None or post.held == Held.REVIEW or await permissions.asked_account(post) != author.id:
        return None
    return post


async def _count(post: Post, by: int) -> None:
    """Count an answer or a boost under what it is about."""
    about, kind = post.boost_of_id or post.in_reply_to_id, "boosts" if post.boost_of_id else "replies"
    if about is not None:
        await counters.count_post_use(kind, about, by)


async def _shut(unit: UnitOfWork, post: Post) -> None:
    """Show an answer to its author alone from now on; take a boost back."""
    if not post.held:
        await _count(post, -1)
        await notifications.delete_about_post(post.id)
    await permissions.settle(post.id, Held.REFUSED, "")
    if post.boost_of_id is not None and await posts.mark_deleted(post.id):
        await counters.count_post(post.author_id, -1)
        unit.emit(PostDeleted(local=post.local, post_id=post.id))


async def _release(unit: UnitOfWork, post: Post) -> None:
    await _count(post, 1)
    named = [row["account_id"] for row in await posts.mentions([post.id]) if not row["silent"]]
    await tell(unit, named, NotificationKind.MENTION, post.author_id, post.id)
    posting.emit_published(unit, post)
