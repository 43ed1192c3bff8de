"""Threads that people do not want to hear of any more."""

from __future__ import annotations

from echo import clock, db
from echo.db import UnitOfWork
from echo.events import Acted, OwnChanged
from echo.models import Post, ThreadMute
from echo.policy.viewer import Viewer
from echo.store import posts


async def mute(account_id: int, post_id: int) -> Post:
    """Hear no more of the thread of a post; twice is once. Raises NotFound when it may not be read."""
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        is_new = await db.execute(
            "INSERT INTO thread_mutes (account_id, thread_id, created_at) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            account_id,
            post.thread_id,
            clock.now(),
        )
        if is_new:
            _tell_devices(unit, account_id, post)
    return post


async def unmute(account_id: int, post_id: int) -> Post:
    """Hear of it again; nothing happens when one does. Raises NotFound when the post may not be read."""
    async with db.unit_of_work() as unit:
        post = await posts.get_original(Viewer(account_id), post_id)
        if await ThreadMute.filter(account_id=account_id, thread_id=post.thread_id).delete():
            _tell_devices(unit, account_id, post)
    return post


def _tell_devices(unit: UnitOfWork, account_id: int, post: Post) -> None:
    """Every post of the thread that is shown says something else now."""
    unit.emit(Acted(local=True, account_id=account_id, post_id=post.id))
    unit.emit(OwnChanged(local=True, account_id=account_id, what="home"))
