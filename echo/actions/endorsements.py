"""People whom somebody shows on their profile."""

from __future__ import annotations

from echo import db
from echo.errors import Invalid
from echo.events import Related
from echo.kinds import FollowState
from echo.store import accounts, relations


async def endorse(account_id: int, target_id: int) -> None:
    """Show somebody whom one follows; twice is once.

    Raises:  NotFound; Invalid for those one does not follow
    """
    async with db.unit_of_work() as unit:
        await accounts.get(target_id)
        known = await relations.find_follow(account_id, target_id)
        if known is None or known.state != FollowState.ACCEPTED:
            raise Invalid("Validation failed: You must be already following the person you want to endorse")
        is_new = await db.execute(
            "INSERT INTO endorsements (account_id, target_id, created_at) VALUES ($1, $2, now())"
            " ON CONFLICT (account_id, target_id) DO NOTHING",
            account_id,
            target_id,
        )
        if is_new:
            unit.emit(Related(local=True, account_id=account_id, other_id=target_id, is_mutual=False))


async def unendorse(account_id: int, target_id: int) -> None:
    """Show them no more; nothing happens when they are not shown. Raises NotFound."""
    async with db.unit_of_work() as unit:
        await accounts.get(target_id)
        was_shown = await db.execute(
            "DELETE FROM endorsements WHERE account_id = $1 AND target_id = $2", account_id, target_id
        )
        if was_shown:
            unit.emit(Related(local=True, account_id=account_id, other_id=target_id, is_mutual=False))
