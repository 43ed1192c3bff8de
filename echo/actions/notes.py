"""What one person writes down about another."""

from __future__ import annotations

from echo import db
from echo.errors import Invalid
from echo.events import Related
from echo.store import accounts

NOTE_CHARACTERS = 2000


async def write_note(owner_id: int, target_id: int, comment: str) -> None:
    """Keep a note about somebody; an empty one clears it.

    Raises:  NotFound; Invalid when it is too long
    """
    if len(comment) > NOTE_CHARACTERS:
        raise Invalid(f"Validation failed: Comment is too long (maximum is {NOTE_CHARACTERS} characters)")
    async with db.unit_of_work() as unit:
        await accounts.get(target_id)
        is_another = await db.execute(
            "INSERT INTO account_notes AS n (owner_id, target_id, comment) VALUES ($1, $2, $3)"
            " ON CONFLICT (owner_id, target_id) DO UPDATE SET comment = $3 WHERE n.comment <> $3",
            owner_id,
            target_id,
            comment,
        )
        if is_another:
            unit.emit(Related(local=True, account_id=owner_id, other_id=target_id, is_mutual=False))
