"""The servers with which there is exchange in allow-list mode."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import server_allows as actions
from echo.admin.pages import linked
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import empty, entity
from echo.models import AllowedServer
from echo.policy.roles import Permission
from echo.render import fences
from echo.store import server_allows

blueprint = Blueprint("admin_domain_allows", __name__)
_BASE = "/api/v1/admin/domain_allows"


@blueprint.get(_BASE)
@needs("admin:read:domain_allows", may=Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """Servers that are allowed, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=500)
    found = await server_allows.page(cursor)
    return linked(
        entity([fences.domain_allow(known) for known in found]), [known.id for known in found], cursor
    )


@blueprint.get(f"{_BASE}/<allow_id>")
@needs("admin:read:domain_allows", may=Permission.MANAGE_FEDERATION)
async def show(allow_id: str) -> Response:
    """One of them."""
    return entity(fences.domain_allow(await _get(allow_id)))


@blueprint.post(_BASE)
@needs("admin:write:domain_allows", may=Permission.MANAGE_FEDERATION)
async def create() -> Response:
    """Allow a server; one that is allowed already is answered as it is."""
    known, _ = await actions.allow(staff(), (await params()).text("domain", ""))
    return entity(fences.domain_allow(known))


@blueprint.delete(f"{_BASE}/<allow_id>")
@needs("admin:write:domain_allows", may=Permission.MANAGE_FEDERATION)
async def delete(allow_id: str) -> Response:
    """Allow a server no more."""
    await actions.remove(staff(), (await _get(allow_id)).id)
    return empty()


async def _get(allow_id: str) -> AllowedServer:
    known = await server_allows.find(read_id(allow_id))
    if known is None:
        raise NotFound
    return known
