"""Open live rooms, as those see them who may end them: who is inside is told to nobody outside."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import room_moderation
from echo.admin.pages import linked
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import empty, entity
from echo.policy.roles import Permission
from echo.render import room
from echo.store import rooms

blueprint = Blueprint("admin_rooms", __name__)
_BASE = "/api/v1/echo/admin/rooms"


@blueprint.get(_BASE)
@needs("admin:read:reports", may=Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """Open rooms, the newest first."""
    cursor = cursor_of(await params(), default=40, maximum=200)
    rows = await rooms.open_for_staff(cursor)
    return linked(entity(await room.for_staff(rows)), [row["id"] for row in rows], cursor)


@blueprint.delete(f"{_BASE}/<room_id>")
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def end(room_id: str) -> Response:
    """End one; those inside are told as when its host ends it."""
    await room_moderation.end(staff(), read_id(room_id))
    return empty()
