"""Ending browser sessions from elsewhere. What a page of theirs holds ends with them, and so does every code
that no app has exchanged yet: who sat there may have allowed it.
"""

from __future__ import annotations

from echo import clock, db
from echo.db import UnitOfWork
from echo.errors import NotFound
from echo.events import AccessEnded
from echo.store import auth, sessions


async def end(user_id: int, session_id: int) -> None:
    """Log one browser of somebody out. Raises NotFound for one that is not theirs."""
    async with db.unit_of_work() as unit:
        if not await sessions.delete(user_id, session_id):
            raise NotFound
        await end_tokens(unit, [session_id])
        await auth.use_codes_up(user_id, clock.now())


async def end_others(user_id: int, kept_id: int | None) -> int:
    """Log every browser of somebody out but for one; how many.

    Shapes:  kept_id: None keeps none
    """
    async with db.unit_of_work() as unit:
        ended = await sessions.delete_others(user_id, kept_id)
        await end_tokens(unit, ended)
        await auth.use_codes_up(user_id, clock.now())
    return len(ended)


async def end_tokens(unit: UnitOfWork, session_ids: list[int]) -> None:
    """End the tokens that pages of these sessions hold, inside the caller's unit of work."""
    for row in await sessions.tokens_of(session_ids):
        await auth.revoke_token(row["id"], clock.now())
        unit.emit(AccessEnded(local=True, user_id=row["user_id"], token_id=row["id"]))
