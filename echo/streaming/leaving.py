"""Who sits in a live room and loses their socket leaves it, when they are not back in a moment."""

from __future__ import annotations

import asyncio

from echo.actions import room_members
from echo.policy.access import Access
from echo.store import room_seats


async def leave_rooms(access: Access, session_id: str) -> None:
    """Wait whether a session comes back. When this process ends meanwhile, the periodic sweep does it."""
    account_id = access.user_id or 0
    sat_in = await room_seats.shorten(account_id, session_id)
    if sat_in:
        await asyncio.sleep(room_seats.GRACE_SECONDS + 1)
        for room_id in sat_in:
            await room_members.leave_lost(account_id, room_id)
