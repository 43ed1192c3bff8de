"""What moderators do with live rooms of others."""

from __future__ import annotations

from echo.actions import rooms, staff
from echo.actions.staff import Target
from echo.policy.deeds import Deed
from echo.policy.roles import Staff
from echo.store import rooms as store


async def end(by: Staff, room_id: int) -> None:
    """End a room, whoever its host is; one that is over stays over. Raises NotFound, Forbidden."""
    room = await store.get_unscoped(room_id)
    target, details = Target("room", room.id, room.title), {"host_id": str(room.host_id)}
    async with staff.acting(by, Deed.ROOM_END, on=target, details=details) as unit:
        await rooms.finish(unit, await store.lock(room_id))
