"""Addresses of other servers' files that are shown here, and which of them have a copy."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from echo import db
from echo.db import Row

# Whoever makes room or takes some holds this lock until the commit.
_ROOM_LOCK = 0x4543484F_01
_URL_CHARACTERS = 2048
_BATCH_ROWS = 200


def digest_of(url: str) -> str:
    """How an address is called in our own addresses."""
    return hashlib.sha256(url.encode()).hexdigest()


async def know(urls: Iterable[str], *, are_emojis: bool = False) -> None:
    """Remember addresses that a post or an account names; what is none of the web is left out."""
    wanted = sorted({u for u in urls if u.startswith(("https://", "http://")) and len(u) <= _URL_CHARACTERS})
    if wanted:
        await db.execute(
            "INSERT INTO remote_files (digest, url, created_at, emoji)"
            " SELECT digest, url, now(), $3 FROM unnest($1::text[], $2::text[]) AS t(digest, url)"
            " ON CONFLICT (digest) DO UPDATE SET emoji = true WHERE excluded.emoji AND NOT"
            " remote_files.emoji",
            [digest_of(url) for url in wanted],
            wanted,
            are_emojis,
        )


async def find(digest: str) -> Row | None:
    """Row (id, url, file_key, content_type, stays, banned, failures, retry_at, fetched_at), or None."""
    return await db.fetch_one(
        "SELECT id, url, file_key, content_type, stays, banned, failures, retry_at, fetched_at"
        " FROM remote_files"
        " WHERE digest = $1",
        digest,
    )


async def lock_room() -> None:
    """Wait until nobody else takes or makes room; nobody does until the end of the unit of work."""
    await db.execute("SELECT pg_advisory_xact_lock($1)", _ROOM_LOCK)


async def used_bytes() -> int:
    """The room that all copies take, those included that are being written."""
    return int(
        await db.fetch_value("SELECT coalesce(sum(size_bytes), 0) FROM remote_files WHERE file_key <> ''")
    )


async def unwritten_bytes() -> int:
    """The room of those that are still being written: nobody else can have it."""
    return int(
        await db.fetch_value(
            "SELECT coalesce(sum(size_bytes), 0) FROM remote_files"
            " WHERE file_key <> '' AND fetched_at IS NULL"
        )
    )


async def oldest() -> list[Row]:
    """Rows (id, file_key, size_bytes) of the oldest finished copies, a batch."""
    return await db.fetch(
        "SELECT id, file_key, size_bytes FROM remote_files WHERE file_key <> '' AND fetched_at IS NOT NULL"
        " ORDER BY fetched_at, id LIMIT $1",
        _BATCH_ROWS,
    )


async def take(row_id: int, key: str, content_type: str, size_bytes: int, until: datetime) -> bool:
    """Name the copy that is about to be written; False when somebody else is writing one."""
    return bool(
        await db.execute(
            "UPDATE remote_files SET file_key = $2, content_type = $3, size_bytes = $4, fetched_at = NULL,"
            " retry_at = $5 WHERE id = $1 AND file_key = ''",
            row_id,
            key,
            content_type,
            size_bytes,
            until,
        )
    )


async def finish(row_id: int, key: str, at: datetime) -> None:
    """The copy is there."""
    await db.execute(
        "UPDATE remote_files SET fetched_at = $3, retry_at = NULL, failures = 0"
        " WHERE id = $1 AND file_key = $2",
        row_id,
        key,
        at,
    )


async def drop(row_ids: Sequence[int]) -> None:
    """These have no copy any more."""
    await db.execute(
        "UPDATE remote_files SET file_key = '', size_bytes = 0, fetched_at = NULL WHERE id = ANY($1)",
        list(row_ids),
    )


async def drop_missing(row_id: int, key: str) -> None:
    """A copy that should be there is not."""
    await db.execute(
        "UPDATE remote_files SET file_key = '', size_bytes = 0, fetched_at = NULL"
        " WHERE id = $1 AND file_key = $2 AND fetched_at IS NOT NULL",
        row_id,
        key,
    )


async def unfinished(before: datetime) -> list[Row]:
    """Rows (id, file_key) of copies whose writer has died."""
    return await db.fetch(
        "SELECT id, file_key FROM remote_files WHERE file_key <> '' AND fetched_at IS NULL AND retry_at < $1",
        before,
    )


async def by_urls(urls: Sequence[str]) -> list[Row]:
    """Rows (id, file_key) of finished copies of these addresses."""
    return await db.fetch(
        "SELECT id, file_key FROM remote_files WHERE digest = ANY($1) AND file_key <> ''"
        " AND fetched_at IS NOT NULL",
        [digest_of(url) for url in urls],
    )


async def leave_there(row_id: int) -> None:
    """This one is too large for a copy."""
    await db.execute("UPDATE remote_files SET stays = true WHERE id = $1", row_id)


async def fail(row_id: int, retry_at: datetime) -> None:
    """It could not be fetched, and is not asked for again before then."""
    await db.execute(
        "UPDATE remote_files SET failures = failures + 1, retry_at = $2 WHERE id = $1 AND file_key = ''",
        row_id,
        retry_at,
    )


async def forget(urls: Sequence[str]) -> None:
    """Nobody names these addresses any more, and no copy of them is there."""
    await db.execute(
        "DELETE FROM remote_files WHERE digest = ANY($1) AND file_key = ''", [digest_of(url) for url in urls]
    )
