"""The page of a live room. It is the one page that runs scripts: our own, from files, and no others.

Cookies say nothing to the API and the socket, so that no foreign page can use them. The page asks, with the
token of its forms, for a ticket: an access token for rooms alone, that ends after a while.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from quart import Blueprint, Response, request

from echo import settings
from echo.actions import room_tickets
from echo.errors import NotFound, Unauthorized
from echo.http.access import page
from echo.http.limits import Limit, count
from echo.http.replies import entity
from echo.ids import parse_id
from echo.policy.standing import require_active
from echo.store import accounts, rooms
from echo.web import visitor
from echo.web.page import Meta, show

blueprint = Blueprint("room_pages", __name__)
TICKETS_AN_HOUR = 60


@blueprint.get("/rooms/<room_id>")
@page
async def room(room_id: str) -> Response:
    """The page, for those who may join."""
    person = await visitor.login()
    if person is None:
        return visitor.to_login(request.full_path.rstrip("?"))
    require_active(person.standing)
    key = request.args.get("key", "")
    number = parse_id(room_id)
    if number is None:
        raise NotFound
    row = await rooms.get(person.viewer, number, key)
    response = await show(
        "room.html",
        meta=Meta(title=row["title"]),
        room=row,
        host=await accounts.get(row["host_id"]),
        key=key,
    )
    response.headers["Content-Security-Policy"] += "; " + _script_policy(row["engine"])
    response.headers["Permissions-Policy"] = "camera=(self), microphone=(self)"
    return response


@blueprint.post("/rooms/<room_id>/ticket")
@page
async def ticket(room_id: str) -> Response:
    """A token for rooms, for the page of one that this browser has open."""
    await visitor.read_form()
    person = await visitor.login()
    if person is None:
        raise Unauthorized
    require_active(person.standing)
    if settings.here().rate_limits.enabled:
        await count([Limit("room-tickets", person.user_id, TICKETS_AN_HOUR, 3600)])
    return entity({"token": await room_tickets.give(person.user_id, person.session_id), "room_id": room_id})


def _script_policy(engine: str) -> str:
    """What the scripts of this page may do: speak with us, and with what carries the room."""
    config = settings.here()
    ours = urlsplit(config.base_url)
    socket = f"{'wss' if ours.scheme == 'https' else 'ws'}://{request.host}"
    to = ["'self'", socket]
    if engine == "janus" and config.rooms.janus_public_url:
        public = urlsplit(config.rooms.janus_public_url)
        to.append(f"{public.scheme}://{public.netloc}")
    return f"script-src 'self'; connect-src {' '.join(to)}"
