"""What moderators do to posts."""

from __future__ import annotations

from echo import clock, db
from echo.actions import attaching, posts, versions
from echo.db import UnitOfWork
from echo.events import PostEdited
from echo.models import Post
from echo.store import posts as store


async def take_down(unit: UnitOfWork, post: Post) -> list[int]:
    """Delete a post of somebody; one of elsewhere is not taken in again.

    Returns: ids of its files; `echo.actions.discarding.erase` removes them after the commit
    """
    if not post.local:
        await store.bury(post.uri, post.author_id)
    await posts.take_away(unit, post)
    return await attaching.free(post.id, for_good=True)


async def mark(unit: UnitOfWork, post: Post, *, is_sensitive: bool) -> bool:
    """Say that a post is sensitive, or is not; whether that changed anything.

    What it said before is kept. A post of elsewhere keeps the time of its last edit, which its server knows.
    """
    if post.sensitive is is_sensitive:
        return False
    await versions.keep(post, await versions.say(post))
    edited_at = clock.now() if post.local else post.edited_at
    await Post.filter(id=post.id).update(
        sensitive=is_sensitive, version=post.version + 1, edited_at=edited_at
    )
    await db.execute("UPDATE posts SET version = version + 1 WHERE boost_of_id = $1", post.id)
    unit.emit(PostEdited(local=post.local, post_id=post.id))
    return True
