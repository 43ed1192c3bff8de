"""From something that happened here to rows that leave: the activity with its deliveries."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from echo import addresses
from echo.kinds import AccountKind
from echo.models import Account, Like
from echo.store import accounts, federation_reads, outbound, polls, relations, reports
from echo.store.federation_reads import PostSource
from echo.store.outbound import Inbox, Outgoing
from federation import outbox, recipients, relaying, seals
from federation.outbox import Pair
from federation.server_actor import ensure_server_actor
from federation.written import write_down


async def send_post(post_id: int) -> None:
    """Tell of a new post or boost; in a chat of what was said before it first."""
    source = await post_here(post_id)
    if source is None or source.deleted_at is not None:
        return
    if source.chat:
        earlier = await federation_reads.posts_for_worker(await outbound.untold_before(post_id))
        for _, before in sorted(earlier.items()):
            await _tell(before)
    await _tell(source)


async def _tell(source: PostSource) -> None:
    activity = outbox.post(source)
    if source.approval_uri:  # it was written before its author was allowed to
        for uri, seal in seals.names(activity).items():
            await outbound.renew(uri, (await seal(activity)).body)
    inboxes, hosts = await recipients.of_post(source), await recipients.passing_on(source)
    await hand_over(activity, inboxes, passed_on_by=hosts)
    await relaying.publish(source)


async def send_edit(post_id: int) -> None:
    """Tell of an edit; who did not get the post yet gets it as it is now."""
    source = await post_here(post_id)
    if source is None or source.deleted_at is not None:
        return
    inboxes = await recipients.of_edit(source)
    published, edit = outbox.post(source), outbox.edit(source)
    names = seals.names(published)
    for uri in await outbound.under_way(list(names)):
        await outbound.renew(uri, (await names[uri](published)).body)
    await hand_over(edit, inboxes, passed_on_by=await recipients.passing_on(source))
    await relaying.publish_change(source, edit)


async def send_counts(post_id: int) -> None:
    """Tell how a poll stands: those who have the post, and those who voted."""
    source = await post_here(post_id)
    if source is not None and source.deleted_at is None and source.poll is not None:
        await hand_over(outbox.counts(source), await recipients.of_counts(source))


async def send_votes(poll_id: int, account_id: int) -> None:
    """Tell the author of a poll elsewhere what somebody here chose."""
    found = await polls.find(poll_id)
    poll = None if found is None else await any_post(found.post_id)
    if poll is None or poll.local:
        return
    for row in await polls.votes(poll_id, account_id):
        activity = outbox.vote(
            pair_of(account_id, poll.author_uri), vote_id=row["id"], title=row["title"], poll=poll
        )
        await hand_over(activity, await recipients.of_one(poll.author_id))


async def send_delete(post_id: int) -> None:
    """Tell of a deleted post or boost; what was on its way is called back where it has not arrived."""
    source = await post_here(post_id)
    if source is not None:
        untold = await outbound.withdraw(post_id) - set(await outbound.inboxes_told(post_id))
        inboxes = [inbox for inbox in await recipients.of_deletion(source) if inbox.url not in untold]
        deletion = outbox.deletion(source)
        await hand_over(deletion, inboxes, passed_on_by=await recipients.passing_on(source))
        await relaying.publish_change(source, deletion)


async def send_like(like_id: int) -> None:
    """Tell the author of a post elsewhere that it is liked."""
    row = await Like.get_or_none(id=like_id)
    if row is None:
        return
    post = await any_post(row.post_id)
    if post is not None and not post.local:
        pair = pair_of(row.account_id, post.author_uri)
        await hand_over(outbox.like(pair, uri=row.uri, target=post.uri), await recipients.of_author(post))


async def send_unlike(account_id: int, post_id: int, uri: str) -> None:
    """Tell them that it is not any more."""
    post = await any_post(post_id)
    if post is not None and not post.local:
        pair = pair_of(account_id, post.author_uri)
        await hand_over(outbox.unlike(pair, uri=uri, target=post.uri), await recipients.of_author(post))


async def send_follow(follow_id: int) -> None:
    """Ask somebody elsewhere to be followed."""
    row = await relations.find_follow_by_id(follow_id)
    theirs = None if row is None else await elsewhere(row.followee_id)
    if row is not None and theirs is not None:
        pair = pair_of(row.follower_id, theirs.uri)
        await hand_over(outbox.follow(pair, uri=row.uri), await recipients.of_one(theirs.id))


async def send_unfollow(follower_id: int, followee_id: int, uri: str) -> None:
    """Tell somebody elsewhere that they are not followed any more."""
    theirs = await elsewhere(followee_id)
    if theirs is not None:
        pair = pair_of(follower_id, theirs.uri)
        await hand_over(outbox.unfollow(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_accept(follow_id: int) -> None:
    """Tell somebody elsewhere that they may follow; again when they ask again."""
    row = await relations.find_follow_by_id(follow_id)
    theirs = None if row is None else await elsewhere(row.follower_id)
    if row is not None and theirs is not None:
        pair = pair_of(row.followee_id, theirs.uri)
        await hand_over(outbox.accept(pair, row), await recipients.of_one(theirs.id), again=True)


async def send_reject(follower_id: int, followee_id: int, uri: str) -> None:
    """Tell somebody elsewhere that they may not follow, or not any more."""
    theirs = await elsewhere(follower_id)
    if theirs is not None:
        pair = pair_of(followee_id, theirs.uri)
        await hand_over(outbox.reject(pair, uri=uri), await recipients.of_one(theirs.id), again=True)


async def send_block(blocker_id: int, blocked_id: int, uri: str) -> None:
    """Tell the server of somebody that they are blocked, so that it can hide one from the other."""
    theirs = await elsewhere(blocked_id)
    if theirs is not None:
        pair = pair_of(blocker_id, theirs.uri)
        await hand_over(outbox.block(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_unblock(blocker_id: int, blocked_id: int, uri: str) -> None:
    """Tell it that they are not any more."""
    theirs = await elsewhere(blocked_id)
    if theirs is not None:
        pair = pair_of(blocker_id, theirs.uri)
        await hand_over(outbox.unblock(pair, uri=uri), await recipients.of_one(theirs.id))


async def send_profile(account_id: int) -> None:
    """Tell the servers of followers that a profile changed; of the server's own account, which has new keys
    then, everybody."""
    source = await federation_reads.actor(account_id)
    if source is not None and source.deleted_at is None:
        is_server = source.kind == AccountKind.APPLICATION
        told = recipients.of_everybody() if is_server else recipients.of_followers(account_id)
        await hand_over(outbox.profile(source), await told)


async def send_move(account_id: int, target_id: int) -> None:
    """Tell the servers of followers that an account goes on elsewhere: first that, then how it looks now."""
    source, target = await federation_reads.actor(account_id), await accounts.find(target_id)
    if source is None or target is None or source.moved_to_uri != target.uri:
        return
    await hand_over(outbox.move(source, target.uri), await recipients.of_followers(account_id))
    await send_profile(account_id)


async def send_goodbye(account_id: int) -> None:
    """Tell everybody that an account is gone."""
    account = await Account.get_or_none(id=account_id, host="")
    if account is not None:
        await write_down(await seals.both(outbox.goodbye(account)), await recipients.of_everybody())


async def send_report(report_id: int) -> None:
    """Forward a report to the servers that it concerns."""
    row = (await reports.rows([report_id])).get(report_id)
    if row is not None:
        posts = await reports.uris(msgspec.json.decode(row["post_ids"], type=list[int]))
        inboxes = recipients.places(await reports.forward_inboxes(report_id))
        sender_id = await ensure_server_actor()
        await hand_over(outbox.report(row, sender_id=sender_id, posts=posts), inboxes)


async def hand_over(
    activity: Outgoing,
    inboxes: Sequence[Inbox],
    *,
    passed_on_by: frozenset[str] = frozenset(),
    again: bool = False,
) -> None:
    """Sign what leaves, and write it down.

    Shapes:  passed_on_by: hosts that pass it on to others
    """
    passing = [inbox for inbox in inboxes if inbox.host in passed_on_by]
    others = [inbox for inbox in inboxes if inbox.host not in passed_on_by]
    if others:
        await write_down(await seals.proven(activity), others, again=again)
    if passing:
        await write_down(await seals.linked(activity), passing, again=again)


async def post_here(post_id: int) -> PostSource | None:
    """A post of somebody here that other servers may hear of."""
    found = await any_post(post_id)
    return found if found is not None and found.local and not found.local_only else None


async def any_post(post_id: int) -> PostSource | None:
    """A post, wherever it is from."""
    return (await federation_reads.posts_for_worker([post_id])).get(post_id)


async def elsewhere(account_id: int) -> Account | None:
    """An account of another server."""
    found = await accounts.find_any(account_id)
    return found if found is not None and found.host else None


def pair_of(ours_id: int, theirs: str) -> Pair:
    """Somebody here, by account id, and somebody elsewhere."""
    return Pair(ours_id=ours_id, ours=addresses.here().actor(ours_id), theirs=theirs)
