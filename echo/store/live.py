"""What the live streams ask: who of the listeners may hear, and whose token has ended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.policy.avoidance import avoided_by
from echo.policy.notices import ONLY_ASKED
from echo.policy.roles import SEATS
from echo.policy.standing import IS_ACTIVE

_AUDIENCE = f"""
    SELECT p.id, a.silenced_at IS NOT NULL AS silenced, ARRAY(
        SELECT b.blocker_id FROM blocks b WHERE b.blocked_id = p.author_id AND b.blocker_id = ANY($2)
        UNION SELECT b.blocked_id FROM blocks b WHERE b.blocker_id = p.author_id AND b.blocked_id = ANY($2)
        UNION SELECT l.id FROM unnest($2::bigint[]) AS l(id) WHERE {avoided_by("l.id")}) AS unwilling,
        (SELECT json_agg(json_build_array(u.id, u.filters_version)) FROM users u
            WHERE u.id = ANY($2) AND u.filters_version IS NOT NULL) AS filters
    FROM posts p JOIN accounts a ON a.id = p.author_id WHERE p.id = ANY($1) AND p.deleted_at IS NULL
"""

_ENDED = f"""
    SELECT held.id, held.role_id, held.permissions
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS held(id, role_id, permissions)
    WHERE NOT EXISTS (SELECT 1 FROM tokens t JOIN users u ON u.id = t.user_id
        JOIN accounts a ON a.id = t.user_id {SEATS}
        WHERE t.id = held.id AND u.role_id = held.role_id AND r.permissions | e.permissions = held.permissions
            AND t.revoked_at IS NULL AND {IS_ACTIVE})
"""


@dataclass(frozen=True, slots=True)
class Audience:
    """Of a public post: whether its author is kept out of public timelines, which of the listeners block or
    avoid them or are blocked by them, and the version of the filters of those listeners who ever had any.
    """

    is_silenced: bool
    unwilling: frozenset[int]
    filters_versions: dict[int, int]


async def audiences(post_ids: Collection[int], listener_ids: Collection[int]) -> dict[int, Audience]:
    """Who of the listeners should not hear of public posts, by post; those that are gone are left out."""
    rows = await db.fetch(_AUDIENCE, list(post_ids), list(listener_ids))
    filters = rows[0]["filters"] if rows else None
    versions = dict(msgspec.json.decode(filters or "[]", type=list[tuple[int, int]]))
    return {row["id"]: Audience(row["silenced"], frozenset(row["unwilling"]), versions) for row in rows}


Held = tuple[int, int, int]
"""A token as a connection was opened with it: its id, the role and the permissions that it had then."""


async def ended_tokens(held: Collection[Held]) -> set[Held]:
    """Which of these tokens are not valid any more, or belong to somebody who may not act any more, or may do
    other things now.
    """
    ids, role_ids, permissions = ([one[part] for one in held] for part in range(3))
    rows = await db.fetch(_ENDED, ids, role_ids, permissions)
    return {(row["id"], row["role_id"], row["permissions"]) for row in rows}


async def chat_events_after(first_id: int, until: datetime) -> list[Row]:
    """What happened in chats, by id and up to a moment, for each member here at that time, oldest first.

    Returns: rows (id, chat_id, seq, account_id, created_at)
    """
    return await db.fetch(
        "SELECT e.id, e.chat_id, e.seq, m.account_id, e.created_at FROM chat_events e"
        " JOIN chat_members m ON m.chat_id = e.chat_id AND m.joined_seq <= e.seq"
        " AND (m.left_seq IS NULL OR m.left_seq >= e.seq)"
        " JOIN users u ON u.id = m.account_id"
        " WHERE e.id >= $1 AND e.created_at < $2 ORDER BY e.id LIMIT 20000",
        first_id,
        until,
    )


async def newest_notification() -> int:
    """The largest id of a notification, or 0."""
    found: int = await db.fetch_value("SELECT coalesce(max(id), 0) FROM notifications")
    return found


async def notifications_after(id_: int, until: datetime) -> list[Row]:
    """Notifications with larger ids, made up to a moment, that are said live, oldest first.

    Returns: rows (id, account_id, created_at)
    """
    return await db.fetch(
        "SELECT id, account_id, created_at FROM notifications WHERE id > $1 AND created_at < $2"
        " AND NOT filtered AND kind <> ALL($3) ORDER BY id LIMIT 5000",
        id_,
        until,
        sorted(ONLY_ASKED),
    )
