"""Another name for somebody here."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import renaming
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.store import accounts

blueprint = Blueprint("admin_renaming", __name__)


@blueprint.post("/api/v1/echo/admin/accounts/<account_id>/rename")
@needs("admin:write:accounts", may=Permission.MANAGE_USER_ACCESS)
async def rename(account_id: str) -> Response:
    """Give somebody the name `username`. Followers stay; the old name leads to the new one."""
    known = await accounts.find(read_id(account_id))
    if known is None or known.domain:
        raise NotFound
    renamed = await renaming.rename_by_staff(staff(), known.id, (await params()).text("username", ""))
    return entity({"id": str(renamed.id), "username": renamed.username})
