"""Live rooms on the socket: what `echo.api.rooms` and `echo.api.room_members` do over HTTP."""

from __future__ import annotations

from msgspec import Raw, Struct

from echo.actions import room_engines, room_members, rooms
from echo.errors import NotFound
from echo.ids import parse_id
from echo.kinds import RoomRole
from echo.policy import turn
from echo.policy.access import Access
from echo.render import room as rendering
from echo.store import rooms as room_store
from echo.streaming.methods.method import Method


class RoomParams(Struct, frozen=True, kw_only=True):
    """Shapes:  key: of a link"""

    room_id: str
    key: str = ""


class SessionParams(RoomParams, frozen=True, kw_only=True):
    """Shapes:  session_id: of `echo:welcome`, so that others can signal to it"""

    session_id: str


class HandParams(RoomParams, frozen=True, kw_only=True):
    raised: bool = True


class ConsentParams(RoomParams, frozen=True, kw_only=True):
    agreed: bool


class RecordParams(RoomParams, frozen=True, kw_only=True):
    asked: bool = True


class MemberParams(RoomParams, frozen=True, kw_only=True):
    account_id: str


class MuteParams(MemberParams, frozen=True, kw_only=True):
    muted: bool = True


class RoleParams(MemberParams, frozen=True, kw_only=True):
    role: RoomRole


async def get(access: Access, asked: RoomParams) -> object:
    """The room."""
    return await _show(access, asked)


async def join(access: Access, asked: SessionParams) -> object:
    """Come in; again, with another session, after the socket was lost."""
    room_id, mine = _number(asked.room_id), _mine(access)
    session_id = await room_members.join(mine, room_id, key=asked.key, session_id=asked.session_id)
    way = await room_engines.admit(mine, room_id)
    row = await room_store.get(access.viewer, room_id)
    return await rendering.joined(access.viewer, row, session_id, way, turn.ice_servers(mine))


async def stay(access: Access, asked: SessionParams) -> object:
    """One is still there."""
    await room_members.stay(_mine(access), _number(asked.room_id), asked.session_id)
    return None


async def leave(access: Access, asked: SessionParams) -> object:
    """Leave."""
    await room_members.leave(_mine(access), _number(asked.room_id), asked.session_id)
    return None


async def hand(access: Access, asked: HandParams) -> object:
    """Ask for the word, or do not any more."""
    await room_members.raise_hand(_mine(access), _number(asked.room_id), raised=asked.raised)
    return await _show(access, asked)


async def consent(access: Access, asked: ConsentParams) -> object:
    """Say whether one may be recorded."""
    await room_members.answer_recording(_mine(access), _number(asked.room_id), agreed=asked.agreed)
    return await _show(access, asked)


async def record(access: Access, asked: RecordParams) -> object:
    """Ask everybody whether they may be recorded, or do not any more."""
    await rooms.ask_to_record(_mine(access), _number(asked.room_id), asked=asked.asked)
    return await _show(access, asked)


async def mute(access: Access, asked: MuteParams) -> object:
    """Mute somebody for everybody, or take that back."""
    about = _number(asked.account_id)
    await room_members.mute(_mine(access), _number(asked.room_id), about, muted=asked.muted)
    return await _show(access, asked)


async def role(access: Access, asked: RoleParams) -> object:
    """Let somebody speak, or listen only."""
    await room_members.set_role(_mine(access), _number(asked.room_id), _number(asked.account_id), asked.role)
    return await _show(access, asked)


async def remove(access: Access, asked: MemberParams) -> object:
    """Send somebody out, for good."""
    await room_members.remove(_mine(access), _number(asked.room_id), _number(asked.account_id))
    return await _show(access, asked)


async def end(access: Access, asked: RoomParams) -> object:
    """End a room of one's own."""
    await rooms.end(_mine(access), _number(asked.room_id))
    return None


async def _show(access: Access, asked: RoomParams) -> object:
    row = await room_store.get(access.viewer, _number(asked.room_id), asked.key)
    return Raw(await rendering.one(access.viewer, row))


def _mine(access: Access) -> int:
    return access.user_id or 0


def _number(text: str) -> int:
    number = parse_id(text)
    if number is None:
        raise NotFound
    return number


_WRITE = "write:rooms"
METHODS = {
    "room.get": Method(RoomParams, "read:rooms", get),
    "room.join": Method(SessionParams, _WRITE, join),
    "room.stay": Method(SessionParams, _WRITE, stay),
    "room.leave": Method(SessionParams, _WRITE, leave),
    "room.hand": Method(HandParams, _WRITE, hand),
    "room.consent": Method(ConsentParams, _WRITE, consent),
    "room.record": Method(RecordParams, _WRITE, record),
    "room.mute": Method(MuteParams, _WRITE, mute),
    "room.role": Method(RoleParams, _WRITE, role),
    "room.remove": Method(MemberParams, _WRITE, remove),
    "room.end": Method(RoomParams, _WRITE, end),
}
