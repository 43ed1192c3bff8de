"""Open live rooms, to end one that has to end."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import room_moderation
from echo.http.reading import read_id
from echo.policy.roles import Permission
from echo.store import rooms
from echo.store.cursor import Cursor
from echo.web import visitor
from echo.web.admin.staff_page import by, done_at, show_staff, staff_page

blueprint = Blueprint("staff_room_pages", __name__)
PATH = "/admin/rooms"
SHOWN = 100
NOTICES = {"ended": "The room is over."}


@blueprint.get(PATH)
@staff_page(Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """Rooms that are open, the newest first."""
    rows = await rooms.open_for_staff(Cursor(limit=SHOWN))
    return await show_staff("rooms.html", title="Live rooms", notices=NOTICES, rooms=rows)


@blueprint.post(f"{PATH}/<room_id>/end")
@staff_page(Permission.MANAGE_REPORTS)
async def end(room_id: str) -> Response:
    """End one."""
    await visitor.read_form()
    await room_moderation.end(await by(), read_id(room_id))
    return done_at(PATH, "ended")
