"""Notifications."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.kinds import NotificationKind
from echo.store.cursor import Cursor

_INSERT = """
    INSERT INTO notifications (account_id, kind, from_id, post_id, dedupe_key, created_at)
    SELECT told.id, $2, $3, $4, $5, now()
    FROM unnest($1::bigint[]) AS told(id) JOIN users u ON u.id = told.id
    WHERE told.id <> $3
      AND NOT EXISTS (SELECT 1 FROM blocks b WHERE (b.blocker_id = told.id AND b.blocked_id = $3)
          OR (b.blocker_id = $3 AND b.blocked_id = told.id))
      AND NOT EXISTS (SELECT 1 FROM avoided_domains av JOIN accounts f ON f.id = $3 AND f.domain = av.domain
          WHERE av.account_id = told.id)
      AND NOT EXISTS (SELECT 1 FROM mutes m WHERE m.muter_id = told.id AND m.muted_id = $3
          AND m.notifications AND (m.expires_at IS NULL OR m.expires_at > now()))
    ON CONFLICT (account_id, dedupe_key) DO NOTHING
    RETURNING id, account_id
"""


async def insert(
    account_ids: Sequence[int], kind: NotificationKind, from_id: int, post_id: int | None = None
) -> list[Row]:
    """Tell these people, those that are here, at most once each; rows (id, account_id) of what is new.

    Nobody is told of what they did themselves, or by people they block, whose notifications
    they mute, or whose server they avoid.
    """
    if not account_ids:
        return []
    dedupe_key = f"{kind}:{from_id}:{post_id or ''}"
    return await db.fetch(_INSERT, list(account_ids), kind.value, from_id, post_id, dedupe_key)


async def page(
    account_id: int,
    cursor: Cursor,
    *,
    kinds: Sequence[str] = (),
    except_kinds: Sequence[str] = (),
    from_id: int | None = None,
) -> list[Row]:
    """Rows (id, kind, from_id, post_id, created_at), newest first."""
    rows = await db.fetch(
        "SELECT n.id, n.kind, n.from_id, n.post_id, n.created_at FROM notifications n"
        " JOIN accounts a ON a.id = n.from_id AND a.suspended_at IS NULL AND a.deleted_at IS NULL"
        " WHERE n.account_id = $1 AND (cardinality($2::text[]) = 0 OR n.kind = ANY($2))"
        " AND NOT n.kind = ANY($3::text[]) AND ($4::bigint IS NULL OR n.from_id = $4)"
        f" AND {cursor.condition('n.id')} {cursor.order('n.id')}",
        account_id,
        list(kinds),
        list(except_kinds),
        from_id,
    )
    return cursor.newest_first(rows)


async def find(account_id: int, notification_id: int) -> Row | None:
    """One notification of this person."""
    return await db.fetch_one(
        "SELECT id, kind, from_id, post_id, created_at FROM notifications WHERE account_id = $1 AND id = $2",
        account_id,
        notification_id,
    )


async def delete(account_id: int, notification_id: int) -> int:
    """Forget one notification of this person; how many there were."""
    return await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND id = $2", account_id, notification_id
    )


async def delete_all(account_id: int) -> None:
    """Forget everything this person was told."""
    await db.execute("DELETE FROM notifications WHERE account_id = $1", account_id)


async def delete_about_post(post_id: int) -> None:
    """A deleted post is not told about any more."""
    await db.execute("DELETE FROM notifications WHERE post_id = $1", post_id)


async def delete_from(account_id: int, from_id: int, kinds: Sequence[NotificationKind] = ()) -> None:
    """Forget what `from_id` did, all of it or only these kinds."""
    await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND from_id = $2"
        " AND (cardinality($3::text[]) = 0 OR kind = ANY($3))",
        account_id,
        from_id,
        [kind.value for kind in kinds],
    )


async def delete_from_domain(account_id: int, domain: str) -> None:
    """Forget what the people of a server did."""
    await db.execute(
        "DELETE FROM notifications n USING accounts a WHERE n.account_id = $1 AND a.id = n.from_id"
        " AND a.domain = $2",
        account_id,
        domain,
    )


async def delete_one_kind(from_id: int, post_id: int, kind: NotificationKind) -> None:
    """An undone like or boost is not told about any more."""
    await db.execute(
        "DELETE FROM notifications WHERE from_id = $1 AND post_id = $2 AND kind = $3",
        from_id,
        post_id,
        kind.value,
    )


async def count_after(account_id: int, last_read_id: int, limit: int) -> int:
    """How many are newer than the marker, counted up to `limit`."""
    found = await db.fetch_value(
        "SELECT count(*) FROM (SELECT 1 FROM notifications WHERE account_id = $1 AND id > $2 LIMIT $3) AS n",
        account_id,
        last_read_id,
        limit,
    )
    return int(found)
