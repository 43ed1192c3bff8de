"""Live rooms: an extension of ours. Who comes and goes is in `echo.api.room_members`."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import rooms as actions
from echo.actions.rooms import RoomDraft
from echo.http.access import account_id, needs, viewer
from echo.http.exact import ExactParams, exact_params
from echo.http.reading import read_id
from echo.http.replies import array, empty, raw
from echo.render import room
from echo.store import rooms

blueprint = Blueprint("rooms", __name__)
PAGE, PAGE_MAX = 20, 40


@blueprint.get("/api/v1/echo/rooms")
@needs("read:rooms")
async def index() -> Response:
    """Open rooms that one may join: one's own, and those of people one follows; newest first."""
    limit = min((await exact_params()).integer("limit", PAGE, minimum=1), PAGE_MAX)
    return array(await room.many(viewer(), await rooms.open_for(viewer(), limit=limit)))


@blueprint.post("/api/v1/echo/rooms")
@needs("write:rooms")
async def create() -> Response:
    """Open a room."""
    return await _show(await actions.create(account_id(), _draft(await exact_params())))


@blueprint.get("/api/v1/echo/rooms/<room_id>")
@needs("read:rooms")
async def show(room_id: str) -> Response:
    """A room that one may join, or that is over; with `key` one that is joined by a link."""
    return await _show(read_id(room_id), (await exact_params()).text("key", ""))


@blueprint.patch("/api/v1/echo/rooms/<room_id>")
@needs("write:rooms")
async def change(room_id: str) -> Response:
    """Change a room of one's own."""
    number = read_id(room_id)
    await actions.change(account_id(), number, _draft(await exact_params()))
    return await _show(number)


@blueprint.delete("/api/v1/echo/rooms/<room_id>")
@needs("write:rooms")
async def end(room_id: str) -> Response:
    """End a room of one's own."""
    await actions.end(account_id(), read_id(room_id))
    return empty()


@blueprint.post("/api/v1/echo/rooms/<room_id>/recording")
@needs("write:rooms")
async def ask_to_record(room_id: str) -> Response:
    """Ask everybody in a room of one's own whether they may be recorded; with `asked` false, no more."""
    number = read_id(room_id)
    asked = (await exact_params()).boolean("asked", default=True)
    await actions.ask_to_record(account_id(), number, asked=asked)
    return await _show(number)


async def _show(room_id: int, key: str = "") -> Response:
    return raw(await room.one(viewer(), await rooms.get(viewer(), room_id, key)))


def _draft(given: ExactParams) -> RoomDraft:
    post_id = 0 if given.values.get("status_id") == "" else given.id("status_id")
    return RoomDraft(
        title=given.text("title"),
        access=given.text("access"),
        engine=given.text("engine"),
        chat_id=given.id("chat_id"),
        video=given.boolean("video"),
        stage=given.boolean("stage"),
        maximum=given.integer("maximum", minimum=2),
        post_id=post_id,
    )
