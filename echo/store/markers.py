"""How far timelines were read."""

from __future__ import annotations

from echo import db
from echo.db import Row


async def of(account_id: int) -> list[Row]:
    """All markers of a person: rows (timeline, last_read_id, version, updated_at)."""
    return await db.fetch(
        "SELECT timeline, last_read_id, version, updated_at FROM markers WHERE account_id = $1", account_id
    )
