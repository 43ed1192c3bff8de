"""Networks that may do less here."""

from __future__ import annotations

from dataclasses import replace

from quart import Blueprint, Response

from echo import clock
from echo.actions import ip_blocks as actions
from echo.actions.ip_blocks import IpDraft
from echo.admin.pages import linked
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import cursor_of, params, read_id, update_route
from echo.http.replies import empty, entity
from echo.models import IpBlock
from echo.policy.roles import Permission
from echo.render import gates
from echo.store import ip_blocks

blueprint = Blueprint("admin_ip_blocks", __name__)
_BASE = "/api/v1/admin/ip_blocks"


@blueprint.get(_BASE)
@needs("admin:read:ip_blocks", may=Permission.MANAGE_BLOCKS)
async def listing() -> Response:
    """Blocked networks, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=500)
    found = await ip_blocks.page(cursor)
    return linked(entity([gates.ip_block(block) for block in found]), [b.id for b in found], cursor)


@blueprint.get(f"{_BASE}/<block_id>")
@needs("admin:read:ip_blocks", may=Permission.MANAGE_BLOCKS)
async def show(block_id: str) -> Response:
    """One of them."""
    return entity(gates.ip_block(await _get(block_id)))


@blueprint.post(_BASE)
@needs("admin:write:ip_blocks", may=Permission.MANAGE_BLOCKS)
async def create() -> Response:
    """Block a network, for a time or for good."""
    return entity(gates.ip_block(await actions.add(staff(), _draft(await params(), _NOTHING))))


@update_route(blueprint, f"{_BASE}/<block_id>")
@needs("admin:write:ip_blocks", may=Permission.MANAGE_BLOCKS)
async def change(block_id: str) -> Response:
    """Change a block; what is not sent stays."""
    known = await _get(block_id)
    now = IpDraft(
        network=known.network, severity=known.severity, comment=known.comment, expires_at=known.expires_at
    )
    return entity(gates.ip_block(await actions.change(staff(), known.id, _draft(await params(), now))))


@blueprint.delete(f"{_BASE}/<block_id>")
@needs("admin:write:ip_blocks", may=Permission.MANAGE_BLOCKS)
async def delete(block_id: str) -> Response:
    """Take a block back."""
    await actions.remove(staff(), (await _get(block_id)).id)
    return empty()


async def _get(block_id: str) -> IpBlock:
    known = await ip_blocks.find(read_id(block_id))
    if known is None:
        raise NotFound
    return known


def _draft(given: Params, now: IpDraft) -> IpDraft:
    draft = replace(
        now,
        network=given.text("ip", now.network),
        severity=given.text("severity", now.severity),
        comment=given.text("comment", now.comment),
    )
    if "expires_in" not in given.values:
        return draft
    seconds = given.integer("expires_in", minimum=1)
    return replace(draft, expires_at=None if seconds is None else clock.after(seconds))


_NOTHING = IpDraft(network="", severity="")
