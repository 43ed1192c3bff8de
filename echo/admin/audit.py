"""What was done with the rights of roles."""

from __future__ import annotations

from quart import Blueprint, Response

from echo.http.access import needs
from echo.http.reading import cursor_of, page_link, params
from echo.http.replies import array
from echo.policy.roles import Permission
from echo.render import staff as render
from echo.store import audit

blueprint = Blueprint("audit", __name__)


@blueprint.get("/api/v1/echo/admin/audit")
@needs("admin:read", may=Permission.VIEW_AUDIT_LOG)
async def listing() -> Response:
    """The audit log, newest first: by account, deed, target, text, address, refused."""
    given = await params()
    cursor = cursor_of(given, default=40, maximum=200)
    rows = await audit.page(
        account_id=given.id("account_id"),
        deed=given.text("deed", ""),
        target_kind=given.text("target_kind", ""),
        target_id=given.text("target_id", ""),
        text=given.text("q", ""),
        address=given.text("ip", ""),
        refused=given.boolean("refused") if given.has("refused") else None,
        before_id=cursor.max_id,
        after_id=cursor.since_id or cursor.min_id,
        limit=cursor.limit,
    )
    link = page_link(rows[0]["id"], rows[-1]["id"], with_next=len(rows) >= cursor.limit) if rows else None
    return array([render.audit(row) for row in rows], link=link)
