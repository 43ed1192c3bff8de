"""What carries the sound and pictures of rooms is told and asked, outside of any unit of work."""

from __future__ import annotations

from echo.models import Account, Room, RoomMember
from echo.policy import rooms as policy
from echo.ports import Guest, RoomEngine, Stage, room_engines
from echo.store import accounts, rooms


async def admit(account_id: int, room_id: int) -> dict[str, object]:
    """Let somebody in who has joined; what their client needs to connect.

    Raises:  NotFound for an unknown room; Unavailable when what carries the room cannot be reached
    """
    room = await rooms.get_unscoped(room_id)
    member = await rooms.find_member(room_id, account_id)
    engine = _engine_of(room)
    if engine is None or member is None:
        return {}
    return await engine.admit(_stage(room), _guest(await accounts.get(account_id), member))


async def apply(room_id: int, account_id: int) -> None:
    """Let somebody be heard or not, or end their connection: as their row says now. Raises Unavailable."""
    room = await rooms.get_unscoped(room_id)
    member = await rooms.find_member(room_id, account_id)
    account = await accounts.find(account_id)
    engine = _engine_of(room)
    if engine is None:
        return
    if account is None or member is None or member.left_at is not None:
        await engine.expel(_stage(room), account_id)
    else:
        await engine.set_voice(_stage(room), _guest(account, member))


async def close(room_id: int) -> None:
    """End what is connected to a room that is over. Raises Unavailable."""
    room = await rooms.get_unscoped(room_id)
    engine = _engine_of(room)
    if engine is not None:
        await engine.close(_stage(room))


def _engine_of(room: Room) -> RoomEngine | None:
    """None where the operator has taken it away."""
    return room_engines().get(room.engine)


def _stage(room: Room) -> Stage:
    return Stage(room.id, room.maximum, room.video)


def _guest(account: Account, member: RoomMember) -> Guest:
    may_speak = policy.may_speak(member.role, muted=member.muted)
    return Guest(account.id, account.display_name or account.username, may_speak)
