"""Domains of e-mail that nobody signs up with."""

from __future__ import annotations

from datetime import timedelta

from quart import Blueprint, Response

from echo import clock
from echo.actions import email_domain_blocks as actions
from echo.actions.email_domain_blocks import EmailDomainDraft
from echo.admin.pages import linked
from echo.errors import NotFound
from echo.http.access import needs, staff
from echo.http.reading import cursor_of, params, read_id
from echo.http.replies import empty, entity
from echo.models import EmailDomainBlock
from echo.policy.roles import Permission
from echo.render import fence_entities as entities
from echo.render import gates
from echo.store import email_domain_blocks

blueprint = Blueprint("admin_email_domain_blocks", __name__)
_BASE = "/api/v1/admin/email_domain_blocks"


@blueprint.get(_BASE)
@needs("admin:read:email_domain_blocks", may=Permission.MANAGE_BLOCKS)
async def listing() -> Response:
    """Blocks with who tried to sign up with them, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=500)
    found = await email_domain_blocks.page(cursor)
    return linked(entity(await _shown(found)), [block.id for block in found], cursor)


@blueprint.get(f"{_BASE}/<block_id>")
@needs("admin:read:email_domain_blocks", may=Permission.MANAGE_BLOCKS)
async def show(block_id: str) -> Response:
    """One block."""
    known = await email_domain_blocks.find(read_id(block_id))
    if known is None:
        raise NotFound
    return entity((await _shown([known]))[0])


@blueprint.post(_BASE)
@needs("admin:write:email_domain_blocks", may=Permission.MANAGE_BLOCKS)
async def create() -> Response:
    """Block a domain, with those under it, and the mail servers that are named."""
    given = await params()
    seconds = given.integer("expires_in", minimum=1)
    draft = EmailDomainDraft(
        domain=given.text("domain", ""),
        with_approval=given.boolean("allow_with_approval", default=False),
        expires_at=None if seconds is None else clock.after(seconds),
        mail_servers=given.list("mail_servers")[:20],
    )
    made = await actions.add(staff(), draft)
    return entity((await _shown([made]))[0])


@blueprint.delete(f"{_BASE}/<block_id>")
@needs("admin:write:email_domain_blocks", may=Permission.MANAGE_BLOCKS)
async def delete(block_id: str) -> Response:
    """Take a block back, with those of the mail servers that came with it."""
    await actions.remove(staff(), read_id(block_id))
    return empty()


async def _shown(found: list[EmailDomainBlock]) -> list[entities.AdminEmailDomainBlock]:
    today = clock.now().date()
    since = today - timedelta(days=gates.DAYS - 1)
    tries = await email_domain_blocks.tries([block.id for block in found], since)
    return gates.email_domain_blocks(found, tries, today)
