"""Which other servers are blocked, and how far."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.actions import server_blocks as actions
from echo.actions.server_blocks import BlockDraft, BlockedAlready, named
from echo.admin.pages import linked
from echo.errors import FieldError, Invalid, NotFound
from echo.http.access import needs, staff
from echo.http.params import Params
from echo.http.reading import cursor_of, params, read_id, update_route
from echo.http.replies import empty, entity
from echo.kinds import BlockSeverity
from echo.models import ServerBlock
from echo.policy.roles import Permission
from echo.render import fence_entities as entities
from echo.render import fences
from echo.store import server_blocks, severances

blueprint = Blueprint("admin_domain_blocks", __name__)
_BASE = "/api/v1/admin/domain_blocks"
# How Mastodon calls what we keep under other names.
_TEXTS = {"public_comment": "reason", "private_comment": "note"}
_SWITCHES = ("reject_media", "reject_reports", "obfuscate")


@blueprint.get(_BASE)
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def listing() -> Response:
    """Blocks of servers, the newest first."""
    cursor = cursor_of(await params(), default=100, maximum=500)
    found = await server_blocks.page(cursor)
    return linked(
        entity([fences.domain_block(known) for known in found]), [known.id for known in found], cursor
    )


@blueprint.get(f"{_BASE}/<block_id>")
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def show(block_id: str) -> Response:
    """One block."""
    return entity(fences.domain_block(await _get(block_id)))


@blueprint.post(_BASE)
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def create() -> Response:
    """Block a server; when that adds nothing to a block that there is, that one is named."""
    given = await params()
    draft = BlockDraft(
        domain=given.text("domain", ""),
        severity=_severity(given, BlockSeverity.SILENCE),
        **_said(given),  # type: ignore[arg-type]
    )
    try:
        made = await actions.add(staff(), draft)
    except BlockedAlready as error:
        known = fences.domain_block(error.known)
        refusal = entities.ExistingDomainBlock(error=error.public, existing_domain_block=known)
        return entity(refusal, status=422)
    return entity(fences.domain_block(made))


@update_route(blueprint, f"{_BASE}/<block_id>")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def change(block_id: str) -> Response:
    """Change a block; what is not sent stays."""
    known = await _get(block_id)
    given = await params()
    changes = _said(given)
    if given.has("severity"):
        changes["severity"] = _severity(given, BlockSeverity(known.severity))
    return entity(fences.domain_block(await actions.change(staff(), known.id, changes)))


@blueprint.delete(f"{_BASE}/<block_id>")
@needs("admin:write:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def delete(block_id: str) -> Response:
    """Take a block back. Follows do not come back with it."""
    await actions.remove(staff(), (await _get(block_id)).id)
    return empty()


@blueprint.get("/api/v1/echo/admin/domains/<host>")
@needs("admin:read:domain_blocks", may=Permission.MANAGE_FEDERATION)
async def facts(host: str) -> Response:
    """What is known of a server: what suspending it would end, and what that has ended."""
    try:
        name = named(host)
    except Invalid as error:
        raise NotFound from error
    return entity(
        fences.domain_facts(
            name,
            await server_blocks.counts(name),
            (await severances.ended_by_blocks([name])).get(name),
            await server_blocks.covering(name),
        )
    )


async def _get(block_id: str) -> ServerBlock:
    known = await server_blocks.find(read_id(block_id))
    if known is None:
        raise NotFound
    return known


def _said(given: Params) -> dict[str, object]:
    """What was sent about a block, under our names."""
    said: dict[str, object] = {
        ours: given.text(theirs, "") for theirs, ours in _TEXTS.items() if theirs in given.values
    }
    for name in _SWITCHES:
        value = given.boolean(name)
        if value is not None:
            said[name] = value
    return said


def _severity(given: Params, default: BlockSeverity) -> BlockSeverity:
    text = given.text("severity", default.value)
    try:
        return BlockSeverity(text)
    except ValueError as error:
        reason = FieldError("ERR_INCLUSION", "is not included in the list")
        raise Invalid(
            f"Validation failed: Severity {reason.description}", details={"severity": [reason]}
        ) from error
