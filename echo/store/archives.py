"""Archives of what people have here, and what goes into them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from echo import clock, db
from echo.db import Row
from echo.kinds_of_moving import ArchiveState

_COLUMNS = "id, account_id, state, secret, file_key, size_bytes, created_at, finished_at, expires_at"
_LISTED_DAYS = 60


async def insert(account_id: int, secret: str) -> int:
    """Write down that somebody wants one. Returns its id."""
    archive_id = await db.fetch_value(
        "INSERT INTO archives (account_id, state, secret, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        account_id,
        ArchiveState.WAITING.value,
        secret,
        clock.now(),
    )
    return int(archive_id)


async def of_person(account_id: int, limit: int = 10) -> list[Row]:
    """Somebody's, the newest first."""
    return await db.fetch(
        f"SELECT {_COLUMNS} FROM archives WHERE account_id = $1 ORDER BY id DESC LIMIT $2", account_id, limit
    )


async def newest(account_id: int) -> Row | None:
    """The last that did not fail; whoever asks next waits for this unit of work."""
    await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", account_id)
    return await db.fetch_one(
        f"SELECT {_COLUMNS} FROM archives WHERE account_id = $1 AND state <> $2 ORDER BY id DESC LIMIT 1",
        account_id,
        ArchiveState.FAILED.value,
    )


async def find(account_id: int, archive_id: int) -> Row | None:
    """One of somebody's that can be fetched now, by its id."""
    return await db.fetch_one(
        f"SELECT {_COLUMNS} FROM archives WHERE account_id = $1 AND id = $2 AND state = $3"
        " AND expires_at > $4",
        account_id,
        archive_id,
        ArchiveState.READY.value,
        clock.now(),
    )


async def find_by_secret(account_id: int, secret: str) -> Row | None:
    """The same, by the random part of its address."""
    return await db.fetch_one(
        f"SELECT {_COLUMNS} FROM archives WHERE account_id = $1 AND secret = $2 AND state = $3"
        " AND expires_at > $4",
        account_id,
        secret,
        ArchiveState.READY.value,
        clock.now(),
    )


async def find_for_worker(archive_id: int) -> Row | None:
    """One, whoever it belongs to."""
    return await db.fetch_one(f"SELECT {_COLUMNS} FROM archives WHERE id = $1", archive_id)


async def name_file(archive_id: int, file_key: str) -> None:
    """Say where its file will be, before it is there."""
    await db.execute("UPDATE archives SET file_key = $2 WHERE id = $1", archive_id, file_key)


async def finish(archive_id: int, state: ArchiveState, size_bytes: int, keeps: timedelta) -> bool:
    """It can be fetched for a while, or could not be made; False when it was finished before."""
    now = clock.now()
    return bool(
        await db.execute(
            "UPDATE archives SET state = $2, size_bytes = $3, finished_at = $4, expires_at = $5"
            " WHERE id = $1 AND state = $6",
            archive_id,
            state.value,
            size_bytes,
            now,
            now + keeps,
            ArchiveState.WAITING.value,
        )
    )


async def expired(limit: int) -> list[Row]:
    """Rows (id, file_key) of those whose time is over and whose file is still named."""
    return await db.fetch(
        "SELECT id, file_key FROM archives WHERE file_key <> '' AND expires_at <= $1 ORDER BY id LIMIT $2",
        clock.now(),
        limit,
    )


async def files_of(account_id: int) -> list[str]:
    """The keys of all files that were made for somebody or brought by them, and are not among their media."""
    rows = await db.fetch(
        "SELECT file_key FROM archives WHERE account_id = $1 AND file_key <> ''"
        " UNION ALL SELECT file_key FROM imports WHERE account_id = $1 AND file_key <> ''",
        account_id,
    )
    return [row["file_key"] for row in rows]


async def mark_gone(archive_ids: Sequence[int]) -> None:
    """Their files are not there any more."""
    await db.execute(
        "UPDATE archives SET state = $2, file_key = '' WHERE id = ANY($1)",
        list(archive_ids),
        ArchiveState.GONE.value,
    )
    await db.execute(
        "DELETE FROM archives WHERE id IN"
        " (SELECT id FROM archives WHERE created_at < $1 AND file_key = '' LIMIT 500)",
        clock.now() - timedelta(days=_LISTED_DAYS),
    )


async def post_ids(account_id: int, after_id: int, limit: int) -> list[int]:
    """Somebody's posts and boosts, the oldest first."""
    rows = await db.fetch(
        "SELECT id FROM posts WHERE author_id = $1 AND deleted_at IS NULL AND id > $2 ORDER BY id LIMIT $3",
        account_id,
        after_id,
        limit,
    )
    return [row["id"] for row in rows]


async def media_keys(account_id: int, after_id: int, limit: int) -> list[Row]:
    """Rows (id, file_key) of the files on somebody's posts."""
    return await db.fetch(
        "SELECT m.id, m.file_key FROM media m JOIN posts p ON p.id = m.post_id"
        " WHERE m.account_id = $1 AND p.deleted_at IS NULL AND m.file_key <> '' AND m.state = 'ready'"
        " AND m.discarded_at IS NULL AND m.id > $2 ORDER BY m.id LIMIT $3",
        account_id,
        after_id,
        limit,
    )


async def liked(account_id: int, after_id: int, limit: int) -> list[Row]:
    """Rows (id, uri) of posts that somebody likes."""
    return await db.fetch(
        "SELECT l.id, p.uri FROM likes l JOIN posts p ON p.id = l.post_id"
        " WHERE l.account_id = $1 AND p.deleted_at IS NULL AND l.id > $2 ORDER BY l.id LIMIT $3",
        account_id,
        after_id,
        limit,
    )


async def bookmarked(account_id: int, after_id: int, limit: int) -> list[Row]:
    """Rows (id, uri) of posts that somebody keeps."""
    return await db.fetch(
        "SELECT b.id, p.uri FROM bookmarks b JOIN posts p ON p.id = b.post_id"
        " WHERE b.account_id = $1 AND p.deleted_at IS NULL AND b.id > $2 ORDER BY b.id LIMIT $3",
        account_id,
        after_id,
        limit,
    )
