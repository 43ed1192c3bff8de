"""Follows that ended at once, because a server was blocked or an account suspended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.kinds import SeveranceKind
from echo.models import Follow
from echo.store import loading
from echo.store.cursor import Cursor
from echo.store.server_blocks import OF_A


async def follows_with_server(domain: str, limit: int) -> list[Follow]:
    """Follows and requests between people here and a server with its subdomains, a batch."""
    rows = await db.fetch(
        f"SELECT {loading.columns(Follow, 'f')} FROM accounts a"
        " JOIN follows f ON f.follower_id = a.id OR f.followee_id = a.id"
        f" WHERE a.host <> '' AND {OF_A} LIMIT $2",
        domain,
        limit,
    )
    return [loading.read(Follow, row) for row in rows]


async def count(
    account_id: int,
    kind: SeveranceKind,
    target: str,
    cause_id: int | None,
    *,
    followers: int,
    following: int,
    at: datetime,
) -> Row:
    """Count more ended follows of a person: in the severance of this cause, or a new one.

    Returns: row (id, is_new)
    """
    row = await db.fetch_one(
        "INSERT INTO severances AS s (account_id, kind, target, cause_id, followers, following, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, kind, cause_id) DO UPDATE"
        " SET followers = s.followers + excluded.followers, following = s.following + excluded.following"
        " RETURNING id, xmax = 0 AS is_new",
        account_id,
        kind.value,
        target[:255],
        cause_id,
        followers,
        following,
        at,
    )
    assert row is not None
    return row


async def keep(severance_id: int, account_id: int, ended: Sequence[Follow]) -> None:
    """Write down whom somebody lost."""
    await db.execute(
        "INSERT INTO severed_follows (severance_id, other_id, handle, following, boosts, notify, languages)"
        " SELECT $1, a.id, concat_ws('@', a.username, nullif(a.domain, '')), t.following, t.boosts, t.notify,"
        " t.languages::jsonb FROM unnest($2::bigint[], $3::bool[], $4::bool[], $5::bool[], $6::text[])"
        " AS t(other_id, following, boosts, notify, languages) JOIN accounts a ON a.id = t.other_id"
        " ON CONFLICT (severance_id, other_id, following) DO NOTHING",
        severance_id,
        [f.followee_id if f.follower_id == account_id else f.follower_id for f in ended],
        [f.follower_id == account_id for f in ended],
        [f.boosts for f in ended],
        [f.notify for f in ended],
        [_languages(f) for f in ended],
    )


def _languages(follow: Follow) -> str | None:
    return None if not follow.languages else msgspec.json.encode(list(follow.languages)).decode()


async def latest(account_id: int, kind: SeveranceKind, target: str) -> int | None:
    """The last severance of a person with this target."""
    found = await db.fetch_value(
        "SELECT id FROM severances WHERE account_id = $1 AND kind = $2 AND target = $3"
        " ORDER BY id DESC LIMIT 1",
        account_id,
        kind.value,
        target,
    )
    return None if found is None else int(found)


async def page(account_id: int, cursor: Cursor) -> list[Row]:
    """Rows (id, kind, target, followers, following, created_at) of a person, the newest first."""
    rows = await db.fetch(
        "SELECT id, kind, target, followers, following, created_at FROM severances WHERE account_id = $1"
        f" AND {cursor.condition('id')} {cursor.order('id')}",
        account_id,
    )
    return cursor.newest_first(rows)


async def find(account_id: int, severance_id: int) -> Row | None:
    """Row (id, kind, target, followers, following, created_at) if it is this person's."""
    return await db.fetch_one(
        "SELECT id, kind, target, followers, following, created_at FROM severances"
        " WHERE id = $2 AND account_id = $1",
        account_id,
        severance_id,
    )


async def lost(account_id: int, severance_id: int, *, following: bool, after: str, limit: int) -> list[Row]:
    """Rows (handle, boosts, notify, languages) of a severance that is this person's, by handle.

    Shapes:  following: those whom the person followed; else those who followed them
    """
    return await db.fetch(
        "SELECT f.handle, f.boosts, f.notify, f.languages::text AS languages FROM severed_follows f"
        " JOIN severances s ON s.id = f.severance_id AND s.account_id = $1"
        " WHERE f.severance_id = $2 AND f.following = $3 AND f.handle > $4 ORDER BY f.handle LIMIT $5",
        account_id,
        severance_id,
        following,
        after,
        limit,
    )


async def ended_by_blocks(domains: Sequence[str]) -> dict[str, Row]:
    """How many people here lost how many follows when these servers were blocked.

    Returns: rows (target, members, followers, following) by domain
    """
    rows = await db.fetch(
        "SELECT target, count(DISTINCT account_id) AS members, sum(followers) AS followers,"
        " sum(following) AS following FROM severances WHERE kind = $1 AND target = ANY($2) GROUP BY target",
        SeveranceKind.SERVER_BLOCK.value,
        list(domains),
    )
    return {row["target"]: row for row in rows}
