"""Throwing files away: first the row says so, then the files go, then the row.

A crash in between leaves a row that still names its files, and the sweep goes on from there: no file is ever
left that nobody knows of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from echo import clock, db, settings
from echo.actions import copies
from echo.actions.uploads import get_own
from echo.errors import Invalid
from echo.media import port
from echo.models import Media

_BATCH_ROWS = 500
# What is being stored, or thrown away by somebody else, is left alone for so long.
PATIENCE = timedelta(hours=1)


async def discard(account_id: int, media_id: int) -> None:
    """Throw away a file of one's own that no post uses. Raises Invalid when one does, NotFound."""
    media = await get_own(account_id, media_id)
    marked = await db.execute(
        "UPDATE media SET discarded_at = $2 WHERE id = $1 AND post_id IS NULL AND scheduled_id IS NULL"
        " AND chat_message_id IS NULL AND discarded_at IS NULL",
        media.id,
        clock.now(),
    )
    if not marked:
        raise Invalid("Media attachment is currently used by a status")
    await erase([media.id])


async def erase(media_ids: Sequence[int]) -> None:
    """Remove discarded files and their rows."""
    for media in await Media.filter(id__in=list(media_ids), discarded_at__isnull=False):
        for key in (media.source_key, media.file_key, media.preview_key):
            if key:
                await port.store().delete(key)
        if media.remote_url:
            await copies.drop([media.remote_url, media.preview_remote_url])
        await media.delete()


async def sweep() -> int:
    """Throw away what no post has used for too long, and what a crash left. Returns how many files."""
    now = clock.now()
    async with db.unit_of_work():
        await db.wait_for_disk()  # files are removed because of this commit
        await db.execute(
            "UPDATE media SET discarded_at = $1 WHERE post_id IS NULL AND scheduled_id IS NULL"
            " AND chat_message_id IS NULL AND discarded_at IS NULL AND greatest(created_at, freed_at) < $2",
            now - 2 * PATIENCE,
            now - timedelta(hours=settings.here().media.unused_hours),
        )
    swept = 0
    while True:
        rows = await db.fetch(
            "SELECT id FROM media WHERE discarded_at < $1 ORDER BY discarded_at LIMIT $2",
            now - PATIENCE,
            _BATCH_ROWS,
        )
        if not rows:
            return swept
        await erase([row["id"] for row in rows])
        swept += len(rows)
