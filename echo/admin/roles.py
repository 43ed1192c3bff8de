"""Roles, and who has them."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import roles as actions
from echo.actions.roles import RoleChange, RoleDraft
from echo.errors import Invalid
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.policy.roles import NOTHING, Permission
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
    made = await actions.create(staff(), _draft(await params()))
    return await _shown(made.id)


@blueprint.patch(f"{_BASE}/<role_id>")
@needs("admin:write", may=Permission.MANAGE_ROLES)
async def change(role_id: str) -> Response:
    """Change a role below one's own; what is not sent stays."""
    known, given = await roles.get(read_role_id(role_id)), await params()
    wanted = RoleChange(
        name=given.text("name"),
        color=given.text("color"),
        permissions=_permissions(given),
        position=given.integer("position"),
        highlighted=given.boolean("highlighted"),
        require_2fa=given.boolean("require_2fa"),
    )
    await actions.change(staff(), known.id, wanted)
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


def _draft(given: Params) -> RoleDraft:
    return RoleDraft(
        name=given.text("name", ""),
        color=given.text("color", ""),
        permissions=_permissions(given) or NOTHING,
        position=given.integer("position", 0),
        highlighted=given.boolean("highlighted", default=False),
        require_2fa=given.boolean("require_2fa", default=False),
    )


def _permissions(given: Params) -> Permission | None:
    """The permissions that were sent; None: none were. Raises Invalid for what is no number."""
    text = given.text("permissions", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise Invalid("Validation failed: Permissions must be a number")
    return Permission(int(text) & _ALL_BITS)
