"""Files that nobody may show here."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import banning
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import policy as render
from echo.store import banned_files

blueprint = Blueprint("banned_files", __name__)
BASE = "/api/v1/echo/admin/banned_files"


@blueprint.get(BASE)
@needs("admin:read:reports", may=Permission.MANAGE_REPORTS)
async def listing() -> Response:
    """All of them, the newest first."""
    return entity([render.banned_file(row) for row in await banned_files.every()])


@blueprint.post(BASE)
@needs("admin:write:reports", may=Permission.MANAGE_REPORTS)
async def ban() -> Response:
    """Ban files: of a post (`status_id`) or account (`account_id`), taking them off it; or by `digests`."""
    given = await params()
    distance = given.integer("distance", banning.DISTANCE, minimum=0, maximum=16)
    note, by = given.text("note", ""), staff()
    if given.has("status_id"):
        post_id = given.id("status_id")
        if post_id is None:
            raise NotFound
        count = await banning.ban_files_of_post(by, post_id, distance=distance, note=note)
    elif given.has("account_id"):
        target_id = given.id("account_id")
        if target_id is None:
            raise NotFound
        count = await banning.ban_pictures_of_account(by, target_id, distance=distance, note=note)
    else:
        count = await banning.ban(by, list(given.list("digests")), distance=distance, note=note)
    return entity({"count": count})


@blueprint.delete(f"{BASE}/<ban_id>")
@needs("admin:write", may=Permission.MANAGE_SETTINGS)
async def unban(ban_id: str) -> Response:
    """Allow a file again."""
    await banning.unban(staff(), read_id(ban_id))
    return entity({})
