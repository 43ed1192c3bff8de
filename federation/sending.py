"""From something that happened here to rows that leave: the activity with its deliveries."""

from __future__ import annotations

from collections.abc import Sequence

from echo import addresses, db, jobs, settings
from echo.jobs import Queue
from echo.models import Account, Like
from echo.store import accounts, federation_reads, outbound, relations
from echo.store.federation_reads import PostSource
from echo.store.outbound import Inbox, Outgoing
from federation import outbox, recipients
from federation.outbox import Pair


async def send_post(post_id: int) -> None:
    """Tell of a new post or boost."""
    source = await _post(post_id)
    if source is not None and source.deleted_at is None:
        await _hand_over(outbox.post(source), await recipients.of_post(source))


async def send_edit(post_id: int) -> None:
    """Tell of an edit; who did not get the post yet gets it as it is now."""
    source = await _post(post_id)
    if source is None or source.deleted_at is not None:
        return
    inboxes = await recipients.of_edit(source)
    await outbound.rewrite(outbox.create_id(source), outbox.post(source).body)
    await _hand_over(outbox.edit(source), inboxes)


async def send_delete(post_id: int) -> None:
    """Tell of a deleted post or boost; what was on its way is called back where it has not arrived."""
    source = await _post(post_id)
    if source is not None:
        await outbound.withdraw(post_id)
        await _hand_over(outbox.deletion(source), await recipients.of_deletion(source))


async def send_like(like_id: int) -> None:
    """Tell the author of a post elsewhere that it is liked."""
    row = await Like.get_or_none(id=like_id)
    if row is None:
        return
    post = await _any_post(row.post_id)
    if post is not None and not post.local:
        pair = _pair(row.account_id, post.author_uri)
        await _hand_over(
            outbox.like(pair, uri=row.uri, target=post.uri), await recipients.of_one(post.author_id)
        )


async def send_unlike(account_id: int, post_id: int, uri: str) -> None:
    """Tell them that it is not any more."""
    post = await _any_post(post_id)
    if post is not None and not post.local:
        pair = _pair(account_id, post.author_uri)
        await _hand_over(
            outbox.unlike(pair, uri=uri, target=post.uri), await recipients.of_one(post.author_id)
        )


async def send_follow(follow_id: int) -> None:
    """Ask somebody elsewhere to be followed."""
    row = await relations.find_follow_by_id(follow_id)
    theirs = None if row is None else await _elsewhere(row.followee_id)
    if row is not None and theirs is not None:
        pair = _pair(row.follower_id, theirs.uri)
        await _hand_over(outbox.follow(pair, uri=row.uri), await recipients.of_one(theirs.id))


async def send_unfollow(follower_id: int, followee_id: int, uri: str) -> None:
    """Tell somebody elsewhere that they are not followed any more."""
    theirs = await _elsewhere(followee_id)
    if theirs is not None:
        pair = _pair(follower_id, theirs.uri)
        await _hand_over(outbox.unfollow(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_accept(follow_id: int) -> None:
    """Tell somebody elsewhere that they may follow; again when they ask again."""
    row = await relations.find_follow_by_id(follow_id)
    theirs = None if row is None else await _elsewhere(row.follower_id)
    if row is not None and theirs is not None:
        pair = _pair(row.followee_id, theirs.uri)
        await _hand_over(outbox.accept(pair, row), await recipients.of_one(theirs.id), again=True)


async def send_reject(follower_id: int, followee_id: int, uri: str) -> None:
    """Tell somebody elsewhere that they may not follow, or not any more."""
    theirs = await _elsewhere(follower_id)
    if theirs is not None:
        pair = _pair(followee_id, theirs.uri)
        await _hand_over(outbox.reject(pair, uri=uri), await recipients.of_one(theirs.id), again=True)


async def send_block(blocker_id: int, blocked_id: int, uri: str) -> None:
    """Tell the server of somebody that they are blocked, so that it can hide one from the other."""
    theirs = await _elsewhere(blocked_id)
    if theirs is not None:
        pair = _pair(blocker_id, theirs.uri)
        await _hand_over(outbox.block(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_unblock(blocker_id: int, blocked_id: int, uri: str) -> None:
    """Tell it that they are not any more."""
    theirs = await _elsewhere(blocked_id)
    if theirs is not None:
        pair = _pair(blocker_id, theirs.uri)
        await _hand_over(outbox.unblock(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_profile(account_id: int) -> None:
    """Tell the servers of followers that a profile changed."""
    source = await federation_reads.actor(account_id)
    if source is not None and source.deleted_at is None:
        await _hand_over(outbox.profile(source), await recipients.of_followers(account_id))


async def send_move(account_id: int, target_id: int) -> None:
    """Tell the servers of followers that an account goes on elsewhere: first that, then how it looks now."""
    source, target = await federation_reads.actor(account_id), await accounts.find(target_id)
    if source is None or target is None or source.moved_to_uri != target.uri:
        return
    await _hand_over(outbox.move(source, target.uri), await recipients.of_followers(account_id))
    await send_profile(account_id)


async def send_goodbye(account_id: int) -> None:
    """Tell everybody that an account is gone."""
    account = await Account.get_or_none(id=account_id, host="")
    if account is not None:
        await _hand_over(outbox.goodbye(account), await recipients.of_everybody())


async def _hand_over(activity: Outgoing, inboxes: Sequence[Inbox], *, again: bool = False) -> None:
    """Write what leaves. Done twice (a job may run twice) it is written once."""
    if not inboxes or not settings.here().federation.enabled:
        return
    async with db.unit_of_work():
        activity_id = await outbound.insert(activity)
        written = await outbound.address(activity_id, activity.object_key, inboxes, again=again)
    if written:
        await jobs.wake(Queue.DELIVERIES)


async def _post(post_id: int) -> PostSource | None:
    """A post of somebody here."""
    found = await _any_post(post_id)
    return found if found is not None and found.local else None


async def _any_post(post_id: int) -> PostSource | None:
    return (await federation_reads.posts_for_worker([post_id])).get(post_id)


async def _elsewhere(account_id: int) -> Account | None:
    """An account of another server."""
    found = await accounts.find_any(account_id)
    return found if found is not None and found.host else None


def _pair(ours_id: int, theirs: str) -> Pair:
    return Pair(ours_id=ours_id, ours=addresses.here().actor(ours_id), theirs=theirs)
