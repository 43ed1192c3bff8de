"""What the people who run this server tell everybody on it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import announcements as actions
from echo.http.access import account_id, needs
from echo.http.reading import read_id, update_route
from echo.http.replies import array, empty
from echo.render import announcement
from echo.store import announcements

blueprint = Blueprint("announcements", __name__)
_REACTION = "/api/v1/announcements/<announcement_id>/reactions/<name>"


@blueprint.get("/api/v1/announcements")
@needs()
async def index() -> Response:
    """All that are published, the oldest first; those one has read say so."""
    return array(announcement.many(await announcements.published(account_id()), signed_in=True))


@blueprint.post("/api/v1/announcements/<announcement_id>/dismiss")
@needs("write:accounts")
async def dismiss(announcement_id: str) -> Response:
    """One has read it."""
    await actions.dismiss(account_id(), read_id(announcement_id))
    return empty()


@update_route(blueprint, _REACTION)
@needs("write:favourites")
async def react(announcement_id: str, name: str) -> Response:
    """Put an emoji under it: a character, or the shortcode of a custom one."""
    await actions.react(account_id(), read_id(announcement_id), name)
    return empty()


@blueprint.delete(_REACTION)
@needs("write:favourites")
async def unreact(announcement_id: str, name: str) -> Response:
    """Take it back."""
    await actions.unreact(account_id(), read_id(announcement_id), name)
    return empty()
