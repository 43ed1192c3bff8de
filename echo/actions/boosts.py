"""Boosts: posts of their own that show another."""

from __future__ import annotations

from datetime import datetime

from echo import addresses, clock, db, ids
from echo.actions import permissions, posting
from echo.actions.notify import take_back, tell
from echo.actions.posting import NewPost
from echo.db import UnitOfWork
from echo.errors import Forbidden, NotFound
from echo.events import Acted, PostDeleted
from echo.kinds import AccountKind, Held, NotificationKind, Visibility
from echo.models import Account, Post
from echo.policy.interacting import Interaction
from echo.policy.interaction import may_boost
from echo.policy.viewer import Viewer
from echo.store import accounts, counters, posts

# From wide to narrow: a boost is never wider than what it boosts.
_NARROWNESS = [Visibility.PUBLIC, Visibility.UNLISTED, Visibility.FOLLOWERS, Visibility.DIRECT]


async def boost(account_id: int, post_id: int, visibility: Visibility = Visibility.PUBLIC) -> Post:
    """Boost a post; a second time changes nothing.

    Returns: the boost (a post with an id of its own)
    Raises:  NotFound when the post may not be read; Forbidden when it may not be boosted
    """
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        known = await Post.get_or_none(boost_of_id=post.id, author_id=account_id, deleted_at=None)
        if known is not None:
            return known
        if not may_boost(post.visibility, is_author=post.author_id == account_id):
            raise Forbidden
        held = await permissions.require(account_id, post, Interaction.BOOST)
        booster = await accounts.get(account_id)
        new_id, here = ids.new_id(), addresses.here()
        stored = await _insert(
            unit,
            booster,
            post,
            new_id,
            uri=here.activity("boost", new_id),
            url=here.activity("boost", new_id),
            visibility=max(visibility, Visibility(post.visibility), key=_NARROWNESS.index),
            created_at=ids.moment_of(new_id),
            held=held,
        )
        if stored is None:  # the same at the same moment
            return await Post.get(boost_of_id=post.id, author_id=account_id, deleted_at=None)
        unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return await posts.get_unscoped_for_worker(new_id)


async def receive(
    booster: Account, post_id: int, uri: str, published_at: datetime, visibility: Visibility
) -> Post | None:
    """Store a boost from elsewhere; None when it is known or the post may not be boosted by them."""
    async with db.unit_of_work() as unit:
        post = await posts.find(Viewer(booster.id), post_id)
        if post is None or not may_boost(post.visibility, is_author=post.author_id == booster.id):
            return None
        if await posts.is_buried(uri, booster.id):
            return None
        moment = min(published_at, clock.now())
        return await _insert(
            unit, booster, post, ids.id_at(moment), uri=uri, url=uri, visibility=visibility, created_at=moment
        )


async def unboost(account_id: int, post_id: int) -> Post:
    """Take a boost back; nothing happens without one.

    Returns: the original post, which may be unreadable by now
    Raises:  NotFound when there was no boost and the post may not be read
    """
    async with db.unit_of_work() as unit:
        known = await Post.get_or_none(boost_of_id=post_id, author_id=account_id, deleted_at=None)
        if known is not None:
            post = await posts.get_unscoped_for_worker(post_id)
        else:
            post = await posts.get_original(Viewer(account_id), post_id)
            known = await Post.get_or_none(boost_of_id=post.id, author_id=account_id, deleted_at=None)
        if known is not None:
            await take_away(unit, known)
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def receive_undo(booster: Account, *, uri: str = "", post_id: int | None = None) -> bool:
    """Take back a boost of somebody elsewhere, by its id or by the post; the id is remembered."""
    async with db.unit_of_work() as unit:
        known = await Post.get_or_none(uri=uri, author_id=booster.id, deleted_at=None) if uri else None
        if known is None and post_id is not None:
            known = await Post.get_or_none(boost_of_id=post_id, author_id=booster.id, deleted_at=None)
        if uri:
            await posts.bury(uri, booster.id)
        if known is None or known.boost_of_id is None:
            return False
        await take_away(unit, known)
    return True


async def _insert(
    unit: UnitOfWork,
    booster: Account,
    post: Post,
    new_id: int,
    *,
    uri: str,
    url: str,
    visibility: Visibility,
    created_at: datetime,
    held: Held = Held.NOT,
) -> Post | None:
    """The new boost; None when it is known already."""
    new = NewPost(
        id=new_id,
        uri=uri,
        url=url,
        local=not booster.domain,
        visibility=visibility,
        created_at=created_at,
        boost_of_id=post.id,
        local_only=post.local_only,
        held=held,
    )
    stored = await posting.insert(unit, booster, new)
    if stored is None:
        return None
    if not held:
        await counters.count_post_use("boosts", post.id, 1)
    if booster.kind != AccountKind.GROUP:  # it passes on whatever its members write
        await tell(unit, [post.author_id], NotificationKind.BOOST, booster.id, post.id)
    return stored


async def take_away(unit: UnitOfWork, boost: Post) -> None:
    """Mark a boost as deleted, count back, and forget what was told about it."""
    if boost.boost_of_id is None:
        raise NotFound
    if not await posts.mark_deleted(boost.id):
        return
    await counters.count_post(boost.author_id, -1)
    if not boost.held:
        await counters.count_post_use("boosts", boost.boost_of_id, -1)
    await take_back(unit, boost.author_id, boost.boost_of_id, NotificationKind.BOOST)
    unit.emit(PostDeleted(local=boost.local, post_id=boost.id))
