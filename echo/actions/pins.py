"""Posts on top of their author's profile."""

from __future__ import annotations

from echo import clock, db, settings
from echo.errors import Invalid
from echo.events import PostPinned, PostUnpinned
from echo.kinds import Visibility
from echo.models import Account, Post
from echo.policy.viewer import Viewer
from echo.store import pins, posts


async def pin(account_id: int, post_id: int) -> Post:
    """Put a post of one's own on top of one's profile; a second time changes nothing.

    Raises:  NotFound when it may not be read; Invalid for posts of others, boosts, direct posts, and too many
    """
    async with db.unit_of_work() as unit:
        post = await posts.get(Viewer(account_id), post_id)
        if post.boost_of_id is not None:
            raise Invalid("Validation failed: A boost cannot be pinned")
        if post.author_id != account_id:
            raise Invalid("Validation failed: Somebody else's post cannot be pinned")
        if post.visibility == Visibility.DIRECT:
            raise Invalid("Validation failed: A post that only people named in it can read cannot be pinned")
        if post.pinned_at is not None:
            return post
        limit = settings.here().limits.pinned_posts
        if await pins.count(account_id) >= limit:
            raise Invalid("Validation failed: The maximum number of posts is pinned already")
        await pins.set_pinned(post.id, clock.now())
        unit.emit(PostPinned(local=True, post_id=post.id))
    return post


async def unpin(account_id: int, post_id: int) -> Post:
    """Take a post off the top again; nothing happens when it is not there.

    Raises:  NotFound when it may not be read; Invalid for posts of others
    """
    async with db.unit_of_work() as unit:
        post = await posts.get(Viewer(account_id), post_id)
        if post.author_id != account_id:
            raise Invalid("Validation failed: Somebody else's post cannot be unpinned")
        if post.pinned_at is not None:
            await pins.set_pinned(post.id, None)
            unit.emit(PostUnpinned(local=True, post_id=post.id))
    return post


async def receive(author: Account, uri: str, *, is_pinned: bool) -> bool:
    """Somebody elsewhere pinned or unpinned a post of theirs; False when that changes nothing here."""
    async with db.unit_of_work():
        post = await posts.find_by_uri_for_worker(uri)
        if post is None or post.author_id != author.id or (post.pinned_at is not None) == is_pinned:
            return False
        await pins.set_pinned(post.id, clock.now() if is_pinned else None)
    return True
