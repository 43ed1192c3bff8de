"""What one person writes down about another."""

from __future__ import annotations

from echo import db
from echo.store import accounts

NOTE_CHARACTERS = 2000


async def write_note(owner_id: int, target_id: int, comment: str) -> None:
    """Keep a note about somebody; an empty one clears it. Raises NotFound."""
    await accounts.get(target_id)
    await db.execute(
        "INSERT INTO account_notes (owner_id, target_id, comment) VALUES ($1, $2, $3)"
        " ON CONFLICT (owner_id, target_id) DO UPDATE SET comment = $3",
        owner_id,
        target_id,
        comment[:NOTE_CHARACTERS],
    )
