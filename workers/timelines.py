"""Home timelines and live messages, after posts, follows, blocks and mutes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from echo import bus, cache, clock
from echo.actions.posts import NEWS
from echo.bus import Live
from echo.db import Row
from echo.kinds import Visibility
from echo.models import Post
from echo.runtime import Runtime
from echo.store import home, list_timelines, lists, posts, relations, timelines

# How many people get a post before it is said to them.
AT_ONCE = 500


async def add_post(_: Runtime, *, post_id: int) -> None:
    """Put a new post where it belongs, and say so live."""
    post = await posts.get_unscoped_for_worker(post_id)
    if post.deleted_at is not None:
        return
    # Apps put what is said live on top: what is older has its place further below.
    is_news = post.created_at > clock.now() - NEWS
    recipients = await timelines.home_recipients(post_id)
    for start in range(0, len(recipients), AT_ONCE):
        # Those who were here last come first, and hear of it before the others have it.
        some = recipients[start : start + AT_ONCE]
        said = _to_people("update", post_id, some) if is_news else []
        await bus.publish(said, first=home.pushing(post_id, some), must=True)
    on_lists = await list_timelines.recipients(post_id)
    await lists.FEED.push(post_id, [row["id"] for row in on_lists])
    if is_news:
        await _say(post, "update", (), on_lists)


async def show_edit(_: Runtime, *, post_id: int) -> None:
    """Say live that a post has changed, also to the people it names; timelines hold ids and need nothing."""
    post = await posts.get_unscoped_for_worker(post_id)
    if post.deleted_at is None:
        readers = {*await timelines.home_recipients(post_id), *await posts.mentioned_here(post_id)}
        await _say(post, "edit", sorted(readers), await list_timelines.recipients(post_id))


async def remove_post(_: Runtime, *, post_id: int) -> None:
    """Take a deleted post and its boosts off every timeline, and say so live."""
    post = await posts.get_unscoped_for_worker(post_id)
    rows = await posts.boosts_for_worker(post_id)
    gone = {post.id: post.author_id} | {row["id"]: row["author_id"] for row in rows}
    messages = []
    for gone_id, author_id in gone.items():
        readers = await timelines.home_readers(author_id)
        if gone_id == post.id:
            others = (*await timelines.tag_readers(post_id), *await posts.mentioned_here(post_id))
            readers = list({*readers, *others})
        await home.remove([gone_id], readers)
        messages += _to_people("delete", gone_id, readers)
        on_lists = await list_timelines.readers(author_id)
        await lists.FEED.remove([gone_id], [row["id"] for row in on_lists])
        messages += _to_lists("delete", gone_id, on_lists)
    if post.visibility == Visibility.PUBLIC and post.boost_of_id is None:
        live = await _public_message(post, "delete")
        messages.append((bus.public_channel(), live))
    await bus.publish(messages, must=True)


async def merge(_: Runtime, *, follow_id: int) -> None:
    """After an accepted follow the home timeline has more in it: it is filled anew when it is read."""
    follow = await relations.find_follow_by_id(follow_id)
    if follow is not None:
        await home.forget(follow.follower_id)
        await _say_changed(follow.follower_id)


async def unmerge(_: Runtime, *, follower_id: int, followee_id: int, uri: str) -> None:
    """After an unfollow it has less in it."""
    await home.forget(follower_id)
    await _say_changed(follower_id)


async def separate(_: Runtime, *, blocker_id: int, blocked_id: int, uri: str) -> None:
    """After a block neither has anything of the other; after its end the boosts of one come back."""
    await home.forget(blocker_id)
    await home.forget(blocked_id)
    await _say_changed(blocker_id, blocked_id)


async def change_mute(_: Runtime, *, muter_id: int, muted_id: int) -> None:
    """After a mute, or its end, the home timeline is another."""
    await home.forget(muter_id)
    await _say_changed(muter_id)


async def change_tags(_: Runtime, *, account_id: int) -> None:
    """After following a hashtag, or no longer, the home timeline is another."""
    await home.forget_home(account_id)
    await _say_changed(account_id)


async def avoid_domain(_: Runtime, *, account_id: int, domain: str) -> None:
    """After a whole server is avoided, or no longer, too."""
    await home.forget(account_id)
    await _say_changed(account_id)


async def change_list(_: Runtime, *, list_id: int, account_id: int, home_too: bool) -> None:
    """After a list, or who is on it, has changed, it is filled anew when it is read."""
    await cache.client().delete(*lists.FEED.keys([list_id]))
    if home_too:
        await home.forget_home(account_id)
        await _say_changed(account_id)


async def _say_changed(*account_ids: int) -> None:
    """Say that a home timeline is another now, to clients that know the word for it."""
    home_changed = Live(event="home")
    await bus.publish([(bus.user_channel(account_id), home_changed) for account_id in account_ids], must=True)


async def _say(post: Post, event: str, recipients: Sequence[int], on_lists: Sequence[Row]) -> None:
    messages = [*_to_people(event, post.id, recipients), *_to_lists(event, post.id, on_lists)]
    answers_others = post.in_reply_to_uri != "" or post.in_reply_to_account_id not in (None, post.author_id)
    if post.visibility == Visibility.PUBLIC and post.boost_of_id is None and not answers_others:
        messages.append((bus.public_channel(), await _public_message(post, event)))
    await bus.publish(messages, must=True)


def _to_people(event: str, post_id: int, readers: Sequence[int]) -> list[tuple[str, Live]]:
    return [(bus.user_channel(reader), Live(event=event, post=post_id)) for reader in readers]


def _to_lists(event: str, post_id: int, on_lists: Sequence[Row]) -> list[tuple[str, Live]]:
    return [
        (bus.user_channel(row["account_id"]), Live(event=event, post=post_id, list_id=row["id"]))
        for row in on_lists
    ]


async def _public_message(post: Post, event: str) -> Live:
    return Live(
        event=event,
        post=post.id,
        account=post.author_id,
        local=post.local,
        media=bool(post.media_ids),
        tags=tuple(await posts.hashtags(post.id)),
    )


JOBS: dict[str, Callable[..., Awaitable[None]]] = {
    "timelines.add_post": add_post,
    "timelines.show_edit": show_edit,
    "timelines.show_counts": show_edit,
    "timelines.remove_post": remove_post,
    "timelines.merge": merge,
    "timelines.unmerge": unmerge,
    "timelines.separate": separate,
    "timelines.hide_muted": change_mute,
    "timelines.show_unmuted": change_mute,
    "timelines.change_tags": change_tags,
    "timelines.avoid_domain": avoid_domain,
    "timelines.change_list": change_list,
    "timelines.drop_list": change_list,
}
