"""What letters tell, and to whom digests are due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from echo import db
from echo.db import Row
from echo.policy.letters import DIGEST_AFTER_DAYS
from echo.policy.secret_texts import new_secret
from echo.policy.standing import IS_ACTIVE
from echo.store import push
from echo.store.notifications import COLUMNS, IS_AWAY, SENDER_IS_THERE

# What happened since somebody was here, and since the digest before.
_SINCE = "greatest(coalesce(u.last_active_at, u.created_at), coalesce(d.sent_at, '-infinity'))"
_DUE = f"""
    INSERT INTO digests AS digest (user_id, since_at, sent_at)
    SELECT u.id, {_SINCE}, now() FROM users u JOIN accounts a ON a.id = u.id
    LEFT JOIN digests d ON d.user_id = u.id
    WHERE u.settings @> '{{"letters": {{"digest": true}}}}' AND {IS_ACTIVE}
        AND coalesce(u.last_active_at, u.created_at) < now() - interval '{DIGEST_AFTER_DAYS} days'
        AND (d.sent_at IS NULL OR d.sent_at < now() - interval '{DIGEST_AFTER_DAYS} days')
        AND EXISTS (SELECT 1 FROM notifications n WHERE n.account_id = u.id AND NOT n.filtered
            AND n.created_at > {_SINCE})
    ORDER BY u.id LIMIT 500
    ON CONFLICT (user_id) DO UPDATE SET since_at = excluded.since_at, sent_at = excluded.sent_at
        WHERE digest.sent_at < excluded.sent_at - interval '{DIGEST_AFTER_DAYS} days'
    RETURNING user_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who is written to."""

    user_id: int
    email: str
    settings: Mapping[str, object]
    is_away: bool


async def find_reader(user_id: int) -> Reader | None:
    """Somebody whose account can be used; None for all others."""
    row = await db.fetch_one(
        f"SELECT u.email, u.settings, {IS_AWAY} AS is_away FROM users u JOIN accounts a ON a.id = u.id"
        f" WHERE u.id = $1 AND {IS_ACTIVE}",
        user_id,
    )
    if row is None:
        return None
    return Reader(
        user_id=user_id,
        email=row["email"],
        settings=msgspec.json.decode(row["settings"], type=dict[str, object]),
        is_away=row["is_away"],
    )


async def settings(user_id: int) -> dict[str, object]:
    """All choices of somebody."""
    found = await db.fetch_value("SELECT settings FROM users WHERE id = $1", user_id)
    return {} if found is None else msgspec.json.decode(found, type=dict[str, object])


async def is_unread(account_id: int, notification_id: int) -> bool:
    """Whether a notification is above the marker of its owner."""
    found = await db.fetch_value(
        "SELECT NOT EXISTS (SELECT 1 FROM markers m WHERE m.account_id = $1 AND m.timeline = 'notifications'"
        " AND m.last_read_id::numeric >= $2)",
        account_id,
        notification_id,
    )
    return bool(found)


async def take_due_digests() -> list[int]:
    """The people to whom a digest is due, each once however many ask: noted as sent in the same statement."""
    return [row["user_id"] for row in await db.fetch(_DUE)]


async def digest_since(user_id: int) -> datetime | None:
    """Where the last digest of somebody begins."""
    found: datetime | None = await db.fetch_value("SELECT since_at FROM digests WHERE user_id = $1", user_id)
    return found


async def told_since(account_id: int, since: datetime, *, limit: int) -> tuple[list[Row], int]:
    """What somebody was told since then, newest first, and how much there was, counted up to a thousand."""
    condition = f"n.account_id = $1 AND n.created_at > $2 AND NOT n.filtered AND {SENDER_IS_THERE}"
    rows = await db.fetch(
        f"SELECT {COLUMNS} FROM notifications n WHERE {condition} ORDER BY n.id DESC LIMIT $3",
        account_id,
        since,
        limit,
    )
    count = await db.fetch_value(
        f"SELECT count(*) FROM (SELECT 1 FROM notifications n WHERE {condition} LIMIT 1000) AS told",
        account_id,
        since,
    )
    return rows, int(count)


async def secret() -> str:
    """What the links that end letters are sealed with."""
    return await push.shared_secret("letters", new_secret)
