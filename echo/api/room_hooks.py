"""What LiveKit tells of its rooms. Who may is known by a signature, so no token is asked for."""

from __future__ import annotations

from quart import Blueprint, Response, request

from echo.actions import room_members as actions
from echo.conferencing.livekit import LiveKit
from echo.errors import NotFound
from echo.http.access import delivered
from echo.http.forms import read_bytes
from echo.http.replies import empty
from echo.ports import room_engines

blueprint = Blueprint("room_hooks", __name__)
HOOK_BYTES = 64 * 1024


@blueprint.post("/hooks/livekit")
@delivered
async def livekit() -> Response:
    """Somebody is connected no more, or a room is over there."""
    engine = room_engines().get("livekit")
    if not isinstance(engine, LiveKit):
        raise NotFound
    body = await read_bytes(request, max_bytes=HOOK_BYTES)
    heard = engine.read_hook(request.headers.get("Authorization", ""), body)
    if heard.event == "room_finished":
        await actions.emptied(heard.room_id)
    elif heard.event == "participant_left" and heard.account_id is not None:
        await actions.disconnected(heard.room_id, heard.account_id)
    return empty()
