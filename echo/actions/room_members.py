"""Who comes into a live room, stays, and leaves; and what its host does with them."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from itertools import groupby

from echo import clock, db
from echo.actions.rooms import announce, finish, lock_hosted, require_open
from echo.db import UnitOfWork
from echo.errors import Conflict, Invalid, NotFound
from echo.events import RoomMemberChanged
from echo.kinds import Consent, RoomRole
from echo.models import Room, RoomMember
from echo.policy import rooms as policy
from echo.policy.viewer import Viewer
from echo.ports import MESH
from echo.store import room_seats, rooms

_SESSION = re.compile(r"[A-Za-z0-9_-]{1,64}")
# A room in which nobody is ends after so long; one whose host is away, with nobody to rule it, later.
EMPTY_SECONDS = 120
HOST_AWAY_SECONDS = 600


async def join(account_id: int, room_id: int, *, key: str = "", session_id: str = "") -> str:
    """Come into a room, or back into it; from another session it is that one now.

    Shapes:  key: of a link; session_id: chosen by the client, or empty
    Returns: the session id
    Raises:  NotFound when the room is not for this person; Gone when it is over; Invalid when it is full
    """
    session_id = session_id or secrets.token_urlsafe(12)
    if not _SESSION.fullmatch(session_id):
        raise Invalid("Validation failed: Session is not valid")
    async with db.unit_of_work() as unit:
        await rooms.get(Viewer(account_id), room_id, key)
        room = await rooms.lock(room_id)
        require_open(room)
        member = await rooms.find_member(room_id, account_id)
        is_present = member is not None and member.left_at is None
        if not is_present and len(await rooms.present_ids(room_id)) >= room.maximum:
            raise Invalid(f"The room is full (maximum is {room.maximum})")
        if member is None:
            is_host = account_id == room.host_id
            await RoomMember.create(
                room_id=room_id,
                account_id=account_id,
                role=policy.first_role(is_host=is_host, stage=room.stage).value,
                joined_at=clock.now(),
            )
        elif not is_present:
            member.left_at, member.joined_at = None, clock.now()
            await member.save(update_fields=["left_at", "joined_at"])
        await room_seats.take(room_id, account_id, session_id)
        await announce(unit, room)
    return session_id


async def stay(account_id: int, room_id: int, session_id: str) -> None:
    """A session is still there. Asked again each time: whether the room is for this person.

    Raises:  NotFound when they may not be in it or are not in it any more; Conflict when another session of
             theirs has taken the seat
    """
    await rooms.get(Viewer(account_id), room_id)
    member = await rooms.find_member(room_id, account_id)
    if member is None or member.left_at is not None:
        raise NotFound
    if not await room_seats.keep(room_id, account_id, session_id):
        raise Conflict("You have joined the room from another place")


async def leave(account_id: int, room_id: int, session_id: str = "") -> None:
    """Leave; who is not there has left. A session that lost its seat to another one changes nothing.

    Raises:  NotFound for somebody who never came
    """
    async with db.unit_of_work():
        await rooms.lock(room_id)
        if await rooms.find_member(room_id, account_id) is None:
            raise NotFound
        place = (room_id, account_id)
        seated = (await room_seats.known_sessions([place])).get(place, "")
        if not session_id or not seated or seated == session_id:
            await _depart(room_id, [account_id])


async def raise_hand(account_id: int, room_id: int, *, raised: bool) -> None:
    """Ask for the word, or do not any more. Raises NotFound for those who are not in the room."""
    async with db.unit_of_work() as unit:
        room, member = await _present(account_id, room_id)
        if (member.hand_raised_at is not None) != raised:
            member.hand_raised_at = clock.now() if raised else None
            await member.save(update_fields=["hand_raised_at"])
            await announce(unit, room)


async def answer_recording(account_id: int, room_id: int, *, agreed: bool) -> None:
    """Say whether one may be recorded.

    Raises:  NotFound for those who are not in the room; Invalid when nobody has asked
    """
    async with db.unit_of_work() as unit:
        room, member = await _present(account_id, room_id)
        if room.recording_asked_at is None:
            raise Invalid("Nobody has asked whether to record")
        consent = (Consent.YES if agreed else Consent.NO).value
        if member.consent == consent:
            return
        member.consent = consent
        await member.save(update_fields=["consent"])
        await announce(unit, room)


async def set_role(host_id: int, room_id: int, account_id: int, role: RoomRole) -> None:
    """Let somebody speak, or listen only; their hand goes down. The host always speaks.

    Raises:  NotFound, Forbidden for others than the host, Gone when it is over
    """
    async with db.unit_of_work() as unit:
        room, member = await _hosted(host_id, room_id, account_id)
        if account_id == host_id:
            raise Invalid("The host always speaks")
        if (member.role, member.hand_raised_at) == (role.value, None):
            return
        member.role, member.hand_raised_at = role.value, None
        await member.save(update_fields=["role", "hand_raised_at"])
        _tell_engine(unit, room, account_id)
        await announce(unit, room)


async def mute(host_id: int, room_id: int, account_id: int, *, muted: bool) -> None:
    """Mute somebody for everybody, or take that back. Raises as `set_role` does."""
    async with db.unit_of_work() as unit:
        room, member = await _hosted(host_id, room_id, account_id)
        if member.muted == muted:
            return
        member.muted = muted
        await member.save(update_fields=["muted"])
        _tell_engine(unit, room, account_id)
        await announce(unit, room)


async def remove(host_id: int, room_id: int, account_id: int) -> None:
    """Send somebody out of the room, for good. Raises as `set_role` does, and Invalid for the host."""
    async with db.unit_of_work() as unit:
        room, member = await _hosted(host_id, room_id, account_id)
        if account_id == host_id:
            raise Invalid("The host cannot be removed")
        member.left_at = member.removed_at = clock.now()
        member.hand_raised_at = None
        await member.save(update_fields=["left_at", "removed_at", "hand_raised_at"])
        await room_seats.give_up(room_id, [account_id])
        _tell_engine(unit, room, account_id)
        await announce(unit, room, account_id)


async def leave_lost(account_id: int, room_id: int) -> None:
    """Somebody leaves a room, unless a session of theirs is back on their seat."""
    async with db.unit_of_work():
        await rooms.lock(room_id)
        if not await room_seats.sessions([(room_id, account_id)]):
            await _depart(room_id, [account_id])


async def disconnected(room_id: int, account_id: int) -> None:
    """What carries a room says that somebody is connected no more. Raises NotFound."""
    async with db.unit_of_work():
        await rooms.lock(room_id)
        await _depart(room_id, [account_id])


async def emptied(room_id: int) -> None:
    """What carries a room says that it is over there. Raises NotFound."""
    async with db.unit_of_work() as unit:
        await finish(unit, await rooms.lock(room_id))


async def sweep() -> None:
    """Those whose session ended without a word leave; rooms end in which nobody is any more, or no host.

    When Redis was emptied since the last time, the leases are not there yet: nobody leaves this time.
    """
    if not await room_seats.was_watched():
        return
    moment = clock.now() - timedelta(seconds=room_seats.LEASE_SECONDS)
    places = [(row["room_id"], row["account_id"]) for row in await rooms.seated_before(moment)]
    seated = await room_seats.sessions(places)
    for room_id, lost in groupby((place for place in places if place not in seated), key=lambda at: at[0]):
        async with db.unit_of_work():
            await rooms.lock(room_id)
            await _depart(room_id, [account_id for _, account_id in lost])
    over = {
        *await rooms.empty_since(clock.now() - timedelta(seconds=EMPTY_SECONDS)),
        *await rooms.hostless_since(clock.now() - timedelta(seconds=HOST_AWAY_SECONDS)),
    }
    for room_id in sorted(over):
        async with db.unit_of_work() as unit:
            await finish(unit, await rooms.lock(room_id))


async def _depart(room_id: int, account_ids: list[int]) -> None:
    """These people leave a locked room."""
    async with db.unit_of_work() as unit:
        left = await RoomMember.filter(room_id=room_id, account_id__in=account_ids, left_at=None).update(
            left_at=clock.now(), hand_raised_at=None
        )
        await room_seats.give_up(room_id, account_ids)
        if left:
            room = await Room.get(id=room_id)
            for account_id in account_ids:
                _tell_engine(unit, room, account_id)
            await announce(unit, room, *account_ids)


def _tell_engine(unit: UnitOfWork, room: Room, account_id: int) -> None:
    if room.engine != MESH:
        unit.emit(RoomMemberChanged(local=True, room_id=room.id, account_id=account_id))


async def _present(account_id: int, room_id: int) -> tuple[Room, RoomMember]:
    """A locked room and somebody who is in it. Raises NotFound."""
    await rooms.get(Viewer(account_id), room_id)
    room = await rooms.lock(room_id)
    member = await rooms.find_member(room_id, account_id)
    if member is None or member.left_at is not None:
        raise NotFound
    return room, member


async def _hosted(host_id: int, room_id: int, account_id: int) -> tuple[Room, RoomMember]:
    """An open room of this host, and somebody who is or was in it and was not removed."""
    room = await lock_hosted(host_id, room_id)
    member = await rooms.find_member(room_id, account_id)
    if member is None or member.removed_at is not None:
        raise NotFound
    return room, member
