"""Publishing, receiving and removing posts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from echo import clock, db, ids
from echo.actions import (
    attaching,
    boosts,
    composing,
    conversations,
    discarding,
    drafting,
    pieces,
    posting,
    quotes,
    quotes_elsewhere,
)
from echo.actions.drafts import PostDraft, RemotePost
from echo.actions.posting import NewPost, Quoting
from echo.actions.remote_media import store_remote_media
from echo.db import UnitOfWork
from echo.errors import Gone, NotFound
from echo.events import PostDeleted
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.policy.viewer import Viewer
from echo.store import accounts, counters, notifications, posts, relations


async def publish(author_id: int, draft: PostDraft) -> Post:
    """Publish a post of somebody here.

    Returns: the stored post; with an idempotency key that was used before, the post of that time
    Raises:  Invalid for an empty or too long text and unusable files; NotFound when the parent is unreadable
    """
    has_more = bool(draft.media_ids) or draft.quote_of_id is not None
    text, spoiler = composing.tidy(draft.text, draft.spoiler, has_files=has_more)
    composed = await drafting.compose(text, draft)
    emojis = await composing.emojis_in(text, spoiler)
    async with db.unit_of_work() as unit:
        known = await _claim_key(author_id, draft.idempotency_key)
        if known is not None:
            return await posts.get_unscoped_for_worker(known)
        author = await accounts.get(author_id)
        parent = await _parent(author_id, draft.in_reply_to_id)
        media = await attaching.choose(author_id, draft.media_ids)
        quote = await quotes.choose(
            author_id,
            draft.quote_of_id,
            visibility=draft.visibility,
            mentioned_ids=composed.mentioned_ids,
        )
        await pieces.describe(draft.blocks or (), media)
        new = drafting.new_post(author, draft, composed, parent=parent, media=media, quote=quote)
        new = replace(
            new,
            text=text,
            spoiler=spoiler,
            sensitive=draft.sensitive or bool(spoiler and media),
            emojis=emojis,
            mentioned_ids=await _mentionable(author_id, composed.mentioned_ids),
        )
        stored = await posting.insert(unit, author, new)
        assert stored is not None, "a new id is known already"
        if media:
            await attaching.attach(media, new.id)
        if quote is not None:
            await quotes.published(unit, stored, quote)
        await _keep_key(author_id, draft.idempotency_key, new.id)
    return stored


async def receive(author: Account, draft: RemotePost) -> Post:
    """Store a post that another server sent; a second copy changes nothing.

    Shapes:  draft.html sanitised, <= limits.remote_post_bytes; draft.published_at UTC
    Returns: the stored post; the old one if already known
    Raises:  Gone when a post with this id was deleted before
    Source:  ActivityPub 6.2
    """
    async with db.unit_of_work() as unit:
        known = await _known(draft.uri)
        if known is not None:
            return known
        published_at = min(draft.published_at, clock.now())
        post_id = ids.id_at(published_at)
        parent = None
        if draft.in_reply_to_id is not None:
            parent = await Post.get_or_none(id=draft.in_reply_to_id, deleted_at=None)
        new = NewPost(
            id=post_id,
            uri=draft.uri,
            url=draft.url,
            local=False,
            visibility=draft.visibility,
            created_at=published_at,
            html=draft.html,
            spoiler=draft.spoiler,
            sensitive=draft.sensitive,
            language=draft.language,
            parent=parent,
            in_reply_to_uri=draft.in_reply_to_uri,
            media_ids=await store_remote_media(author.id, post_id, draft.media),
            emojis=[{"shortcode": e.shortcode, "url": e.url} for e in draft.emojis],
            conversation_uri=draft.conversation_uri,
            edited_at=draft.edited_at,
            mentioned_ids=draft.mentioned_ids,
            silent_ids=draft.silent_ids,
            hashtags=draft.hashtags,
            quote=await _quoted(author, draft),
            quote_automatic=draft.quote_automatic,
            quote_manual=draft.quote_manual,
        )
        stored = await posting.insert(unit, author, new)
        if stored is None:
            known = await _known(draft.uri)
            assert known is not None, "the id is in the way of a post that is not there"
            return known
        await _adopt_replies(post_id, author.id, draft.uri, parent)
        await quotes_elsewhere.received(unit, stored)
    return stored


async def _quoted(author: Account, draft: RemotePost) -> Quoting | None:
    quoted = await posts.find_by_uri_for_worker(draft.quote_uri) if draft.quote_uri else None
    return quotes_elsewhere.of_remote(author, draft, quoted)


async def remove(author_id: int, post_id: int, *, with_files: bool = False) -> Post:
    """Delete a post of one's own. Its files become free again, so that it can be written anew.

    Shapes:  with_files: throw its files away too
    Returns: the post as it was
    Raises:  NotFound when it is not one's own
    """
    async with db.unit_of_work() as unit:
        post = await Post.get_or_none(id=post_id, author_id=author_id, deleted_at=None)
        if post is None:
            raise NotFound
        await _take_away(unit, post)
        thrown_away = await attaching.free(post.id, for_good=with_files)
    await discarding.erase(thrown_away)
    return post


async def receive_removal(author: Account, uri: str) -> bool:
    """Delete a post because its author's server said so; True when we had it.

    The id is remembered in any case, so that a Create that arrives later is ignored.
    """
    async with db.unit_of_work() as unit:
        await posts.bury(uri)
        post = await Post.get_or_none(uri=uri, author_id=author.id, deleted_at=None)
        if post is None:
            return False
        await _take_away(unit, post)
    return True


async def _take_away(unit: UnitOfWork, post: Post) -> None:
    """Mark a post and its boosts as deleted, count back, and forget what was told about them."""
    if post.boost_of_id is not None:
        await boosts.take_away(unit, post)
        return
    if not await posts.mark_deleted(post.id):
        return
    await _forget(post)
    await quotes.uncount(post)
    if post.visibility == Visibility.DIRECT:
        await conversations.take_out(unit, post.id)
    for boost in await Post.filter(boost_of_id=post.id, deleted_at=None):
        if await posts.mark_deleted(boost.id):
            await _forget(boost)
    if post.in_reply_to_id is not None:
        await counters.count_post_use("replies", post.in_reply_to_id, -1)
    unit.emit(PostDeleted(local=post.local, post_id=post.id))


async def _forget(post: Post) -> None:
    await counters.count_post(post.author_id, -1)
    await notifications.delete_about_post(post.id)


async def _known(uri: str) -> Post | None:
    """The post with this id. Raises Gone when it was deleted."""
    lives = await posts.lives(uri)
    if lives is False:
        raise Gone(detail=f"{uri} was deleted")
    return await posts.find_by_uri_for_worker(uri) if lives else None


async def _parent(author_id: int, parent_id: int | None) -> Post | None:
    return None if parent_id is None else await posts.get_original(Viewer(author_id), parent_id)


async def _mentionable(author_id: int, account_ids: Sequence[int]) -> list[int]:
    """Those who do not block the author: the others are named in the text, and not told."""
    apart = await relations.estranged(author_id, account_ids)
    return [i for i in account_ids if i not in apart]


async def _claim_key(author_id: int, key: str) -> int | None:
    """The post that was made with this key; None when the key is ours to use. Waits for a parallel use."""
    if not key:
        return None
    await db.execute(
        "DELETE FROM idempotency_keys WHERE account_id = $1 AND key = $2"
        " AND created_at < now() - interval '24 hours'",
        author_id,
        key,
    )
    taken = await db.fetch(
        "INSERT INTO idempotency_keys (account_id, key, created_at) VALUES ($1, $2, now())"
        " ON CONFLICT (account_id, key) DO NOTHING RETURNING id",
        author_id,
        key,
    )
    if taken:
        return None
    found = await db.fetch_value(
        "SELECT post_id FROM idempotency_keys WHERE account_id = $1 AND key = $2", author_id, key
    )
    return None if found is None else int(found)


async def _keep_key(author_id: int, key: str, post_id: int) -> None:
    if key:
        await db.execute(
            "UPDATE idempotency_keys SET post_id = $3 WHERE account_id = $1 AND key = $2",
            author_id,
            key,
            post_id,
        )


async def _adopt_replies(post_id: int, author_id: int, uri: str, parent: Post | None) -> None:
    """Hang replies that came before their parent onto it."""
    rows = await db.fetch(
        "UPDATE posts SET in_reply_to_id = $1, in_reply_to_account_id = $2, in_reply_to_uri = '',"
        " thread_id = $3, version = version + 1"
        # The second condition is the index's: without it every post is looked at.
        " WHERE in_reply_to_uri = $4 AND in_reply_to_uri <> '' AND deleted_at IS NULL RETURNING id",
        post_id,
        author_id,
        parent.thread_id if parent else post_id,
        uri,
    )
    if rows:
        await counters.count_post_use("replies", post_id, len(rows))
