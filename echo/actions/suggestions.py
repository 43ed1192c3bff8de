"""Suggestions of people to follow that somebody does not want."""

from __future__ import annotations

from echo import db
from echo.store import accounts


async def dismiss(account_id: int, target_id: int) -> None:
    """Do not suggest somebody again. Raises NotFound."""
    async with db.unit_of_work():
        await accounts.get(target_id)
        await db.execute(
            "INSERT INTO dismissed_suggestions (account_id, target_id, created_at) VALUES ($1, $2, now())"
            " ON CONFLICT (account_id, target_id) DO NOTHING",
            account_id,
            target_id,
        )
