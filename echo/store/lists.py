"""Lists: whose, who is on them, and their timelines."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from echo import cache, db
from echo.db import Row
from echo.errors import NotFound
from echo.models import List
from echo.store import list_timelines, loading
from echo.store.cursor import Cursor
from echo.store.feeds import Feed


async def _rows(list_id: int, limit: int) -> list[Row]:
    return await list_timelines.candidates(list_id, limit)


FEED = Feed("list", _rows)
"""The timelines of lists, by list."""


async def get(owner_id: int, list_id: int) -> List:
    """A list of this person. Raises NotFound."""
    found = await loading.first(List, "account_id = $1 AND id = $2", owner_id, list_id)
    if found is None:
        raise NotFound
    return found


async def is_owner(owner_id: int, list_id: int) -> bool:
    """Whether there is this list, and it is this person's."""
    return bool(await db.fetch("SELECT 1 FROM lists WHERE account_id = $1 AND id = $2", owner_id, list_id))


async def all_of(owner_id: int) -> list[Row]:
    """Rows (id, title, replies_policy, exclusive) of this person's lists, the oldest first."""
    return await db.fetch(
        "SELECT id, title, replies_policy, exclusive FROM lists WHERE account_id = $1 ORDER BY id", owner_id
    )


async def with_member(owner_id: int, account_id: int) -> list[Row]:
    """The same, of those lists that somebody is on; none while that account is suspended."""
    return await db.fetch(
        "SELECT l.id, l.title, l.replies_policy, l.exclusive FROM list_members m"
        " JOIN lists l ON l.id = m.list_id JOIN accounts a ON a.id = m.account_id"
        " WHERE m.owner_id = $1 AND m.account_id = $2 AND a.suspended_at IS NULL ORDER BY l.id",
        owner_id,
        account_id,
    )


async def ids_of(owner_ids: Sequence[int]) -> list[int]:
    """The ids of all lists of these people."""
    rows = await db.fetch("SELECT id FROM lists WHERE account_id = ANY($1)", list(owner_ids))
    return [row["id"] for row in rows]


async def members(list_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id, account_id), which are the same: lists are paged by account."""
    rows = await db.fetch(
        "SELECT m.account_id AS id, m.account_id FROM list_members m JOIN accounts a ON a.id = m.account_id"
        " WHERE m.list_id = $1 AND a.deleted_at IS NULL AND a.suspended_at IS NULL"
        f" AND {cursor.condition('m.account_id')} {cursor.order('m.account_id')}",
        list_id,
    )
    return cursor.newest_first(rows)


async def forget_if_possible(list_id: int) -> None:
    """Throw a list's timeline away, right after a change that a job follows up: never fails."""
    with contextlib.suppress(*cache.OUTAGES):
        await cache.client().delete(*FEED.keys([list_id]))
