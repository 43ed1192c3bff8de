"""Live rooms, and who is in them. A viewer sees those that they may join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from echo import db
from echo.db import Row
from echo.errors import NotFound
from echo.models import Room, RoomMember
from echo.policy.rooms import MAY_JOIN
from echo.policy.viewer import Viewer
from echo.store import loading
from echo.store.cursor import Cursor

_ROWS = f"SELECT r.* FROM rooms r JOIN accounts h ON h.id = r.host_id WHERE {MAY_JOIN}"
_PRESENT = "m.left_at IS NULL AND m.removed_at IS NULL"


async def get(viewer: Viewer, room_id: int, key: str = "") -> Row:
    """A room, over or not. Raises NotFound when it is unknown, or not for this viewer.

    Shapes:  key: from a link to the room, or empty
    """
    row = await db.fetch_one(f"{_ROWS} AND r.id = $3", viewer.account_id, key, room_id)
    if row is None:
        raise NotFound
    return row


async def rows_unscoped(room_ids: Sequence[int]) -> list[Row]:
    """The rows of rooms, whoever asks: for those who are told of them because they are in them."""
    return await db.fetch("SELECT r.* FROM rooms r WHERE r.id = ANY($1)", list(room_ids))


async def standing(room_id: int, account_ids: Sequence[int]) -> dict[int, bool]:
    """Which of these people have to do with a room, as hosts or because they came; False: sent out."""
    rows = await db.fetch(
        "SELECT w.id, m.removed_at IS NULL AS may_see FROM unnest($2::bigint[]) AS w(id)"
        " JOIN rooms r ON r.id = $1 LEFT JOIN room_members m ON m.room_id = r.id AND m.account_id = w.id"
        " WHERE m.id IS NOT NULL OR r.host_id = w.id",
        room_id,
        list(account_ids),
    )
    return {row["id"]: row["may_see"] for row in rows}


async def open_for(viewer: Viewer, *, limit: int) -> list[Row]:
    """Open rooms that a viewer may join without a link, newest first."""
    return await db.fetch(
        f"{_ROWS} AND r.ended_at IS NULL ORDER BY r.id DESC LIMIT $3", viewer.account_id, "", limit
    )


async def open_for_staff(cursor: Cursor) -> list[Row]:
    """Open rooms with their hosts and how many are inside, whoever may join them, newest first."""
    return await db.fetch(
        "SELECT r.*, h.username, h.domain, (SELECT count(*) FROM room_members m WHERE m.room_id = r.id"
        f" AND {_PRESENT}) AS members_count FROM rooms r JOIN accounts h ON h.id = r.host_id"
        " WHERE r.ended_at IS NULL AND ($1::bigint IS NULL OR r.id < $1)"
        " AND ($2::bigint IS NULL OR r.id > $2)"
        " ORDER BY r.id DESC LIMIT $3",
        cursor.max_id,
        cursor.since_id or cursor.min_id,
        cursor.limit,
    )


async def members(room_ids: Sequence[int]) -> dict[int, list[Row]]:
    """Who is in each of these rooms now, in the order in which they came."""
    found: dict[int, list[Row]] = {room_id: [] for room_id in room_ids}
    rows = await db.fetch(
        f"SELECT m.* FROM room_members m WHERE m.room_id = ANY($1) AND {_PRESENT} ORDER BY m.joined_at, m.id",
        list(room_ids),
    )
    for row in rows:
        found[row["room_id"]].append(row)
    return found


async def present_ids(room_id: int) -> list[int]:
    """The accounts of those who are in a room now."""
    rows = await db.fetch(
        f"SELECT m.account_id FROM room_members m WHERE m.room_id = $1 AND {_PRESENT} ORDER BY m.id", room_id
    )
    return [row["account_id"] for row in rows]


async def find_member(room_id: int, account_id: int) -> RoomMember | None:
    """Somebody who is or was in a room."""
    return await loading.first(RoomMember, "room_id = $1 AND account_id = $2", room_id, account_id)


async def open_count(host_id: int) -> int:
    """How many open rooms somebody has."""
    return await Room.filter(host_id=host_id, ended_at=None).count()


async def get_unscoped(room_id: int) -> Room:
    """A room, whoever asks: for what carries its sound and pictures. Raises NotFound."""
    found = await loading.first(Room, "id = $1", room_id)
    if found is None:
        raise NotFound
    return found


async def lock(room_id: int) -> Room:
    """The room; nobody else changes it or comes in until the end of the unit of work. Raises NotFound."""
    found = await db.fetch("SELECT id FROM rooms WHERE id = $1 FOR UPDATE", room_id)
    if not found:
        raise NotFound
    return await Room.get(id=room_id)


async def seated_before(moment: datetime) -> list[Row]:
    """Rows (room_id, account_id) of those who came into an open room before a moment and did not leave."""
    return await db.fetch(
        "SELECT m.room_id, m.account_id FROM room_members m JOIN rooms r ON r.id = m.room_id"
        f" WHERE r.ended_at IS NULL AND {_PRESENT} AND m.joined_at < $1 ORDER BY m.room_id, m.id",
        moment,
    )


async def empty_since(moment: datetime) -> list[int]:
    """Open rooms in which nobody has been since a moment."""
    rows = await db.fetch(
        "SELECT r.id FROM rooms r WHERE r.ended_at IS NULL AND r.created_at < $1 AND NOT EXISTS"
        f" (SELECT 1 FROM room_members m WHERE m.room_id = r.id AND ({_PRESENT} OR m.left_at >= $1))"
        " ORDER BY r.id",
        moment,
    )
    return [row["id"] for row in rows]


async def hostless_since(moment: datetime) -> list[int]:
    """Open rooms whose host has not been inside since a moment, while others were."""
    rows = await db.fetch(
        "SELECT r.id FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.account_id = r.host_id"
        " WHERE r.ended_at IS NULL AND r.created_at < $1 AND (m.id IS NULL OR m.left_at < $1) ORDER BY r.id",
        moment,
    )
    return [row["id"] for row in rows]


async def touch_post(post_id: int) -> None:
    """The post that shows a room, and boosts of it, look different now."""
    await db.execute("UPDATE posts SET version = version + 1 WHERE id = $1 OR boost_of_id = $1", post_id)
