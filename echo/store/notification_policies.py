"""From whom people want to be told, and who waits until they are let in."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.kinds import Handling
from echo.policy.notices import NoticePolicy
from echo.store.cursor import Cursor

COLUMNS = ("not_following", "not_followers", "new_accounts", "private_mentions", "limited_accounts", "bots")
# More is not counted: nobody reads such a number.
COUNTED = 100
_PENDING = f"""
    (SELECT count(*) FROM (SELECT 1 FROM notifications n WHERE n.account_id = r.account_id
        AND n.from_id = r.from_id AND n.filtered AND n.kind IN ('mention', 'quote')
        LIMIT {COUNTED}) AS pending)
"""
_IS_SHOWN = """
    EXISTS (SELECT 1 FROM accounts s WHERE s.id = r.from_id AND s.suspended_at IS NULL
        AND s.deleted_at IS NULL OFFSET 0)
    AND EXISTS (SELECT 1 FROM notifications n WHERE n.account_id = r.account_id
        AND n.from_id = r.from_id AND n.filtered AND n.kind IN ('mention', 'quote') OFFSET 0)
"""
_COLUMNS = "r.id, r.from_id, r.last_post_id, r.created_at, r.updated_at"


async def policy(account_id: int) -> NoticePolicy:
    """What somebody chose, or the defaults."""
    row = await db.fetch_one(
        "SELECT not_following, not_followers, new_accounts, private_mentions, limited_accounts, bots"
        " FROM notification_policies WHERE account_id = $1",
        account_id,
    )
    return NoticePolicy() if row is None else NoticePolicy(**{name: Handling(row[name]) for name in COLUMNS})


async def summary(account_id: int) -> tuple[int, int]:
    """How many people wait, and how many notifications of theirs; both counted up to a limit."""
    row = await db.fetch_one(
        f"SELECT count(*) AS people, coalesce(sum(pending), 0)::int AS notifications FROM ("
        f"SELECT {_PENDING} AS pending FROM notification_requests r WHERE r.account_id = $1 AND {_IS_SHOWN}"
        f" LIMIT {COUNTED}) AS waiting",
        account_id,
    )
    return (0, 0) if row is None else (row["people"], row["notifications"])


async def requests(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id, from_id, last_post_id, created_at, updated_at, pending), newest first."""
    condition = cursor.condition("r.id")
    rows = await db.fetch(
        f"SELECT {_COLUMNS}, {_PENDING} AS pending FROM notification_requests r WHERE r.account_id = $1"
        f" AND {_IS_SHOWN} AND {condition} {cursor.order('r.id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def find_request(account_id: int, request_id: int) -> Row | None:
    """One of them."""
    return await db.fetch_one(
        f"SELECT {_COLUMNS}, {_PENDING} AS pending FROM notification_requests r"
        f" WHERE r.account_id = $1 AND r.id = $2",
        account_id,
        request_id,
    )


async def take_requests(account_id: int, request_ids: Sequence[int]) -> list[int]:
    """Delete these requests; the ids of the people who waited. Of two at once, one gets each."""
    rows = await db.fetch(
        "DELETE FROM notification_requests WHERE account_id = $1 AND id = ANY($2) RETURNING from_id",
        account_id,
        list(request_ids),
    )
    return [row["from_id"] for row in rows]


async def let_in(account_id: int, from_ids: Sequence[int]) -> None:
    """Accept whatever these people do from now on, and show what was kept apart."""
    await db.execute(
        "INSERT INTO notification_permissions (account_id, from_id, created_at)"
        " SELECT $1, sender.id, now() FROM unnest($2::bigint[]) AS sender(id) ON CONFLICT DO NOTHING",
        account_id,
        list(from_ids),
    )
    await db.execute(
        "UPDATE notifications SET filtered = false WHERE account_id = $1 AND from_id = ANY($2) AND filtered",
        account_id,
        list(from_ids),
    )


async def forget_filtered(account_id: int, from_ids: Sequence[int]) -> None:
    """Forget what these people did that was kept apart."""
    await db.execute(
        "DELETE FROM notifications WHERE account_id = $1 AND from_id = ANY($2) AND filtered",
        account_id,
        list(from_ids),
    )


async def forget_person(account_id: int, from_id: int) -> None:
    """Neither waiting nor let in any more: after a block or a mute."""
    await db.execute(
        "DELETE FROM notification_requests WHERE account_id = $1 AND from_id = $2", account_id, from_id
    )
    await db.execute(
        "DELETE FROM notification_permissions WHERE account_id = $1 AND from_id = $2", account_id, from_id
    )
