"""Relays: servers that repeat what is public."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import relays as actions
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import params, read_id
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render import house as render
from echo.store import relays

blueprint = Blueprint("relays_admin", __name__)
_BASE = "/api/v1/echo/admin/relays"


@blueprint.get(_BASE)
@needs("admin:read", may=Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """The relays, the oldest first, and whether they have answered."""
    return entity([render.relay(row) for row in await relays.listing()])


@blueprint.post(_BASE)
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def add() -> Response:
    """Subscribe to one: `address` is its inbox, or its actor; `style` when the address does not tell."""
    given = await params()
    made = await actions.subscribe(staff(), given.require_text("address"), given.text("style"))
    return await _shown(made.id)


@blueprint.delete(f"{_BASE}/<relay_id>")
@needs("admin:write", may=Permission.MANAGE_FEDERATION)
async def remove(relay_id: str) -> Response:
    """Leave one."""
    number = read_id(relay_id)
    if await relays.find(number) is None:
        raise NotFound
    await actions.remove(staff(), str(number))
    return entity({})


async def _shown(relay_id: int) -> Response:
    return entity(next(render.relay(row) for row in await relays.listing() if row["id"] == relay_id))
