"""Strikes with their appeals, words for them, and notes of moderators."""

from __future__ import annotations

from collections.abc import Sequence

from echo import db
from echo.db import Row
from echo.models import Strike
from echo.store import loading
from echo.store.cursor import Cursor

_ROWS = """
    SELECT s.id, s.target_id, s.by_id, s.kind, s.text, s.report_id, s.post_ids, s.overruled_at, s.created_at,
        t.username AS target_username, t.domain AS target_domain, b.username AS by_username,
        p.text AS appeal_text, p.created_at AS appealed_at, p.decided_by_id,
        CASE WHEN p.id IS NULL THEN NULL WHEN p.approved_at IS NOT NULL THEN 'approved'
            WHEN p.rejected_at IS NOT NULL THEN 'rejected' ELSE 'pending' END AS appeal_state
    FROM strikes s JOIN accounts t ON t.id = s.target_id LEFT JOIN accounts b ON b.id = s.by_id
    LEFT JOIN appeals p ON p.strike_id = s.id
"""


async def rows(strike_ids: list[int]) -> dict[int, Row]:
    """Strikes by id, with handles and the appeal (appeal_text, appealed_at, appeal_state)."""
    if not strike_ids:
        return {}
    found = await db.fetch(f"{_ROWS} WHERE s.id = ANY($1)", strike_ids)
    return {row["id"]: row for row in found}


async def of_account(account_id: int, *, limit: int = 100) -> list[Row]:
    """What was done to somebody, the newest first; rows as of `rows`."""
    return await db.fetch(f"{_ROWS} WHERE s.target_id = $1 ORDER BY s.id DESC LIMIT $2", account_id, limit)


async def newest(account_id: int) -> int:
    """The last thing that was done to somebody; 0 when nothing was."""
    return int(
        await db.fetch_value("SELECT coalesce(max(id), 0) FROM strikes WHERE target_id = $1", account_id)
    )


async def newest_of(account_ids: Sequence[int]) -> dict[int, int]:
    """The same of many; those to whom nothing was done are left out."""
    rows = await db.fetch(
        "SELECT target_id, max(id) AS newest FROM strikes WHERE target_id = ANY($1) GROUP BY target_id",
        list(account_ids),
    )
    return {row["target_id"]: row["newest"] for row in rows}


async def appeals(state: str, cursor: Cursor) -> list[Row]:
    """Strikes against which somebody appealed, the newest first; rows as of `rows`.

    Shapes:  state: echo.kinds_of_moderation.AppealState
    """
    condition = {
        "pending": "p.approved_at IS NULL AND p.rejected_at IS NULL",
        "approved": "p.approved_at IS NOT NULL",
        "rejected": "p.rejected_at IS NOT NULL",
    }[state]
    found = await db.fetch(
        f"{_ROWS} WHERE p.id IS NOT NULL AND {condition} AND {cursor.condition('s.id')}"
        f" {cursor.order('s.id')}"
    )
    return cursor.newest_first(found)


async def lock(strike_id: int) -> Strike | None:
    """The strike; nobody else changes it until the end of the unit of work."""
    found = await db.fetch_one(
        f"SELECT {loading.columns(Strike, 's')} FROM strikes s WHERE s.id = $1 FOR UPDATE", strike_id
    )
    return None if found is None else loading.read(Strike, found)


async def presets() -> list[Row]:
    """Rows (id, title, text) of words for strikes."""
    return await db.fetch("SELECT id, title, text FROM warning_presets ORDER BY title, id")


async def notes(*, report_id: int | None = None, target_id: int | None = None) -> list[Row]:
    """Rows (id, by_id, by_username, text, created_at) of what was noted about a report or an account."""
    return await db.fetch(
        "SELECT n.id, n.by_id, b.username AS by_username, n.text, n.created_at FROM staff_notes n"
        " LEFT JOIN accounts b ON b.id = n.by_id WHERE n.report_id = $1 OR n.target_id = $2 ORDER BY n.id",
        report_id,
        target_id,
    )
