"""Posts that wait for their time: a person's own, and those that are due, claimed with a lease."""

from __future__ import annotations

from datetime import datetime, timedelta

from echo import clock, db
from echo.db import Row
from echo.errors import NotFound
from echo.models import Media
from echo.store.cursor import Cursor

LEASE_SECONDS = 60
_COLUMNS = "id, account_id, due_at, draft, failure, attempts"

_CLAIM = f"""
    UPDATE scheduled_posts SET lease_owner = $1, lease_until = $3, attempts = attempts + 1
    WHERE id IN (
        SELECT id FROM scheduled_posts
        WHERE failure = '' AND due_at <= $2 AND (lease_until IS NULL OR lease_until < $2)
        ORDER BY due_at, id LIMIT $4 FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}
"""


async def page(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows of one person, the one that was written last first."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM scheduled_posts"
        f" WHERE account_id = $1 AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def get(account_id: int, schedule_id: int) -> Row:
    """One of a person's own. Raises NotFound, also for another's."""
    row = await db.fetch_one(
        f"SELECT {_COLUMNS} FROM scheduled_posts WHERE account_id = $1 AND id = $2", account_id, schedule_id
    )
    if row is None:
        raise NotFound
    return row


async def failed(account_id: int) -> list[Row]:
    """Those of a person that could not be published, oldest first."""
    return await db.fetch(
        f"SELECT {_COLUMNS} FROM scheduled_posts WHERE account_id = $1 AND failure <> '' ORDER BY id",
        account_id,
    )


async def lock_owner(account_id: int) -> None:
    """Let nobody else change what this person has waiting, until the end of the unit of work."""
    await db.execute("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", account_id)


async def count(account_id: int, day: datetime, *, except_id: int | None = None) -> tuple[int, int]:
    """How many somebody has waiting: in all, and for one day (UTC)."""
    start = day.replace(hour=0, minute=0, second=0, microsecond=0)
    row = await db.fetch_one(
        "SELECT count(*) AS every, count(*) FILTER (WHERE due_at >= $2 AND due_at < $3) AS of_day"
        " FROM scheduled_posts WHERE account_id = $1 AND id IS DISTINCT FROM $4",
        account_id,
        start,
        start + timedelta(days=1),
        except_id,
    )
    assert row is not None
    return row["every"], row["of_day"]


async def insert(account_id: int, due_at: datetime, draft: str) -> int:
    """Write one down. Returns its id."""
    schedule_id = await db.fetch_value(
        "INSERT INTO scheduled_posts (account_id, due_at, draft, created_at)"
        " VALUES ($1, $2, $3::jsonb, $4) RETURNING id",
        account_id,
        due_at,
        draft,
        clock.now(),
    )
    return int(schedule_id)


async def postpone(account_id: int, schedule_id: int, due_at: datetime) -> bool:
    """Give one another time, and another chance where it failed; False when it is not there any more."""
    return bool(
        await db.execute(
            "UPDATE scheduled_posts SET due_at = $3, failure = '', attempts = 0, lease_owner = '',"
            " lease_until = NULL WHERE account_id = $1 AND id = $2",
            account_id,
            schedule_id,
            due_at,
        )
    )


async def delete(account_id: int, schedule_id: int) -> bool:
    """Forget one; False when it is not there any more. Its files are free for a while."""
    await db.execute(
        "UPDATE media m SET scheduled_id = NULL, freed_at = $3 FROM scheduled_posts s"
        " WHERE s.id = m.scheduled_id AND s.account_id = $1 AND s.id = $2",
        account_id,
        schedule_id,
        clock.now(),
    )
    return bool(
        await db.execute(
            "DELETE FROM scheduled_posts WHERE account_id = $1 AND id = $2", account_id, schedule_id
        )
    )


async def hold_media(schedule_id: int, media_ids: list[int]) -> int:
    """Keep free files for a post that waits. Returns how many were free."""
    return await db.execute(
        "UPDATE media SET scheduled_id = $1 WHERE id = ANY($2) AND post_id IS NULL AND scheduled_id IS NULL"
        " AND chat_message_id IS NULL AND discarded_at IS NULL",
        schedule_id,
        media_ids,
    )


async def media(schedule_ids: list[int]) -> dict[int, list[Media]]:
    """The files that are kept for posts that wait, by the id of the post."""
    found: dict[int, list[Media]] = {}
    for file in await Media.filter(scheduled_id__in=schedule_ids) if schedule_ids else []:
        found.setdefault(file.scheduled_id or 0, []).append(file)
    return found


async def claim(owner: str, limit: int) -> list[Row]:
    """Take up to `limit` due ones for a minute, those that are due longest first."""
    now = clock.now()
    rows = await db.fetch(_CLAIM, owner, now, now + timedelta(seconds=LEASE_SECONDS), limit)
    return sorted(rows, key=lambda row: (row["due_at"], row["id"]))


async def take(owner: str, schedule_id: int) -> bool:
    """Delete one that this worker holds, in the unit of work that publishes it. False: somebody else did, or
    its author gave it another time."""
    return bool(
        await db.execute("DELETE FROM scheduled_posts WHERE id = $1 AND lease_owner = $2", schedule_id, owner)
    )


async def retry(owner: str, schedule_id: int, seconds: float) -> None:
    """Leave one for later: something was away."""
    await db.execute(
        "UPDATE scheduled_posts SET lease_owner = '', lease_until = $3 WHERE id = $1 AND lease_owner = $2",
        schedule_id,
        owner,
        clock.now() + timedelta(seconds=seconds),
    )


async def fail(owner: str, schedule_id: int, reason: str) -> bool:
    """Write down why one cannot be published; False when it is not ours any more."""
    return bool(
        await db.execute(
            "UPDATE scheduled_posts SET failure = $3, lease_owner = '', lease_until = NULL"
            " WHERE id = $1 AND lease_owner = $2",
            schedule_id,
            owner,
            reason[:1000],
        )
    )


async def next_due() -> datetime | None:
    """When the next one is due that nobody holds; None when nothing waits."""
    found: datetime | None = await db.fetch_value(
        "SELECT min(greatest(due_at, lease_until)) FROM (SELECT due_at, lease_until FROM scheduled_posts"
        " WHERE failure = '' ORDER BY due_at LIMIT 20) AS s"
    )
    return found


async def release(owner: str) -> None:
    """Give back what a former process of this worker held when it died."""
    await db.execute(
        "UPDATE scheduled_posts SET lease_owner = '', lease_until = NULL WHERE lease_owner = $1", owner
    )
