"""Mailboxes that may not sign up."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import canonical_email_blocks as actions
from echo.admin.pages import linked
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import empty, entity
from echo.policy.roles import Permission
from echo.render import gates
from echo.store import canonical_email_blocks

blueprint = Blueprint("admin_canonical_email_blocks", __name__)
_BASE = "/api/v1/admin/canonical_email_blocks"


@blueprint.get(_BASE)
@needs("admin:read:canonical_email_blocks", may=Permission.MANAGE_BLOCKS)
async def listing() -> Response:
    """Blocked mailboxes by their hashes, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=500)
    found = await canonical_email_blocks.page(cursor)
    shown = [gates.canonical_email_block(block) for block in found]
    return linked(entity(shown), [block.id for block in found], cursor)


@blueprint.get(f"{_BASE}/<block_id>")
@needs("admin:read:canonical_email_blocks", may=Permission.MANAGE_BLOCKS)
async def show(block_id: str) -> Response:
    """One of them."""
    known = await canonical_email_blocks.find(read_id(block_id))
    if known is None:
        raise NotFound
    return entity(gates.canonical_email_block(known))


@blueprint.post(f"{_BASE}/test")
@needs("admin:read:canonical_email_blocks", may=Permission.MANAGE_BLOCKS)
async def test() -> Response:
    """Which blocks an address would meet."""
    found = await actions.look_up(staff(), (await params()).require_text("email"))
    return entity([gates.canonical_email_block(block) for block in found])


@blueprint.post(_BASE)
@needs("admin:write:canonical_email_blocks", may=Permission.MANAGE_BLOCKS)
async def create() -> Response:
    """Block a mailbox by an address of it, or by a hash that somebody else gave out."""
    given = await params()
    made = await actions.add(
        staff(), email=given.text("email", ""), digest=given.text("canonical_email_hash", "")
    )
    return entity(gates.canonical_email_block(made))


@blueprint.delete(f"{_BASE}/<block_id>")
@needs("admin:write:canonical_email_blocks", may=Permission.MANAGE_BLOCKS)
async def delete(block_id: str) -> Response:
    """Take a block back."""
    await actions.remove(staff(), read_id(block_id))
    return empty()
