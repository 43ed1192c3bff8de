"""Coming into a live room, what one does in it, and what its host does with those who are in it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import room_engines
from echo.actions import room_members as actions
from echo.errors import Invalid
from echo.http.access import account_id, needs, viewer
from echo.http.exact import exact_params
from echo.http.reading import read_id
from echo.http.replies import empty, entity, raw
from echo.kinds import RoomRole
from echo.policy import turn
from echo.render import room
from echo.store import rooms

blueprint = Blueprint("room_members", __name__)
_ROOM = "/api/v1/echo/rooms/<room_id>"
_MEMBER = f"{_ROOM}/members/<account>"


@blueprint.post(f"{_ROOM}/join")
@needs("write:rooms")
async def join(room_id: str) -> Response:
    """Come in: answers the room, the session, how often to say that one stays, and how to connect."""
    given, number = await exact_params(), read_id(room_id)
    session_id = await actions.join(
        account_id(), number, key=given.text("key", ""), session_id=given.text("session_id", "")
    )
    way = await room_engines.admit(account_id(), number)
    row = await rooms.get(viewer(), number)
    return entity(await room.joined(viewer(), row, session_id, way, turn.ice_servers(account_id())))


@blueprint.post(f"{_ROOM}/stay")
@needs("write:rooms")
async def stay(room_id: str) -> Response:
    """Say that one is still there; who does not for a minute has left."""
    number = (await rooms.get(viewer(), read_id(room_id)))["id"]
    await actions.stay(account_id(), number, (await exact_params()).require_text("session_id"))
    return empty()


@blueprint.post(f"{_ROOM}/leave")
@needs("write:rooms")
async def leave(room_id: str) -> Response:
    """Leave."""
    await actions.leave(account_id(), read_id(room_id), (await exact_params()).text("session_id", ""))
    return empty()


@blueprint.post(f"{_ROOM}/hand")
@needs("write:rooms")
async def raise_hand(room_id: str) -> Response:
    """Ask for the word; with `raised` false, do not any more."""
    raised = (await exact_params()).boolean("raised", default=True)
    await actions.raise_hand(account_id(), read_id(room_id), raised=raised)
    return await _show(room_id)


@blueprint.post(f"{_ROOM}/consent")
@needs("write:rooms")
async def answer_recording(room_id: str) -> Response:
    """Say whether one may be recorded: `agreed`."""
    number = (await rooms.get(viewer(), read_id(room_id)))["id"]
    agreed = (await exact_params()).boolean("agreed")
    if agreed is None:
        raise Invalid("`agreed` parameter is missing")
    await actions.answer_recording(account_id(), number, agreed=agreed)
    return await _show(room_id)


@blueprint.get(f"{_ROOM}/ice_servers")
@needs("read:rooms")
async def ice_servers(room_id: str) -> Response:
    """Servers that help browsers to find each other, with credentials for a while."""
    await rooms.get(viewer(), read_id(room_id))
    return entity(turn.ice_servers(account_id()))


@blueprint.post(f"{_MEMBER}/role")
@needs("write:rooms")
async def set_role(room_id: str, account: str) -> Response:
    """Let somebody speak or only listen: `role`."""
    number, member = (await rooms.get(viewer(), read_id(room_id)))["id"], read_id(account)
    role = (await exact_params()).text("role", "")
    if role not in set(RoomRole):
        raise Invalid("Validation failed: Role is not included in the list")
    await actions.set_role(account_id(), number, member, RoomRole(role))
    return await _show(room_id)


@blueprint.post(f"{_MEMBER}/mute")
@needs("write:rooms")
async def mute(room_id: str, account: str) -> Response:
    """Mute somebody for everybody; with `muted` false, no more."""
    muted = (await exact_params()).boolean("muted", default=True)
    await actions.mute(account_id(), read_id(room_id), read_id(account), muted=muted)
    return await _show(room_id)


@blueprint.delete(_MEMBER)
@needs("write:rooms")
async def remove(room_id: str, account: str) -> Response:
    """Send somebody out, for good."""
    await actions.remove(account_id(), read_id(room_id), read_id(account))
    return await _show(room_id)


async def _show(room_id: str) -> Response:
    return raw(await room.one(viewer(), await rooms.get(viewer(), read_id(room_id))))
