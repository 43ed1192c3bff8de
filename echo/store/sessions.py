"""Browser sessions: found by secret, kept by digest; and as their person sees them in a list."""

from __future__ import annotations

from datetime import datetime

from echo import cache, db
from echo.db import Row
from echo.policy.secret_texts import digest
from echo.store import activity

# Pages come in flocks; the moment of the last use is written down no finer than this.
TOUCH_SECONDS = 60


async def insert(
    text: str, *, user_id: int, csrf: str, address: str, user_agent: str, at: datetime, expires_at: datetime
) -> None:
    """Store a browser session."""
    await db.execute(
        "INSERT INTO sessions (token_hash, user_id, csrf, address, user_agent, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        digest(text),
        user_id,
        csrf,
        address[:64],
        user_agent[:512],
        at,
        expires_at,
    )


async def delete_by_text(text: str) -> int | None:
    """Forget one browser session; its id, where there was one."""
    found = await db.fetch_value("DELETE FROM sessions WHERE token_hash = $1 RETURNING id", digest(text))
    return None if found is None else int(found)


async def delete_all_of(user_id: int) -> None:
    """Forget every browser session of a person."""
    await db.execute("DELETE FROM sessions WHERE user_id = $1", user_id)


async def touch(session_id: int, user_id: int, address: str, at: datetime) -> None:
    """Write down that a session is used now, and from where, and that its person is here; not more than once
    a minute.
    """
    if cache.memory().recall("session", session_id):
        return
    cache.memory().keep("session", session_id, True, seconds=TOUCH_SECONDS)
    await db.execute(
        "UPDATE sessions SET last_used_at = $2, address = $3 WHERE id = $1"
        " AND (last_used_at IS NULL OR last_used_at < $2::timestamptz - make_interval(secs => $4))",
        session_id,
        at,
        address[:64],
        float(TOUCH_SECONDS),
    )
    await activity.note(user_id)


async def of_person(user_id: int, at: datetime) -> list[Row]:
    """Rows (id, address, user_agent, created_at, used_at) of those that are open, the last used first."""
    return await db.fetch(
        "SELECT id, address, user_agent, created_at, coalesce(last_used_at, created_at) AS used_at"
        " FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY used_at DESC LIMIT 200",
        user_id,
        at,
    )


async def delete(user_id: int, session_id: int) -> bool:
    """Forget one session of a person; whether it was there."""
    return bool(await db.execute("DELETE FROM sessions WHERE user_id = $1 AND id = $2", user_id, session_id))


async def delete_others(user_id: int, kept_id: int | None) -> list[int]:
    """Forget the sessions of a person but for one; their ids."""
    rows = await db.fetch(
        "DELETE FROM sessions WHERE user_id = $1 AND id IS DISTINCT FROM $2 RETURNING id", user_id, kept_id
    )
    return [row["id"] for row in rows]


async def hold(user_id: int, session_id: int) -> bool:
    """Whether a browser session is there; if so nobody ends it until the caller's unit of work ends."""
    row = await db.fetch_one(
        "SELECT 1 FROM sessions WHERE user_id = $1 AND id = $2 FOR KEY SHARE", user_id, session_id
    )
    return row is not None


async def tokens_of(session_ids: list[int]) -> list[Row]:
    """Rows (id, user_id) of the living tokens that pages of these sessions hold."""
    return await db.fetch(
        "SELECT id, user_id FROM tokens WHERE session_id = ANY($1) AND revoked_at IS NULL", session_ids
    )
