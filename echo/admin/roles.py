"""Roles, and who has them."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import roles as actions
from echo.actions.roles import RoleDraft
from echo.errors import Invalid
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import staff as render
from echo.store import roles

blueprint = Blueprint("roles", __name__)
_BASE = "/api/v1/echo/admin/roles"
_ALL_BITS = (1 << len(Permission)) - 1


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.MANAGE_ROLES)
async def listing() -> Response:
    """All roles, the highest first."""
    return entity([render.role(row) for row in await roles.listing()])


@blueprint.post(_BASE)
@needs("admin:write", may=Permission.MANAGE_ROLES)
async def create() -> Response:
    """Make a role below one's own."""
    made = await actions.create(staff(), _draft(await params(), RoleDraft()))
    return await _shown(made.id)


@blueprint.patch(f"{_BASE}/<role_id>")
@needs("admin:write", may=Permission.MANAGE_ROLES)
async def change(role_id: str) -> Response:
    """Change a role below one's own; what is not sent stays."""
    known = await roles.get(read_role_id(role_id))
    as_it_is = RoleDraft(
        name=known.name,
        color=known.color,
        permissions=Permission(known.permissions),
        position=known.position,
        highlighted=known.highlighted,
        require_2fa=known.require_2fa,
    )
    await actions.change(staff(), known.id, _draft(await params(), as_it_is))
    return await _shown(known.id)


@blueprint.delete(f"{_BASE}/<role_id>")
@needs("admin:write", may=Permission.MANAGE_ROLES)
async def delete(role_id: str) -> Response:
    """Take a role away; who had it is like everybody."""
    await actions.delete(staff(), read_id(role_id))
    return entity({})


@blueprint.post("/api/v1/echo/admin/accounts/<account_id>/role")
@needs("admin:write:accounts", may=Permission.MANAGE_ROLES)
async def give(account_id: str) -> Response:
    """Give somebody here a role below one's own."""
    number = read_id(account_id)
    await roles.require_login(number)
    role_id = (await params()).text("role_id", "")
    await actions.give(staff(), number, read_role_id(role_id))
    return entity({})


def read_role_id(text: str) -> int:
    """The id of a role; everybody's is negative. Raises Invalid, NotFound."""
    if not text:
        raise Invalid("`role_id` parameter is missing")
    return -99 if text == "-99" else read_id(text)


async def _shown(role_id: int) -> Response:
    return entity(render.role(next(row for row in await roles.listing() if row["id"] == role_id)))


def _draft(given: Params, now: RoleDraft) -> RoleDraft:
    permissions = given.text("permissions", "")
    if permissions and not (permissions.isascii() and permissions.isdigit()):
        raise Invalid("Validation failed: Permissions must be a number")
    return RoleDraft(
        name=given.text("name", now.name),
        color=given.text("color", now.color),
        permissions=Permission(int(permissions) & _ALL_BITS) if permissions else now.permissions,
        position=given.integer("position", now.position),
        highlighted=given.boolean("highlighted", default=now.highlighted),
        require_2fa=given.boolean("require_2fa", default=now.require_2fa),
    )
