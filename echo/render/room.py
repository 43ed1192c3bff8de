"""Live rooms, with who is in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from echo import addresses
from echo.db import Row
from echo.kinds import Consent, RoomAccess
from echo.policy import rooms as policy
from echo.policy.viewer import Viewer
from echo.render import account, room_entities, times
from echo.store import room_seats, rooms

_encode = msgspec.json.Encoder().encode
_Sessions = Mapping[tuple[int, int], str]
_Members = Mapping[int, Sequence[Row]]


async def one(viewer: Viewer, row: Row) -> bytes:
    """A row of `store.rooms` as JSON."""
    return (await many(viewer, [row]))[0]


async def many(viewer: Viewer, rows: Sequence[Row]) -> list[bytes]:
    """The same for several, in their order."""
    read = await _read(rows)
    return [_encode(_room(viewer, row, *read)) for row in rows]


async def _for_viewers(viewers: Sequence[Viewer], row: Row) -> dict[int, bytes]:
    read = await _read([row])
    return {viewer.account_id or 0: _encode(_room(viewer, row, *read)) for viewer in viewers}


async def _read(rows: Sequence[Row]) -> tuple[_Members, _Sessions, Mapping[int, bytes]]:
    """Who is in these rooms, with which sessions, and how they are shown."""
    members = await rooms.members([row["id"] for row in rows])
    places = [(member["room_id"], member["account_id"]) for found in members.values() for member in found]
    sessions = await room_seats.known_sessions(places)
    hosts = [row["host_id"] for row in rows]
    people = await account.by_id(list({*(account_id for _, account_id in places), *hosts}))
    return members, sessions, people


async def for_staff(rows: Sequence[Row]) -> list[room_entities.StaffRoom]:
    """Rows of `store.rooms.open_for_staff`."""
    people = await account.by_id(list({row["host_id"] for row in rows}))
    return [
        room_entities.StaffRoom(
            id=str(row["id"]),
            title=row["title"],
            host=msgspec.Raw(people[row["host_id"]]),
            engine=row["engine"],
            access=row["access"],
            members_count=row["members_count"],
            started_at=times.iso(row["created_at"]),
        )
        for row in rows
        if row["host_id"] in people
    ]


async def for_each(account_ids: Sequence[int], room_id: int) -> dict[int, bytes]:
    """A room for several people at once: for its host and those who are or were in it. Who was sent out is
    told that alone.
    """
    standing = await rooms.standing(room_id, account_ids)
    gone = _encode({"id": str(room_id), "gone": True})
    found = {account_id: gone for account_id, may_see in standing.items() if not may_see}
    for row in await rooms.rows_unscoped([room_id]):
        people = [Viewer(account_id) for account_id, may_see in standing.items() if may_see]
        found |= await _for_viewers(people, row)
    return found


async def joined(
    viewer: Viewer, row: Row, session_id: str, way: Mapping[str, object], ice_servers: Sequence[object]
) -> dict[str, object]:
    """What somebody is told who has come in.

    Shapes:  way: what the engine wants of their client
    """
    return {
        "room": msgspec.Raw(await one(viewer, row)),
        "session_id": session_id,
        "stay_seconds": room_seats.STAY_SECONDS,
        "ice_servers": ice_servers,
        "engine": way,
    }


def _room(
    viewer: Viewer, row: Row, everybody: _Members, sessions: _Sessions, people: Mapping[int, bytes]
) -> room_entities.Room:
    present = everybody[row["id"]]
    members = [
        _member(row, member, sessions, people[member["account_id"]])
        for member in present
        if member["account_id"] in people
    ]
    mine = [member for member in members if member.account_id == str(viewer.account_id)]
    page = addresses.here().room_page(row["id"])
    knows_link = row["access"] == RoomAccess.LINK and (mine or row["host_id"] == viewer.account_id)
    return room_entities.Room(
        id=str(row["id"]),
        url=page,
        link=f"{page}?key={row['link_secret']}" if knows_link else None,
        title=row["title"],
        host=msgspec.Raw(people[row["host_id"]]),
        engine=row["engine"],
        access=row["access"],
        chat_id=str(row["chat_id"]) if row["chat_id"] is not None else None,
        video=row["video"],
        stage=row["stage"],
        maximum=row["maximum"],
        status_id=str(row["post_id"]) if row["post_id"] is not None else None,
        recording=_recording(row, present),
        started_at=times.iso(row["created_at"]),
        ended_at=times.iso_or_none(row["ended_at"]),
        members_count=len(members),
        members=members,
        me=mine[0] if mine else None,
    )


def _member(room: Row, row: Row, sessions: _Sessions, person: bytes) -> room_entities.RoomMember:
    return room_entities.RoomMember(
        account_id=str(row["account_id"]),
        account=msgspec.Raw(person),
        host=row["account_id"] == room["host_id"],
        role=row["role"],
        muted=row["muted"],
        may_speak=policy.may_speak(row["role"], muted=row["muted"]),
        hand_raised_at=times.iso_or_none(row["hand_raised_at"]),
        consent=row["consent"] or None,
        joined_at=times.iso(row["joined_at"]),
        session_id=sessions.get((room["id"], row["account_id"])),
    )


def _recording(row: Row, present: Sequence[Row]) -> str:
    """none, asked, or allowed: by everybody who is in the room now."""
    if row["recording_asked_at"] is None:
        return "none"
    is_allowed = present and all(member["consent"] == Consent.YES for member in present)
    return "allowed" if is_allowed else "asked"
