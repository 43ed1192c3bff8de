"""Likes and bookmarks."""

from __future__ import annotations

from echo import addresses, clock, db
from echo.actions import permissions
from echo.actions.notify import take_back, tell
from echo.db import UnitOfWork
from echo.events import Acted, Liked, Unliked
from echo.kinds import NotificationKind
from echo.models import Account, Bookmark, Like, Post
from echo.policy.interacting import Interaction
from echo.policy.viewer import Viewer
from echo.store import counters, posts


async def like(account_id: int, post_id: int) -> Post:
    """Like a post; a second time changes nothing. Raises NotFound when it may not be read."""
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        await permissions.require(account_id, post, Interaction.LIKE)
        like_id = await _insert(unit, account_id, post, "")
        if like_id is not None:
            uri = addresses.here().activity("like", like_id)
            await Like.filter(id=like_id).update(uri=uri)
            unit.emit(Liked(local=True, like_id=like_id))
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def unlike(account_id: int, post_id: int) -> Post:
    """Take a like back; nothing happens without one. What was liked may be unreadable by now."""
    async with db.unit_of_work() as unit:
        known = await Like.get_or_none(account_id=account_id, post_id=post_id)
        if known is not None:
            post = await posts.get_unscoped_for_worker(post_id)
        else:
            post = await posts.get_original(Viewer(account_id), post_id)
            known = await Like.get_or_none(account_id=account_id, post_id=post.id)
        if known is not None and await _take_away(unit, known):
            unit.emit(Unliked(local=True, account_id=account_id, post_id=post.id, uri=known.uri))
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def receive(account: Account, post_id: int, uri: str) -> bool:
    """Store a like from elsewhere; False when it is known, was undone or the post is not theirs to see."""
    async with db.unit_of_work() as unit:
        post = await posts.find(Viewer(account.id), post_id)
        if post is None or (uri and await posts.is_buried(uri, account.id)):
            return False
        like_id = await _insert(unit, account.id, post, uri)
        if like_id is not None:
            unit.emit(Liked(local=False, like_id=like_id))
    return like_id is not None


async def receive_undo(account: Account, *, uri: str = "", post_id: int | None = None) -> bool:
    """Take back a like of somebody elsewhere, by its id or by the post; the id is remembered."""
    async with db.unit_of_work() as unit:
        known = await Like.get_or_none(uri=uri, account_id=account.id) if uri else None
        if known is None and post_id is not None:
            known = await Like.get_or_none(account_id=account.id, post_id=post_id)
        if uri:
            await posts.bury(uri, account.id)
        if known is None or not await _take_away(unit, known):
            return False
        unit.emit(Unliked(local=False, account_id=account.id, post_id=known.post_id, uri=known.uri))
    return True


async def bookmark(account_id: int, post_id: int) -> Post:
    """Keep a post for oneself; a second time changes nothing."""
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        kept = await db.fetch(
            "INSERT INTO bookmarks (account_id, post_id, created_at) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING RETURNING id",
            account_id,
            post.id,
            clock.now(),
        )
        if kept:
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def unbookmark(account_id: int, post_id: int) -> Post:
    """Stop keeping a post, which may be unreadable by now; nothing happens when it is not kept."""
    async with db.unit_of_work() as unit:
        was_kept = await Bookmark.filter(account_id=account_id, post_id=post_id).delete()
        if was_kept:
            post = await posts.get_unscoped_for_worker(post_id)
        else:
            post = await posts.get_original(Viewer(account_id), post_id)
            was_kept = await Bookmark.filter(account_id=account_id, post_id=post.id).delete()
        if was_kept:
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def _insert(unit: UnitOfWork, account_id: int, post: Post, uri: str) -> int | None:
    """The id of the new like, or None when there was one."""
    rows = await db.fetch(
        "INSERT INTO likes (account_id, post_id, uri, created_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (post_id, account_id) DO NOTHING RETURNING id",
        account_id,
        post.id,
        uri,
        clock.now(),
    )
    if not rows:
        return None
    await counters.count_post_use("likes", post.id, 1)
    await tell(unit, [post.author_id], NotificationKind.LIKE, account_id, post.id)
    return int(rows[0]["id"])


async def _take_away(unit: UnitOfWork, known: Like) -> bool:
    """Delete a like and what was told of it; False when somebody was faster."""
    if not await Like.filter(id=known.id).delete():
        return False
    await counters.count_post_use("likes", known.post_id, -1)
    await take_back(unit, known.account_id, known.post_id, NotificationKind.LIKE)
    return True
