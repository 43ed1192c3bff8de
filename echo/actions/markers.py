"""How far a timeline was read."""

from __future__ import annotations

from echo import clock, db
from echo.db import Row
from echo.events import OwnChanged
from echo.store import markers


async def set_marker(account_id: int, timeline: str, last_read_id: str) -> Row:
    """Remember the last id read of `home` or `notifications`; the same again changes nothing.

    Returns: the stored row
    """
    async with db.unit_of_work() as unit:
        rows = await db.fetch(
            "INSERT INTO markers AS m (account_id, timeline, last_read_id, version, updated_at)"
            " VALUES ($1, $2, $3, 1, $4) ON CONFLICT (account_id, timeline)"
            " DO UPDATE SET last_read_id = $3, version = m.version + 1, updated_at = $4"
            " WHERE m.last_read_id <> $3 RETURNING timeline, last_read_id, version, updated_at",
            account_id,
            timeline,
            last_read_id,
            clock.now(),
        )
        if not rows:
            return next(row for row in await markers.of(account_id) if row["timeline"] == timeline)
        unit.emit(OwnChanged(local=True, account_id=account_id, what="markers"))
    return rows[0]
