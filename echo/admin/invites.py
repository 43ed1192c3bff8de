"""Everybody's invitations."""

from __future__ import annotations

from quart import Blueprint, Response

from echo import clock
from echo.actions import invites as actions
from echo.admin.pages import linked
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import empty, entity
from echo.policy.roles import Permission
from echo.render import gates
from echo.store import invites

blueprint = Blueprint("admin_invites", __name__)
_BASE = "/api/v1/echo/admin/invites"


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.MANAGE_INVITES)
async def listing() -> Response:
    """Invitations, the newest first; `state` open or closed, `account_id` of who invites."""
    given = await params()
    cursor = cursor_of(given, default=40, maximum=200)
    rows = await invites.page(
        cursor, owner_id=given.id("account_id"), state=given.text("state", ""), at=clock.now()
    )
    return linked(entity([gates.invite(row) for row in rows]), [row["id"] for row in rows], cursor)


@blueprint.delete(_BASE)
@needs("admin:write", may=Permission.MANAGE_INVITES)
async def end_all() -> Response:
    """Take all back that are open."""
    return entity({"count": await actions.end_all(staff())})


@blueprint.delete(f"{_BASE}/<invite_id>")
@needs("admin:write", may=Permission.MANAGE_INVITES)
async def end(invite_id: str) -> Response:
    """Take one back; who came with it stays."""
    await actions.end_any(staff(), read_id(invite_id))
    return empty()
