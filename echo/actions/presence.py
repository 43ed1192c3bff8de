"""Whether somebody wants to be seen."""

from __future__ import annotations

from echo import db
from echo.events import PresenceChosen
from echo.store import chats


async def set_invisible(account_id: int, *, invisible: bool) -> None:
    """Be seen by nobody, wherever one is, or by those who may see it."""
    async with db.unit_of_work() as unit:
        known = await chats.preference(account_id)
        if known.invisible != invisible:
            await db.execute(
                "INSERT INTO chat_preferences (account_id, invisible) VALUES ($1, $2)"
                " ON CONFLICT (account_id) DO UPDATE SET invisible = $2",
                account_id,
                invisible,
            )
            unit.emit(PresenceChosen(local=True, account_id=account_id))
