"""Posts on top of their author's profile."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db, settings
from echo.errors import Invalid
from echo.events import Acted, PostPinned, PostUnpinned
from echo.kinds import AccountKind, Visibility
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
        if await pins.set_pinned(post.id, clock.now()):
            unit.emit(PostPinned(local=True, post_id=post.id))
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def unpin(account_id: int, post_id: int) -> Post:
    """Take a post off the top again; nothing happens when it is not there.

    Raises:  NotFound when it may not be read; Invalid for posts of others
    """
    async with db.unit_of_work() as unit:
        post = await posts.get(Viewer(account_id), post_id)
        if post.author_id != account_id:
            raise Invalid("Validation failed: Somebody else's post cannot be unpinned")
        if await pins.set_pinned(post.id, None):
            unit.emit(PostUnpinned(local=True, post_id=post.id))
            unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    return post


async def receive(author: Account, uri: str, *, is_pinned: bool) -> bool:
    """Somebody elsewhere pinned or unpinned a post of theirs; False when that changes nothing here.

    A community pins what it shows: its boost of the post.
    """
    async with db.unit_of_work():
        found = await pins.shown(author.id, [uri], boosts=author.kind == AccountKind.GROUP)
        if not found or found[0].is_pinned == is_pinned:
            return False
        await pins.set_pinned(found[0].id, clock.now() if is_pinned else None)
    return True


async def receive_all(author: Account, uris: Sequence[str]) -> None:
    """These posts are on top of a profile elsewhere, the first one highest, and no others."""
    async with db.unit_of_work():
        await pins.count(author.id)
        found = await pins.shown(author.id, uris, boosts=author.kind == AccountKind.GROUP)
        await pins.replace(author.id, [each.id for each in found], clock.now())
