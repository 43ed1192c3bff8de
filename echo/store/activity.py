"""Who is here: noted of everybody who uses a token or a page, a few times a day."""

from __future__ import annotations

from echo import db

# Noted once in half a day, and on each day anew; `u` is users.
WAS_AWAY = """(u.last_active_at IS NULL OR u.last_active_at < now() - interval '12 hours'
    OR (u.last_active_at AT TIME ZONE 'UTC')::date < (now() AT TIME ZONE 'UTC')::date)"""

_NOTE = f"""
    WITH seen AS (UPDATE users u SET last_active_at = now() WHERE u.id = $1 AND {WAS_AWAY} RETURNING u.id),
    today AS (
        INSERT INTO active_days (day, user_id)
        SELECT (now() AT TIME ZONE 'UTC')::date, id FROM seen ON CONFLICT DO NOTHING)
    INSERT INTO active_weeks (week, user_id)
    SELECT date_trunc('week', now() AT TIME ZONE 'UTC')::date, id FROM seen ON CONFLICT DO NOTHING
"""


async def note(user_id: int) -> None:
    """Write down that somebody is here; nothing is written where that is known."""
    await db.execute(_NOTE, user_id)
