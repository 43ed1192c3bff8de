"""Servers whose people somebody does not want to meet."""

from __future__ import annotations

from echo import db
from echo.db import Row
from echo.models import Follow
from echo.store import loading
from echo.store.cursor import Cursor


async def page(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id, domain), the newest first."""
    rows = await db.fetch(
        "SELECT id, domain FROM avoided_domains WHERE account_id = $1"
        f" AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def is_avoided(account_id: int, other_id: int) -> bool:
    """Whether somebody avoids the server of another."""
    return bool(
        await db.fetch_value(
            "SELECT EXISTS (SELECT 1 FROM accounts a JOIN avoided_domains av ON av.domain = a.domain"
            " WHERE a.id = $2 AND a.domain <> '' AND av.account_id = $1)",
            account_id,
            other_id,
        )
    )


async def count_follows(account_id: int, domain: str) -> Row:
    """(following, followers): whom somebody is connected with on a server."""
    row = await db.fetch_one(
        "SELECT (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.followee_id"
        "  WHERE f.follower_id = $1 AND f.state = 'accepted' AND a.domain = $2) AS following,"
        " (SELECT count(*) FROM follows f JOIN accounts a ON a.id = f.follower_id"
        "  WHERE f.followee_id = $1 AND f.state = 'accepted' AND a.domain = $2) AS followers",
        account_id,
        domain,
    )
    assert row is not None
    return row


async def follows_with(account_id: int, domain: str, limit: int) -> list[Follow]:
    """Follows and requests between somebody and the people of a server, in both directions."""
    rows = await db.fetch(
        f"SELECT {loading.columns(Follow, 'f')} FROM follows f"
        " JOIN accounts a ON a.id = CASE WHEN f.follower_id = $1 THEN f.followee_id ELSE f.follower_id END"
        " WHERE (f.follower_id = $1 OR f.followee_id = $1) AND a.domain = $2 LIMIT $3",
        account_id,
        domain,
        limit,
    )
    return [loading.read(Follow, row) for row in rows]
