"""Replies that came before what they answer: hung under it, with all that hangs on them in one thread."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import UnitOfWork
from echo.events import ConversationChanged, ThreadsJoined
from echo.models import Post
from echo.store import counters, joining


async def hold_still(*uris: str) -> None:
    """Wait until nobody else stores one of these posts, or a reply to one: none is overlooked then."""
    await db.execute(
        "SELECT pg_advisory_xact_lock(k) FROM (SELECT DISTINCT hashtextextended(u, 2) AS k"
        " FROM unnest($1::text[]) AS t(u) WHERE u <> '' ORDER BY 1) AS locks",
        list(uris),
    )


async def adopt(unit: UnitOfWork, post: Post) -> None:
    """Hang replies that came before this post onto it; their threads become one with its thread."""
    rows = await joining.hang(post)
    if not rows:
        return
    await counters.count_post_use("replies", post.id, len(rows))
    old_ids = sorted({row["thread_id"] for row in rows} - {post.thread_id})
    if old_ids:
        await _join(unit, post.thread_id, old_ids)
        unit.emit(ThreadsJoined(local=False, thread_id=post.thread_id, old_ids=tuple(old_ids)))


async def join_again(thread_id: int, old_ids: Sequence[int]) -> None:
    """Take along replies that were being stored, in their old thread, while it was joined to another."""
    async with db.unit_of_work() as unit:
        await _join(unit, thread_id, old_ids)


async def _join(unit: UnitOfWork, thread_id: int, old_ids: Sequence[int]) -> None:
    """Make several threads one: posts, who does not want to hear of it, and conversations."""
    await joining.move_posts(thread_id, old_ids)
    await joining.move_mutes(thread_id, old_ids)
    for row in await joining.move_conversations(thread_id, old_ids):
        unit.emit(ConversationChanged(local=True, conversation_id=row["id"], account_id=row["account_id"]))
