"""How somebody here logs in, as far as staff may change it."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import user_access
from echo.http.access import needs, staff
from echo.http.reading import read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.store import roles

blueprint = Blueprint("admin_logins", __name__)


@blueprint.delete("/api/v1/echo/admin/accounts/<account_id>/two_factor")
@needs("admin:write:accounts", may=Permission.MANAGE_USER_ACCESS)
async def switch_two_factor_off(account_id: str) -> Response:
    """Forget app, backup codes and passkeys of somebody who has lost them. They get a letter."""
    number = read_id(account_id)
    await roles.require_login(number)
    await user_access.switch_two_factor_off(staff(), number)
    return entity({})
