"""The last warnings and errors of all processes."""

from __future__ import annotations

from datetime import UTC, datetime

from quart import Blueprint, Response

from echo.http.access import needs
from echo.http.reading import params
from echo.http.replies import entity
from echo.policy.roles import Permission
from echo.render.admin_machine import LogLine
from echo.render.times import iso
from echo.store import recent_logs

blueprint = Blueprint("logs_admin", __name__)


@blueprint.get("/api/v1/echo/admin/logs")
@needs("admin:read", may=Permission.VIEW_DEVOPS)
async def listing() -> Response:
    """The last warnings and errors, the newest first; without warnings for `level=error`. No secrets."""
    given = await params()
    limit = given.integer("limit", minimum=1, maximum=recent_logs.MOST) or 100
    is_grave = given.text("level", "") == "error"
    found = [one for one in await recent_logs.listing() if not is_grave or one.level != "warning"]
    return entity(
        [
            LogLine(
                at=iso(datetime.fromtimestamp(one.at, UTC)),
                level=one.level,
                logger=one.logger,
                text=one.text,
                trace=one.trace,
            )
            for one in found[:limit]
        ]
    )
