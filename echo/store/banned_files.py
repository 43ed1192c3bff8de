"""Files that nobody may show here."""

from __future__ import annotations

from collections.abc import Sequence

from echo import clock, db
from echo.db import Row
from echo.models import BannedFile


async def every() -> list[Row]:
    """Rows (id, sha256, look, distance, note, created_at), the newest first."""
    return await db.fetch(
        "SELECT id, sha256, look, distance, note, created_at FROM banned_files ORDER BY id DESC"
    )


async def find(ban_id: int) -> BannedFile | None:
    """One of them, or None."""
    return await BannedFile.get_or_none(id=ban_id)


async def insert(sha256: str, look: str, distance: int, note: str) -> None:
    """Ban a file; one that is banned already gets the new note."""
    await db.execute(
        "INSERT INTO banned_files (sha256, look, distance, note, created_at) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (sha256, look) DO UPDATE SET distance = excluded.distance, note = excluded.note",
        sha256,
        look,
        distance,
        note,
        clock.now(),
    )


async def mark_remote(urls: Sequence[str]) -> None:
    """Files of other servers that were found to be banned are not shown, nor asked for; nor are videos whose
    preview one of them is.
    """
    await db.execute(
        "UPDATE remote_files SET banned = true WHERE url = ANY($1) OR url IN"
        " (SELECT remote_url FROM media WHERE preview_remote_url = ANY($1) AND preview_remote_url <> ''"
        " AND remote_url <> '')",
        list(urls),
    )


async def forget_marks() -> None:
    """A ban has ended: whatever was found to be banned is looked at again when somebody wants it."""
    await db.execute("UPDATE remote_files SET banned = false WHERE banned")


async def take_off(post_id: int, media_ids: Sequence[int]) -> None:
    """A post does not show these files any more; nobody finds them again."""
    await db.execute(
        "UPDATE posts SET version = version + 1,"
        " edited_at = CASE WHEN local THEN now() ELSE edited_at END,"
        " media_ids = (SELECT coalesce(jsonb_agg(one), '[]') FROM jsonb_array_elements(media_ids) one"
        " WHERE one #>> '{}' <> ALL($2::text[])) WHERE id = $1",
        post_id,
        [str(media_id) for media_id in media_ids],
    )
    await db.execute("UPDATE posts SET version = version + 1 WHERE boost_of_id = $1", post_id)
    await db.execute(
        "UPDATE media SET post_id = NULL, discarded_at = now() WHERE id = ANY($1)", list(media_ids)
    )


async def strip_portraits(account_id: int, pictures: Sequence[str]) -> None:
    """An account does not show these as its avatar or header any more."""
    await db.execute(
        "UPDATE accounts SET version = version + 1,"
        " avatar = CASE WHEN avatar = ANY($2) THEN '' ELSE avatar END,"
        " header = CASE WHEN header = ANY($2) THEN '' ELSE header END WHERE id = $1",
        account_id,
        list(pictures),
    )
